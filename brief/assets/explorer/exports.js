// What leaves the page: the query behind the view, its days as CSV, and the charts as a picture.
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

function sql(days) {
  const [first, last] = view(days);
  const conditions = [
    `asset = ${quoted(days.asset)}`,
    `day BETWEEN DATE ${quoted(days.date(first))} AND DATE ${quoted(days.date(last))}`,
  ];
  if (state.label.length) conditions.push(`event IN (${state.label.map(quoted).join(", ")})`);
  if (state.grade.length) conditions.push(`grade IN (${state.grade.map(quoted).join(", ")})`);
  if (state.onset) conditions.push("phase = 'onset'");
  if (state.flag.length) {
    conditions.push(`list_has_any(string_split(flags, ','), [${state.flag.map(quoted).join(", ")}])`);
  }
  const columns = ["day", "event", "state_in_words", "confidence", "grade", ...FIGURES.map(([, column]) => column)];
  if (state.asof) {
    const known = ["day", "event", "regime", "confidence", "grade", "close_usd", "liquidation_multiple", "explanation"];
    return `SELECT ${known.join(", ")}\nFROM regimes_as_of(TIMESTAMP ${quoted(state.asof.replace("T", " "))})\nWHERE ${conditions.join("\n  AND ")}\nORDER BY day;`;
  }
  return `SELECT ${columns.join(", ")}\nFROM regimes_daily\nWHERE ${conditions.join("\n  AND ")}\nORDER BY day;`;
}

// Text of one cell: quotes doubled, and no cell begins a formula in a spreadsheet.
function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csv(days) {
  const [first, last] = view(days);
  const columns = FIGURES.map(([, column]) => column);
  const lines = [["asset", "day", "event", "regime", "grade", "confidence", ...columns].join(",")];
  for (let i = first; i <= last; i += 1) {
    if (!matches(days, i)) continue;
    const names = [days.name("event", i), days.name("regime", i), days.name("grade", i), days.confidence(i)];
    lines.push([days.asset, days.date(i), ...names, ...columns.map((c) => days.number(c, i))].map(cell).join(","));
  }
  return lines.join("\n") + "\n";
}

function picture(days) {
  const ratio = devicePixelRatio;
  const titleHeight = 22 * ratio;
  const shown = plots.map(({ panel, plot }) => ({ title: panel.title, canvas: plot.ctx.canvas }));
  const whole = document.createElement("canvas");
  whole.width = Math.max(...shown.map(({ canvas }) => canvas.width));
  whole.height = shown.reduce((sum, { canvas }) => sum + canvas.height + titleHeight, 2 * titleHeight);
  const context = whole.getContext("2d");
  context.fillStyle = colour("--ground");
  context.fillRect(0, 0, whole.width, whole.height);
  context.fillStyle = colour("--text");
  context.font = `${14 * ratio}px system-ui, sans-serif`;
  const source = `${days.asset}, ${$("range").textContent}, market ${CONTENT.market}${CONTENT.simulated ? " (simulated, not real data)" : ""}`;
  context.fillText(source, 8 * ratio, titleHeight - 4 * ratio);
  let top = 1.5 * titleHeight;
  for (const { title, canvas } of shown) {
    context.fillText(title, 8 * ratio, top + titleHeight - 8 * ratio);
    context.drawImage(canvas, 0, top + titleHeight);
    top += titleHeight + canvas.height;
  }
  return whole;
}

function save(blob, name) {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

async function copy(text, button) {
  const usual = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    $("sql").focus(); // the browser does not let the page write; the text is selected for the reader to copy
    getSelection().selectAllChildren($("sql"));
    button.textContent = "Select and copy";
  }
  setTimeout(() => { button.textContent = usual; }, 2000);
}

function bindExports(current) {
  const name = (ending) => `${current().asset}-${$("range").textContent.replaceAll(" ", "-")}.${ending}`;
  $("copy-sql").addEventListener("click", (event) => copy(sql(current()), event.currentTarget));
  $("save-csv").addEventListener("click", () => save(new Blob([csv(current())], { type: "text/csv" }), name("csv")));
  $("save-png").addEventListener("click", () => picture(current()).toBlob((blob) => save(blob, name("png"))));
  $("copy-link").addEventListener("click", (event) => copy(location.href, event.currentTarget));
}
