// Directions in latent space that mean something: frames made beforehand, scrubbed here.

function directionCard({ name, how, frames, amounts }) {
  const picture = pictures.sprite(frames, amounts.length, "");
  const range = make("input", { type: "range", min: "0", max: String(amounts.length - 1), step: "1", "aria-label": `${name}: amount` });
  const reading = make("span", { class: "gen-quiet" });
  const show = () => {
    const amount = amounts[range.valueAsNumber];
    const text = `${amount > 0 ? "+" : ""}${signed(amount)}`;
    picture.show(range.valueAsNumber);
    reading.textContent = text;
    range.setAttribute("aria-valuetext", text);
    picture.node.setAttribute("aria-label", `${name}, amount ${text}`);
  };
  range.value = String((amounts.length - 1) / 2);
  range.addEventListener("input", show);
  const caption = make("figcaption", {}, make("strong", {}, name), " ", reading);
  const node = make("figure", { class: "gen-card gen-direction" }, picture.node, range, caption, make("p", { class: "gen-quiet" }, how));
  show();
  return node;
}

// Two menus of classes; `chosen(without, having)` is told of two that differ.
function classMenus(classes, pair, chosen) {
  const menu = (label, at) => {
    const select = make("select", { "aria-label": label });
    classes.forEach((name) => select.append(make("option", { value: name }, name)));
    select.value = pair[at];
    select.addEventListener("change", () => chosen(from.value, to.value));
    return select;
  };
  const from = menu("From the class", 0);
  const to = menu("To the class", 1);
  return make("p", { class: "gen-walk-classes" }, "From class ", from, " to ", to);
}
