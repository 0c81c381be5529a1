// What the pressed point of the map decodes to, and the training code nearest to it.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const root = element.querySelector(".gen-spot");
const number = (n, digits = 2) => n.toFixed(digits).replace("-", "−");

function card(uri, label, ...words) {
  const picture = make("img", { src: uri, alt: label, class: "gen-frame" });
  return make("figure", { class: "gen-card" }, picture, make("figcaption", {}, ...words));
}

const spoken = make("p", { class: "gen-spot-words", "aria-live": "polite" });
const cards = make("div", { class: "gen-grid" });
const button = make("button", { type: "button", class: "gen-button" });
button.addEventListener("click", () => trigger("input"));

function update() {
  const value = props.value;
  if (!value || value.empty !== undefined) return root.replaceChildren();
  const z = `(${value.z.map((n) => number(n)).join(", ")})`;
  cards.replaceChildren(
    card(value.image, `What z = ${z} decodes to`, make("strong", {}, "Decoded here"), make("br"), `z = ${z}`, make("br"), `|z| = ${number(value.norm)}`),
    card(value.nearest, `What the nearest code decodes to: ${value.name}`, make("strong", {}, "Nearest code"), make("br"), `${value.name}, no. ${value.index}`, make("br"), make("span", { class: "gen-quiet" }, "decoded; the image itself isn't shipped")),
  );
  spoken.textContent =
    `Distance to the nearest code: ${number(value.distance)}; ${Math.floor(value.percent)} % of the codes lie closer to their own nearest neighbour. ${value.inside}`;
  button.textContent = `Use no. ${value.index} as image A`;
  root.replaceChildren(cards, spoken, button);
  root.dataset.state = "ready";
}

watch("value", update);
update();
