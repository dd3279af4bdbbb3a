// Colours of the theme for what is drawn on a canvas, and the hatching of days without a value.
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const darkTheme = matchMedia("(prefers-color-scheme: dark)");
const FAINT = 0.18; // of a day that the filters leave out

function hatching(context) {
  const size = 6 * devicePixelRatio;
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const lines = tile.getContext("2d");
  lines.strokeStyle = colour("--quiet");
  lines.globalAlpha = 0.55;
  lines.lineWidth = devicePixelRatio;
  lines.beginPath();
  for (const shift of [-size, 0, size]) {
    lines.moveTo(shift, size);
    lines.lineTo(shift + size, 0);
  }
  lines.stroke();
  return context.createPattern(tile, "repeat");
}

// The label or the state of a day, whichever the page is coloured by.
const shown = (days, i) => (state.colour === "state" ? days.state(i) : days.label(i));
