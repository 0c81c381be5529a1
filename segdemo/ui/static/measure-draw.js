// A ground truth drawn on the photo: polygons and brush, undo and redo, mouse, touch or keyboard.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const root = element.querySelector(".draw");
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const HOW =
  "Polygon: press for each corner, Enter closes it, Backspace takes the last corner back, Escape gives " +
  "it up. By keyboard: arrows move the cross (with Shift by a pixel), Space sets a corner or a dot. " +
  "What stays undrawn has no label and isn't judged.";
// What was drawn on each photo, by its key: it outlives errors, other photos and other tabs.
const drawings = (window.segdemo.drawings ??= new Map());
const view = { tool: "polygon", value: 0, radius: 8, cross: null, corners: [], stroke: null };
let shown = null; // the value on the screen
let photo = null;
let work = { done: [], undone: [] };
let indices = null;
let layer = null;
let latest = 0;
let canvas = null;
let said = null;

function draw() {
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.drawImage(photo, 0, 0, canvas.width, canvas.height);
  context.globalAlpha = 0.55;
  context.drawImage(layer, 0, 0);
  context.globalAlpha = 1;
  drawCorners(context);
  if (view.cross) drawCross(context);
}

function drawCorners(context) {
  if (!view.corners.length) return;
  const unit = canvas.width / (canvas.clientWidth || canvas.width);
  for (const [line, colour] of [[4 * unit, "#000"], [2 * unit, "#fff"]]) {
    context.lineWidth = line;
    context.strokeStyle = colour;
    context.beginPath();
    view.corners.forEach(([x, y]) => context.lineTo(x, y));
    context.stroke();
    for (const [x, y] of view.corners) context.strokeRect(x - 2 * unit, y - 2 * unit, 4 * unit, 4 * unit);
  }
}

function drawCross(context) {
  const [x, y] = view.cross;
  const unit = canvas.width / (canvas.clientWidth || canvas.width);
  for (const [line, colour] of [[4 * unit, "#000"], [2 * unit, "#fff"]]) {
    context.lineWidth = line;
    context.strokeStyle = colour;
    context.beginPath();
    context.moveTo(x - 9 * unit, y);
    context.lineTo(x + 9 * unit, y);
    context.moveTo(x, y - 9 * unit);
    context.lineTo(x, y + 9 * unit);
    context.stroke();
  }
}

// Everything anew from the shapes, after undo or a change of photo.
function redo() {
  indices = rasterise(work.done, shown.width, shown.height);
  repaint();
}

function repaint() {
  const alphas = shown.colours.map(() => 255);
  const colours = [...shown.colours];
  paintColours(layer, indices, colours, alphas);
  const labelled = indices.reduce((count, index) => count + (index !== UNLABELLED), 0);
  root.dataset.shapes = String(work.done.length);
  said.textContent = `${work.done.length} shapes; ${Math.round((100 * labelled) / indices.length)} % of the photo has a label.`;
  draw();
}

function add(shape) {
  work.done.push(shape);
  work.undone.length = 0;
  fillShape(indices, shown.width, shown.height, shape);
  repaint();
}

function undo() {
  if (view.corners.length) view.corners.pop();
  else if (work.done.length) work.undone.push(work.done.pop());
  redo();
}

function again() {
  if (work.undone.length) work.done.push(work.undone.pop());
  redo();
}

function clear() {
  view.corners = [];
  work.undone = work.done.reverse();
  work.done = [];
  drawings.set(shown.key, work);
  redo();
}

function closePolygon() {
  if (view.corners.length >= 3) add({ kind: "polygon", points: view.corners, value: view.value });
  else said.textContent = `A polygon needs 3 corners, and has ${view.corners.length}; set more.`;
  if (view.corners.length >= 3) view.corners = [];
  draw();
}

function brushValue() {
  return view.tool === "eraser" ? UNLABELLED : view.value;
}

function pointOf(event) {
  const box = canvas.getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * shown.width;
  const y = ((event.clientY - box.top) / box.height) * shown.height;
  return [Math.min(shown.width, Math.max(0, x)), Math.min(shown.height, Math.max(0, y))];
}

