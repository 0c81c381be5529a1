// What a pane's canvas answers to: pointing, pressing, dragging, pinching, the wheel, keys.
//
// `on` tells what to do: hover(pixel or null), pin(pixel or null), move(frame). `state()` gives
// {frame, width, height, pin}.

const DRAG_PIXELS = 4; // a press that moves less than this is a press
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function watchGestures(canvas, state, on) {
  watchPointers(canvas, state, on);
  watchWheel(canvas, state, on);
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !answerKey(event, state(), on)) return;
    event.preventDefault();
  });
}

// One pointer points, and drags once the view is enlarged; two pinch.
function watchPointers(canvas, state, on) {
  const down = new Map(); // pointer's id -> its last place
  let travelled = 0;
  const point = (event) => on.hover(pixelAt(placeIn(event, canvas), state().frame, state()));

  canvas.addEventListener("pointerdown", (event) => {
    if (!down.size) travelled = 0;
    down.set(event.pointerId, event);
    if (event.pointerType !== "mouse") point(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (before) {
      travelled += Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY);
      const others = [...down.values()].filter((other) => other.pointerId !== event.pointerId);
      if (others.length) pinch(canvas, others[0], before, event, state, on);
      else if (travelled > DRAG_PIXELS) drag(canvas, before, event, state, on);
      down.set(event.pointerId, event);
    }
    if (down.size < 2) point(event);
  });
  canvas.addEventListener("pointerup", (event) => {
    if (down.size === 1 && travelled <= DRAG_PIXELS) {
      on.pin(pixelAt(placeIn(event, canvas), state().frame, state()));
    }
  });
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
    canvas.addEventListener(end, (event) => {
      down.delete(event.pointerId);
      if (end !== "pointerup" || event.pointerType !== "mouse") on.hover(null);
    });
  }
}

function drag(canvas, before, event, state, on) {
  if (state().frame.scale === 1) return;
  if (!canvas.hasPointerCapture(event.pointerId)) canvas.setPointerCapture(event.pointerId);
  const [from, to] = [placeIn(before, canvas), placeIn(event, canvas)];
  on.move(dragged(state().frame, to.across - from.across, to.down - from.down));
}

function pinch(canvas, other, before, event, state, on) {
  const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
  if (!apart(before)) return;
  const middle = placeIn({ clientX: (event.clientX + other.clientX) / 2, clientY: (event.clientY + other.clientY) / 2 }, canvas);
  const box = canvas.getBoundingClientRect();
  const enlarged = zoomedAt(state().frame, apart(event) / apart(before), middle.across, middle.down);
  const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
  on.move(dragged(enlarged, dx / 2 / box.width, dy / 2 / box.height));
}

// The wheel scrolls the page until a pane was pressed, so that nobody is caught in passing; with
// Ctrl, which is also what a touch pad's pinch sends, it always enlarges.
function watchWheel(canvas, state, on) {
  canvas.addEventListener(
    "wheel",
    (event) => {
      const { frame } = state();
      const meant = event.ctrlKey || event.metaKey || document.activeElement === canvas || frame.scale > 1;
      if (!meant || (frame.scale === 1 && event.deltaY > 0 && !event.ctrlKey)) return;
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : 1;
      const turn = Math.max(-100, Math.min(100, event.deltaY * lines));
      const { across, down } = placeIn(event, canvas);
      on.move(zoomedAt(frame, Math.exp(-turn * (event.ctrlKey ? 0.01 : 0.003)), across, down));
    },
    { passive: false },
  );
}

// + - 0 zoom; the arrows move the pixel that is read by a fiftieth of the view, with Shift by one
// pixel, and the view follows; Escape lifts it. True for a key that meant something.
function answerKey(event, { frame, width, height, pin }, on) {
  if (event.key === "+" || event.key === "=") on.move(zoomedAt(frame, KEY_ZOOM, ...placeOf(pin, frame, width, height)));
  else if (event.key === "-") on.move(zoomedAt(frame, 1 / KEY_ZOOM));
  else if (event.key === "0") on.move(WHOLE);
  else if (event.key === "Escape" && !document.fullscreenElement) on.pin(null);
  else if (event.key in ARROWS) {
    const step = event.shiftKey ? 1 : Math.max(1, Math.round(width / 50 / frame.scale));
    const from = pin ?? pixelAt({ across: 0.5, down: 0.5 }, frame, { width, height });
    const [dx, dy] = ARROWS[event.key];
    const x = Math.min(width - 1, Math.max(0, from.x + dx * step));
    const y = Math.min(height - 1, Math.max(0, from.y + dy * step));
    on.pin({ x, y });
    on.move(keepInView(frame, (x + 0.5) / width, (y + 0.5) / height));
  } else return false;
  return true;
}

// Where a pixel stands in the pane, so that the keys enlarge around it; the centre where it's out of view.
function placeOf(pin, frame, width, height) {
  if (!pin) return [0.5, 0.5];
  const { left, top, side } = partInView(frame);
  const place = [((pin.x + 0.5) / width - left) / side, ((pin.y + 0.5) / height - top) / side];
  return place.every((n) => n >= 0 && n <= 1) ? place : [0.5, 0.5];
}
