// Two architectures on one photo with a divider between them, which the mouse, a finger or the
// arrow keys move.

const DIVIDER_STEPS = { ArrowLeft: -0.02, ArrowRight: 0.02, PageDown: -0.1, PageUp: 0.1, Home: -1, End: 1 };

// `change` is told {left}, {right} (numbers of panes) or {split} (a share of the width).
function buildSlider(panes, value, view, change) {
  const captions = panes.map((pane) => pane.caption);
  const side = (name) =>
    make("label", {}, `${name[0].toUpperCase()}${name.slice(1)}`, menuOf(`Architecture on the ${name}`, captions, view[name], null, (n) => change({ [name]: n })));
  const canvas = paneCanvas(value, "Two architectures on one photo. Arrow keys move the pixel that is read, + and - zoom.", 80);
  const handle = make("div", {
    class: "slider-handle", role: "slider", tabindex: "0", "aria-label": "Divider, per cent from the left",
    "aria-valuemin": "0", "aria-valuemax": "100",
  });
  const stage = make("div", { class: "slider-stage" }, canvas, handle);
  stage.style.maxWidth = canvas.style.maxWidth;
  watchHandle(handle, stage, () => view.split, (split) => change({ split: Math.min(1, Math.max(0, split)) }));
  const readings = [buildReading(), buildReading()];
  const columns = readings.map((reading) => make("div", {}, reading.heading, reading.list));
  const header = make("figcaption", {}, side("left"), side("right"));
  const figure = make("figure", { class: "slider" }, header, stage, make("div", { class: "slider-readings" }, ...columns));
  return { figure, canvas, handle, readings };
}

function watchHandle(handle, stage, split, move) {
  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    handle.focus();
    event.preventDefault();
  });
  handle.addEventListener("pointermove", (event) => {
    if (handle.hasPointerCapture(event.pointerId)) move(placeIn(event, stage).across);
  });
  handle.addEventListener("keydown", (event) => {
    if (!(event.key in DIVIDER_STEPS)) return;
    event.preventDefault();
    move(split() + DIVIDER_STEPS[event.key]);
  });
}

// The left architecture's pane up to the divider, the right one's from there on.
function drawSlider(slider, left, right, view) {
  const size = fitCanvas(slider.canvas);
  if (!size.width) return;
  const context = slider.canvas.getContext("2d");
  const divide = Math.round(view.split * size.width);
  const half = (pane, from, to) => {
    context.save();
    context.beginPath();
    context.rect(from, 0, to - from, size.height);
    context.clip();
    drawContents(context, size, pane, view);
    context.restore();
  };
  half(left, 0, divide);
  half(right, divide, size.width);
  slider.handle.style.left = `${view.split * 100}%`;
  slider.handle.setAttribute("aria-valuenow", String(Math.round(view.split * 100)));
}
