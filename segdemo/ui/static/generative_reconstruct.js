// An image beside what each model makes of it, and the errors: of the mean code or of a sample.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const root = element.querySelector(".gen-made");
const DECODED = { mean: "the mean code μ", sample: "one posterior sample of z" };
const said = make("p", { class: "gen-spoken", "aria-live": "polite" });
let decoded = new URLSearchParams(location.search).get("decoded") === "sample" ? "sample" : "mean";
let cards = [];

function legend(value) {
  const ramp = make("img", { src: value.legend, alt: "" });
  const ends = make("span", { class: "gen-ramp" }, `−${value.scale}`, ramp, `+${value.scale}`);
  return make("p", { class: "gen-legend" }, "Error, output less input: ", ends, " blue too dark, red too bright; one scale for all");
}

function inputCard(value) {
  const picture = pictures.sprite(value.input, 1, "The input, as the models see it");
  const caption = make("figcaption", {}, make("strong", {}, "Input"));
  return make("figure", { class: "gen-card gen-input-card" }, caption, picture.node);
}

function modelCard({ title, images, errors, mse }) {
  const image = pictures.sprite(images, mse.length, "");
  const error = pictures.sprite(errors, mse.length, "");
  const from = make("p", { class: "gen-quiet" });
  const number = make("p", {});
  const caption = make("figcaption", {}, make("strong", {}, title), from);
  const node = make("figure", { class: "gen-card" }, caption, image.node, error.node, number);
  const show = () => {
    const frame = decoded === "sample" && mse.length > 1 ? 1 : 0;
    image.show(frame);
    error.show(frame);
    from.textContent = frame ? "from a sample" : mse.length > 1 ? "from the mean" : "from the code";
    number.textContent = `squared error ${mse[frame]}`;
    image.node.setAttribute("aria-label", `${title}, decoded ${from.textContent}`);
    error.node.setAttribute("aria-label", `${title}: error map, ${number.textContent} a pixel`);
  };
  return { node, show, mse };
}

function choose(way) {
  decoded = way;
  window.segdemo.link("generate", { decoded: way === "sample" ? way : null });
  cards.forEach((card) => card.show());
  said.textContent = `The VAEs decode ${DECODED[way]}.`;
}

function update() {
  if (!props.value) return;
  const value = props.value;
  cards = value.cards.map(modelCard);
  const choice = choiceOf("VAEs decode", DECODED, decoded, choose);
  const choosing = make("div", { class: "gen-choose" }, make("strong", {}, "VAEs decode"), choice);
  choosing.hidden = cards.every((card) => card.mse.length < 2);
  root.replaceChildren(
    choosing,
    make("div", { class: "gen-grid" }, inputCard(value), ...cards.map((card) => card.node)),
    legend(value),
    said,
  );
  cards.forEach((card) => card.show());
  root.dataset.state = "ready";
}

watch("value", update);
update();
