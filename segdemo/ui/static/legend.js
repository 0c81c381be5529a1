// The legend: a table of the classes found, each architecture's share of the photo, and toggles.

const SMALLEST_SHARE = 0.0005; // what covers less than this everywhere is left out
const TABLED_SHARE = 0.01; // what covers less than this everywhere gets no row

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

// [class index, largest share in any pane], largest first.
function classesFound(panes) {
  const largest = new Map();
  for (const pane of panes) {
    for (const [index, share] of pane.areas) {
      largest.set(index, Math.max(share, largest.get(index) ?? 0));
    }
  }
  return [...largest].filter(([, share]) => share >= SMALLEST_SHARE).sort((a, b) => b[1] - a[1]);
}

function swatch(colour) {
  const node = make("span", { class: "panes-swatch", "aria-hidden": "true" });
  node.style.background = colour;
  return node;
}

// A button that hides or shows a class: `toggle(index)` does it and says whether it is shown now.
function classButton(value, index, shown, toggle) {
  const button = make("button", { type: "button", "aria-pressed": String(shown) });
  button.append(swatch(value.colours[index]), value.classes[index]);
  button.addEventListener("click", () => button.setAttribute("aria-pressed", String(toggle(index))));
  return button;
}

// Single a class out for as long as the mouse rests on an element.
function singleOnHover(node, index, single) {
  node.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && single(index));
  node.addEventListener("pointerleave", () => single(null));
  return node;
}

// The table, and below it the classes that cover less than 1 % in every pane.
function buildLegend(value, hidden, toggle, single) {
  const found = classesFound(value.panes);
  const titles = value.panes.map((pane) => make("th", { scope: "col" }, pane.title));
  const head = make("tr", {}, make("th", { scope: "col" }, "Class"), ...titles);
  const button = (index) => classButton(value, index, !hidden.has(index), toggle);
  const rows = found.filter(([, share]) => share >= TABLED_SHARE).map(([index]) => {
    const cells = value.panes.map((pane) => areaCell(pane, index, value.colours[index]));
    const row = make("tr", {}, make("th", { scope: "row" }, button(index)), ...cells);
    return singleOnHover(row, index, single);
  });
  const text = "Share of the photo by class. Press a class to hide or show it.";
  const table = make("table", { class: "panes-legend", "aria-label": text }, make("thead", {}, head));
  table.append(make("tbody", {}, ...rows));
  table.style.setProperty("--count", value.panes.length);
  const traces = found.filter(([, share]) => share < TABLED_SHARE);
  const chips = traces.map(([index]) => singleOnHover(button(index), index, single));
  const rest = make("p", { class: "panes-traces" }, "Under 1 % everywhere:", ...chips);
  const above = [make("p", { class: "panes-hint" }, text), make("div", { class: "panes-scroll" }, table)];
  return traces.length ? [...above, rest] : above;
}

function areaCell(pane, index, colour) {
  const share = pane.areas.find(([other]) => other === index)?.[1] ?? 0;
  const bar = make("span", { class: "panes-bar", "aria-hidden": "true" });
  bar.style.background = colour;
  bar.style.width = `${Math.max(share ? 1 : 0, share * 100)}%`;
  return make("td", {}, make("span", {}, share ? percent(share) : "–"), bar);
}
