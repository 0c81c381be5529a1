// One pane: an architecture's name, its canvas, what it reads, its numbers.

function millions(count) {
  return count >= 1e6 ? `${(count / 1e6).toFixed(1)} M` : `${Math.round(count / 1e3)} k`;
}

// What is measured about an architecture, as [text, explanation].
const NUMBERS = {
  milliseconds: (n) => [`${n < 10 ? n.toFixed(1) : Math.round(n)} ms`, "time on this server for this photo, trunk included"],
  parameters: (n) => [`${millions(n)} parameters`, "of trunk and head"],
  miou: (n, value) => [`val mIoU ${(n * 100).toFixed(1)} %`, `mean intersection over union on ${value.measuredOn}`],
};

function describe(pane, value) {
  const parts = pane.areas
    .filter(([, share]) => share >= 0.005)
    .map(([index, share]) => `${value.classes[index]} ${percent(share)}`);
  return `${pane.caption}: ${parts.join(", ")}. Arrow keys move the pixel that is read, + and - zoom.`;
}

function paneCanvas(value, label, tallest) {
  const canvas = make("canvas", { tabindex: "0", role: "img", "aria-label": label });
  canvas.style.aspectRatio = `${value.width} / ${value.height}`;
  canvas.style.maxWidth = `calc(${tallest}vh * ${value.width / value.height})`;
  return canvas;
}

// The line below a pane; empty while the names are hidden, for it would give them away.
function numbersLine(pane, value) {
  const line = make("p", { class: "pane-numbers" });
  if (pane.anonymous) return line;
  for (const [key, say] of Object.entries(NUMBERS)) {
    if (!(key in pane.numbers)) continue;
    const [text, title] = say(pane.numbers[key], value);
    line.append(make("span", { title }, text));
  }
  const { columns, rows } = pane.scores;
  line.append(make("span", { title: "cells of the score map, before it is enlarged to the photo" }, `score map ${columns} × ${rows}`));
  return line;
}

// A pane's elements, from a decoded pane that knows its caption.
function buildPane(pane, value) {
  const canvas = paneCanvas(value, describe(pane, value), 74);
  const reading = buildReading();
  const heading = make("figcaption", {}, make("strong", {}, pane.caption), reading.heading);
  const figure = make("figure", { class: "pane" }, heading, canvas, reading.list, numbersLine(pane, value));
  if (!pane.anonymous) figure.dataset.name = pane.name;
  return { ...pane, figure, canvas, reading };
}

// Grid columns for a number of panes: two by two, then three, then four abreast.
function columns(count) {
  return count <= 2 ? count : count <= 4 ? 2 : count <= 9 ? 3 : 4;
}
