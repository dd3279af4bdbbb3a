// Making elements, tables and numbers in words. Text is always set as text, never as markup.
const $ = (id) => document.getElementById(id);

function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "onclick") made.addEventListener("click", value);
    else if (name === "style") made.style.cssText = value;
    else if (name in made && name !== "list") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function chip(label) {
  return element("span", { className: "chip", style: `background:${label.colour};color:${label.on}` }, label.words);
}

// A table in a region that scrolls. Columns are {head, number, cell: (row) => text or element}.
function table(caption, columns, rows) {
  const classOf = (column) => (column.number ? "number" : "");
  const heads = columns.map((c) => element("th", { scope: "col", className: classOf(c) }, c.head));
  const body = rows.map((row) =>
    element(
      "tr",
      {},
      ...columns.map((column, at) => {
        const properties = { className: classOf(column) };
        if (at === 0) properties.scope = "row";
        return element(at === 0 ? "th" : "td", properties, column.cell(row));
      }),
    ),
  );
  if (!body.length) {
    body.push(element("tr", {}, element("td", { className: "quiet", colSpan: columns.length }, "no rows")));
  }
  return element(
    "div",
    { className: "wide", tabIndex: 0, role: "region", ariaLabel: caption },
    element(
      "table",
      {},
      element("caption", {}, caption),
      element("thead", {}, element("tr", {}, ...heads)),
      element("tbody", {}, ...body),
    ),
  );
}

// A button that pins a day.
function dayButton(iso) {
  return element("button", { type: "button", className: "link", onclick: () => update({ day: iso }) }, iso);
}

const UNKNOWN = "not known";
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 4 });
const plain = (value, decimals) =>
  value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });

function price(value) {
  if (value === null || value === undefined) return UNKNOWN;
  if (Math.abs(value) < 1) return value.toLocaleString("en", { maximumSignificantDigits: 4 });
  return plain(value, Math.abs(value) >= 1000 ? 0 : 2);
}

function amount(value) {
  return value === null || value === undefined ? UNKNOWN : compact.format(value);
}

function signed(value, decimals, unit = "") {
  if (value === null || value === undefined) return UNKNOWN;
  return (value > 0 ? "+" : "") + plain(value, decimals) + unit;
}

function fixed(value, decimals, unit = "") {
  return value === null || value === undefined ? UNKNOWN : plain(value, decimals) + unit;
}

function median(values) {
  return quantile(values, 0.5);
}

// The quantile by linear interpolation; null of no values.
function quantile(values, share) {
  if (!values.length) return null;
  const ordered = [...values].sort((a, b) => a - b);
  const at = (ordered.length - 1) * share;
  const low = Math.floor(at);
  return ordered[low] + (at - low) * ((ordered[low + 1] ?? ordered[low]) - ordered[low]);
}
