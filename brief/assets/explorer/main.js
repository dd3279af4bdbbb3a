// Puts the parts together: reads the address, unpacks the asset, draws, and draws again when something changes.
const TABS = { days: drawDays, episodes: drawEpisodes, study: drawStudy, transitions: drawTransitions, compare: drawComparison, revisions: drawRevisions };
const FLAGS = ["reset_complete", "fresh_shorts", "spot_pressure"];
let current = null;

async function loadAsset() {
  current = new Days(state.asset, await unpack(`days-${state.asset}`));
  current.setAsOf(asOfSeconds());
  if (!state.day) state.day = current.date(current.count - 1);
  buildCalendar(current);
  clearPanels();
  buildPanels(current);
}

const asOfSeconds = () => (state.asof ? Date.parse(state.asof + "Z") / 1000 : null);

async function drawAll(changed) {
  if (changed.has("asset")) await loadAsset();
  const has = (...names) => names.some((name) => changed.has(name)) || changed.has("asset");
  const filters = ["label", "grade", "flag", "onset", "asof", "colour"];
  current.setAsOf(asOfSeconds());
  if (has("from", "to")) applyRange(current);
  if (has(...filters, "day", "compare")) {
    drawCalendar(current);
    for (const { plot } of plots) {
      plot.redraw();
      showPinned(current, plot);
    }
  }
  if (has(...filters)) {
    drawLegend(current);
    showFilters();
  }
  if (has("day", "asof")) {
    $("day-input").value = state.day;
    pointAt(current, current.index(state.day));
    await drawDay(current);
  }
  if (has("from", "to", ...filters)) $("sql").textContent = sql(current);
  const tabNeeds = { days: filters, episodes: filters, study: [...filters, "day"], transitions: filters, compare: ["day", "compare", "asof"], revisions: ["asof"] };
  if (has("tab", ...tabNeeds[state.tab])) await drawTab();
  document.body.dataset.drawn = address();
  performance.mark("drawn");
}

async function drawTab() {
  for (const button of document.querySelectorAll('[role="tab"]')) {
    const chosen = button.dataset.tab === state.tab;
    button.setAttribute("aria-selected", String(chosen));
    button.tabIndex = chosen ? 0 : -1;
    if (chosen) $("tab-panel").setAttribute("aria-labelledby", button.id);
  }
  await TABS[state.tab](current, $("tab-panel"));
}

function showFilters() {
  $("asset").value = state.asset;
  $("colour").value = state.colour;
  $("onset").checked = Boolean(state.onset);
  for (const box of document.querySelectorAll("[data-filter]")) box.checked = state[box.dataset.filter].includes(box.value);
  let count = 0;
  for (let i = 0; i < current.count; i += 1) count += matches(current, i);
  const moment = state.asof ? ` Labels as known ${state.asof.replace("T", " ")} UTC.` : "";
  $("matching").textContent = `${count} of ${current.count} days${isFiltered() ? " pass the filters" : ""}.${moment}`;
  $("clear").disabled = !isFiltered();
}

function buildFilters() {
  const box = (filter, value, label) => {
    const input = element("input", { type: "checkbox", value });
    input.dataset.filter = filter;
    input.addEventListener("change", () => {
      const others = state[filter].filter((each) => each !== value);
      update({ [filter]: input.checked ? [...others, value].sort() : others });
    });
    return element("label", { className: "box" }, input, label);
  };
  $("labels").append(...CONTENT.labels.map((label) => box("label", label.label, chip(label))));
  $("grades").append(...["A", "B", "C", "D"].map((grade) => box("grade", grade, grade)));
  $("flags").append(...FLAGS.map((flag) => box("flag", flag, words(flag))));
  $("asset").append(...CONTENT.assets.map((asset) => element("option", { value: asset }, asset)));
  $("asset").addEventListener("change", (event) => update({ asset: event.target.value }));
  $("colour").addEventListener("change", (event) => update({ colour: event.target.value }));
  $("onset").addEventListener("change", (event) => update({ onset: event.target.checked ? "1" : "" }));
  $("day-input").addEventListener("change", (event) => event.target.value && update({ day: event.target.value }));
  $("clear").addEventListener("click", () => update({ label: [], grade: [], flag: [], onset: "" }));
}

function bindKeys() {
  $("years").addEventListener("keydown", (event) => calendarKeys(event, current));
  const tabs = [...document.querySelectorAll('[role="tab"]')];
  tabs.forEach((button, at) => {
    button.addEventListener("click", () => update({ tab: button.dataset.tab }));
    button.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(at + step + tabs.length) % tabs.length];
      next.focus();
      update({ tab: next.dataset.tab });
    });
  });
  for (const button of document.querySelectorAll("[data-days]")) {
    button.addEventListener("click", () => {
      const count = Number(button.dataset.days);
      const [, last] = view(current);
      update(count ? { from: current.date(Math.max(0, last - count + 1)), to: current.date(last) } : { from: "all", to: "" });
    });
  }
  for (const button of document.querySelectorAll("[data-move]")) {
    button.addEventListener("click", () => {
      const [first, last] = view(current);
      const by = Math.round(((last - first) / 2) * Number(button.dataset.move));
      const shift = Math.max(-first, Math.min(current.count - 1 - last, by));
      update({ from: current.date(first + shift), to: current.date(last + shift) });
    });
  }
}

function readView() {
  readAddress();
  if (!Object.hasOwn(TABS, state.tab)) state.tab = DEFAULTS.tab;
}

async function start() {
  readView();
  buildFilters();
  bindKeys();
  bindExports(() => current);
  if ($("breadth")) breadth = await unpack("breadth");
  let drawing = Promise.resolve();
  parts.push((changed) => { drawing = drawing.then(() => drawAll(changed)); });
  draw(["asset"]);
  await drawing;
  addEventListener("hashchange", () => {
    if (location.hash === address()) return;
    readView();
    draw(["asset"]);
  });
  darkTheme.addEventListener("change", () => draw(["colour"]));
  let waiting = 0;
  addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      for (const { plot, panel } of plots) plot.setSize({ width: width(), height: heightOf(panel) });
      overview.setSize({ width: width(), height: OVERVIEW_HEIGHT });
      applyRange(current);
      draw(["colour"]);
    }, 150);
  });
}

start();
