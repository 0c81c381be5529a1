// The tools beside the map: what lies under the codes, what lies on top, which classes.

const UNDER = {
  none: "Nothing", density: "Density of codes", prior: "Prior", distance: "Holes", grid: "Manifold grid",
};

function radioGroup(title, options, chosen, onChange) {
  const name = `gen-map-${Math.random().toString(36).slice(2)}`;
  const labels = Object.entries(options).map(([key, text]) => {
    const radio = make("input", { type: "radio", name, value: key });
    radio.checked = key === chosen;
    radio.addEventListener("change", () => radio.checked && onChange(key));
    return make("label", {}, radio, text);
  });
  return make("fieldset", {}, make("legend", {}, title), ...labels);
}

function checkBox(text, checked, onChange) {
  const box = make("input", { type: "checkbox" });
  box.checked = checked;
  box.addEventListener("change", () => onChange(box.checked));
  return make("label", {}, box, text);
}

// A class of the legend: its mark and name; pressing hides or shows it.
function classButton(name, symbol, colour, shown, onPress) {
  const canvas = make("canvas", { "aria-hidden": "true", width: "32", height: "32" });
  drawMark(canvas.getContext("2d"), symbol, colour, [16, 16], 12, "transparent");
  const button = make("button", { type: "button", "aria-pressed": String(shown) }, canvas, name);
  button.addEventListener("click", () => {
    const now = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(now));
    onPress(now);
  });
  return button;
}

// The colours of a layer with their ends; what lies below the lowest is said to.
function scaleOf(layer) {
  const bar = make("span", { class: "gen-map-ramp", "aria-hidden": "true" });
  bar.style.background = `linear-gradient(to right, ${VIRIDIS.join(", ")})`;
  const low = `${layer.cut ? "≤ " : ""}${layer.low.toFixed(1)}`.replace("-", "−");
  const high = layer.high.toFixed(1).replace("-", "−");
  return [make("span", {}, layer.title), make("span", { class: "gen-map-ends" }, low, bar, high)];
}
