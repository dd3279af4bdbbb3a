// Linked charts on one time axis: crosshair, zoom by dragging, days without a value hatched, breaks of a feed marked.
const PANELS = [
  { key: "prices", title: "Price, USD, log scale", format: price, log: true, ribbon: true,
    series: [["close_usd", "close", "--main"], ["support_usd", "support", "--rule", [4, 3]]] },
  { key: "open_interest", title: "Open interest, USD", format: amount, series: [["open_interest_usd", "open interest", "--main"]] },
  { key: "liquidations", title: "Liquidations, times an ordinary day", format: (v) => fixed(v, 1, " x"), bars: true,
    series: [["liquidation_multiple", "multiple", "--long"]] },
  { key: "funding", title: "Funding, bp per 8 h", format: (v) => signed(v, 2), series: [["funding_8h_bp", "funding", "--main"]] },
  { key: "exchange_flows", title: "Netflow to exchanges, coins", format: (v) => signed(v, 0), bars: true,
    series: [["netflow_coin", "netflow", "--short"]] },
];
const BREADTH = { key: "breadth", title: "Breadth: share of the assets with a reading", format: (v) => fixed(v === null ? v : 100 * v, 0, " %") };
const BREADTH_INKS = ["--main", "--long", "--short", "--rule", "--quiet"];
const RIBBON = 10; // pixels, as all heights
const OVERVIEW_HEIGHT = 100;
const BREAK_REACH = 8; // from the mark of a break to the pointer that shows what it is
const RIGHT = 18; // the same beside each plot, so that a day is at one place in all of them
const plots = []; // {panel, values, holder, plot}
let overview = null;
let settingRange = false;
let breadth = null;

function buildPanels(days) {
  for (const { plot } of plots.splice(0)) plot.destroy();
  const shares = breadth ? onDaysOf(days, breadth) : {};
  const inks = Object.keys(shares).map((name, at) => [name, words(name), BREADTH_INKS[at % BREADTH_INKS.length]]);
  const panels = (inks.length ? [...PANELS, { ...BREADTH, series: inks }] : PANELS).map((panel, at, all) => ({
    ...panel,
    dated: at === 0 || at === all.length - 1,
  }));
  for (const panel of panels) {
    const values = panel.series.map(([column]) => shares[column] || days.numbers(column));
    const said = element("span", { className: "quiet" });
    const holder = element("figure", { className: "panel" }, element("figcaption", {}, panel.title, " ", said));
    $("panels").append(holder);
    plots.push({ panel, values, holder, plot: new uPlot(options(days, panel, values, said), [days.times, ...values], holder) });
  }
  buildOverview(days);
  applyRange(days);
  listBreaks(days);
}

function clearPanels() {
  $("panels").replaceChildren();
}

const titleOf = (key) => PANELS.find((panel) => panel.key === key).title.split(",")[0];

// The breaks of all days, for readers who do not point at the marks.
function listBreaks(days) {
  const breaks = [...days.raw.breaks].sort((a, b) => a.at - b.at);
  const columns = [
    { head: "From", cell: ({ at }) => dayButton(days.date(at)) },
    { head: "Series", cell: ({ panel }) => titleOf(panel) },
    { head: "What is different", cell: ({ text }) => text },
  ];
  $("breaks").hidden = !breaks.length;
  $("breaks").querySelector("summary").textContent = `Changes of feeds (${breaks.length})`;
  $("breaks").querySelector("div").replaceChildren(table("Changes of feeds", columns, breaks));
}

// What is different from the mark under the pointer on.
function breakUnder(days, plot, panel) {
  const near = ({ at }) => Math.abs(plot.valToPos(days.times[at] - DAY / 2, "x") - plot.cursor.left) <= BREAK_REACH;
  const found = plot.cursor.idx === null ? null : days.raw.breaks.find((each) => each.panel === panel.key && near(each));
  return found ? `from ${days.date(found.at)}: ${found.text}` : "";
}

function width() {
  return Math.max(260, $("panels").clientWidth);
}

function heightOf(panel) {
  if (panel.ribbon) return 240;
  return panel.dated ? 160 : 110;
}

