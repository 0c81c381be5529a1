// Small pieces of the page that the panes' scripts make.

// An element with attributes and children; text only ever enters as a text node.
function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, content] of Object.entries(attributes)) node.setAttribute(name, content);
  node.append(...children);
  return node;
}

function percent(share) {
  if (share > 0 && share < 0.01) return "< 1 %";
  return `${Math.round(share * 100)} %`;
}

function swatch(colour) {
  const node = make("span", { class: "panes-swatch", "aria-hidden": "true" });
  node.style.background = colour;
  return node;
}

function checkbox(text, checked, onChange) {
  const box = make("input", { type: "checkbox" });
  box.checked = checked;
  box.addEventListener("change", () => onChange(box.checked));
  return make("label", {}, box, text);
}

function pressable(text, attributes, onPress) {
  const button = make("button", { type: "button", class: "panes-button", ...attributes }, text);
  button.addEventListener("click", () => onPress(button));
  return button;
}

// A slider from 0 to `most` per cent with its number beside it; `onChange` gets a share.
function percentSlider(text, label, share, most, onChange) {
  const shown = make("output", {}, percent(share));
  const range = make("input", { type: "range", min: "0", max: String(most), "aria-label": label });
  range.value = String(Math.round(share * 100));
  range.addEventListener("input", () => {
    shown.textContent = percent(range.valueAsNumber / 100);
    onChange(range.valueAsNumber / 100);
  });
  return make("label", { class: "panes-range" }, text, range, shown);
}

// One choice of several, side by side: `options` are {value: text}.
function choiceOf(title, options, chosen, onChange) {
  const name = `panes-${title.toLowerCase().replaceAll(" ", "-")}`;
  const labels = Object.entries(options).map(([value, text]) => {
    const radio = make("input", { type: "radio", name, value });
    radio.checked = value === chosen;
    radio.addEventListener("change", () => radio.checked && onChange(value));
    return make("label", {}, radio, make("span", {}, text));
  });
  return make("div", { class: "panes-choice", role: "radiogroup", "aria-label": title }, ...labels);
}

// A menu of numbered options; `onChange` gets the number chosen, or null for `none`.
function menuOf(label, options, chosen, none, onChange) {
  const select = make("select", { "aria-label": label });
  if (none !== null) select.append(make("option", { value: "" }, none));
  options.forEach((text, n) => select.append(make("option", { value: String(n) }, text)));
  select.value = chosen === null ? "" : String(chosen);
  select.addEventListener("change", () => onChange(select.value === "" ? null : Number(select.value)));
  return select;
}
