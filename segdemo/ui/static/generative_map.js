// The plane of a two-dimensional latent space; only a press asks the server, hovering never does.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const root = element.querySelector(".gen-map");
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const KEY_STEP = 0.01; // of an axis; with Shift ten times that
const REST = 120; // milliseconds without a key before the server is asked
const SNAP = 7; // pixels within which a press means the mark
const linked = new URLSearchParams(location.search);
const view = {
  under: Object.hasOwn(UNDER, linked.get("map") ?? "") ? linked.get("map") : "none",
  quantiles: linked.get("map_axes") === "quantiles",
  codes: true, ellipses: false, hidden: new Set(),
};
let current = null;
let axes = null;
let place = null;
let at = null; // the code that is decoded
let latest = 0;
let waiting = 0;

const canvas = make("canvas", { tabindex: "0", role: "img" });
const reading = make("p", { class: "gen-map-reading" });
const key = make("p", { class: "gen-map-key" });
const tools = make("div", { class: "gen-map-tools" });
const legend = make("div", { class: "gen-map-legend", role: "group", "aria-label": "Classes shown" });

const number = (n, digits = 2) => n.toFixed(digits).replace("-", "−");

// The mark of a shown class that is nearest to a place on the canvas, as [its number, pixels away].
function nearestMark(x, y) {
  let [best, least] = [-1, Infinity];
  current.points.label.forEach((label, n) => {
    if (view.hidden.has(label)) return;
    const [px, py] = place.at([current.points.x[n], current.points.y[n]]);
    const away = Math.hypot(px - x, py - y);
    if (away < least) [best, least] = [n, away];
  });
  return [best, least];
}

// What a code is said to be without asking: distance and class of the nearest code, the layer's number.
function read(z) {
  let [best, least] = [0, Infinity];
  current.points.x.forEach((x, n) => {
    const away = Math.hypot(x - z[0], current.points.y[n] - z[1]);
    if (away < least) [best, least] = [n, away];
  });
  const name = current.classes[current.points.label[best]];
  const layer = current.layers[view.under];
  const found = layer && view.under !== "distance" ? numberAt(layer, z) : null;
  const own = found === null ? "" : ` · ${layer.title.split(",")[0]} ${found <= layer.low && layer.cut ? "at most " : ""}${number(found, 1)}`;
  reading.textContent = `z = (${number(z[0])}, ${number(z[1])}) · nearest code: ${name}, ${number(least)} away${own}`;
}

// Decode a code: now, or once the hand has rested.
function ask(z, rest) {
  at = z;
  draw();
  read(z);
  clearTimeout(waiting);
  waiting = setTimeout(() => trigger("input", { z: at }), rest);
}

function inside(event) {
  const box = canvas.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  const [across, up] = [x - MARGIN.left, y - MARGIN.top];
  return across >= 0 && up >= 0 && across <= place.side && up <= place.side ? [x, y] : null;
}

canvas.addEventListener("click", (event) => {
  const found = current && inside(event);
  if (!found) return;
  const [mark, away] = view.codes ? nearestMark(...found) : [-1, Infinity];
  ask(away <= SNAP ? [current.points.x[mark], current.points.y[mark]] : place.code(...found), 0);
});

canvas.addEventListener("pointermove", (event) => {
  const found = current && place && inside(event);
  if (found) read(place.code(...found));
});

canvas.addEventListener("pointerleave", () => current && read(at));

canvas.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  if (!step || !current) return;
  event.preventDefault();
  const size = KEY_STEP * (event.shiftKey ? 10 : 1);
  ask(at.map((z, n) => axes[n].from(Math.min(1, Math.max(0, axes[n].to(z) + size * step[n])))), REST);
});

function change(changes) {
  Object.assign(view, changes);
  axes = axesOf(current, view.quantiles);
  window.segdemo.link("generate", { map: view.under === "none" ? null : view.under, map_axes: view.quantiles ? "quantiles" : null });
  show();
}

// Tools, legend and key for what is shown now.
function show() {
  const offered = Object.fromEntries(Object.entries(UNDER).filter(([name]) => ["none", "grid"].includes(name) || name in current.layers));
  if (!(view.under in offered)) view.under = "none";
  const under = radioGroup("Under the codes", offered, view.under, (name) =>
    change({ under: name, quantiles: name === "grid" || (view.quantiles && view.under !== "grid"), codes: name !== "grid" }));
  const over = make("fieldset", {}, make("legend", {}, "Over it"),
    checkBox("Codes", view.codes, (codes) => change({ codes })),
    ...(current.ellipses ? [checkBox("Posterior ellipses, 1 and 2 σ", view.ellipses, (ellipses) => change({ ellipses }))] : []),
    checkBox("Axes in quantiles", view.quantiles, (quantiles) => change({ quantiles })));
  const focused = tools.contains(document.activeElement) ? document.activeElement.parentElement.textContent : null;
  tools.replaceChildren(under, over);
  for (const label of tools.querySelectorAll("label")) if (label.textContent === focused) label.querySelector("input").focus();
  key.replaceChildren(...keyWords());
  canvas.setAttribute("aria-label", current.alt);
  draw();
  read(at);
}

// What the colours and outlines mean.
function keyWords() {
  if (view.under in current.layers) return scaleOf(current.layers[view.under]);
  if (view.under !== "grid") {
    const drawn = view.ellipses ? "; ellipses of image A and of two images of each class" : "";
    return [`${current.points.label.length} codes of training images${drawn}`];
  }
  return [`${current.grid.side} × ${current.grid.side} decoded codes in quantiles of ${current.grid.of}, not at equal steps`];
}

function buildLegend() {
  const labels = [...new Set(current.points.label)].sort((a, b) => a - b);
  const all = make("button", { type: "button", class: "gen-map-all" }, view.hidden.size ? "Show all" : "Hide all");
  all.addEventListener("click", () => {
    view.hidden = new Set(view.hidden.size ? [] : labels);
    buildLegend();
    legend.lastChild.focus();
    draw();
  });
  const buttons = labels.map((label) =>
    classButton(current.classes[label], ...markOf(label), !view.hidden.has(label), (now) => {
      view.hidden[now ? "delete" : "add"](label);
      all.textContent = view.hidden.size ? "Show all" : "Hide all";
      draw();
    }));
  legend.replaceChildren(...buttons, all);
}

async function update() {
  const mine = ++latest;
  const value = props.value;
  if (!value || value.empty !== undefined) {
    current = null;
    root.replaceChildren(make("p", { class: "gen-map-empty" }, value?.empty ?? "This is being worked out."));
    root.dataset.state = "empty";
    return;
  }
  const image = await loadImage(value.grid.uri);
  if (mine !== latest) return;
  const layers = Object.entries(value.layers).map(([name, layer]) => {
    const numbers = Float32Array.from(atob(layer.levels), (byte) => layer.low + (byte.charCodeAt(0) / 255) * (layer.high - layer.low));
    return [name, { ...layer, numbers }];
  });
  const other = current?.title !== value.title;
  current = { ...value, layers: Object.fromEntries(layers), grid: { ...value.grid, image } };
  if (other) view.hidden.clear();
  layerPictures = new Map();
  axes = axesOf(current, view.quantiles);
  at = current.start.z;
  root.replaceChildren(tools, make("div", { class: "gen-map-plot" }, legend, canvas, reading, key));
  root.dataset.state = "ready";
  buildLegend();
  show();
}

new ResizeObserver(draw).observe(root);
new MutationObserver(draw).observe(document.body, { attributeFilter: ["class"] });
watch("value", update);
update();
