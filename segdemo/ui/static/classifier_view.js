// The view of heat maps: tools, panes, the reading of the cell that is pointed at.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const root = element.querySelector(".heat");
const view = { opacity: 0.6, unit: "probability", smooth: false, marked: true, point: null };
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
let panes = [];
let current = null;
let latest = 0; // counts values, so that a slow one never overwrites a newer one
let drawing = 0;

function redraw() {
  cancelAnimationFrame(drawing);
  drawing = requestAnimationFrame(() => panes.forEach((pane) => drawMap(pane, view)));
}

function repaint() {
  const limits = current.limits[view.unit];
  for (const pane of panes) pane.layer = paintMap(pane[view.unit], limits, current.colours);
  const [low, high] = limits.map(SAY[view.unit]);
  bar.style.background = `linear-gradient(to right, ${current.colours.join(", ")})`;
  barText.textContent = `${view.unit === "logit" ? "Logit" : "Probability"} of ${current.name}`;
  barLow.textContent = low;
  barHigh.textContent = high;
  readOut();
  redraw();
}

function readOut() {
  for (const pane of panes) {
    const cell = view.point && cellAt(pane, view.point);
    const place = cell && `row ${cell.row + 1}, column ${cell.column + 1}`;
    const number = cell && SAY[view.unit](pane[view.unit][cell.row][cell.column]);
    pane.reading.textContent = cell ? `${number} in ${place}` : view.point ? "no cell here" : "";
  }
  const byKeys = panes.some((pane) => pane.canvas === document.activeElement);
  const said = panes.map((pane) => `${pane.title}: ${pane.reading.textContent}`).join("; ");
  spoken.textContent = byKeys && view.point ? said : "";
}

function pointAt(point) {
  view.point = point;
  readOut();
  redraw();
}

function pointUnder(event, canvas) {
  const box = canvas.getBoundingClientRect();
  const along = (n, length, side) => Math.min(side - 0.01, Math.max(0, (n / length) * side));
  return {
    x: along(event.clientX - box.left, box.width, view.width),
    y: along(event.clientY - box.top, box.height, view.height),
  };
}

// The arrows go from cell to cell of the pane that has the focus, starting in its middle.
function movedByKey(event, pane) {
  if (event.key === "Escape") return null;
  const step = STEPS[event.key];
  if (!step) return undefined;
  const last = { row: pane.logit.length - 1, column: pane.logit[0].length - 1 };
  const from = view.point && cellAt(pane, view.point);
  if (!from) return middleOf(pane, { row: last.row >> 1, column: last.column >> 1 });
  const row = Math.min(last.row, Math.max(0, from.row + step[1]));
  const column = Math.min(last.column, Math.max(0, from.column + step[0]));
  return middleOf(pane, { row, column });
}

function watchPane(pane) {
  const { canvas } = pane;
  const follow = (event) => pointAt(pointUnder(event, canvas));
  canvas.addEventListener("pointermove", follow);
  canvas.addEventListener("pointerdown", follow);
  canvas.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && pointAt(null));
  canvas.addEventListener("keydown", (event) => {
    const moved = movedByKey(event, pane);
    if (moved === undefined) return;
    event.preventDefault();
    pointAt(moved);
  });
}

function buildPane(given) {
  const canvas = make("canvas", { tabindex: "0", role: "img", "aria-label": given.alt });
  canvas.style.aspectRatio = `${current.width} / ${current.height}`;
  canvas.style.maxWidth = `calc(74vh * ${current.width / current.height})`;
  const reading = make("span", { class: "heat-reading" });
  const heading = make("figcaption", {}, make("strong", {}, given.title), reading);
  const figure = make("figure", { class: "heat-pane" }, heading, canvas, make("p", {}, given.note));
  figure.style.maxWidth = `calc(${(given.scale ?? 1) * 100}%)`;
  return { ...given, canvas, reading, figure };
}

function choice(name, text, checked, onChange) {
  const input = make("input", { type: name ? "radio" : "checkbox", ...(name && { name }) });
  input.checked = checked;
  input.addEventListener("change", () => onChange(input.checked));
  return make("label", {}, input, text);
}

const amount = make("output", {}, "60 %");
const range = make("input", { type: "range", min: "0", max: "100", value: "60" });
range.setAttribute("aria-label", "Heat map's opacity, percent");
range.addEventListener("input", () => {
  view.opacity = range.valueAsNumber / 100;
  amount.textContent = `${range.value} %`;
  redraw();
});
const group = `heat-unit-${Math.random().toString(36).slice(2)}`;
const units = Object.entries({ probability: "Probability (softmax of each cell)", logit: "Logit" });
const unitChoices = units.map(([unit, text]) =>
  choice(group, text, unit === view.unit, () => ((view.unit = unit), repaint())),
);
const smooth = choice("", "Interpolated", false, (on) => ((view.smooth = on), redraw()));
const marked = choice("", "Mark the coarse cells", true, (on) => ((view.marked = on), redraw()));
const opacity = make("label", {}, "Overlay", range, amount);
const tools = make("div", { class: "heat-tools", role: "group", "aria-label": "View" });
tools.append(opacity, ...unitChoices, smooth, marked);
const [bar, barText, barLow, barHigh] = ["span", "span", "span", "span"].map((tag) => make(tag));
bar.className = "heat-bar";
const ends = make("span", { class: "heat-ends" }, barLow, bar, barHigh);
const scale = make("p", { class: "heat-scale" }, barText, ends);
const grid = make("div", { class: "heat-grid" });
const spoken = make("p", { class: "heat-spoken", "aria-live": "polite" });
new ResizeObserver(redraw).observe(grid);

async function show(value) {
  const mine = ++latest;
  const photo = await loadImage(value.photo);
  if (mine !== latest) return;
  current = value;
  Object.assign(view, { photo, width: value.width, height: value.height, point: null });
  panes = value.panes.map(buildPane);
  panes.forEach(watchPane);
  marked.hidden = !panes.some((pane) => pane.marks);
  grid.style.setProperty("--columns", panes.length);
  grid.replaceChildren(...panes.map((pane) => pane.figure));
  if (root.dataset.state !== "ready") root.replaceChildren(tools, scale, grid, spoken);
  root.dataset.state = "ready";
  repaint();
}

function update() {
  if (props.value) return show(props.value);
  latest++;
  root.replaceChildren(make("p", { class: "heat-empty" }, props.empty));
  root.dataset.state = "empty";
}

watch("value", update);
update();
