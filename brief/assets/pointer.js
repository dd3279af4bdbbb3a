// Values under the pointer of the price chart, for mouse, touch and arrow keys; the strip shows the asset of the page.
(function () {
  "use strict";
  const strip = document.querySelector(".strip ul");
  const shown = strip.querySelector("[aria-current]");
  const [card, view] = [shown.getBoundingClientRect(), strip.getBoundingClientRect()];
  if (card.right > view.right) strip.scrollLeft = card.left - view.left - (view.width - card.width) / 2;
  const plot = document.querySelector(".plot");
  if (!plot) return;
  const values = JSON.parse(document.getElementById("values").textContent);
  const tip = plot.querySelector(".tip");
  const cross = plot.querySelector(".cross");
  const last = values.days.length - 1;
  let at = last;
  const number = new Intl.NumberFormat("en", { maximumSignificantDigits: 7 });
  const usd = (value) => (value === null ? "not known" : number.format(value) + " USD");

  plot.setAttribute("role", "slider");
  plot.setAttribute("aria-valuemin", "0");
  plot.setAttribute("aria-valuemax", String(last));
  describe(last);

  function describe(index) {
    const parts = [values.days[index], values.labels[index] || "no label", usd(values.close[index])];
    if (values.support[index] !== null) parts.push("support " + usd(values.support[index]));
    plot.setAttribute("aria-valuenow", String(index));
    plot.setAttribute("aria-valuetext", parts.join(", "));
    return parts;
  }

  function show(index) {
    at = Math.max(0, Math.min(last, index));
    const left = (100 * (at + 0.5)) / (last + 1);
    tip.textContent = describe(at).join("\n");
    tip.hidden = cross.hidden = false;
    cross.style.left = left + "%";
    tip.style.left = left > 50 ? "auto" : left + "%";
    tip.style.right = left > 50 ? 100 - left + "%" : "auto";
  }

  function hide() {
    tip.hidden = cross.hidden = true;
  }

  plot.addEventListener("pointermove", (event) => {
    const box = plot.getBoundingClientRect();
    show(Math.floor(((event.clientX - box.left) / box.width) * (last + 1)));
  });
  plot.addEventListener("pointerleave", hide);
  plot.addEventListener("blur", hide);
  plot.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last };
    if (event.key === "Escape") hide();
    if (!(event.key in moves)) return;
    event.preventDefault();
    show(moves[event.key]);
  });
})();
