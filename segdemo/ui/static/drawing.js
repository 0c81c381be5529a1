// Drawing one pane: photo, overlay, outlines, the classes' names, the pixel that is pointed at.

const NAME_FONT = '600 {size}px "Source Sans Pro", system-ui, sans-serif';
const SMALLEST_NAME = 12;
const LARGEST_NAME = 21;

// Match a canvas's pixels to its size on the screen; returns that size in CSS pixels.
function fitCanvas(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
  canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
  return { width, height };
}

function drawPane(pane, view) {
  const size = fitCanvas(pane.canvas);
  if (!size.width) return;
  const context = pane.canvas.getContext("2d");
  const { width, height } = size;
  context.imageSmoothingQuality = "high";
  context.drawImage(view.photo, 0, 0, width, height);
  context.globalAlpha = view.opacity;
  context.drawImage(pane.colourLayer, 0, 0, width, height);
  context.globalAlpha = 1;
  if (view.outlines) context.drawImage(pane.outlineLayer, 0, 0, width, height);
  if (view.names) drawNames(context, pane, view, size);
  if (view.probe) drawProbe(context, view, size);
}

// Names go to the largest regions first; one that would cover another moves up or down, or stays out.
function drawNames(context, pane, view, { width, height }) {
  const placed = [];
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  for (const label of pane.labels) {
    if (!view.alphas[label.index]) continue;
    const text = view.classes[label.index];
    const radius = label.radius * width;
    const size = Math.min(LARGEST_NAME, Math.max(SMALLEST_NAME, Math.round(radius * 0.5)));
    context.font = NAME_FONT.replace("{size}", size);
    const half = context.measureText(text).width / 2 + 3;
    const tall = size * 0.6 + 1;
    const x = Math.min(width - half - 2, Math.max(half + 2, label.x * width));
    const steps = [0, -0.5, 0.5, -0.9, 0.9].map((step) => label.y * height + step * radius);
    const free = steps
      .map((y) => Math.min(height - tall - 2, Math.max(tall + 2, y)))
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

// A ring around the pixel that is pointed at, white between two dark ones.
function drawProbe(context, view, { width, height }) {
  const x = ((view.probe.x + 0.5) / view.width) * width;
  const y = ((view.probe.y + 0.5) / view.height) * height;
  for (const [line, colour] of [[4, "rgba(0, 0, 0, 0.65)"], [2, "#fff"]]) {
    context.lineWidth = line;
    context.strokeStyle = colour;
    context.beginPath();
    context.arc(x, y, 6, 0, 2 * Math.PI);
    context.stroke();
  }
}
