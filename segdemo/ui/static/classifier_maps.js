// One heat map over a photo: its colours, the cell that is pointed at, its window and marks.

// Paint a map's rows of numbers into a small canvas, one pixel a cell.
function paintMap(rows, [low, high], colours) {
  const layer = makeCanvas(rows[0].length, rows.length);
  const context = layer.getContext("2d");
  rows.forEach((row, y) =>
    row.forEach((number, x) => {
      const share = Math.min(1, Math.max(0, (number - low) / (high - low)));
      context.fillStyle = colours[Math.round(share * (colours.length - 1))];
      context.fillRect(x, y, 1, 1);
    }),
  );
  return layer;
}

// The cell of a pane over a point of the photo, null beside the map.
function cellAt(pane, point) {
  const row = Math.floor((point.y - pane.top) / pane.stride);
  const column = Math.floor((point.x - pane.left) / pane.stride);
  return pane.logit[row]?.[column] === undefined ? null : { row, column };
}

function middleOf(pane, { row, column }) {
  return { x: pane.left + (column + 0.5) * pane.stride, y: pane.top + (row + 0.5) * pane.stride };
}

function strokeTwice(context, trace, width, dash = []) {
  for (const [line, colour] of [[width + 2, "rgba(0, 0, 0, 0.75)"], [width, "#fff"]]) {
    context.lineWidth = line;
    context.strokeStyle = colour;
    context.setLineDash(colour === "#fff" ? dash : []);
    trace();
    context.stroke();
  }
  context.setLineDash([]);
}

function drawMarks(context, pane, scale) {
  const radius = Math.max(1.5, Math.min(4, (pane.stride * scale) / 5));
  const rows = pane.logit.length;
  const columns = pane.logit[0].length;
  for (let row = pane.marks.first[0]; row < rows; row += pane.marks.step) {
    for (let column = pane.marks.first[1]; column < columns; column += pane.marks.step) {
      const { x, y } = middleOf(pane, { row, column });
      context.beginPath();
      context.arc(x * scale, y * scale, radius, 0, 2 * Math.PI);
      context.fillStyle = "#fff";
      context.strokeStyle = "#000";
      context.lineWidth = 1;
      context.fill();
      context.stroke();
    }
  }
}

// The photo, the map at the view's opacity, marks; around the cell pointed at a frame, and its window.
function drawMap(pane, view) {
  const { width, height } = fitCanvas(pane.canvas);
  if (!width) return;
  const context = pane.canvas.getContext("2d");
  const scale = width / view.width;
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  context.drawImage(view.photo, 0, 0, width, height);
  context.globalAlpha = view.opacity;
  context.imageSmoothingEnabled = view.smooth;
  const { top, left, stride, layer } = pane;
  const area = [left, top, layer.width * stride, layer.height * stride].map((n) => n * scale);
  context.drawImage(layer, ...area);
  context.globalAlpha = 1;
  if (pane.marks && view.marked) drawMarks(context, pane, scale);
  const cell = view.point && cellAt(pane, view.point);
  if (!cell) return;
  const frame = (size) => () => {
    const { x, y } = middleOf(pane, cell);
    context.beginPath();
    context.rect((x - size / 2) * scale, (y - size / 2) * scale, size * scale, size * scale);
  };
  if (pane.window) strokeTwice(context, frame(pane.window), 2, [6, 4]);
  strokeTwice(context, frame(pane.stride), 1.5);
}

const SAY = {
  probability: (n) => (n >= 0.001 ? `${(n * 100).toFixed(1)} %` : n > 0 ? "< 0.1 %" : "0 %"),
  logit: (n) => n.toFixed(2),
};