// Only the first and the last panel have dates, which leaves the others more height for their values.
function axes(format, splits, dated = true) {
  const look = { stroke: () => colour("--quiet"), font: "12px system-ui, sans-serif" };
  const grid = { stroke: () => colour("--grid"), width: 1 };
  const y = { ...look, grid, ticks: { show: false }, size: 62, values: (_, ticks) => ticks.map((v) => (v === null ? "" : format(v))) };
  if (splits) Object.assign(y, { splits, filter: (_, ticks) => ticks });
  return [{ ...look, show: dated, grid: { show: false }, ticks: { stroke: () => colour("--grid") } }, y];
}

// Round prices between the bounds: even steps within a factor of four, else 1, 2 and 5 times powers of ten.
function priceSplits(_, __, low, high) {
  const found = [];
  if (high / low > 4) {
    for (let power = 10 ** Math.floor(Math.log10(low)); power <= high; power *= 10) {
      for (const factor of [1, 2, 5]) if (factor * power >= low && factor * power <= high) found.push(factor * power);
    }
    return found;
  }
  const raw = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((f) => f * power).find((s) => s >= raw);
  for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) found.push(tick);
  return found;
}

function options(days, panel, values, said) {
  return {
    width: width(),
    height: heightOf(panel),
    padding: [null, RIGHT, null, null],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    scales: {
      x: { time: true },
      y: panel.log ? { distr: 3, range: (_, low, high) => (low === null ? [1, 10] : [low * 0.96, high * 1.03]) } : {},
    },
    axes: axes(panel.key === "prices" ? price : panel.key === "breadth" ? panel.format : amount, panel.log ? priceSplits : null, panel.dated),
    cursor: { sync: { key: "days", setSeries: false }, drag: { x: true, y: false }, points: { size: 6 } },
    series: [
      { value: (_, seconds) => (seconds === null ? "" : isoDay(seconds)), label: "day" },
      ...panel.series.map(([, label, ink, dash]) => ({
        label,
        stroke: () => colour(ink),
        fill: panel.bars ? () => colour(ink) : undefined,
        width: panel.bars ? 0 : 1.6,
        dash,
        points: { show: false },
        paths: panel.bars ? uPlot.paths.bars({ size: [0.7, 14] }) : undefined,
        value: (_, value) => panel.format(value),
      })),
    ],
    hooks: {
      drawClear: [(plot) => hatch(days, plot, values[0])],
      draw: [(plot) => marks(days, plot, panel)],
      setCursor: [
        (plot) => plot.cursor.idx === null && showPinned(days, plot),
        (plot) => { said.textContent = breakUnder(days, plot, panel); },
      ],
      setScale: [(plot, key) => key === "x" && rangeWasSet(days, plot)],
      ready: [(plot) => plot.over.addEventListener("click", (event) => pinUnder(days, plot, event))],
    },
  };
}

// Away from the pointer the legend has the values of the pinned day.
function showPinned(days, plot) {
  const i = days.index(state.day);
  if (i >= 0) plot.setLegend({ idx: i }, false);
}

function pinUnder(days, plot, event) {
  const i = plot.cursor.idx;
  if (i === null || i === undefined || plot.select.width > 0) return;
  update(event.shiftKey ? { compare: days.date(i) } : { day: days.date(i) });
}

// Runs of days without a value, and the whole plot where the asset has none.
function hatch(days, plot, values) {
  const { left, top, width: wide, height } = plot.bbox;
  const context = plot.ctx;
  context.save();
  context.beginPath();
  context.rect(left, top, wide, height);
  context.clip();
  context.fillStyle = hatching(context);
  for (let i = 0; i < values.length; i += 1) {
    if (values[i] !== null) continue;
    const from = i;
    while (i + 1 < values.length && values[i + 1] === null) i += 1;
    const x = plot.valToPos(days.times[from] - DAY / 2, "x", true);
    context.fillRect(x, top, plot.valToPos(days.times[i] + DAY / 2, "x", true) - x, height);
  }
  context.restore();
}

