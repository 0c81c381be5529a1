// What lies in the plane: marks of a shape each, ellipses, pictures, numbers as colours.

const star = (points, inner) =>
  Array.from({ length: 2 * points }, (_, n) => {
    const angle = (Math.PI * n) / points - Math.PI / 2;
    const radius = n % 2 ? inner : 1;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
const polygon = (corners, turn = -Math.PI / 2) =>
  Array.from({ length: corners }, (_, n) => [Math.cos(turn + (2 * Math.PI * n) / corners), Math.sin(turn + (2 * Math.PI * n) / corners)]);
const crossed = [[-0.35, -1], [0.35, -1], [0.35, -0.35], [1, -0.35], [1, 0.35], [0.35, 0.35], [0.35, 1], [-0.35, 1], [-0.35, 0.35], [-1, 0.35], [-1, -0.35], [-0.35, -0.35]];
const turned = (points) => points.map(([x, y]) => [(x - y) * Math.SQRT1_2, (x + y) * Math.SQRT1_2]);

// The outline of each shape within radius 1; plotly's names.
const SHAPES = {
  circle: polygon(24), square: polygon(4, Math.PI / 4), diamond: polygon(4), cross: crossed, x: turned(crossed),
  "triangle-up": polygon(3), "triangle-down": polygon(3, Math.PI / 2), star: star(5, 0.42), hexagon: polygon(6),
  pentagon: polygon(5),
};

function markPath(symbol, [x, y], radius) {
  const path = new Path2D();
  SHAPES[symbol].forEach(([dx, dy], n) => path[n ? "lineTo" : "moveTo"](x + radius * dx, y + radius * dy));
  path.closePath();
  return path;
}

function drawMark(context, symbol, colour, at, radius, edge) {
  const path = markPath(symbol, at, radius);
  context.fillStyle = colour;
  context.fill(path);
  context.strokeStyle = edge;
  context.stroke(path);
}

// The outline at `k` standard deviations of a posterior, whichever way the axes are.
function drawEllipse(context, place, [mu0, mu1, sigma0, sigma1], k) {
  context.beginPath();
  for (let n = 0; n <= 48; n++) {
    const angle = (2 * Math.PI * n) / 48;
    context.lineTo(...place.at([mu0 + k * sigma0 * Math.cos(angle), mu1 + k * sigma1 * Math.sin(angle)]));
  }
  context.stroke();
}

// A layer's number at a code, between its cells; null outside of it.
function numberAt(layer, [z0, z1]) {
  const { cells, bounds, numbers } = layer;
  const [x, y] = [z0, z1].map((z, n) => ((z - bounds[n][0]) / (bounds[n][1] - bounds[n][0])) * (cells - 1));
  if (!(x >= 0 && y >= 0 && x <= cells - 1 && y <= cells - 1)) return null;
  const [column, row] = [x, y].map((n) => Math.min(cells - 2, Math.floor(n)));
  const along = (r) => numbers[r * cells + column] + (x - column) * (numbers[r * cells + column + 1] - numbers[r * cells + column]);
  return along(row) + (y - row) * (along(row + 1) - along(row));
}

// A layer as a square picture for these axes.
function painted(layer, axes, pixels) {
  const canvas = makeCanvas(pixels, pixels);
  const image = new ImageData(pixels, pixels);
  const colours = new Uint32Array(image.data.buffer);
  const ramp = rampPixels();
  const codes = axes.map((axis) => Array.from({ length: pixels }, (_, n) => axis.from((n + 0.5) / pixels)));
  for (let y = 0; y < pixels; y++) {
    for (let x = 0; x < pixels; x++) {
      const number = numberAt(layer, [codes[0][x], codes[1][pixels - 1 - y]]);
      if (number === null) continue;
      colours[y * pixels + x] = ramp[Math.round((255 * (number - layer.low)) / (layer.high - layer.low || 1))];
    }
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

// The decoded pictures at their codes, each as large as half-way to its neighbours.
function drawGrid(context, place, { image, side, codes }) {
  const tile = image.height;
  const centre = (row, column) => place.at(codes[row * side + column]);
  context.imageSmoothingEnabled = false;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [x, y] = centre(row, column);
      const near = [[row, column - 1], [row, column + 1]].filter(([, c]) => c >= 0 && c < side).map(([r, c]) => Math.abs(centre(r, c)[0] - x));
      const next = [[row - 1, column], [row + 1, column]].filter(([r]) => r >= 0 && r < side).map(([r, c]) => Math.abs(centre(r, c)[1] - y));
      const size = Math.min(...near, ...next) + 0.5;
      context.drawImage(image, (row * side + column) * tile, 0, tile, tile, x - size / 2, y - size / 2, size, size);
    }
  }
  context.imageSmoothingEnabled = true;
}
