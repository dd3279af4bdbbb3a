// Revisions: labels that were published and changed later, and the whole page as it was known at a moment.
function drawRevisions(days, holder) {
  const all = days.raw.revisions;
  if (!all) {
    holder.replaceChildren(element("p", {}, "This release has no revisions."));
    return;
  }
  const input = element("input", { type: "datetime-local", id: "asof", value: state.asof });
  input.addEventListener("change", () => update({ asof: input.value }));
  const form = element(
    "p",
    {},
    element("label", { htmlFor: "asof" }, "Show labels as known at (UTC) "),
    input,
    " ",
    element("button", { type: "button", disabled: !state.asof, onclick: () => update({ asof: "" }) }, "Show them as known now"),
  );
  const revised = new Set(all.day.filter((_, at) => all.revision[at] > 1));
  const rows = all.day.map((day, at) => ({ day, at })).filter(({ day }) => revised.has(day)).reverse();
  const columns = [
    { head: "Day", cell: ({ day }) => dayButton(days.date(day)) },
    { head: "Revision", number: true, cell: ({ at }) => String(all.revision[at]) },
    { head: "Known from (UTC)", cell: ({ at }) => new Date(all.available[at] * 1000).toISOString().slice(0, 16).replace("T", " ") },
    { head: "Label", cell: ({ at }) => chip(LABELS.get(coded(all.event, at)) || NO_LABEL) },
    { head: "Grade", cell: ({ at }) => coded(all.grade, at) || "-" },
    { head: "Why revised", cell: ({ at }) => (all.revision[at] === 1 ? "first published" : words(coded(all.restatement_reason, at))) },
  ];
  const first = new Date(Math.min(...all.available) * 1000).toISOString().slice(0, 16).replace("T", " ");
  holder.replaceChildren(
    form,
    element("p", { className: "quiet" }, `The first label of ${days.asset} was published ${first} UTC. Figures are always those of this release; labels follow the moment.`),
    table(`${revised.size} days of ${days.count} were revised`, columns, rows),
  );
}