// The labels as a ribbon, breaks of the feeds, and the pinned days.
function marks(days, plot, panel) {
  const { left, top, width: wide, height } = plot.bbox;
  const context = plot.ctx;
  const at = (seconds) => plot.valToPos(seconds, "x", true);
  context.save();
  context.beginPath();
  context.rect(left, top, wide, height);
  context.clip();
  if (panel.ribbon) {
    const tall = RIBBON * devicePixelRatio;
    for (let i = 0; i < days.count; i += 1) {
      const x = at(days.times[i] - DAY / 2);
      const end = at(days.times[i] + DAY / 2);
      if (end < left || x > left + wide) continue;
      context.globalAlpha = matches(days, i) || !isFiltered() ? 1 : FAINT;
      context.fillStyle = shown(days, i).colour;
      context.fillRect(x, top + height - tall, end - x + 0.5, tall);
    }
    context.globalAlpha = 1;
  }
  for (const found of days.raw.breaks.filter((each) => each.panel === panel.key)) {
    const x = at(days.times[found.at] - DAY / 2);
    context.fillStyle = hatching(context);
    context.fillRect(x - 4 * devicePixelRatio, top, 8 * devicePixelRatio, height);
    context.fillStyle = colour("--quiet");
    context.fillRect(x, top, devicePixelRatio, height);
  }
  for (const [pinned, ink] of [[state.compare, "--quiet"], [state.day, "--text"]]) {
    const i = days.index(pinned);
    if (i < 0) continue;
    context.fillStyle = colour(ink);
    context.fillRect(at(days.times[i]), top, 1.5 * devicePixelRatio, height);
  }
  context.restore();
}

function buildOverview(days) {
  if (overview) overview.destroy();
  $("overview").replaceChildren();
  overview = new uPlot(
    {
      width: width(),
      height: OVERVIEW_HEIGHT,
      padding: [null, RIGHT, null, null],
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { show: false } },
      scales: { x: { time: true }, y: { distr: 3, range: (_, low, high) => (low === null ? [1, 10] : [low * 0.95, high * 1.05]) } },
      axes: [axes(price)[0], { show: true, size: 62, values: () => [], grid: { show: false }, ticks: { show: false } }],
      series: [{}, { stroke: () => colour("--quiet"), width: 1, points: { show: false } }],
      hooks: {
        setSelect: [(plot) => {
          if (settingRange || plot.select.width < 3) return;
          setRange(days, plot.posToVal(plot.select.left, "x"), plot.posToVal(plot.select.left + plot.select.width, "x"));
        }],
      },
    },
    [days.times, days.numbers("close_usd")],
    $("overview"),
  );
}

function rangeWasSet(days, plot) {
  if (settingRange || !plots.length) return;
  const { min, max } = plot.scales.x;
  const [first, last] = view(days);
  if (min === days.times[first] - DAY / 2 && max === days.times[last] + DAY / 2) return;
  setRange(days, min, max);
}

// Zooms to the days between two seconds, at least a week of them.
function setRange(days, low, high) {
  const first = Math.max(0, Math.ceil((low - days.first) / DAY));
  const last = Math.min(days.count - 1, Math.max(Math.floor((high - days.first) / DAY), first + 6));
  const whole = first === 0 && last === days.count - 1;
  update({ from: whole ? "all" : days.date(Math.max(0, Math.min(first, last - 6))), to: whole ? "" : days.date(last) });
  applyRange(days);
}

// The indices of the first and the last day in view: the last year, unless the address says otherwise.
function view(days) {
  if (state.from === "all") return [0, days.count - 1];
  const last = days.index(state.to);
  const end = last < 0 ? days.count - 1 : last;
  const first = days.index(state.from);
  return [first < 0 || first >= end ? Math.max(0, end - 364) : first, end];
}

function applyRange(days) {
  const [first, last] = view(days);
  const range = { min: days.times[first] - DAY / 2, max: days.times[last] + DAY / 2 };
  settingRange = true;
  for (const { plot } of plots) plot.batch(() => plot.setScale("x", range));
  const left = overview.valToPos(range.min, "x");
  overview.setSelect({ left, top: 0, width: overview.valToPos(range.max, "x") - left, height: overview.over.clientHeight }, false);
  settingRange = false;
  $("range").textContent = `${days.date(first)} to ${days.date(last)}`;
}
