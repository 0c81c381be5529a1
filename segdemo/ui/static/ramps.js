// One perceptually ordered colour map for quantities, and the key that explains it.

// Viridis (Smith, van der Walt, Firing 2015; CC0) at 0, 1/16, ..., 1; between them, straight lines.
const VIRIDIS = [
  "#440154", "#48186a", "#472d7b", "#424086", "#3b528b", "#33638d", "#2c728e", "#26828e", "#21918c",
  "#1fa088", "#28ae80", "#3fbc73", "#5ec962", "#84d44b", "#addc30", "#d8e219", "#fde725",
];

// A share from 0 to 1 -> [red, green, blue].
function rampColour(share) {
  const place = Math.min(1, Math.max(0, share)) * (VIRIDIS.length - 1);
  const low = Math.min(VIRIDIS.length - 2, Math.floor(place));
  const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const [from, to] = [channels(VIRIDIS[low]), channels(VIRIDIS[low + 1])];
  return from.map((value, n) => Math.round(value + (to[n] - value) * (place - low)));
}

// 256 pixels, little-endian RGBA, from 0 to 1.
function rampPixels() {
  return Uint32Array.from({ length: 256 }, (_, n) => {
    const [red, green, blue] = rampColour(n / 255);
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
}

function rgb(share) {
  return `rgb(${rampColour(share).join(", ")})`;
}

// A bar of the colour map with its ends and what it measures.
function continuousKey(title, from, to) {
  const bar = make("span", { class: "panes-ramp", "aria-hidden": "true" });
  bar.style.background = `linear-gradient(to right, ${VIRIDIS.join(", ")})`;
  return make("span", { class: "panes-scale" }, make("span", {}, title), make("span", {}, from), bar, make("span", {}, to));
}

// A swatch for each of the counts 0 to `most`.
function countingKey(title, most) {
  const steps = Array.from({ length: most + 1 }, (_, n) =>
    make("span", { class: "panes-step" }, swatch(rgb(most ? n / most : 0)), String(n)),
  );
  return make("span", { class: "panes-scale" }, make("span", {}, title), ...steps);
}
