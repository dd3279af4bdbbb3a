// The calendar of all years: a square for each day, coloured by label or state. Click or Enter pins a day.
const calendar = { years: [], at: -1 };
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTHS_HEIGHT = 13; // pixels above the squares

function buildCalendar(days) {
  const holder = $("years");
  holder.replaceChildren();
  calendar.years = [];
  const last = Number(days.date(days.count - 1).slice(0, 4));
  for (let year = Number(days.date(0).slice(0, 4)); year <= last; year += 1) {
    const canvas = element("canvas", { className: "year" });
    canvas.dataset.year = String(year);
    calendar.years.push({ year, canvas });
    holder.append(element("div", { className: "year-row" }, element("span", { className: "quiet" }, String(year)), canvas));
    canvas.addEventListener("pointermove", (event) => pointAt(days, dayUnder(days, year, canvas, event)));
    canvas.addEventListener("pointerleave", () => pointAt(days, days.index(state.day)));
    canvas.addEventListener("click", (event) => {
      const i = dayUnder(days, year, canvas, event);
      if (i >= 0) update(event.shiftKey ? { compare: days.date(i) } : { day: days.date(i) });
    });
  }
  holder.setAttribute("aria-valuemin", "0");
  holder.setAttribute("aria-valuemax", String(days.count - 1));
}

// Columns are weeks that begin on Monday, rows are weekdays.
function place(year, seconds) {
  const start = Date.UTC(year, 0, 1) / 1000;
  const before = (new Date(start * 1000).getUTCDay() + 6) % 7;
  const nth = Math.round((seconds - start) / DAY) + before;
  return { column: Math.floor(nth / 7), row: nth % 7 };
}

function dayUnder(days, year, canvas, event) {
  const box = canvas.getBoundingClientRect();
  const column = Math.floor(((event.clientX - box.left) / box.width) * 54);
  const row = Math.floor(((event.clientY - box.top - MONTHS_HEIGHT) / (box.height - MONTHS_HEIGHT)) * 7);
  if (row < 0) return -1;
  const start = Date.UTC(year, 0, 1) / 1000;
  const before = (new Date(start * 1000).getUTCDay() + 6) % 7;
  const seconds = start + (column * 7 + row - before) * DAY;
  return new Date(seconds * 1000).getUTCFullYear() === year ? days.index(isoDay(seconds)) : -1;
}

function pointAt(days, i) {
  calendar.at = i;
  const text = i < 0 ? "" : `${days.date(i)}: ${days.label(i).words}; ${words(days.name("state_in_words", i))}`;
  $("pointed").textContent = text || "Point at a day";
  $("years").setAttribute("aria-valuenow", String(Math.max(i, 0)));
  $("years").setAttribute("aria-valuetext", text || "no day");
}

function drawCalendar(days) {
  const ratio = devicePixelRatio;
  for (const { year, canvas } of calendar.years) {
    const cell = Math.max(1, Math.floor((canvas.clientWidth * ratio) / 54));
    canvas.width = cell * 54;
    // The canvas is shown as wide as its row, so its own pixels are a little larger or smaller than the screen's.
    const scale = canvas.clientWidth / (cell * 54);
    const top = Math.round(MONTHS_HEIGHT / scale);
    canvas.height = top + cell * 7;
    canvas.style.height = `${canvas.height * scale}px`;
    const context = canvas.getContext("2d");
    context.fillStyle = colour("--quiet");
    context.font = `${Math.round(10 / scale)}px system-ui, sans-serif`;
    context.textBaseline = "top";
    MONTHS.forEach((name, month) => {
      context.fillText(name, place(year, Date.UTC(year, month, 1) / 1000).column * cell, 0);
    });
    const hatch = hatching(context);
    const from = Math.max(0, days.index(`${year}-01-01`));
    for (let i = from; i < days.count && days.date(i).startsWith(String(year)); i += 1) {
      const { column, row } = place(year, days.times[i]);
      context.globalAlpha = matches(days, i) || !isFiltered() ? 1 : FAINT;
      const name = state.colour === "state" ? days.name("regime", i) : days.name("event", i);
      context.fillStyle = name === null || name === "insufficient_data" ? hatch : shown(days, i).colour;
      context.fillRect(column * cell, top + row * cell, cell - ratio, cell - ratio);
      context.globalAlpha = 1;
      for (const [pinned, ink] of [[state.compare, "--quiet"], [state.day, "--text"]]) {
        if (days.date(i) !== pinned) continue;
        context.strokeStyle = colour(ink);
        context.lineWidth = 2 * ratio;
        context.strokeRect(column * cell, top + row * cell, cell - ratio, cell - ratio);
      }
    }
  }
}

function calendarKeys(event, days) {
  const at = calendar.at < 0 ? days.count - 1 : calendar.at;
  const moves = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -7, ArrowRight: 7, PageUp: -365, PageDown: 365 };
  if (event.key === "Enter" || event.key === " ") update({ day: days.date(at) });
  else if (event.key === "Home") pointAt(days, 0);
  else if (event.key === "End") pointAt(days, days.count - 1);
  else if (event.key in moves) pointAt(days, Math.max(0, Math.min(days.count - 1, at + moves[event.key])));
  else return;
  event.preventDefault();
}

function drawLegend(days) {
  const counts = new Map();
  for (let i = 0; i < days.count; i += 1) {
    const { words: name } = shown(days, i);
    counts.set(name, (counts.get(name) || 0) + 1);
  }
  const entries = CONTENT.labels
    .filter((label) => counts.has(label.words))
    .map((label) =>
      element(
        "li",
        {},
        element("span", {
          className: label.label === "insufficient_data" ? "swatch hatched" : "swatch",
          style: label.label === "insufficient_data" ? "" : `background:${label.colour}`,
        }),
        `${label.words} (${counts.get(label.words)})`,
      ),
    );
  $("legend").replaceChildren(...entries);
}
