// The list of the days that pass the filters, newest first.
const FIRST_SHOWN = 60;

async function drawDays(days, holder) {
  const found = [];
  for (let i = days.count - 1; i >= 0; i -= 1) if (matches(days, i)) found.push(i);
  const { sentences } = await textsOf(days.asset);
  const columns = [
    { head: "Day (UTC)", cell: (i) => dayButton(days.date(i)) },
    { head: "Label", cell: (i) => chip(days.label(i)) },
    { head: "Grade", cell: (i) => days.name("grade", i) || "-" },
    { head: "Close, USD", number: true, cell: (i) => price(days.number("close_usd", i)) },
    { head: "Change", number: true, cell: (i) => signed(days.number("return_pct", i), 1, " %") },
    { head: "Why", cell: (i) => sentences[i] || "" },
  ];
  const show = (count) => {
    const more = found.length - count;
    holder.replaceChildren(
      table(`${found.length} of ${days.count} days pass the filters; newest first`, columns, found.slice(0, count)),
      more > 0 ? element("button", { type: "button", onclick: () => show(count + 10 * FIRST_SHOWN) }, `Show more of ${more}`) : "",
    );
  };
  show(FIRST_SHOWN);
}
