// What stands around the grids: buttons of which one is pressed, the key, the badge, the refusal.

function toggleButtons(title, choices, current, pick) {
  const buttons = choices.map(([name, text]) => {
    const button = make("button", { type: "button", "aria-pressed": String(name === current), "data-name": name }, text);
    button.addEventListener("click", () => pick(name));
    return button;
  });
  return make("div", { class: "cv-toggle", role: "group", "aria-label": title }, ...buttons);
}

const KEY = [
  [KIND.padding, "padding", "dashed and hatched: padding, in italics what it holds"],
  [KIND.stuffed, "stuffed", "dotted: zeros put between the inputs"],
  [KIND.cropped, "cropped", "crossed out: cut off by negative padding"],
];

// Where cells are too small for numbers: which shade is which value.
function scaleOf(grid) {
  const largest = written(grid.largest);
  return make("li", { class: "cv-scale" }, `${grid.title}: `, make("span", {}, `−${largest}`), make("i", { "aria-hidden": "true" }), make("span", {}, largest));
}

function badge({ equal, version, difference, cells }) {
  const text = equal
    ? `equals torch ${version}: largest difference ${difference} over ${cells} output cell${cells === 1 ? "" : "s"}, float64`
    : `differs from torch ${version} by ${difference}`;
  return make("span", { class: equal ? "cv-badge" : "cv-badge cv-badge-wrong" }, text);
}

// A setting that torch refuses: why, in our words and torch's, and a button that mends it.
function refusalWords(refusal) {
  const mend = make("button", { type: "button", class: "cv-mend" }, refusal.button);
  mend.addEventListener("click", () => document.dispatchEvent(new CustomEvent("convolution-mend")));
  return [
    make("p", {}, refusal.sentence),
    ...(refusal.torch ? [make("p", { class: "cv-torch" }, make("strong", {}, `torch ${refusal.version} says: `), refusal.torch)] : []),
    make("p", {}, mend, " The last legal picture stays below."),
  ];
}
