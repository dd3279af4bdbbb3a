// Transitions: which label, or which state, followed which on the next day.
function drawTransitions(days, holder) {
  const column = state.colour === "state" ? "regime" : "event";
  const counts = new Map();
  let pairs = 0;
  for (let i = 0; i + 1 < days.count; i += 1) {
    const [now, next] = [days.name(column, i), days.name(column, i + 1)];
    if (now === null || next === null || (isFiltered() && !matches(days, i))) continue;
    if (!counts.has(now)) counts.set(now, new Map());
    counts.get(now).set(next, (counts.get(now).get(next) || 0) + 1);
    pairs += 1;
  }
  const known = CONTENT.labels.filter(({ label }) => [...counts].some(([from, to]) => from === label || to.has(label)));
  const total = (label) => [...(counts.get(label) || new Map()).values()].reduce((a, b) => a + b, 0);
  const columns = [
    { head: "From, to →", cell: (row) => chip(row) },
    { head: "n", number: true, cell: (row) => String(total(row.label)) },
    ...known.map((to) => ({
      head: to.words,
      number: true,
      cell: (row) => {
        const count = counts.get(row.label)?.get(to.label) || 0;
        if (!count) return "";
        const share = count / total(row.label);
        return element("span", { className: "share", style: `--share:${share.toFixed(2)}` }, `${Math.round(100 * share)} % (${count})`);
      },
    })),
  ];
  const rows = known.filter(({ label }) => total(label));
  holder.replaceChildren(table(`The ${column === "event" ? "label" : "state"} of the next day, ${pairs} pairs of days`, columns, rows));
}
