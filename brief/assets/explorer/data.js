// The published days: unpacking them, and reading a day of an asset.
const DAY = 86400; // seconds
const CONTENT = JSON.parse(document.getElementById("content").textContent);
const LABELS = new Map(CONTENT.labels.map((label) => [label.label, label]));
const NO_LABEL = { words: "not known then", colour: "#ffffff", on: "#000000", meaning: "" };

const words = (name) => (name === null || name === undefined ? "none" : name.replaceAll("_", " "));
const isoDay = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);
const dayStart = (iso) => Date.parse(iso) / 1000;

// JSON that was compressed into the page, by the id of the element that holds it.
async function unpack(id) {
  const bytes = Uint8Array.from(atob(document.getElementById(id).textContent.trim()), (c) => c.charCodeAt(0));
  const unzipped = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(unzipped).text());
}

// One asset by calendar day. A day is an index from 0; values are null where nothing is known.
class Days {
  constructor(asset, raw) {
    this.asset = asset;
    this.raw = raw;
    this.count = raw.count;
    this.first = dayStart(raw.first);
    this.times = Array.from({ length: raw.count }, (_, i) => this.first + i * DAY);
    this.asOf = null;
    this.known = null;
  }

  date(i) {
    return isoDay(this.times[i]);
  }

  // The index of a day, or -1 where the asset does not have it.
  index(iso) {
    const i = Math.round((dayStart(iso || "") - this.first) / DAY);
    return i >= 0 && i < this.count ? i : -1;
  }

  numbers(column) {
    return this.raw.numbers[column] || new Array(this.count).fill(null);
  }

  number(column, i) {
    const values = this.raw.numbers[column];
    return values ? values[i] : null;
  }

  // A name; what a label is may be asked as it was known at the moment that `setAsOf` set.
  name(column, i) {
    if (this.known && column in this.known) return this.known[column][i];
    return coded(this.raw.names[column], i);
  }

  confidence(i) {
    return this.known ? this.known.confidence[i] : this.number("confidence", i);
  }

  label(i) {
    return LABELS.get(this.name("event", i)) || NO_LABEL;
  }

  state(i) {
    return LABELS.get(this.name("regime", i)) || NO_LABEL;
  }

  // From now on labels are those available at this second; null for those of the release.
  setAsOf(seconds) {
    if (seconds === this.asOf) return;
    this.asOf = seconds;
    this.known = null;
    const all = this.raw.revisions;
    if (seconds === null || !all) return;
    const known = { event: [], regime: [], grade: [], confidence: [] };
    for (const column of Object.values(known)) column.length = this.count;
    for (const column of Object.values(known)) column.fill(null);
    all.day.forEach((day, at) => {
      if (all.available[at] > seconds) return;
      for (const column of ["event", "regime", "grade"]) known[column][day] = coded(all[column], at);
      known.confidence[day] = all.confidence[at];
    });
    this.known = known;
  }
}

function coded(column, i) {
  if (!column) return null;
  const at = column.at[i];
  return at === null || at === undefined ? null : column.list[at];
}

// The breadth of the market on the days of an asset, if the release has it: {column: values}.
function onDaysOf(days, breadth) {
  const shift = Math.round((days.first - dayStart(breadth.first)) / DAY);
  const aligned = {};
  for (const [name, values] of Object.entries(breadth.numbers)) {
    aligned[name] = days.times.map((_, i) => values[i + shift] ?? null);
  }
  return aligned;
}
