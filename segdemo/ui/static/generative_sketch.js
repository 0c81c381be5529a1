// A canvas to draw on, white on black, with mouse, finger, pen or keys; every stroke can be undone.

const SKETCH_SIDE = 280; // pixels of the picture that is sent
const SKETCH_STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const SKETCH_KEYS =
  "Draw with mouse, finger or pen. By keyboard: arrows move the pen, Space sets it down and lifts it, " +
  "Backspace takes the last stroke back, Delete clears.";

// The strokes since the canvas was last cleared; clearing is a step of the history like another.
function visibleStrokes({ steps }) {
  return steps.slice(steps.findLastIndex((step) => step.cleared) + 1);
}

function paintSketch(context, sketch, pen) {
  const side = context.canvas.width;
  context.fillStyle = "#000";
  context.fillRect(0, 0, side, side);
  context.lineCap = context.lineJoin = "round";
  context.strokeStyle = "#fff";
  for (const { points, width } of visibleStrokes(sketch)) {
    context.lineWidth = width * side;
    context.beginPath();
    points.forEach(([x, y]) => context.lineTo(x * side, y * side));
    context.lineTo(points[0][0] * side + (points.length > 1 ? NaN : 0.01), points[0][1] * side);
    context.stroke();
  }
  if (pen) paintPen(context, pen, sketch.width * side, side);
}

function paintPen(context, { x, y, down }, width, side) {
  context.strokeStyle = down ? "#e69f00" : "#8fb8ff";
  context.lineWidth = 3;
  context.beginPath();
  context.arc(x * side, y * side, Math.max(6, width / 2), 0, 2 * Math.PI);
  context.stroke();
}

// `sketch`: {steps, width}, changed in place; `finished()` is told after each stroke, `say(text)`
// what a screen reader should hear.
function sketchCanvas(sketch, label, finished, say) {
  const canvas = make("canvas", { tabindex: "0", role: "img", "aria-label": `${label}. ${SKETCH_KEYS}` });
  canvas.width = canvas.height = SKETCH_SIDE;
  const context = canvas.getContext("2d");
  let stroke = null; // the one being drawn
  let pen = null; // where the keys hold the pen
  const paint = () => paintSketch(context, sketch, pen);
  const begin = (point) => sketch.steps.push((stroke = { points: [point], width: sketch.width }));
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  const end = () => {
    if (!stroke) return;
    stroke = null;
    if (pen) pen.down = false;
    paint();
    finished();
  };
  const undo = () => {
    stroke = null;
    sketch.steps.pop();
    paint();
    finished();
  };
  const clear = () => {
    stroke = pen = null;
    if (visibleStrokes(sketch).length) sketch.steps.push({ cleared: true });
    paint();
    finished();
  };
  const toggle = () => {
    pen ??= { x: 0.5, y: 0.5, down: false };
    if (pen.down) end();
    else {
      begin([pen.x, pen.y]);
      pen.down = true;
    }
    say(pen.down ? "Pen down." : "Pen lifted.");
  };
  const travel = (key, fine) => {
    pen ??= { x: 0.5, y: 0.5, down: false };
    const step = fine ? 0.01 : 0.04;
    pen.x = Math.min(1, Math.max(0, pen.x + step * SKETCH_STEPS[key][0]));
    pen.y = Math.min(1, Math.max(0, pen.y + step * SKETCH_STEPS[key][1]));
    if (pen.down) stroke.points.push([pen.x, pen.y]);
    say(`Pen ${pen.down ? "down" : "up"}, ${Math.round(100 * pen.x)} % across, ${Math.round(100 * pen.y)} % down.`);
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    end();
    pen = null;
    canvas.setPointerCapture(event.pointerId);
    begin(place(event));
    paint();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke || !canvas.hasPointerCapture(event.pointerId)) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) stroke.points.push(place(each));
    paint();
  });
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  canvas.addEventListener("blur", () => {
    end();
    pen = null;
    paint();
  });
  canvas.addEventListener("keydown", (event) => {
    const back = event.key === "Backspace" || ((event.ctrlKey || event.metaKey) && event.key === "z");
    if (event.key in SKETCH_STEPS) travel(event.key, event.shiftKey);
    else if (event.key === " ") toggle();
    else if (back) undo();
    else if (event.key === "Delete") clear();
    else return;
    event.preventDefault();
    paint();
  });
  // The picture without the pen's mark, as a data URI; null where nothing is drawn.
  const picture = () => {
    if (!visibleStrokes(sketch).length) return null;
    paintSketch(context, sketch, null);
    const uri = canvas.toDataURL("image/png");
    paint();
    return uri;
  };
  paint();
  return { canvas, undo, clear, picture };
}
