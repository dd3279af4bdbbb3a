// Two days side by side.
async function drawComparison(days, holder) {
  const input = element("input", { type: "date", id: "compare", value: state.compare, min: days.date(0), max: days.date(days.count - 1) });
  input.addEventListener("change", () => update({ compare: input.value }));
  const ask = element("p", {}, element("label", { htmlFor: "compare" }, "Compare the pinned day with "), input);
  const [a, b] = [days.index(state.day), days.index(state.compare)];
  if (a < 0 || b < 0) {
    holder.replaceChildren(ask, element("p", { className: "quiet" }, "Pin a day, then choose another one here, or click one with Shift."));
    return;
  }
  const { sentences } = await textsOf(days.asset);
  const say = (i, [, column, format]) => format(days.number(column, i));
  const rows = [
    { title: "label", of: (i) => chip(days.label(i)) },
    { title: "state", of: (i) => words(days.name("state_in_words", i)) },
    { title: "grade", of: (i) => days.name("grade", i) || "none" },
    { title: "confidence", of: (i) => fixed(days.confidence(i), 2) },
    ...FIGURES.map((figure) => ({ title: figure[0], of: (i) => say(i, figure) })),
    { title: "why", of: (i) => sentences[i] || "" },
  ];
  const columns = [
    { head: "Figure", cell: (row) => row.title },
    { head: state.day, cell: (row) => row.of(a) },
    { head: state.compare, cell: (row) => row.of(b) },
  ];
  holder.replaceChildren(ask, table(`${days.asset} on ${state.day} and on ${state.compare}`, columns, rows));
}
