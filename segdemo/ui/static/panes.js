// The panes component: builds its elements, keeps what the viewer set, redraws when something changed.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const HINT =
  "Point at a pane: all of them read that pixel; press to keep it. Zoom with + − 0, a pinch, or the wheel " +
  "after pressing a pane; drag or arrow keys move. The probabilities are those of the score map's cell " +
  "under the pixel; masks are interpolated between cells, so at an outline the two may differ.";
const LINK_DELAY = 400; // milliseconds of rest before the address bar is written

const root = element.querySelector(".panes");
const view = newView();
let decoded = []; // the panes in the catalog's order: masks and scores read, not yet shown
let panes = []; // the panes on the screen, with their elements
let slider = null;
let tools = null;
let legendParts = null;
let current = null; // the value on the screen
let latest = 0; // counts values, so that a slow one never overwrites a newer one
let drawing = 0;
let writing = 0;
let touched = false; // nothing is written to the address before something was changed

const sentence = make("p", { class: "panes-sentence" });
const key = make("div", { class: "panes-key" });
const grid = make("div", { class: "panes-grid" });
const room = make("div");
const spoken = make("p", { class: "panes-spoken", "aria-live": "polite" });
const legend = make("div");
new ResizeObserver(redraw).observe(grid);
// Coming back from another tab, which took this one's parameters out of the address.
new ResizeObserver(([entry]) => entry.contentRect.width && touched && remember()).observe(element.closest(".sections") ?? root);

function redraw() {
  cancelAnimationFrame(drawing);
  drawing = requestAnimationFrame(() => {
    if (slider) drawSlider(slider, panes[view.left], panes[view.right], view);
    else panes.forEach((pane) => drawPane(pane, view));
  });
}

// The panes that read out, each with where it does.
function readings() {
  if (!slider) return panes.map((pane) => [pane, pane.reading]);
  return [[panes[view.left], slider.readings[0]], [panes[view.right], slider.readings[1]]];
}

function readOut() {
  for (const [pane, reading] of readings()) fillReading(reading, pane, view);
  // Spoken only for the keyboard: a mouse would make it chatter.
  const byKeys = view.pin && !view.probe && grid.contains(document.activeElement);
  const said = readings().map(([pane, reading]) => spokenReading(pane, reading)).join(", ");
  spoken.textContent = byKeys ? said : "";
}

function repaint() {
  view.alphas = opacities(current.classes.length, view);
  const ramp = rampPixels();
  for (const pane of panes) paintPane(pane, view, ramp);
  redraw();
}

function relegend() {
  legendParts = buildLegend(panes, view, { toggle, solo, single, recolour });
  legend.replaceChildren(...legendParts.nodes);
  key.replaceChildren(...buildKey(view, panes));
}

function toggle(index) {
  if (view.only !== null) view.only = null;
  else if (!view.hidden.delete(index)) view.hidden.add(index);
  changedClasses();
}

function solo(index) {
  view.only = view.only === index ? null : index;
  changedClasses();
}

function changedClasses() {
  legendParts.sync();
  repaint();
  remember();
}

function single(index) {
  if (view.single === index) return;
  view.single = index;
  repaint();
}

function recolour(index, colour) {
  view.recoloured[index] = view.colours[index] = colour;
  readOut();
  repaint();
}

// The address bar follows, once the viewer rests.
function remember() {
  touched = true;
  clearTimeout(writing);
  writing = setTimeout(() => {
    if (![null, "segment"].includes(window.segdemo.current())) return;
    window.segdemo.link("segment", viewParameters(view, current, root.dataset.section));
  }, LINK_DELAY);
}

const act = {
  set(changes) {
    Object.assign(view, changes);
    redraw();
    remember();
  },
  layers(changes) {
    Object.assign(view, changes);
    repaint();
    relegend();
    readOut();
    remember();
  },
  rebuild(changes) {
    Object.assign(view, changes);
    build();
    remember();
  },
  zoom: (factor) => gestures.move(factor === null ? WHOLE : zoomedAt(view.frame, factor)),
  fullScreen: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()),
  classroom: () => act.rebuild({ room: view.room ? null : newRoom(randomRound()) }),
};

