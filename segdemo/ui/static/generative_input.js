// A picture for the models: examples to press, a canvas to draw on, and what the model sees of it.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const root = element.querySelector(".gen-input");
const { key, label } = root.dataset;
const WAIT = 350; // milliseconds after a stroke, in which another may follow
// What was drawn, by input: it outlives errors, other data sets and other tabs.
const sketches = (window.segdemo.sketches ??= new Map());
if (!sketches.has(key)) sketches.set(key, { steps: [], width: 0.09 });
const sketch = sketches.get(key);
let known = null; // the last value that came from the server
let waiting = null;

const title = make("h3", { class: "gen-input-title" }, label);
const examples = make("div", { class: "gen-choices", role: "group", "aria-label": `${label}: examples` });
const credit = make("p", { class: "gen-credit", "aria-live": "polite" });
const said = make("p", { class: "gen-spoken", "aria-live": "polite" });
const notes = make("p", { class: "gen-notes", "aria-live": "polite" });
const seen = make("img", { alt: "" });
const seenTitle = make("figcaption", {}, "What the model sees");
const hint = make("span", { class: "gen-hint", "aria-hidden": "true" }, "Draw here");
const drawing = sketchCanvas(sketch, `${label}: draw`, changed, (text) => (said.textContent = text));
const undo = pressable("Undo", { class: "gen-press" }, drawing.undo);
const clear = pressable("Clear", { class: "gen-press" }, drawing.clear);
const use = pressable("Use my drawing", { class: "gen-press" }, sendDrawing);

function send(source) {
  clearTimeout(waiting);
  props.value = { source };
  mark(source);
  trigger("input");
}

function sendDrawing() {
  const picture = drawing.picture();
  if (picture) send({ drawing: picture });
}

// A stroke was added or taken back: the newest drawing is sent once no other follows at once.
function changed() {
  clearTimeout(waiting);
  const empty = !visibleStrokes(sketch).length;
  said.textContent = empty ? "The canvas is empty; the picture chosen before stays." : "";
  if (!empty) waiting = setTimeout(sendDrawing, WAIT);
  tools();
}

function tools() {
  const empty = !visibleStrokes(sketch).length;
  hint.hidden = !empty;
  undo.disabled = !sketch.steps.length;
  clear.disabled = empty;
  use.hidden = empty || root.dataset.drawn === "true";
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function mark(source) {
  root.dataset.drawn = String("drawing" in source);
  credit.textContent = "drawing" in source ? "Your drawing" : "\u00a0";
  (known?.choices ?? []).forEach((choice, n) => {
    const chosen = same(choice.source, source);
    examples.children[n].setAttribute("aria-pressed", String(chosen));
    if (chosen) credit.textContent = `${choice.title}: ${choice.credit}`;
  });
  tools();
}

function thumbnail(choice) {
  const button = make("button", { type: "button", title: choice.title, "aria-pressed": "false" });
  button.append(make("img", { src: choice.uri, alt: choice.title }));
  button.addEventListener("click", () => send(choice.source));
  return button;
}

// A value that came from here has no choices: it changes nothing.
function update() {
  if (!props.value?.choices) return;
  const others = !same(known?.choices, props.value.choices);
  known = props.value;
  if (others) examples.replaceChildren(...known.choices.map(thumbnail));
  seen.src = known.seen.uri;
  seen.alt = `${label}, ${known.seen.size} by ${known.seen.size} pixels, as the models see it`;
  seenTitle.textContent = `What the model sees, ${known.seen.size} × ${known.seen.size}`;
  notes.textContent = known.seen.note;
  mark(known.drawn ? { drawing: true } : known.source);
  root.dataset.state = "ready";
}

function brush() {
  const range = make("input", { type: "range", min: "3", max: "20", "aria-label": "Brush width, percent of the canvas" });
  range.value = String(Math.round(100 * sketch.width));
  range.addEventListener("input", () => (sketch.width = range.valueAsNumber / 100));
  return make("label", { class: "gen-brush" }, "Brush", range);
}

root.replaceChildren(
  title,
  examples,
  credit,
  make(
    "div",
    { class: "gen-input-pair" },
    make("div", { class: "gen-sketch" }, drawing.canvas, hint),
    make("figure", { class: "gen-seen" }, seen, seenTitle, use),
  ),
  make("div", { class: "gen-input-tools" }, brush(), undo, clear),
  said,
  notes,
);
tools();
watch("value", update);
update();
