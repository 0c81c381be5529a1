// The tools above the drawing canvas: what is drawn, with which class, how wide, and its history.

const TOOLS = { polygon: "Polygon", brush: "Brush", eraser: "Eraser" };

function toolChoice(tool, onChange) {
  const buttons = Object.entries(TOOLS).map(([name, text]) => {
    const button = make("button", { type: "button", "aria-pressed": String(name === tool) }, text);
    button.addEventListener("click", () => {
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      onChange(name);
    });
    return button;
  });
  return make("span", { class: "draw-choice", role: "group", "aria-label": "Tool" }, ...buttons);
}

function classChoice(classes, colours, chosen, onChange) {
  const select = make("select", { "aria-label": "Class to draw" });
  classes.forEach((name, index) => select.append(make("option", { value: String(index) }, name)));
  select.value = String(chosen);
  const patch = swatch(colours[chosen]);
  select.addEventListener("change", () => {
    patch.style.background = colours[Number(select.value)];
    onChange(Number(select.value));
  });
  return make("label", {}, "Class", patch, select);
}

function sizeChoice(radius, onChange) {
  const shown = make("output", {}, `${2 * radius} px`);
  const range = make("input", { type: "range", min: "1", max: "40", "aria-label": "Brush width, pixels" });
  range.value = String(radius);
  range.addEventListener("input", () => {
    shown.textContent = `${2 * range.valueAsNumber} px`;
    onChange(range.valueAsNumber);
  });
  return make("label", {}, "Width", range, shown);
}

function actionButton(text, onPress, style = "") {
  const button = make("button", { type: "button", class: style }, text);
  button.addEventListener("click", onPress);
  return button;
}
