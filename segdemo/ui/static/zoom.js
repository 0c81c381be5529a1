// What part of the photo is in view, the same in every pane. A frame is {scale, x, y}: how many
// times enlarged, and the photo's point at the pane's centre as fractions of width and height.

const WHOLE = { scale: 1, x: 0.5, y: 0.5 };
const LARGEST_SCALE = 40;
const KEY_ZOOM = 1.5;

// The frame nearest to the one asked for that shows nothing beside the photo.
function clampFrame({ scale, x, y }) {
  const kept = Math.min(LARGEST_SCALE, Math.max(1, scale));
  const half = 0.5 / kept;
  const inside = (at) => Math.min(1 - half, Math.max(half, at));
  return { scale: kept, x: inside(x), y: inside(y) };
}

// The part in view: left, top, width and height as fractions of the photo's.
function partInView({ scale, x, y }) {
  const side = 1 / scale;
  return { left: x - side / 2, top: y - side / 2, side };
}

// Enlarge by a factor while the photo's point at (across, down), fractions of the pane, stays there.
function zoomedAt(frame, factor, across = 0.5, down = 0.5) {
  const scale = Math.min(LARGEST_SCALE, Math.max(1, frame.scale * factor));
  const change = 1 / frame.scale - 1 / scale;
  return clampFrame({ scale, x: frame.x + (across - 0.5) * change, y: frame.y + (down - 0.5) * change });
}

// Move what is in view by fractions of the pane, as a hand moves paper.
function dragged(frame, across, down) {
  return clampFrame({ ...frame, x: frame.x - across / frame.scale, y: frame.y - down / frame.scale });
}

// Move the frame just as far as a point of the photo needs to be in view.
function keepInView(frame, x, y) {
  const reach = 0.45 / frame.scale;
  const near = (centre, at) => Math.min(at + reach, Math.max(at - reach, centre));
  return clampFrame({ ...frame, x: near(frame.x, x), y: near(frame.y, y) });
}

// Where an event happened, as fractions of an element's width and height.
function placeIn(event, node) {
  const box = node.getBoundingClientRect();
  return { across: (event.clientX - box.left) / box.width, down: (event.clientY - box.top) / box.height };
}

// The photo's pixel at a place of the pane.
function pixelAt({ across, down }, frame, { width, height }) {
  const { left, top, side } = partInView(frame);
  const clamp = (n, count) => Math.min(count - 1, Math.max(0, Math.floor(n * count)));
  return { x: clamp(left + across * side, width), y: clamp(top + down * side, height) };
}
