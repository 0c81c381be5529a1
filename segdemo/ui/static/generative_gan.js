// Ways between draws: a row for each model, all at the same t, scrubbed without a request.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const root = element.querySelector(".gen-ways");
const TITLES = { linear: "Line (lerp)", spherical: "Arc (slerp)" };
const THUMBNAILS = 8;
let way = "spherical";
let at = 0;
let rows = [];

const slider = make("input", { type: "range", min: "0", value: "0", "aria-label": "Where between the two draws" });
const said = make("output", {});
slider.addEventListener("input", () => go(slider.valueAsNumber));
const choice = make("span", { class: "gen-ways-choice", role: "radiogroup", "aria-label": "Way" });
const group = `gen-ways-${Math.random().toString(36).slice(2)}`;
for (const [name, title] of Object.entries(TITLES)) {
  const radio = make("input", { type: "radio", name: group });
  radio.checked = name === way;
  radio.addEventListener("change", () => {
    way = name;
    build();
  });
  choice.append(make("label", {}, radio, title));
}
const tools = make("div", { class: "gen-ways-tools" }, choice, make("label", {}, "t", slider, said));
const list = make("div", { class: "gen-ways-rows" });

function go(n) {
  at = n;
  const { frames } = props.value;
  said.textContent = (n / (frames - 1)).toFixed(2);
  for (const row of rows) row.show(n);
}

function rowOf(given, frames) {
  const { sprite, norm } = given.ways[way];
  const large = pictures.sprite(sprite, frames, `${given.title}, the frame at t`);
  const small = Array.from({ length: THUMBNAILS }, (_, k) => {
    const n = Math.round((k * (frames - 1)) / (THUMBNAILS - 1));
    const one = pictures.sprite(sprite, frames, "");
    one.node.setAttribute("aria-hidden", "true");
    one.show(n);
    return { n, node: one.node };
  });
  const length = make("span", { class: "gen-ways-norm" });
  const strip = make("div", { class: "gen-ways-strip" }, ...small.map((one) => one.node));
  const words = make("div", {}, make("strong", {}, given.title), length, strip, make("p", { class: "gen-quiet" }, given.note));
  const show = (n) => {
    large.show(n);
    length.textContent = `|z| = ${norm[n].toFixed(1)}, usual ${given.usual.toFixed(1)}`;
    const near = small.reduce((best, one) => (Math.abs(one.n - n) < Math.abs(best.n - n) ? one : best));
    for (const one of small) one.node.classList.toggle("gen-ways-here", one === near);
  };
  return { node: make("div", { class: "gen-ways-row" }, large.node, words), show };
}

function build() {
  const { rows: given, frames } = props.value;
  rows = given.map((row) => rowOf(row, frames));
  list.replaceChildren(...rows.map((row) => row.node));
  slider.max = String(frames - 1);
  go(at);
}

function update() {
  if (!props.value) return;
  build();
  root.replaceChildren(tools, list);
  root.dataset.state = "ready";
}

watch("value", update);
update();
