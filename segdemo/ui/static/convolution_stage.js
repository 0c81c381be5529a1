// The stage: the layer step by step and in other views, all in the browser from one value.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const TAB = "convolution";
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const root = element.querySelector(".cv-stage");
const state = { view: "step", reading: "gather", out: 0, step: 0, cell: null, hover: null, transpose: false };
let layer = null;
let scene = null; // of the step view, or null
let shown = null; // what stands there: {grids, lit, text, ...}
let drawing = 0;
let writing = 0;

const banner = make("div", { class: "cv-banner", role: "alert" });
const look = make("p", { class: "cv-look" });
const viewButtons = make("div", { class: "cv-views", role: "group", "aria-label": "View" });
const options = make("div", { class: "cv-options" });
const grids = make("div", { class: "cv-grids" });
const words = make("p", { class: "cv-sum" });
const spoken = make("p", { class: "cv-spoken", "aria-live": "polite" });
const notes = make("div", { class: "cv-notes" });
const key = make("ul", { class: "cv-key", "aria-label": "How cells are drawn" });
const player = new Player((step, how) => moved(step, how));
const facts = make("p", { class: "cv-facts" });
const numbers = make("pre", { tabindex: "0", "aria-label": "The output's numbers" });
const asText = make("details", { class: "cv-text" }, make("summary", {}, "The output as text"), numbers);

// Keep a change of the view in the link too, once a row of changes is over.
function remember(changes) {
  Object.assign(state, changes);
  clearTimeout(writing);
  writing = setTimeout(writeLink, 150);
}

function writeLink() {
  const { view, reading, out, step, cell } = state;
  if (window.segdemo.current() !== TAB) return;
  window.segdemo.link(TAB, {
    view: view === "step" ? null : view,
    reading: layer?.transposed && reading === "scatter" ? reading : null,
    out: out || null,
    step: step || null,
    cell: cell ? `${cell.side}.${cell.cell.join(".")}` : null,
  });
}

function redraw() {
  cancelAnimationFrame(drawing);
  drawing = requestAnimationFrame(draw);
}

// What is looked at: the cell under the pointer, else the one pressed, else the step's.
function focused() {
  if (state.hover) return state.hover;
  if (state.cell) return state.cell;
  return scene ? { side: scene.scatter ? "input" : "output", cell: scene.stepCell(state.step) } : null;
}

// The sum, the reach or the number of the cell that is looked at.
function said(focus) {
  if (scene) return describe(scene, focus);
  const grid = focus && shown.grids.find((one) => one.side === focus.side);
  return grid ? readCell(layer, grid, focus.cell) : shown.lit ? "Point at a cell to see its partners." : "";
}

function draw() {
  if (!shown) return;
  const focus = focused();
  const marks = focus && shown.lit ? shown.lit(focus) : (shown.resting ?? []);
  shown.grids.forEach((grid, n) => {
    const veil = scene && grid === scene.output && !scene.scatter && state.step < scene.steps - 1 ? state.step + 1 : null;
    grid.draw(marks[n] ?? [], veil);
  });
  words.textContent = said(focus);
  root.dataset.step = state.step;
}

function moved(step, how) {
  if (how !== "paused") state.step = step;
  if (how !== "play" && how !== "reset") remember({ cell: null, step });
  if (!scene) return;
  if (scene.scatter) {
    scene.output.values = scene.painted(step);
    scene.output.repaint();
  }
  if (how === "key") spoken.textContent = describe(scene, { side: scene.scatter ? "input" : "output", cell: scene.stepCell(step) });
  redraw();
}

function stageWidth() {
  return Math.max(260, grids.clientWidth || root.clientWidth);
}

// One size of cell for all grids where that is large enough, else each grid gets its own.
function fitGrids() {
  if (!shown?.grids.length || !root.clientWidth) return;
  const width = stageWidth();
  const gap = 36;
  const across = shown.grids.map((grid) => grid.shape[1]);
  const high = Math.max(...shown.grids.map((grid) => grid.shape[0]));
  const together = Math.min(46, (width - gap * across.length) / across.reduce((a, b) => a + b), 560 / high);
  const stacked = Math.min(44, width / Math.max(...across), 560 / high);
  const common = together >= 26 ? together : stacked >= 22 ? stacked : null;
  for (const grid of shown.grids) {
    const room = roomFor(grid, width, gap);
    const own = Math.min(40, room / grid.shape[1], (grid.side === "kernel" ? 220 : 560) / grid.shape[0]);
    grid.fit(common ? Math.floor(common) : own >= 5 ? Math.floor(own) : own);
  }
}

