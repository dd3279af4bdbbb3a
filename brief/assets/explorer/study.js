// Event study: what price did around the days that pass the filters, in percent of the close of day 0.
const BEFORE = 5;
const AFTER = 30;
const LINES = 40; // more lines than this say nothing
let fan = null;

function studyDays(days) {
  const pinned = days.name("event", days.index(state.day));
  const label = isFiltered() ? null : pinned || "leverage_flush";
  const chosen = [];
  for (let i = 0; i < days.count; i += 1) {
    if (days.number("close_usd", i) === null) continue;
    if (label ? days.name("event", i) === label : matches(days, i)) chosen.push(i);
  }
  return { chosen, what: label ? `days of ${words(label)}` : "days that pass the filters" };
}

// For each horizon the known returns against day 0, in percent.
function returnsAround(days, chosen) {
  const closes = days.numbers("close_usd");
  const horizons = Array.from({ length: BEFORE + AFTER + 1 }, (_, at) => at - BEFORE);
  return horizons.map((horizon) =>
    chosen.map((i) => (closes[i + horizon] ?? null) === null ? null : 100 * (closes[i + horizon] / closes[i] - 1)),
  );
}

function drawStudy(days, holder) {
  const { chosen, what } = studyDays(days);
  const every = days.times.map((_, i) => i).filter((i) => days.number("close_usd", i) !== null);
  const around = returnsAround(days, chosen);
  const usual = returnsAround(days, every).map((values) => median(values.filter((v) => v !== null)));
  const known = around.map((values) => values.filter((v) => v !== null));
  const horizons = around.map((_, at) => at - BEFORE);
  const spread = [0.1, 0.25, 0.5, 0.75, 0.9].map((share) => known.map((values) => quantile(values, share)));
  const counts = known.map((values) => values.length);
  if (fan) fan.destroy();
  fan = null;
  const chart = element("figure", { className: "panel" });
  const columns = [
    { head: "Days after", cell: (at) => String(horizons[at]) },
    { head: "n", number: true, cell: (at) => String(counts[at]) },
    { head: "Median", number: true, cell: (at) => signed(spread[2][at], 1, " %") },
    { head: "Middle half", cell: (at) => `${signed(spread[1][at], 1)} to ${signed(spread[3][at], 1, " %")}` },
    { head: "Higher", number: true, cell: (at) => `${known[at].filter((v) => v > 0).length} of ${counts[at]}` },
    { head: "Any day", number: true, cell: (at) => signed(usual[at], 1, " %") },
  ];
  const listed = [1, 3, 7, 14, 30].map((horizon) => horizon + BEFORE);
  holder.replaceChildren(
    element("p", {}, `Close against the close of day 0, on ${chosen.length} ${what}. Days that overlap are counted each. Counts, not forecasts.`),
    chart,
    table("What followed", columns, listed),
  );
  if (!chosen.length) return;
  const lines = chosen.length <= LINES ? chosen.map((_, at) => around.map((values) => values[at])) : [];
  const line = (label, ink, width, dash, alpha = 1) => ({
    label, width, dash, alpha, stroke: () => colour(ink), points: { show: false }, value: (_, v) => (v === null ? "" : signed(v, 1, " %")),
  });
  const band = (low, high, ink) => ({ series: [high, low], fill: () => `${colour(ink)}33` });
  fan = new uPlot(
    {
      width: Math.max(260, holder.clientWidth),
      height: 260,
      cursor: { drag: { x: false, y: false } },
      scales: { x: { time: false } },
      axes: axes((v) => `${v} %`),
      legend: { show: true },
      series: [
        { label: "day", value: (_, v) => (v === null ? "" : `${v}, n = ${counts[v + BEFORE]}`) },
        line("10 %", "--main", 0.5), line("25 %", "--main", 0.5), line("median", "--main", 2.5),
        line("75 %", "--main", 0.5), line("90 %", "--main", 0.5), line("any day", "--quiet", 1.5, [5, 4]),
        ...lines.map(() => ({ ...line("", "--quiet", 0.6, undefined, 0.35), class: "single" })),
      ],
      bands: [band(1, 5, "--main"), band(2, 4, "--main")],
    },
    [horizons, ...spread, usual, ...lines],
    chart,
  );
  fan.setLegend({ idx: horizons.length - 1 }, false);
}
