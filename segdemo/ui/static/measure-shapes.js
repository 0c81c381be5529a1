// Shapes drawn by hand, and the class indices they fill. Points are [x, y] in the photo's pixels.

const UNLABELLED = 255;

// Fill the pixels whose centres lie inside a polygon (even-odd rule).
function fillPolygon(indices, width, height, points, value) {
  const tops = points.map(([, y]) => y);
  const first = Math.max(0, Math.floor(Math.min(...tops)));
  const last = Math.min(height - 1, Math.ceil(Math.max(...tops)));
  for (let row = first; row <= last; row++) {
    const y = row + 0.5;
    const crossings = [];
    points.forEach(([x1, y1], i) => {
      const [x2, y2] = points[(i + 1) % points.length];
      if (y1 <= y !== y2 <= y) crossings.push(x1 + ((y - y1) / (y2 - y1)) * (x2 - x1));
    });
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = Math.max(0, Math.ceil(crossings[i] - 0.5));
      const to = Math.min(width - 1, Math.ceil(crossings[i + 1] - 0.5) - 1);
      if (to >= from) indices.fill(value, row * width + from, row * width + to + 1);
    }
  }
}

// Fill the pixels whose centres lie within a radius of a line of points.
function fillStroke(indices, width, height, points, radius, value) {
  points.forEach(([x2, y2], i) => {
    const [x1, y1] = points[Math.max(0, i - 1)];
    const [dx, dy] = [x2 - x1, y2 - y1];
    const length = dx * dx + dy * dy;
    const left = Math.max(0, Math.floor(Math.min(x1, x2) - radius));
    const right = Math.min(width - 1, Math.ceil(Math.max(x1, x2) + radius));
    const top = Math.max(0, Math.floor(Math.min(y1, y2) - radius));
    const bottom = Math.min(height - 1, Math.ceil(Math.max(y1, y2) + radius));
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const [px, py] = [x + 0.5 - x1, y + 0.5 - y1];
        const along = length ? Math.min(1, Math.max(0, (px * dx + py * dy) / length)) : 0;
        const [ex, ey] = [px - along * dx, py - along * dy];
        if (ex * ex + ey * ey <= radius * radius) indices[y * width + x] = value;
      }
    }
  });
}

function fillShape(indices, width, height, shape) {
  if (shape.kind === "polygon") fillPolygon(indices, width, height, shape.points, shape.value);
  else fillStroke(indices, width, height, shape.points, shape.radius, shape.value);
}

function rasterise(shapes, width, height) {
  const indices = new Uint8Array(width * height).fill(UNLABELLED);
  for (const shape of shapes) fillShape(indices, width, height, shape);
  return indices;
}

// Indices as a PNG whose red, green and blue are the index, as a data URI.
function encodeIndices(indices, width, height) {
  const canvas = makeCanvas(width, height);
  const context = canvas.getContext("2d");
  const picture = context.createImageData(width, height);
  for (let i = 0; i < indices.length; i++) picture.data.set([indices[i], indices[i], indices[i], 255], 4 * i);
  context.putImageData(picture, 0, 0);
  return canvas.toDataURL("image/png");
}