// The width of a grid that has a cell size of its own: kernels are small, others share the rest.
function roomFor(grid, width, gap) {
  if (grid === shown.wide) return width;
  if (grid.side === "kernel") return Math.min(width, 220);
  return Math.min(width, 520, Math.max(300, (width - 220 - 2 * gap) / 2));
}

function listen(grid) {
  const at = (event) => {
    const cell = grid.cellUnder(event);
    if (!cell) return null;
    if (scene && grid.side === "input") {
      const real = scene.inputCell(cell);
      return real && { side: "input", cell: real };
    }
    if (grid.kinds && grid.kinds[cell[0] * grid.shape[1] + cell[1]] === KIND.absent && grid.side === "channels") return null;
    return { side: grid.side, cell };
  };
  grid.canvas.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse") return;
    state.hover = at(event);
    redraw();
  });
  grid.canvas.addEventListener("pointerleave", () => ((state.hover = null), redraw()));
  grid.canvas.addEventListener("click", (event) => pressed(at(event)));
  grid.canvas.addEventListener("keydown", (event) => byKey(event, grid));
}

function pressed(focus) {
  if (!focus) return;
  state.hover = null;
  if (shown.picksChannel) return openView("step", { out: focus.cell[0] });
  if (scene && focus.side === (scene.scatter ? "input" : "output")) {
    const step = focus.cell[0] * scene.stepShape[1] + focus.cell[1];
    remember({ cell: null });
    player.go(step, "button");
  } else remember({ cell: focus });
  redraw();
}

// Arrows on a grid move the cell that is looked at there; Escape lets go of it.
function byKey(event, grid) {
  if (event.key === "Escape") {
    remember({ cell: null });
    redraw();
    return;
  }
  const arrow = ARROWS[event.key];
  if (!arrow || (scene && grid === scene.output && !scene.scatter)) return; // the output's arrows step
  event.preventDefault();
  event.stopPropagation();
  const limits = grid.side === "input" ? layer.inputShape : grid.shape;
  const here = state.cell?.side === grid.side ? state.cell.cell : null;
  const cell = here ? here.map((n, axis) => Math.min(limits[axis] - 1, Math.max(0, n + arrow[axis]))) : [0, 0];
  remember({ cell: { side: grid.side, cell } });
  spoken.textContent = said(state.cell);
  redraw();
}

// Anywhere else on the stage arrows step: by one, or by a row of the stepped grid.
root.addEventListener("keydown", (event) => {
  const arrow = ARROWS[event.key];
  if (!scene || !arrow || event.target.matches("input, select, summary, pre, textarea")) return;
  event.preventDefault();
  state.hover = null;
  player.go(state.step + arrow[0] * scene.stepShape[1] + arrow[1], "key");
});
player.scrubber.addEventListener("keydown", (event) => {
  if (!scene || !(event.key in ARROWS)) return;
  event.preventDefault();
  const arrow = ARROWS[event.key];
  player.go(state.step + arrow[0] * scene.stepShape[1] + arrow[1], "key");
});

function openView(view, changes = {}) {
  state.hover = null;
  remember({ view, cell: null, ...changes });
  build();
}

function buildTools() {
  const views = [["step", "Step by step"], ...Object.entries(VIEWS).map(([name, { title }]) => [name, title])];
  viewButtons.replaceChildren(toggleButtons("View", views, state.view, (name) => openView(name)));
  options.replaceChildren();
  if (state.view === "step" && layer.transposed) {
    options.append(toggleButtons("Reading", [["gather", "Gather"], ["scatter", "Scatter"]], state.reading, (reading) => openView("step", { reading, step: 0 })));
  }
  if (shown.transposable) {
    options.append(toggleButtons("Matrix", [[false, "C"], [true, "Cᵀ"]], state.transpose, (name) => openView("matrix", { transpose: name })));
  }
  if (layer.channels[1] > 1 && !shown.picksChannel) {
    const select = make("select", {}, ...range(layer.channels[1]).map((n) => make("option", { value: String(n) }, String(n))));
    select.value = String(state.out);
    select.addEventListener("change", () => openView(state.view, { out: Number(select.value) }));
    options.append(make("label", { class: "cv-speed" }, "Output channel", select));
  }
}

