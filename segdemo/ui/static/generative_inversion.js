// Image A, what an encoder makes of it at once, and what a search has found so far.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const root = element.querySelector(".gen-found");

function card({ uri, title, note, error }) {
  const frame = uri ? make("img", { src: uri, alt: title, class: "gen-frame" }) : make("div", { class: "gen-frame gen-frame-empty" });
  const words = make("figcaption", {}, make("strong", {}, title), make("br"), note);
  if (error) words.append(make("br"), error);
  return make("figure", { class: "gen-card" }, frame, words);
}

function lineKey(name, words) {
  return make("span", {}, make("span", { class: `gen-line gen-line-${name}`, "aria-hidden": "true" }), words);
}

const cards = make("div", { class: "gen-grid" });
const words = make("p", { class: "gen-found-words" });
const canvas = make("canvas", { role: "img" });
const key = make("p", { class: "gen-curve-key" });
const figure = make("figure", { class: "gen-curve" }, canvas, key);
const empty = make("p", { class: "gen-curve gen-quiet" }, "The search's error by step appears here.");

function draw() {
  if (props.value?.curve) drawCurve(canvas, props.value.curve);
}

function update() {
  const value = props.value;
  if (!value) return root.replaceChildren();
  cards.replaceChildren(...value.cards.map(card));
  words.textContent = value.words;
  if (!root.contains(cards)) root.replaceChildren(make("div", {}, cards, words), empty);
  root.lastChild.replaceWith(value.curve ? figure : empty);
  if (value.curve) {
    const { best, steps, level, level_name: name } = value.curve;
    key.replaceChildren(lineKey("best", "best by the objective"), lineKey("start", "each start"), lineKey("level", name));
    canvas.setAttribute("aria-label", `Squared error a pixel by step: ${best.at(-1)} at step ${steps.at(-1)}; ${name} has ${level}.`);
  }
  root.dataset.state = "ready";
  draw();
}

new ResizeObserver(draw).observe(root);
new MutationObserver(draw).observe(document.body, { attributeFilter: ["class"] });
watch("value", update);
update();
