// The view in the address bar: what somebody else needs to see the same, never an upload.

const SHOWS = { classes: "Classes", confidence: "Confidence", entropy: "Entropy", agreement: "Disagreement" };
const OPACITY = 0.55;
const MOST_UNSURE = 0.95;

// What the viewer can set, as the page opens.
function newView() {
  return {
    show: "classes", opacity: OPACITY, names: true, outlines: false, unsure: 0,
    hidden: new Set(), only: null, single: null, recoloured: {},
    frame: WHOLE, pin: null, pinned: false, probe: null,
    arrange: "grid", left: 0, right: 1, split: 0.5, room: null,
  };
}

// What the view's parameters are; null leaves one out of the address.
function viewParameters(view, value, section) {
  const { frame, pin } = view;
  const list = (indices) => [...indices].map((index) => view.classes[index]).join(",");
  const slider = view.arrange === "slider";
  return {
    example: value.example,
    section: section || null,
    architectures: value.panes.map((pane) => pane.name).join(","),
    show: view.show === "classes" ? null : view.show,
    overlay: view.opacity === OPACITY ? null : Math.round(view.opacity * 100),
    names: view.names ? null : 0,
    outlines: view.outlines ? 1 : null,
    hide: view.hidden.size ? list(view.hidden) : null,
    only: view.only === null ? null : view.classes[view.only],
    unsure: view.unsure ? Math.round(view.unsure * 100) : null,
    slider: slider ? [view.left, view.right, Math.round(view.split * 100)].join(",") : null,
    zoom: frame.scale > 1 ? [frame.scale.toFixed(2), frame.x.toFixed(4), frame.y.toFixed(4)].join(",") : null,
    pin: pin && view.pinned ? `${pin.x},${pin.y}` : null,
    round: view.room ? view.room.round : null,
  };
}

// The numbers of a comma-separated parameter, each within its limits; null unless all are there.
function numbersIn(text, limits) {
  const found = (text ?? "").split(",").map(Number);
  if (!text || found.length !== limits.length || !found.every(Number.isFinite)) return null;
  return found.map((number, n) => Math.min(limits[n][1], Math.max(limits[n][0], number)));
}

// Take from the address what it says about the view; whatever it says, the view stays possible.
function restoreView(view, value, query) {
  if (query.get("tab") !== "segment") return;
  const one = (name, least, most) => numbersIn(query.get(name), [[least, most]])?.[0] ?? null;
  const known = (name) => value.classes.indexOf(name);
  const last = value.panes.length - 1;
  if (Object.hasOwn(SHOWS, query.get("show") ?? "")) view.show = query.get("show");
  view.opacity = (one("overlay", 0, 100) ?? view.opacity * 100) / 100;
  view.names = query.get("names") !== "0";
  view.outlines = query.get("outlines") === "1";
  view.hidden = new Set((query.get("hide") ?? "").split(",").map(known).filter((index) => index >= 0));
  view.only = known(query.get("only")) >= 0 ? known(query.get("only")) : null;
  view.unsure = (one("unsure", 0, 100 * MOST_UNSURE) ?? 0) / 100;
  const slider = numbersIn(query.get("slider"), [[0, last], [0, last], [0, 100]]);
  if (slider) {
    view.arrange = "slider";
    Object.assign(view, { left: Math.round(slider[0]), right: Math.round(slider[1]), split: slider[2] / 100 });
  }
  const zoom = numbersIn(query.get("zoom"), [[1, LARGEST_SCALE], [0, 1], [0, 1]]);
  if (zoom) view.frame = clampFrame({ scale: zoom[0], x: zoom[1], y: zoom[2] });
  const pin = numbersIn(query.get("pin"), [[0, value.width - 1], [0, value.height - 1]]);
  if (pin) Object.assign(view, { pin: { x: Math.round(pin[0]), y: Math.round(pin[1]) }, pinned: true });
  const round = one("round", 1, LARGEST_ROUND);
  if (round) view.room = newRoom(Math.round(round));
}
