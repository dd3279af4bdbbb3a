// The pinned day: label, sentence, figures, and the evidence of its label.
let texts = null; // of the chosen asset, unpacked when a day is first pinned

const FIGURES = [
  ["close", "close_usd", (v) => price(v) + (v === null ? "" : " USD")],
  ["change on the day", "return_pct", (v) => signed(v, 1, " %")],
  ["low against the previous close", "low_vs_previous_close_pct", (v) => signed(v, 1, " %")],
  ["open interest", "open_interest_usd", (v) => amount(v) + (v === null ? "" : " USD")],
  ["open interest in contracts, 1 day", "open_interest_change_1d_pct", (v) => signed(v, 1, " %")],
  ["longs liquidated", "long_liquidations_usd", (v) => amount(v) + (v === null ? "" : " USD")],
  ["shorts liquidated", "short_liquidations_usd", (v) => amount(v) + (v === null ? "" : " USD")],
  ["liquidations against an ordinary day", "liquidation_multiple", (v) => fixed(v, 2, " x")],
  ["funding", "funding_8h_bp", (v) => signed(v, 2, v === null ? "" : " bp per 8 h")],
  ["netflow to exchanges", "netflow_coin", (v) => signed(v, 0, v === null ? "" : " coins")],
  ["active addresses", "active_addresses_count", (v) => fixed(v, 0)],
  ["support", "support_usd", (v) => price(v) + (v === null ? "" : " USD")],
];

async function textsOf(asset) {
  if (!texts || texts.asset !== asset) texts = { asset, ...(await unpack(`texts-${asset}`)) };
  return texts;
}

async function drawDay(days) {
  const i = days.index(state.day);
  const holder = $("day");
  if (i < 0) {
    holder.replaceChildren(element("p", { className: "quiet" }, "Click a day in the calendar or a chart to pin it; with Shift to compare it."));
    return;
  }
  const found = await textsOf(days.asset);
  if (days.index(state.day) !== i) return; // another day was pinned meanwhile
  const move = (by, text) => {
    const to = i + by;
    const there = to >= 0 && to < days.count;
    return element("button", { type: "button", disabled: !there, onclick: () => update({ day: days.date(to) }) }, text);
  };
  const page = CONTENT.pages[`${days.asset} ${state.day}`];
  const content = [
    element("p", { className: "kicker" }, `${days.asset} · ${state.day} `, move(-1, "← day before"), " ", move(1, "day after →")),
    element("h3", {}, chip(days.label(i))),
    element("p", { className: "sentence" }, found.sentences[i] || "The asset has no row for this day."),
    element("p", { className: "quiet" }, facts(days, i)),
    ...days.raw.breaks.filter(({ at }) => at === i).map(({ panel, text }) => element("p", { className: "quiet" }, `${titleOf(panel)}, different from this day on: ${text}.`)),
    page ? element("p", {}, element("a", { href: page }, "The page of this day")) : null,
    figures(days, i),
    evidence(found.evidence, i),
  ];
  holder.replaceChildren(...content.filter(Boolean));
}

function facts(days, i) {
  const confidence = days.confidence(i);
  const parts = [
    `State: ${words(days.name("state_in_words", i))}`,
    `confidence ${confidence === null ? "none" : confidence.toFixed(2)}`,
    `grade ${days.name("grade", i) || "none"}`,
    `next label ${words(days.name("runner_up", i))}`,
    `flags ${words(days.name("flags", i))}`,
    `support ${words(days.name("support_status", i))}`,
    `data ${words(days.name("data_status", i))}, ${days.raw.final[i] ? "final" : "not final"}`,
  ];
  const missing = days.name("missing_inputs", i);
  if (missing) parts.push(`missing: ${words(missing).replaceAll(",", ", ")}`);
  if (days.name("venues", i)) parts.push(`venues: ${days.name("venues", i)}`);
  return parts.join("; ") + ".";
}

function figures(days, i) {
  const columns = [
    { head: "Figure", cell: ([title]) => title },
    { head: "Value", number: true, cell: ([, column, say]) => say(days.number(column, i)) },
    { head: "Before", number: true, cell: ([, column, say]) => say(i ? days.number(column, i - 1) : null) },
  ];
  return table("Figures of the day and of the day before", columns, FIGURES);
}

const SHORT_UNITS = { "usual deviations": "x usual", ratio: "x", "share 0..1": "of 1", "percentile 0..100": "th percentile" };

function measured(value, unit) {
  if (value === null) return UNKNOWN;
  if (unit === "USD" || unit === "coins" || unit === "addresses") return `${amount(value)} ${unit}`;
  return `${fixed(value, 2)} ${SHORT_UNITS[unit] || unit || ""}`;
}

function evidence(rows, i) {
  const chosen = rows.day.map((day, at) => (day === i && rows.label_rank[at] === 1 ? at : -1)).filter((at) => at >= 0);
  if (!chosen.length) return element("p", { className: "quiet" }, "No evidence: the day lacks required inputs.");
  const share = (at) => (rows.membership[at] === null ? UNKNOWN : `${Math.round(100 * rows.membership[at])} %`);
  const columns = [
    {
      head: "Evidence",
      cell: (at) =>
        element("span", {}, `${words(coded(rows.predicate, at))} (${words(coded(rows.role, at))}) `, element("span", { className: "quiet" }, coded(rows.baseline, at) || "")),
    },
    { head: "Value", number: true, cell: (at) => measured(rows.value[at], coded(rows.unit, at)) },
    { head: "Holds", number: true, cell: share },
  ];
  const order = ["core", "guard", "supporting", "supports_only"];
  chosen.sort((a, b) => order.indexOf(coded(rows.role, a)) - order.indexOf(coded(rows.role, b)));
  return table("Evidence of the label", columns, chosen);
}