function buildKey() {
  const kinds = new Set(shown.grids.flatMap((grid) => (grid.kinds ? [...new Set(grid.kinds)] : [])));
  const entries = KEY.filter(([kind]) => kinds.has(kind)).map(([, name, text]) => make("li", { class: `cv-key-${name}` }, text));
  entries.push(make("li", { class: "cv-key-now" }, "heavy frame: the cell looked at"), make("li", { class: "cv-key-lit" }, "thin frame: its partners, with the weight they meet"));
  const small = shown.grids.filter((grid) => grid.size < NUMBERED);
  for (const grid of small) entries.push(scaleOf(grid));
  key.replaceChildren(...entries);
}

function build() {
  if (!layer) return;
  player.pause();
  scene = null;
  if (state.view === "step") {
    scene = new Scene(layer, state.reading, state.out);
    shown = { grids: scene.grids, lit: (focus) => scene.lit(focus), text: [] };
  } else {
    shown = VIEWS[state.view].build(layer, state);
  }
  buildTools();
  grids.replaceChildren(...shown.grids.map((grid) => grid.figure));
  shown.grids.forEach(listen);
  notes.replaceChildren(...shown.text.map((text) => make("p", {}, text)));
  player.element.hidden = asText.hidden = !scene;
  key.hidden = !shown.lit;
  fitGrids();
  buildKey();
  root.dataset.view = state.view;
  if (scene) player.reset(scene.steps, state.step);
  writeNumbers();
  redraw();
}

function writeNumbers() {
  const [rows, columns] = layer.outputShape;
  if (rows * columns > 4096) {
    numbers.textContent = "More than 4096 numbers: point at a cell to read it.";
    return;
  }
  const values = layer.output(state.out);
  numbers.textContent = range(rows).map((r) => [...values.slice(r * columns, (r + 1) * columns)].map((value) => String(value)).join(" ")).join("\n");
}

function show(value) {
  banner.hidden = !value.refusal;
  look.hidden = Boolean(value.refusal);
  root.classList.toggle("cv-stale", Boolean(value.refusal));
  root.dataset.legal = String(!value.refusal);
  if (value.refusal) banner.replaceChildren(...refusalWords(value.refusal));
  if (value.trace) showTrace(value);
  if (value.trace && !value.refusal) document.dispatchEvent(new CustomEvent("convolution-shown"));
  root.dataset.serial = value.serial;
}

// A cell named in a link, if there is such a cell on the screen: "input.2.3".
function cellFrom(text) {
  const [side, r, c] = String(text ?? "").split(".");
  const grid = shown.grids.find((one) => one.side === side);
  if (!grid) return null;
  const cell = [Number(r), Number(c)];
  const limits = side === "input" ? layer.inputShape : grid.shape;
  return cell.every((n, axis) => Number.isInteger(n) && n >= 0 && n < limits[axis]) ? { side, cell } : null;
}

function showTrace(value) {
  const first = layer === null;
  layer = new Layer(value.trace);
  const told = value.view ?? {};
  if (told.view === "step" || told.view in VIEWS) state.view = told.view;
  if (told.reading) state.reading = told.reading;
  // Among hundreds of stuffed zeros a few inputs are hard to see: such layers open scattering.
  else if (layer.transposed && Math.max(...layer.axes.map((axis) => axis.stuffed.length)) > 100) state.reading = "scatter";
  state.out = Math.min(layer.channels[1] - 1, Number(told.out ?? state.out));
  state.step = Number(told.step ?? 0);
  state.hover = state.cell = null;
  look.replaceChildren(value.sentence, make("cite", {}, value.citation));
  facts.replaceChildren(value.summary, " ", badge(value.trace.torch));
  if (first || !root.childElementCount) root.replaceChildren(banner, look, viewButtons, options, player.element, grids, words, spoken, key, notes, facts, asText);
  root.dataset.state = "ready";
  root.dataset.operation = layer.operation;
  build();
  state.cell = cellFrom(told.cell);
  remember({});
  redraw();
}

document.addEventListener("convolution-view", (event) => {
  const { view, reading } = event.detail;
  if (layer) openView(view, { reading });
});
let fitted = 0;
new ResizeObserver(([entry]) => {
  const width = Math.round(entry.contentRect.width);
  if (!width || width === fitted) return;
  fitted = width;
  fitGrids();
  if (shown) buildKey();
}).observe(root);
new MutationObserver(() => shown?.grids.forEach((grid) => grid.repaint())).observe(document.body, { attributeFilter: ["class"] });
watch("value", () => props.value && show(props.value));
if (props.value) show(props.value);
