// What one cell sees: the box of what could count around the photo, and the photo lit where it does.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const root = element.querySelector(".field");
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const REST = 400; // milliseconds without a key before the server is asked
let current = null;
let chosen = 0; // the stride that is shown, by its position
let lit = true;
let latest = 0;
let waiting = 0;
let moved = null; // a point chosen here whose gradient hasn't come yet

const clamp = (n, low, high) => Math.min(high, Math.max(low, n));

function cellNearest(pane, { x, y }) {
  const along = (n, first, count) => clamp(Math.round((n - first) / pane.stride), 0, count - 1);
  return { row: along(y, pane.first[0], pane.cells[0]), column: along(x, pane.first[1], pane.cells[1]) };
}

function centreOf(pane, { row, column }) {
  return { x: pane.first[1] + column * pane.stride, y: pane.first[0] + row * pane.stride };
}

function cellOf(pane) {
  return moved ? cellNearest(pane, moved) : { row: pane.cell[0], column: pane.cell[1] };
}

// What a drawing shows, in pixels of the photo: all boxes that any cell may have, or the photo.
function part(canvas) {
  if (canvas === detail) return { x: 0, y: 0, width: current.width, height: current.height };
  const [top, left, bottom, right] = current.reach;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function drawOn(canvas) {
  const pane = current.panes[chosen];
  const shown = part(canvas);
  canvas.style.aspectRatio = `${shown.width} / ${shown.height}`;
  const { width, height } = fitCanvas(canvas);
  if (!width) return;
  const context = canvas.getContext("2d");
  const scale = width / shown.width;
  const at = (x, y) => [(x - shown.x) * scale, (y - shown.y) * scale];
  context.fillStyle = getComputedStyle(canvas).getPropertyValue("--padding");
  context.fillRect(0, 0, width, height);
  const area = [...at(0, 0), current.width * scale, current.height * scale];
  context.imageSmoothingQuality = "high";
  context.drawImage(current.image, ...area);
  if (lit && !moved) context.drawImage(pane.shade, ...area);
  if (canvas === detail) drawCells(context, pane, at, scale);
  const { x, y } = centreOf(pane, cellOf(pane));
  const side = current.field;
  const box = [...at(x - side / 2, y - side / 2), side * scale, side * scale];
  strokeTwice(context, () => (context.beginPath(), context.rect(...box)), 2, [8, 4]);
  const ring = [...at(x, y), canvas === detail ? 7 : 4, 0, 2 * Math.PI];
  strokeTwice(context, () => (context.beginPath(), context.arc(...ring)), 2);
}

function draw() {
  if (current) [overview, detail].forEach(drawOn);
}

// Dots where the cells look: their distance is the stride.
function drawCells(context, pane, at, scale) {
  const side = clamp(pane.stride * scale * 0.12, 1.2, 4);
  for (let row = 0; row < pane.cells[0]; row++) {
    for (let column = 0; column < pane.cells[1]; column++) {
      const { x, y } = centreOf(pane, { row, column });
      const [left, top] = at(x, y);
      context.fillStyle = "rgba(0, 0, 0, 0.6)";
      context.fillRect(left - side / 2 - 0.5, top - side / 2 - 0.5, side + 1, side + 1);
      context.fillStyle = "#fff";
      context.fillRect(left - side / 2, top - side / 2, side, side);
    }
  }
}

function say() {
  const pane = current.panes[chosen];
  note.textContent = moved ? "The gradient of this cell is being worked out." : pane.note;
  overview.setAttribute("aria-label", `The photo in the theoretical field. ${pane.alt}`);
  detail.setAttribute("aria-label", `The photo, lit where it counts. ${pane.alt}`);
}

// The box follows at once; the server is asked when the hand rests.
function ask(point) {
  moved = point;
  say();
  draw();
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const fractions = [point.y / current.height, point.x / current.width].map((n) => clamp(n, 0, 1));
    trigger("input", { point: fractions });
  }, REST);
}

function press(event) {
  if (!current) return;
  const canvas = event.currentTarget;
  const shown = part(canvas);
  const box = canvas.getBoundingClientRect();
  ask({
    x: clamp(shown.x + ((event.clientX - box.left) / box.width) * shown.width, 0, current.width),
    y: clamp(shown.y + ((event.clientY - box.top) / box.height) * shown.height, 0, current.height),
  });
}

function pressKey(event) {
  const step = STEPS[event.key];
  if (!step || !current) return;
  event.preventDefault();
  const pane = current.panes[chosen];
  const from = cellOf(pane);
  const row = clamp(from.row + step[1], 0, pane.cells[0] - 1);
  const column = clamp(from.column + step[0], 0, pane.cells[1] - 1);
  ask(centreOf(pane, { row, column }));
}

function drawing(title) {
  const canvas = make("canvas", { tabindex: "0", role: "img" });
  canvas.addEventListener("click", press);
  canvas.addEventListener("keydown", pressKey);
  return [canvas, make("figure", {}, make("figcaption", {}, title), canvas)];
}

const [overview, whole] = drawing("What could count");
const [detail, photo] = drawing("What does count");
const note = make("p", { class: "field-note", "aria-live": "polite" });
const strides = make("div", { class: "field-strides", role: "group", "aria-label": "Stride of the map" });
const box = make("input", { type: "checkbox" });
box.checked = lit;
box.addEventListener("change", () => ((lit = box.checked), draw()));
const tools = make("div", { class: "heat-tools" }, strides, make("label", {}, box, "Darken what hardly counts"));
const figures = make("div", { class: "field-figures" }, photo, whole);

function buildStrides() {
  const buttons = current.panes.map((pane, index) => {
    const button = make("button", { type: "button", "aria-pressed": String(index === chosen) }, `Stride ${pane.stride}`);
    button.addEventListener("click", () => {
      chosen = index;
      buttons.forEach((other, i) => other.setAttribute("aria-pressed", String(i === index)));
      say();
      draw();
    });
    return button;
  });
  strides.replaceChildren(...buttons);
}

async function show(value) {
  const mine = ++latest;
  const [image, ...shades] = await Promise.all([value.photo, ...value.panes.map((pane) => pane.shade)].map(loadImage));
  if (mine !== latest) return;
  current = { ...value, image, panes: value.panes.map((pane, i) => ({ ...pane, shade: shades[i] })) };
  moved = null;
  whole.querySelector("figcaption").textContent = `What could count: the box of ${value.field} × ${value.field} pixels`;
  buildStrides();
  if (root.dataset.state !== "ready") root.replaceChildren(tools, figures, note);
  root.dataset.state = "ready";
  say();
  draw();
}

function update() {
  if (props.value) return show(props.value);
  latest++;
  current = null;
  root.replaceChildren(make("p", { class: "heat-empty" }, props.empty));
  root.dataset.state = "empty";
}

new ResizeObserver(draw).observe(root);
watch("value", update);
update();
