// One pane: an architecture's name, its canvas, its numbers, and how a pixel in it is pointed at.

function millions(count) {
  return count >= 1e6 ? `${(count / 1e6).toFixed(1)} M` : `${Math.round(count / 1e3)} k`;
}

// What is measured about an architecture, as [text, explanation].
const NUMBERS = {
  milliseconds: (n) => [`${n < 10 ? n.toFixed(1) : Math.round(n)} ms`, "time on this server, trunk included"],
  parameters: (n) => [`${millions(n)} parameters`, "of trunk and head"],
  miou: (n) => [`val mIoU ${(n * 100).toFixed(1)} %`, "mean intersection over union on the validation photos"],
};

function describe(pane, value) {
  const parts = pane.areas
    .filter(([, share]) => share >= 0.005)
    .map(([index, share]) => `${value.classes[index]} ${percent(share)}`);
  return `${pane.title}: ${parts.join(", ")}. Arrow keys move the pixel that is read.`;
}

// A pane's elements and layers, from its part of the value and its mask's indices.
function buildPane(pane, indices, value) {
  const canvas = make("canvas", { tabindex: "0", role: "img", "aria-label": describe(pane, value) });
  canvas.style.aspectRatio = `${value.width} / ${value.height}`;
  canvas.style.maxWidth = `calc(74vh * ${value.width / value.height})`;
  const reading = make("span", { class: "pane-reading" });
  const numbers = Object.entries(NUMBERS)
    .filter(([key]) => key in pane.numbers)
    .map(([key, say]) => say(pane.numbers[key]))
    .map(([text, title]) => make("span", { title }, text));
  const heading = make("figcaption", {}, make("strong", {}, pane.title), reading);
  const figure = make("figure", { class: "pane", "data-name": pane.name }, heading, canvas);
  figure.append(make("p", { class: "pane-numbers" }, ...numbers));
  const colourLayer = makeCanvas(value.width, value.height);
  const outlineLayer = makeCanvas(value.width, value.height);
  return { ...pane, figure, canvas, reading, indices, colourLayer, outlineLayer };
}

// The mask's pixel under a pointer.
function pixelUnder(event, canvas, { width, height }) {
  const box = canvas.getBoundingClientRect();
  const clamp = (n, count) => Math.min(count - 1, Math.max(0, Math.floor(n * count)));
  return {
    x: clamp((event.clientX - box.left) / box.width, width),
    y: clamp((event.clientY - box.top) / box.height, height),
  };
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// Where a key moves the probe: arrows by a fiftieth of the width, with Shift by a pixel; Escape
// lifts it (null). Undefined for any other key.
function movedBy(event, probe, { width, height }) {
  if (event.key === "Escape") return null;
  if (!(event.key in ARROWS)) return undefined;
  const step = event.shiftKey ? 1 : Math.max(1, Math.round(width / 50));
  const from = probe ?? { x: width >> 1, y: height >> 1 };
  const [dx, dy] = ARROWS[event.key];
  return {
    x: Math.min(width - 1, Math.max(0, from.x + dx * step)),
    y: Math.min(height - 1, Math.max(0, from.y + dy * step)),
  };
}

// `pointAt(pixel or null)` is told where the pointer or the keys are, `probe()` says where they were.
function watchPointer(canvas, value, pointAt, probe) {
  const follow = (event) => pointAt(pixelUnder(event, canvas, value));
  canvas.addEventListener("pointermove", follow);
  canvas.addEventListener("pointerdown", follow);
  canvas.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && pointAt(null));
  canvas.addEventListener("keydown", (event) => {
    const moved = movedBy(event, probe(), value);
    if (moved === undefined) return;
    event.preventDefault();
    pointAt(moved);
  });
}
