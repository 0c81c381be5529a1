// Look inside: shows what the server worked out, asks it for another view, class, skip or pixel.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const root = element.querySelector(".inside");
const { views, classes, colours } = props;
const tools = make("div", { class: "inside-tools" });
const failure = make("p", { class: "inside-failure", role: "alert" });
const sentence = make("p", { class: "inside-sentence" });
const rows = make("div", { class: "inside-rows" });
const note = make("p", { class: "inside-aside" });
const spoken = make("p", { class: "inside-spoken", "aria-live": "polite" });
let settings = null;
let largest; // the class that the scores on the screen belong to
let readable = []; // the figures that can be read
let point = null; // the place that is read, in shares of the photo's width and height
let latest = 0; // counts values, so that a slow one never overwrites a newer one

// Keep the keyboard where it was while elements are made anew.
function keepingFocus(change) {
  const key = root.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  change();
  if (key) root.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

// The row of views is made once; what can be set in a view, whenever something new is shown.
function showTools() {
  if (!tools.firstChild) tools.append(viewRow(views, settings.view, ask), make("div"));
  for (const radio of tools.firstChild.querySelectorAll("input")) radio.checked = radio.value === settings.view;
  const controls = controlsFor({ classes, settings, largest, ask });
  keepingFocus(() => tools.lastChild.replaceWith(controls));
}

function ask(change) {
  settings = { ...settings, ...change };
  if ("view" in change) showTools();
  root.setAttribute("aria-busy", "true");
  trigger("input", settings);
}

// Read all figures of the photo at one place; a matrix is read by itself.
function readAt(place, source) {
  point = source?.own ? null : place;
  for (const figure of readable) {
    const here = figure.own ? (figure === source ? place : null) : point;
    figure.reading.replaceChildren();
    figure.dot.hidden = !here;
    if (!here) continue;
    figure.reading.append(...[figure.read(here)].flat());
    figure.dot.style.left = `${100 * here.x}%`;
    figure.dot.style.top = `${100 * here.y}%`;
  }
  // Spoken only for the keyboard: a mouse would make it chatter.
  const focused = readable.find((figure) => figure.canvas === document.activeElement);
  spoken.textContent = focused && place ? `${focused.reading.textContent}` : "";
}

function placeUnder(event, canvas) {
  const box = canvas.getBoundingClientRect();
  const clamp = (share) => Math.min(1, Math.max(0, share));
  return { x: clamp((event.clientX - box.left) / box.width), y: clamp((event.clientY - box.top) / box.height) };
}

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function onKey(event, figure) {
  if (event.key === "Escape") return readAt(null);
  if (figure.pick && point && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    return ask(point);
  }
  if (!(event.key in STEPS)) return undefined;
  event.preventDefault();
  const from = point ?? (figure.pick ? { x: settings.x, y: settings.y } : { x: 0.5, y: 0.5 });
  const [dx, dy] = STEPS[event.key];
  const step = event.shiftKey ? 0.1 : 0.02;
  const clamp = (share) => Math.min(0.9999, Math.max(0, share));
  return readAt({ x: clamp(from.x + dx * step), y: clamp(from.y + dy * step) }, figure);
}

function listen(figure, number) {
  const { canvas, frame } = figure;
  canvas.dataset.key = `figure-${number}`;
  const keys = figure.pick ? "Arrow keys move, Enter asks for that pixel." : "Arrow keys read it.";
  canvas.setAttribute("aria-label", `${canvas.getAttribute("aria-label")} ${keys}`);
  frame.classList.toggle("inside-pickable", Boolean(figure.pick));
  canvas.addEventListener("pointermove", (event) => readAt(placeUnder(event, canvas), figure));
  canvas.addEventListener("pointerdown", (event) => readAt(placeUnder(event, canvas), figure));
  canvas.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && readAt(null));
  canvas.addEventListener("keydown", (event) => onKey(event, figure));
  if (figure.pick) canvas.addEventListener("click", (event) => ask(placeUnder(event, canvas)));
}

// The classes of a row's masks, largest first, for eyes that don't point.
function legendOf(figures) {
  const counts = new Float64Array(classes.length);
  for (const { indices } of figures) for (const index of indices) counts[index] += 1 / indices.length;
  const found = [...counts.keys()].filter((index) => counts[index] >= 0.005 * figures.length).sort((a, b) => counts[b] - counts[a]);
  const items = found.map((index) => make("li", {}, swatch(colours[index]), classes[index]));
  return make("ul", { class: "inside-legend", "aria-label": "Classes in these masks" }, ...items);
}

async function rowOf(row, shared) {
  const figures = await Promise.all(row.figures.map((figure) => KINDS[figure.kind](figure, shared)));
  const line = make("div", { class: row.rungs ? "inside-row inside-ladder" : "inside-row" }, ...figures.map((figure) => figure.node));
  line.style.setProperty("--figures", row.figures.length);
  const section = make("section", {}, make("h3", {}, row.title), make("p", { class: "inside-note" }, row.sentence), line);
  const masks = figures.filter((figure) => figure.indices);
  if (masks.length) section.append(legendOf(masks));
  return { section, figures: figures.flatMap((figure) => figure.parts ?? [figure]) };
}

async function show(value) {
  const mine = ++latest;
  if (value.error) return fail(value);
  const photo = await loadImage(value.photo);
  const made = await Promise.all(value.rows.map((row) => rowOf(row, { photo, classes, colours })));
  if (mine !== latest) return;
  ({ settings, class_index: largest } = value);
  keepingFocus(() => {
    readable = made.flatMap(({ figures }) => figures).filter((figure) => figure.read);
    readable.forEach(listen);
    rows.style.setProperty("--shape", value.width / value.height);
    rows.replaceChildren(...made.map(({ section }) => section));
  });
  failure.textContent = "";
  sentence.textContent = value.sentence;
  note.textContent = value.note;
  ready(value.settings.view);
}

// The sentence of what can't be shown stands above what is shown.
function fail(value) {
  settings = value.settings;
  failure.textContent = value.error;
  ready(settings.view);
}

// The address names the view and what is set in it, while the Segment tab is the one shown.
function writeLink() {
  if (![null, "segment"].includes(window.segdemo.current())) return;
  const { view, class_index, stride, off, fill, x, y } = settings;
  const own = {
    skips: { look_class: class_index },
    upsampling: { look_class: class_index },
    context: { look_class: class_index },
    switches: { look_stride: stride },
    unet: { look_class: class_index, look_off: off.join("-") || "none", look_fill: fill },
    field: { look_x: x.toFixed(4), look_y: y.toFixed(4) },
  };
  const none = { look_class: null, look_stride: null, look_off: null, look_fill: null, look_x: null, look_y: null };
  window.segdemo.link("segment", { ...none, look: view, ...own[view] });
}

function ready(view) {
  writeLink();
  point = null;
  if (!tools.isConnected) root.replaceChildren(tools, failure, sentence, rows, note, spoken);
  showTools();
  root.removeAttribute("aria-busy");
  Object.assign(root.dataset, { state: "ready", view });
}

watch("value", () => props.value && show(props.value));
if (props.value) show(props.value);
else root.replaceChildren(make("p", { class: "inside-sentence" }, props.empty));
