// The legend: a table of the classes found, each architecture's share of the photo, and switches.

const SMALLEST_SHARE = 0.0005; // what covers less than this everywhere is left out
const TABLED_SHARE = 0.01; // what covers less than this everywhere gets no row
const LEGEND_TEXT =
  "Share of the photo by class. Press a class to hide or show it, Only to see it alone, its colour to change that.";

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

// The table, and below it the classes that cover less than 1 % in every pane. `act` does what is
// asked: toggle(index), solo(index), single(index or null), recolour(index, colour).
function buildLegend(panes, view, act) {
  const found = classesFound(panes);
  const switches = new Map(); // class index -> its buttons
  const row = ([index]) => {
    const names = classSwitches(index, view, act, switches);
    const cells = panes.map((pane) => areaCell(pane.areas.find(([other]) => other === index)?.[1] ?? 0));
    const made = make("tr", {}, make("th", { scope: "row" }, names), ...cells);
    made.style.setProperty("--class", view.colours[index]);
    return singleOnHover(made, index, act.single);
  };
  const rows = found.filter(([, share]) => share >= TABLED_SHARE).map(row);
  if (panes.some((pane) => pane.unsureLayer)) rows.push(unsureRow(panes));
  const titles = panes.map((pane) => make("th", { scope: "col" }, pane.caption));
  const head = make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Class"), ...titles));
  const table = make("table", { class: "panes-legend", "aria-label": "Share of the photo by class" }, head);
  table.append(make("tbody", {}, ...rows));
  table.style.setProperty("--count", panes.length);
  const nodes = [make("p", { class: "panes-hint" }, LEGEND_TEXT), make("div", { class: "panes-scroll" }, table)];
  const traces = found.filter(([, share]) => share < TABLED_SHARE);
  if (traces.length) {
    const chips = traces.map(([index]) => singleOnHover(classSwitches(index, view, act, switches), index, act.single));
    nodes.push(make("div", { class: "panes-traces" }, "Under 1 % everywhere:", ...chips));
  }
  const sync = () => switches.forEach((buttons, index) => pressSwitches(buttons, index, view));
  sync();
  return { nodes, sync };
}

// A class's colour, its name to hide or show it, and Only.
function classSwitches(index, view, act, switches) {
  const name = view.classes[index];
  const colour = make("input", { type: "color", "aria-label": `Colour of ${name}`, value: view.colours[index] });
  colour.addEventListener("input", () => {
    colour.closest("tr")?.style.setProperty("--class", colour.value);
    act.recolour(index, colour.value);
  });
  const toggle = make("button", { type: "button", class: "panes-class" }, name);
  toggle.addEventListener("click", () => act.toggle(index));
  const only = make("button", { type: "button", class: "panes-only", "aria-label": `Only ${name}` }, "Only");
  only.addEventListener("click", () => act.solo(index));
  switches.set(index, { toggle, only });
  return make("span", { class: "panes-switches" }, colour, toggle, only);
}

function pressSwitches({ toggle, only }, index, view) {
  toggle.setAttribute("aria-pressed", String(view.only === null ? !view.hidden.has(index) : view.only === index));
  only.setAttribute("aria-pressed", String(view.only === index));
}

// Single a class out for as long as the mouse rests on an element.
function singleOnHover(node, index, single) {
  node.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && single(index));
  node.addEventListener("pointerleave", () => single(null));
  return node;
}

function unsureRow(panes) {
  const mark = make("span", { class: "panes-swatch panes-hatched", "aria-hidden": "true" });
  const name = make("span", { class: "panes-switches" }, mark, "unsure");
  return make("tr", {}, make("th", { scope: "row" }, name), ...panes.map((pane) => areaCell(pane.unsureShare)));
}

function areaCell(share) {
  const bar = make("span", { class: "panes-bar", "aria-hidden": "true" });
  bar.style.width = `${Math.max(share ? 1 : 0, share * 100)}%`;
  return make("td", {}, make("span", {}, share ? percent(share) : "–"), bar);
}
