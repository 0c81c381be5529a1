// The panes component: builds its elements, keeps what the viewer set, redraws when something changed.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const root = element.querySelector(".panes");
const view = { opacity: 0.55, names: true, outlines: false, hidden: new Set(), single: null, probe: null };
let panes = [];
let current = null; // the value on the screen
let latest = 0; // counts values, so that a slow one never overwrites a newer one
let drawing = 0;

function redraw() {
  cancelAnimationFrame(drawing);
  drawing = requestAnimationFrame(() => panes.forEach((pane) => drawPane(pane, view)));
}

function repaint() {
  view.alphas = opacities(current.classes.length, view.hidden, view.single);
  for (const pane of panes) {
    paintColours(pane.colourLayer, pane.indices, current.colours, view.alphas);
    paintOutlines(pane.outlineLayer, pane.indices, view.alphas);
  }
  redraw();
}

function readOut() {
  for (const pane of panes) {
    pane.reading.replaceChildren();
    if (!view.probe) continue;
    const index = pane.indices[view.probe.y * view.width + view.probe.x];
    pane.reading.append(swatch(current.colours[index]), current.classes[index]);
  }
  // Spoken only for the keyboard: a mouse would make it chatter.
  const byKeys = panes.some((pane) => pane.canvas === document.activeElement);
  const said = panes.map((pane) => `${pane.title} ${pane.reading.textContent}`).join(", ");
  spoken.textContent = byKeys && view.probe ? said : "";
}

function pointAt(probe) {
  view.probe = probe;
  readOut();
  redraw();
}

function checkbox(text, checked, onChange) {
  const box = make("input", { type: "checkbox" });
  box.checked = checked;
  box.addEventListener("change", () => onChange(box.checked));
  return make("label", {}, box, text);
}

function buildTools() {
  const shown = make("output", {}, percent(view.opacity));
  const range = make("input", { type: "range", min: "0", max: "100", "aria-label": "Overlay opacity, percent" });
  range.value = String(view.opacity * 100);
  range.addEventListener("input", () => {
    view.opacity = range.valueAsNumber / 100;
    shown.textContent = percent(view.opacity);
    redraw();
  });
  const names = checkbox("Names", view.names, (on) => ((view.names = on), redraw()));
  const outlines = checkbox("Outlines", view.outlines, (on) => ((view.outlines = on), redraw()));
  const overlay = make("label", { class: "panes-opacity" }, "Overlay", range, shown);
  return make("div", { class: "panes-tools", role: "group", "aria-label": "View" }, overlay, names, outlines);
}

const tools = buildTools();
const sentence = make("p", { class: "panes-sentence" });
const grid = make("div", { class: "panes-grid" });
const hint = make("p", { class: "panes-hint" }, "Point at a pane, or tap it: all panes name the class at that pixel.");
const spoken = make("p", { class: "panes-spoken", "aria-live": "polite" });
const legend = make("div");
new ResizeObserver(redraw).observe(grid);

// Grid columns for a number of panes: two by two, then three, then four abreast.
function columns(count) {
  return count <= 2 ? count : count <= 4 ? 2 : count <= 9 ? 3 : 4;
}

function toggle(index) {
  const shown = view.hidden.delete(index);
  if (!shown) view.hidden.add(index);
  repaint();
  return shown;
}

function single(index) {
  if (view.single === index) return;
  view.single = index;
  repaint();
}

async function show(value) {
  const mine = ++latest;
  const [photo, ...masks] = await Promise.all([
    loadImage(value.photo),
    ...value.panes.map((pane) => readIndices(pane.mask, value.width, value.height)),
  ]);
  if (mine !== latest) return;
  current = value;
  Object.assign(view, { photo, width: value.width, height: value.height, classes: value.classes });
  Object.assign(view, { single: null, probe: null });
  panes = value.panes.map((pane, i) => buildPane(pane, masks[i], value));
  for (const pane of panes) watchPointer(pane.canvas, value, pointAt, () => view.probe);
  sentence.textContent = value.sentence;
  grid.style.setProperty("--columns", columns(panes.length));
  grid.replaceChildren(...panes.map((pane) => pane.figure));
  legend.replaceChildren(...buildLegend(value, view.hidden, toggle, single));
  if (root.dataset.state !== "ready") root.replaceChildren(sentence, tools, grid, spoken, hint, legend);
  root.dataset.state = "ready";
  repaint();
}

function showEmpty() {
  const boxes = Array.from({ length: 4 }, () => make("div", { class: "pane-blank" }));
  grid.style.setProperty("--columns", 2);
  grid.replaceChildren(...boxes);
  root.replaceChildren(make("p", { class: "panes-sentence" }, props.empty), grid);
  root.dataset.state = "empty";
}

watch("value", () => props.value && show(props.value));
if (props.value) show(props.value);
else showEmpty();
