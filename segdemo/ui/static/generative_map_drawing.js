// Draws the map as its state (`current`, `view`, `axes`, `at`, in generative_map.js) says.

const PIXELS = 220; // a side of a layer's picture
let layerPictures = new Map(); // by layer and kind of axes; emptied with the model

function colours() {
  const style = getComputedStyle(canvas);
  const [text, rule] = ["--body-text-color", "--quiet"].map((name) => style.getPropertyValue(name).trim());
  return { text, rule, font: style.fontFamily };
}

function markOf(label) {
  const n = label % props.colours.length;
  return [props.symbols[n], props.colours[n]];
}

function layerPicture() {
  const name = `${view.under} ${view.quantiles}`;
  if (!layerPictures.has(name)) layerPictures.set(name, painted(current.layers[view.under], axes, PIXELS));
  return layerPictures.get(name);
}

function draw() {
  if (!current || !canvas.clientWidth) return;
  const side = canvas.clientWidth - MARGIN.left - MARGIN.right;
  canvas.style.height = `${side + MARGIN.top + MARGIN.bottom}px`;
  const { width, height } = fitCanvas(canvas);
  place = placing(axes, side);
  const paint = colours();
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, width, height);
  drawAxes(context, axes, place, paint, ["z0", "z1"].map((name) => (view.quantiles ? `${name}, quantiles of ${current.quantiles.of}` : name)));
  context.save();
  context.beginPath();
  context.rect(MARGIN.left, MARGIN.top, side, side);
  context.clip();
  if (view.under in current.layers) context.drawImage(layerPicture(), MARGIN.left, MARGIN.top, side, side);
  if (view.under === "grid") drawGrid(context, place, current.grid);
  if (view.codes) drawCodes(context, side);
  if (view.ellipses && current.ellipses) drawEllipses(context);
  drawStart(context, paint);
  drawCross(context);
  context.restore();
}

function drawCodes(context, side) {
  const { x, y, label } = current.points;
  const radius = Math.max(2.4, side / 170);
  context.lineWidth = 0.6;
  context.globalAlpha = 0.85;
  label.forEach((own, n) => {
    if (!view.hidden.has(own)) drawMark(context, ...markOf(own), place.at([x[n], y[n]]), radius, "rgb(255 255 255 / 0.55)");
  });
  context.globalAlpha = 1;
}

// A line that shows on any ground: dark under light.
function twice(context, line, width) {
  for (const [colour, wider] of [["#000", 2], ["#fff", 0]]) {
    context.strokeStyle = colour;
    context.lineWidth = width + wider;
    line();
  }
}

function drawEllipses(context) {
  const shown = current.ellipses.filter((own) => !view.hidden.has(own[4]));
  for (const own of shown) for (const k of [1, 2]) twice(context, () => drawEllipse(context, place, own, k), 1);
  const { z, sigma } = current.start;
  if (sigma) for (const k of [1, 2]) twice(context, () => drawEllipse(context, place, [...z, ...sigma], k), 2);
}

// Image A's own code: a ring with its letter beside.
function drawStart(context, paint) {
  const [x, y] = place.at(current.start.z);
  twice(context, () => (context.beginPath(), context.arc(x, y, 8, 0, 2 * Math.PI), context.stroke()), 2);
  context.font = `700 16px ${paint.font}`;
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  context.lineWidth = 4;
  context.strokeStyle = "#000";
  context.strokeText("A", x + 10, y - 7);
  context.fillStyle = "#fff";
  context.fillText("A", x + 10, y - 7);
}

function drawCross(context) {
  const [x, y] = place.at(at);
  twice(context, () => {
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + 5 * dx, y + 5 * dy);
      context.lineTo(x + 16 * dx, y + 16 * dy);
    }
    context.stroke();
  }, 2);
}