function onDown(event) {
  if (event.button) return;
  canvas.focus({ preventScroll: true });
  view.cross = null;
  if (view.tool === "polygon") {
    view.corners.push(pointOf(event));
    draw();
    return;
  }
  canvas.setPointerCapture(event.pointerId);
  view.stroke = { kind: "stroke", points: [pointOf(event)], radius: view.radius, value: brushValue() };
  onMove(event);
}

function onMove(event) {
  if (!view.stroke) return;
  view.stroke.points.push(pointOf(event));
  const last = { ...view.stroke, points: view.stroke.points.slice(-2) };
  fillShape(indices, shown.width, shown.height, last);
  paintColours(layer, indices, shown.colours, shown.colours.map(() => 255));
  draw();
}

function onUp() {
  if (!view.stroke) return;
  const stroke = view.stroke;
  view.stroke = null;
  add(stroke);
}

function onKey(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") (event.shiftKey ? again : undo)();
  else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "y") again();
  else if (event.key === "Enter") closePolygon();
  else if (event.key === "Backspace") view.corners.length && (view.corners.pop(), draw());
  else if (event.key === "Escape") (view.corners = []), (view.cross = null), draw();
  else if (event.key in STEPS) moveCross(event);
  else if (event.key === " ") setAtCross();
  else return;
  event.preventDefault();
}

function moveCross(event) {
  const step = event.shiftKey ? 1 : Math.max(1, Math.round(shown.width / 50));
  const [dx, dy] = STEPS[event.key];
  const [x, y] = view.cross ?? [shown.width / 2, shown.height / 2];
  view.cross = [
    Math.min(shown.width, Math.max(0, x + dx * step)),
    Math.min(shown.height, Math.max(0, y + dy * step)),
  ];
  said.textContent = `Cross at ${Math.round(view.cross[0])}, ${Math.round(view.cross[1])}.`;
  draw();
}

function setAtCross() {
  view.cross ??= [shown.width / 2, shown.height / 2];
  if (view.tool === "polygon") view.corners.push([...view.cross]);
  else add({ kind: "stroke", points: [[...view.cross]], radius: view.radius, value: brushValue() });
  said.textContent = view.tool === "polygon" ? `Corner ${view.corners.length} set.` : "Dot set.";
  draw();
}

function measure() {
  if (indices.every((index) => index === UNLABELLED)) {
    said.textContent = "Nothing is drawn yet: draw a region first, and close a polygon with Enter.";
    return;
  }
  trigger("input", { key: shown.key, mask: encodeIndices(indices, shown.width, shown.height) });
}

function build() {
  canvas = make("canvas", { tabindex: "0", role: "img", "aria-label": `The photo to draw on. ${HOW}` });
  canvas.width = shown.width;
  canvas.height = shown.height;
  canvas.style.maxWidth = `calc(70vh * ${shown.width / shown.height})`;
  canvas.addEventListener("pointerdown", onDown);
  canvas.addEventListener("pointermove", onMove);
  canvas.addEventListener("pointerup", onUp);
  canvas.addEventListener("pointercancel", onUp);
  canvas.addEventListener("keydown", onKey);
  said = make("p", { class: "draw-said", "aria-live": "polite" });
  const tools = make(
    "div",
    { class: "draw-tools" },
    toolChoice(view.tool, (tool) => ((view.tool = tool), (view.corners = []), draw())),
    classChoice(shown.classes, shown.colours, view.value, (value) => (view.value = value)),
    sizeChoice(view.radius, (radius) => (view.radius = radius)),
    actionButton("Close polygon", closePolygon),
    actionButton("Undo", undo),
    actionButton("Redo", again),
    actionButton("Clear", clear),
    actionButton("Measure against my drawing", measure, "draw-measure"),
  );
  root.replaceChildren(make("p", { class: "draw-how" }, HOW), tools, said, canvas);
  root.dataset.state = "ready";
}

async function show(value) {
  const mine = ++latest;
  const loaded = await loadImage(value.photo);
  if (mine !== latest) return;
  const another = shown?.key !== value.key;
  shown = value;
  photo = loaded;
  if (!another) return;
  work = drawings.get(value.key) ?? { done: [], undone: [] };
  drawings.set(value.key, work);
  view.corners = [];
  view.cross = null;
  layer = makeCanvas(value.width, value.height);
  build();
  redo();
}

watch("value", () => props.value && show(props.value));
if (props.value) show(props.value);