const gestures = {
  hover(pixel) {
    view.probe = pixel;
    readOut();
    redraw();
  },
  pin(pixel) {
    Object.assign(view, { pin: pixel, pinned: true, probe: null });
    readOut();
    redraw();
    remember();
  },
  move(frame) {
    view.frame = frame;
    grid.dataset.zoomed = String(frame.scale > 1);
    tools.sync();
    redraw();
    remember();
  },
};

function buildRoom() {
  root.toggleAttribute("data-classroom", view.room !== null);
  sentence.textContent = view.room && !view.room.revealed ? QUESTION : current.sentence;
  if (!view.room) return room.replaceChildren();
  const parts = buildRoomBar(view.room, {
    reveal: () => act.rebuild({ room: { ...view.room, revealed: true } }),
    again: () => act.rebuild({ room: newRoom(randomRound()) }),
    leave: () => act.rebuild({ room: null }),
  });
  const say = () => (parts.text.textContent = roomText(view.room, panes, current.panes, current.measuredOn));
  for (const pane of panes) {
    const ballot = buildBallot(pane, current.panes, view.room, say);
    if (slider) slider.figure.append(make("div", { class: "slider-ballot" }, make("strong", {}, pane.caption), ballot));
    else pane.figure.append(ballot);
  }
  room.replaceChildren(parts.bar);
  say();
}

// Everything below the controls, from what is decoded and what the viewer set.
function build() {
  panes = captioned(decoded, view.room).map((pane) => buildPane(pane, current));
  view.left = Math.min(view.left, panes.length - 1);
  view.right = Math.min(view.right, panes.length - 1);
  slider = view.arrange === "slider" ? buildSlider(panes, current, view, changeSlider) : null;
  for (const { canvas } of slider ? [slider] : panes) watchGestures(canvas, () => view, gestures);
  grid.style.setProperty("--columns", slider ? 1 : columns(panes.length));
  grid.dataset.zoomed = String(view.frame.scale > 1);
  grid.replaceChildren(...(slider ? [slider.figure] : panes.map((pane) => pane.figure)));
  buildRoom();
  repaint();
  relegend();
  tools.sync();
  readOut();
}

function changeSlider(changes) {
  Object.assign(view, changes);
  readOut();
  redraw();
  remember();
}

function names(value) {
  return value.panes.map((pane) => pane.name).join();
}

async function show(value) {
  const mine = ++latest;
  const [photo, ...read] = await Promise.all([loadImage(value.photo), ...value.panes.map((pane) => decodedPane(pane, value))]);
  if (mine !== latest) return;
  const before = current;
  [current, decoded] = [value, read];
  const { counts, agreed } = disagreement(decoded.map((pane) => pane.indices));
  decoded.forEach((pane, n) => (pane.differing = counts[n]));
  const { width, height, classes } = value;
  const colours = value.colours.map((colour, index) => view.recoloured[index] ?? colour);
  Object.assign(view, { photo, width, height, classes, colours, agreed, others: decoded.length - 1, single: null, probe: null });
  view.greyPhoto = withoutColours(photo, width, height);
  if (before?.photo !== value.photo) Object.assign(view, { frame: WHOLE, pin: mostDisputed(counts, width, height), pinned: false });
  if (view.room && before && names(before) !== names(value)) view.room = newRoom(view.room.round);
  if (!tools) open(value);
  build();
  if (before) remember();
}

// The first value: restore the view from the address, then put the controls in place.
function open(value) {
  restoreView(view, value, new URLSearchParams(location.search));
  tools = buildTools(view, act);
  root.replaceChildren(sentence, tools.row, room, key, grid, spoken, make("p", { class: "panes-hint" }, HINT), legend);
  root.dataset.state = "ready";
}

function showEmpty() {
  const boxes = Array.from({ length: 4 }, () => make("div", { class: "pane-blank" }));
  grid.style.setProperty("--columns", 2);
  grid.replaceChildren(...boxes);
  root.replaceChildren(make("p", { class: "panes-sentence" }, props.empty), grid);
  root.dataset.state = "empty";
}

watch("value", () => props.value && show(props.value));
if (props.value) show(props.value);
else showEmpty();
