// Walking a latent space: the image of the code, what changed, a slider a dimension, directions.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const root = element.querySelector(".gen-walk");
const questions = asker((question) => trigger("input", question));
let value = null;
let code = [];
let rows = [];
let all = false; // whether all dimensions are shown
let parts = null;

function ask(kind, more = {}) {
  questions.ask(kind, { model: value.model, start: value.start, ...more });
}

function walkTo(next) {
  code = next;
  rows.forEach((row) => row.place(code[row.index]));
  ask("step", { z: code });
}

function moved(j, quantile) {
  walkTo(code.map((number, n) => (n === j ? numberAt(value, j, quantile) : number)));
}

// A frame of a strip in the large picture while it is pointed at.
function peek(j, column) {
  const row = rows.find(({ index }) => index === j);
  parts.peek.replaceChildren();
  parts.peekNote.textContent = "";
  if (column === null || !row?.frames) return;
  const frame = pictures.sprite(row.frames, 9, "");
  frame.show(column);
  parts.peek.append(frame.node);
  const quantile = (column + 0.5) / 9;
  parts.peekNote.textContent = `z${j} = ${signed(numberAt(value, j, quantile))} from ${value.where}; press to go there`;
}

function showStep({ image, changed, mean }) {
  parts.image.src = image;
  parts.changed.src = changed;
  parts.said.textContent = `Mean change ${mean}, pixels from 0 to 1.`;
}

function showDirection(direction) {
  parts.between.replaceChildren(directionCard(direction));
}

function answered(answer) {
  if (!value || !questions.takes(answer) || answer.model !== undefined && answer.model !== value.model) return;
  if (answer.error) parts.said.textContent = answer.error;
  else if (answer.kind === "step") showStep(answer);
  else if (answer.kind === "rows") fill(answer.rows);
  else if (answer.kind === "direction") showDirection(answer.direction);
}

function fill(found) {
  for (const one of found) rows.find(({ index }) => index === one.index)?.fill(one);
}

function showAll() {
  all = true;
  parts.more.remove();
  lay(value.dimensions.slice(value.first));
  ask("rows");
  rows[value.first].node.querySelector("input").focus();
}

function lay(dimensions) {
  for (const dimension of dimensions) {
    const row = walkRow(value, dimension, moved, peek);
    rows.push(row);
    parts.rows.append(row.node);
    row.place(code[row.index]);
  }
}

function pictureOf(title, source, alt, ...over) {
  const image = make("img", { src: source, alt });
  const stage = make("div", { class: "gen-walk-stage" }, image, ...over);
  return [image, make("figure", {}, make("figcaption", {}, title), stage)];
}

function directionPart() {
  const heading = make("h3", { class: "gen-heading" }, "Along an attribute");
  if (value.noDirections) return [heading, make("p", {}, value.noDirections)];
  const pair = value.classes.length ? value.directions.at(-1) : null;
  const own = pair ? value.directions.slice(0, -1) : value.directions;
  const text =
    "From the mean code of images without it towards that of images with it: a · (mean with − mean without), " +
    `added to ${value.where}. At a = 1 the whole difference is added.`;
  const cards = own.map(directionCard);
  if (pair) {
    const names = pair.name.split(" to ");
    const menus = classMenus(value.classes, names, (without, having) => ask("direction", { without, having }));
    showDirection(pair);
    cards.push(make("div", { class: "gen-walk-pair" }, parts.between, menus));
  }
  return [heading, make("p", { class: "gen-walk-text" }, text), make("div", { class: "gen-grid" }, ...cards)];
}

function build() {
  parts = { peek: make("div", { class: "gen-walk-peek" }), between: make("div"), rows: make("div", { class: "gen-walk-rows" }) };
  parts.said = make("p", { class: "gen-walk-said", "aria-live": "polite" });
  parts.peekNote = make("p", { class: "gen-walk-said gen-quiet" });
  const [image, imageFigure] = pictureOf("Decoded", value.image, "The image of the code", parts.peek);
  const [changed, changedFigure] = pictureOf("What changed", value.changed, "Difference from the start's image");
  Object.assign(parts, { image, changed });
  const ramp = make("img", { src: value.legend, alt: "" });
  const key = make("p", { class: "gen-legend" }, make("span", { class: "gen-ramp" }, "−1", ramp, "+1"), " blue darker, red brighter");
  const back = pressable(`Back to ${value.where}`, { class: "gen-press" }, () => walkTo([...value.start]));
  const origin = pressable("To the origin, z = 0", { class: "gen-press" }, () => walkTo(value.start.map(() => 0)));
  const stage = make("div", { class: "gen-walk-figures" }, imageFigure, changedFigure, make("div", { class: "gen-walk-words" }, key, make("p", { class: "gen-walk-buttons" }, back, origin), parts.said, parts.peekNote));
  parts.more = pressable(`All ${value.dimensions.length} dimensions`, { class: "gen-press gen-walk-more" }, showAll);
  const head = make("p", { class: "gen-quiet gen-walk-head" }, `Each strip walks from ${value.where} through the quantiles ${value.quantiles}; right of it, the mean change by pixel, brighter is more. Press on a strip or move its slider.`);
  const right = make("div", { class: "gen-walk-right" }, head, parts.rows);
  if (value.dimensions.length > value.first) right.append(parts.more);
  root.replaceChildren(make("div", { class: "gen-walk-columns" }, stage, right), ...directionPart());
}

function update() {
  if (!props.value) return;
  value = props.value;
  questions.forget();
  code = [...value.start];
  rows = [];
  build();
  lay(value.dimensions.slice(0, value.first));
  fill(value.rows);
  if (all && value.dimensions.length > value.first) {
    parts.more.remove();
    lay(value.dimensions.slice(value.first));
    ask("rows");
  }
  window.segdemo.walk = answered;
  root.dataset.state = "ready";
}

watch("value", update);
update();
