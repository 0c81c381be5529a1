// Look inside: colours of numbers, the key that explains them, and how numbers are written.

// Blue below zero, red above: RdBu of ColorBrewer (C. Brewer, Apache-2.0) at 0, 1/10, ..., 1.
const SIGNED = ["#053061", "#2065ab", "#4393c3", "#90c4dd", "#d1e5f0", "#f7f6f6", "#fddbc7", "#f3a481", "#d6604d", "#b1182b", "#67001f"];

// A share from 0 to 1 of a list of colours, straight lines between them -> [red, green, blue].
function between(colours, share) {
  const place = Math.min(1, Math.max(0, share)) * (colours.length - 1);
  const low = Math.min(colours.length - 2, Math.floor(place));
  const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const [from, to] = [channels(colours[low]), channels(colours[low + 1])];
  return from.map((value, n) => Math.round(value + (to[n] - value) * (place - low)));
}

function scaleOf(figure) {
  return figure.signed ? SIGNED : VIRIDIS;
}

// For each byte of a map its colour, [red, green, blue].
function coloursOf(figure) {
  return Array.from({ length: 256 }, (_, n) => between(scaleOf(figure), n / 255));
}

// The number that a byte stands for, and its text, as exact as a byte can be.
function numberAt(figure, byte) {
  return figure.low + (byte / 255) * (figure.high - figure.low);
}

function written(figure, number) {
  const step = (figure.high - figure.low) / 255;
  const digits = Math.min(4, Math.max(0, Math.ceil(-Math.log10(step))));
  const text = number.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text.replace("-", "\u2212");
}

// A short number for the ends of a scale.
function end(number) {
  const size = Math.abs(number);
  const text = number === 0 ? "0" : size >= 100 ? number.toFixed(0) : size >= 10 ? number.toFixed(1) : number.toFixed(2);
  return text.replace("-", "\u2212");
}

// The colours from the lowest to the highest number, with both ends written beside them.
function keyOf(figure, low = end(figure.low), high = end(figure.high)) {
  const bar = make("span", { class: "inside-bar", "aria-hidden": "true" });
  bar.style.background = `linear-gradient(to right, ${scaleOf(figure).join(", ")})`;
  return make("p", { class: "inside-key" }, make("span", {}, low), bar, make("span", {}, high));
}
