// Drawing one pane: photo, overlay, outlines, hatching, the classes' names, the pixel that is read.

const NAME_FONT = '600 {size}px "Source Sans Pro", system-ui, sans-serif';
const SMALLEST_NAME = 12;
const LARGEST_NAME = 21;
const SMOOTH_BELOW = 2.5; // screen pixels a picture's pixel; from here on its squares are shown

function drawPane(pane, view) {
  const size = fitCanvas(pane.canvas);
  if (size.width) drawContents(pane.canvas.getContext("2d"), size, pane, view);
}

function drawContents(context, size, pane, view) {
  const part = partInView(view.frame);
  const asMap = view.show !== "classes";
  drawPart(context, size, asMap ? view.greyPhoto : view.photo, part);
  context.globalAlpha = view.opacity;
  drawPart(context, size, asMap ? pane.mapLayer : pane.colourLayer, part);
  context.globalAlpha = 1;
  if (pane.unsureLayer) drawHatching(context, size, pane.unsureLayer, part);
  if (view.outlines) drawPart(context, size, pane.outlineLayer, part);
  if (view.names) drawNames(context, pane, view, size, part);
  const probe = view.probe ?? view.pin;
  if (probe) drawProbe(context, probe, view, size, part);
}

// The part in view of a picture, over the whole canvas. Cells of a score map are never smoothed.
function drawPart(context, { width, height }, picture, { left, top, side }) {
  const [w, h] = [picture.naturalWidth ?? picture.width, picture.naturalHeight ?? picture.height];
  const enlarged = (width * (window.devicePixelRatio || 1)) / (w * side);
  context.imageSmoothingEnabled = enlarged < SMOOTH_BELOW;
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, left * w, top * h, side * w, side * h, 0, 0, width, height);
}

// Diagonal stripes where a layer of cells isn't clear.
function drawHatching(context, size, unsureLayer, part) {
  const { width, height } = context.canvas;
  const stripes = makeCanvas(width, height);
  const over = stripes.getContext("2d");
  over.fillStyle = over.createPattern(hatchingTile(), "repeat");
  over.fillRect(0, 0, width, height);
  over.globalCompositeOperation = "destination-in";
  over.imageSmoothingEnabled = false;
  const [w, h] = [unsureLayer.width, unsureLayer.height];
  over.drawImage(unsureLayer, part.left * w, part.top * h, part.side * w, part.side * h, 0, 0, width, height);
  context.drawImage(stripes, 0, 0, size.width, size.height);
}

function hatchingTile() {
  const side = Math.round(8 * (window.devicePixelRatio || 1));
  const tile = makeCanvas(side, side);
  const context = tile.getContext("2d");
  context.fillStyle = "rgba(20, 20, 20, 0.45)";
  context.fillRect(0, 0, side, side);
  context.strokeStyle = "rgba(255, 255, 255, 0.8)";
  context.lineWidth = side / 5;
  for (const shift of [-side, 0, side]) {
    context.beginPath();
    context.moveTo(shift - 1, side + 1);
    context.lineTo(shift + side + 1, -1);
    context.stroke();
  }
  return tile;
}

// Names go to the largest regions first; one that would cover another moves up or down, or stays out.
function drawNames(context, pane, view, { width, height }, { left, top, side }) {
  const placed = [];
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  for (const label of pane.labels) {
    if (!view.alphas[label.index]) continue;
    const [across, down] = [((label.x - left) / side) * width, ((label.y - top) / side) * height];
    if (across < 0 || across > width || down < 0 || down > height) continue;
    const text = view.classes[label.index];
    const radius = (label.radius / side) * width;
    const size = Math.min(LARGEST_NAME, Math.max(SMALLEST_NAME, Math.round(radius * 0.5)));
    context.font = NAME_FONT.replace("{size}", size);
    const half = context.measureText(text).width / 2 + 3;
    const tall = size * 0.6 + 1;
    const x = Math.min(width - half - 2, Math.max(half + 2, across));
    const free = [0, -0.5, 0.5, -0.9, 0.9]
      .map((step) => Math.min(height - tall - 2, Math.max(tall + 2, down + step * radius)))
      .map((y) => ({ left: x - half, right: x + half, top: y - tall, bottom: y + tall, y }))
      .find((box) => !placed.some((other) => overlaps(box, other)));
    if (!free) continue;
    placed.push(free);
    writeWithHalo(context, text, x, free.y);
  }
}

function overlaps(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function writeWithHalo(context, text, x, y) {
  context.lineWidth = 4;
  context.strokeStyle = "rgba(0, 0, 0, 0.72)";
  context.strokeText(text, x, y);
  context.fillStyle = "#fff";
  context.fillText(text, x, y);
}

// A ring around the pixel that is read, white between two dark ones.
function drawProbe(context, probe, view, { width, height }, { left, top, side }) {
  const x = (((probe.x + 0.5) / view.width - left) / side) * width;
  const y = (((probe.y + 0.5) / view.height - top) / side) * height;
  for (const [line, colour] of [[4, "rgba(0, 0, 0, 0.65)"], [2, "#fff"]]) {
    context.lineWidth = line;
    context.strokeStyle = colour;
    context.beginPath();
    context.arc(x, y, 6, 0, 2 * Math.PI);
    context.stroke();
  }
}
