// What is shown, kept in the address after `#`, so that a link or a bookmark shows the same again.
const DEFAULTS = {
  asset: CONTENT.assets[0],
  day: "",
  compare: "",
  from: "",
  to: "",
  colour: "label",
  label: [],
  grade: [],
  flag: [],
  onset: "",
  asof: "",
  tab: "days",
};
const state = { ...DEFAULTS };
const parts = []; // functions that draw a part of the page, each called with the names of what changed

function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const [name, usual] of Object.entries(DEFAULTS)) {
    const text = given.get(name);
    if (Array.isArray(usual)) state[name] = text ? text.split(",") : [];
    else state[name] = text === null ? usual : text;
  }
  const absent = CONTENT.assets.includes(state.asset) ? "" : state.asset;
  if (absent) state.asset = DEFAULTS.asset;
  $("absent").hidden = !absent;
  $("absent").textContent = `${absent} is not in this file, so it shows ${state.asset}. The page of a day: leverage brief --asset ${absent} --output FILE.html`;
  for (const name of ["day", "compare", "from", "to"]) {
    const known = /^\d{4}-\d{2}-\d{2}$/.test(state[name]) || (name === "from" && state[name] === "all");
    if (!known) state[name] = "";
  }
  if (state.asof && Number.isNaN(Date.parse(state.asof + "Z"))) state.asof = "";
  state.label = state.label.filter((label) => LABELS.has(label));
}

function address() {
  const given = new URLSearchParams();
  for (const [name, usual] of Object.entries(DEFAULTS)) {
    const text = String(state[name]);
    if (text !== String(usual)) given.set(name, text);
  }
  return "#" + given.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
}

// Changes what is shown, writes the address and draws every part.
function update(changes) {
  const changed = Object.keys(changes).filter((name) => String(changes[name]) !== String(state[name]));
  if (!changed.length) return;
  Object.assign(state, changes);
  if (location.hash !== address()) location.replace(address());
  draw(changed);
}

function draw(changed) {
  for (const part of parts) part(new Set(changed));
}

// Whether a day passes the filters.
function matches(days, i) {
  const event = days.name("event", i);
  if (event === null) return false;
  if (state.label.length && !state.label.includes(event)) return false;
  if (state.grade.length && !state.grade.includes(days.name("grade", i))) return false;
  if (state.onset && days.name("phase", i) !== "onset") return false;
  if (state.flag.length) {
    const flags = (days.name("flags", i) || "").split(",");
    if (!state.flag.some((flag) => flags.includes(flag))) return false;
  }
  return true;
}

const isFiltered = () => Boolean(state.label.length || state.grade.length || state.flag.length || state.onset);
