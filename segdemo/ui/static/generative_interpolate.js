// The view of an interpolation: player, rows in step, curves of the model that is chosen.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const root = element.querySelector(".gi");
const WAYS = { both: "Both", linear: "Linear", spherical: "Spherical" };
const STRIPS = { few: `${FEW} frames`, all: "All frames" };
const linked = window.segdemo.current() === "generate" ? new URLSearchParams(location.search) : new URLSearchParams();
const oneOf = (options, given, usual) => (given !== null && given in options ? given : usual);
const view = {
  way: oneOf(WAYS, linked.get("way"), "both"),
  strip: oneOf(STRIPS, linked.get("strip"), "few"),
  at: /^\d{1,3}$/.test(linked.get("frame") ?? "") ? Number(linked.get("frame")) : null,
  curve: linked.get("curve"),
};
let current = null;
let rows = null;

// What is seen goes into the link, what it opens with does not.
function remember() {
  if (window.segdemo.current() !== "generate" || !current) return;
  window.segdemo.link("generate", {
    way: view.way === "both" ? null : view.way,
    strip: view.strip === "few" ? null : view.strip,
    frame: view.at === middle() ? null : view.at,
    curve: view.curve === current.preferred ? null : view.curve,
  });
}

function middle() {
  return Math.floor(current.t.length / 2);
}

function choice(title, options, chosen, onChange) {
  const name = `gi-${Math.random().toString(36).slice(2)}`;
  const labels = Object.entries(options).map(([value, text]) => {
    const radio = make("input", { type: "radio", name, value });
    radio.checked = value === chosen;
    radio.addEventListener("change", () => radio.checked && onChange(value));
    return make("label", {}, radio, make("span", {}, text));
  });
  return make("div", { class: "gi-choice", role: "radiogroup", "aria-label": title }, ...labels);
}

const player = new Player(
  (at) => {
    view.at = at;
    root.style.setProperty("--at", at);
    root.style.setProperty("--t", current.t[at]);
    rows.mark(at);
    curves.forEach((curve) => curve.read(at));
  },
  () => remember(),
);
const go = (at) => {
  player.go(at);
  remember();
};
const curves = Object.keys(CURVES).map((name) => new Curve(name, go));
const ways = choice("Way through latent space", WAYS, view.way, (way) => {
  view.way = way;
  root.dataset.way = way;
  remember();
});
const strips = choice("Frames of the strips", STRIPS, view.strip, (strip) => {
  view.strip = strip;
  rows.cut(strip === "all");
  rows.mark(view.at);
  remember();
});
const model = make("select", { "aria-label": "Model whose curves are shown" });
model.addEventListener("change", () => {
  view.curve = model.value;
  showCurves();
  remember();
});
const choices = make("div", { class: "gi-choices" }, player.turning, ways, strips);
const tools = make("div", { class: "gi-tools" }, player.element, choices);
const place = make("div", { class: "gi-place" });
const chooser = make("label", { class: "gi-model" }, make("strong", {}, "Along the way through"), model);
const plots = make("div", { class: "gi-curves" }, ...curves.map((curve) => curve.element));

function showCurves() {
  const row = current.rows.find(({ key }) => key === model.value);
  curves.forEach((curve) => {
    curve.show(row, current.t);
    curve.read(view.at);
  });
}

function offerModels() {
  const modelled = current.rows.filter((row) => row.usual);
  model.replaceChildren(...modelled.map(({ key, title }) => make("option", { value: key }, title)));
  const known = modelled.some(({ key }) => key === view.curve);
  model.value = known ? view.curve : current.preferred;
  view.curve = model.value;
}

function update() {
  if (!props.value) {
    root.replaceChildren(make("p", { class: "gen-quiet" }, props.empty));
    return;
  }
  current = props.value;
  rows = new Rows(current, go);
  rows.cut(view.strip === "all");
  place.replaceChildren(rows.element);
  if (root.dataset.state !== "ready") root.replaceChildren(tools, place, chooser, plots);
  root.dataset.way = view.way;
  root.dataset.state = "ready";
  offerModels();
  player.reset(current.t, view.at ?? middle());
  showCurves();
}

new MutationObserver(() => curves.forEach((curve) => curve.draw())).observe(document.body, { attributeFilter: ["class"] });
watch("value", update);
update();
