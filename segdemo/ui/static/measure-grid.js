// Pictures with captions in a grid. Runs as the body of Gradio's js_on_load(element, trigger, props,
// server, upload, watch).

const root = element.querySelector(".shots");

function shot({ source, title, note, alt }) {
  const image = make("img", { src: source, alt });
  const caption = make("figcaption", {}, make("strong", {}, title));
  if (note) caption.append(make("span", {}, note));
  return make("figure", {}, caption, image);
}

function show() {
  const value = props.value;
  if (!value) return;
  const parts = [make("div", { class: "shots-grid" }, ...value.pictures.map(shot))];
  if (value.sentence) parts.unshift(make("p", { class: "shots-sentence", "aria-live": "polite" }, value.sentence));
  root.replaceChildren(...parts);
}

watch("value", show);
show();
