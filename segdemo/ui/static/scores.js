// The score maps in the browser: each cell's three likeliest classes, their probabilities, its
// entropy. The server packs seven grey maps one below the other, in steps of 1/255.

const TOP = 3;
const PACKED_MAPS = 2 * TOP + 1;

async function readScores(url) {
  const { width: columns, height, values } = await readGrey(url);
  const rows = height / PACKED_MAPS;
  const map = (n) => values.subarray(n * rows * columns, (n + 1) * rows * columns);
  return {
    rows,
    columns,
    classes: [map(0), map(1), map(2)],
    probabilities: [map(3), map(4), map(5)],
    entropy: map(6),
  };
}

// Calls with (pixel's number, number of the cell that it lies in), for every pixel of the photo.
function eachPixelsCell({ rows, columns }, width, height, visit) {
  const columnOf = Uint16Array.from({ length: width }, (_, x) => ((x + 0.5) * columns) / width);
  for (let y = 0, i = 0; y < height; y++) {
    const start = Math.floor(((y + 0.5) * rows) / height) * columns;
    for (let x = 0; x < width; x++, i++) visit(i, start + columnOf[x]);
  }
}

// The cell under a pixel of the photo.
function cellAt({ rows, columns }, { x, y }, { width, height }) {
  return Math.floor(((y + 0.5) * rows) / height) * columns + Math.floor(((x + 0.5) * columns) / width);
}

// The likeliest classes under a pixel, most probable first: {index, probability}.
function topAt(scores, pixel, size) {
  const cell = cellAt(scores, pixel, size);
  return scores.classes.map((classes, n) => ({
    index: classes[cell],
    probability: scores.probabilities[n][cell] / 255,
  }));
}

// Entropy under a pixel in bits, of the given number of classes.
function entropyAt(scores, pixel, size, count) {
  return (scores.entropy[cellAt(scores, pixel, size)] / 255) * Math.log2(count);
}

// Which pixels lie in a cell whose likeliest class stays below a probability; null where that is 0.
function unsurePixels(scores, threshold, width, height) {
  if (!threshold) return null;
  const unsure = new Uint8Array(width * height);
  const [confidence] = scores.probabilities;
  eachPixelsCell(scores, width, height, (i, cell) => (unsure[i] = confidence[cell] / 255 < threshold ? 1 : 0));
  return unsure;
}

// A small canvas with one pixel a cell, from a function of the cell's number.
function cellLayer(scores, colourAt) {
  const layer = makeCanvas(scores.columns, scores.rows);
  paint(layer, colourAt);
  return layer;
}

// For every pane, in how many of the others each pixel is of another class; and the share of the
// photo where all agree.
function disagreement(masks) {
  const counts = masks.map((mask) => new Uint8Array(mask.length));
  let agreed = 0;
  const length = masks[0]?.length ?? 0;
  for (let i = 0; i < length; i++) {
    for (let a = 0; a < masks.length; a++) {
      for (let b = a + 1; b < masks.length; b++) {
        if (masks[a][i] !== masks[b][i]) counts[a][i]++, counts[b][i]++;
      }
    }
    if (!counts[0][i]) agreed++;
  }
  return { counts, agreed: length ? agreed / length : 1 };
}

// The centre of the block of pixels about which the panes differ most: what to look at first.
function mostDisputed(counts, width, height) {
  const side = Math.max(4, Math.round(width / 40));
  let [best, most] = [{ x: width >> 1, y: height >> 1 }, 0];
  for (let top = 0; top + side <= height; top += side) {
    for (let left = 0; left + side <= width; left += side) {
      let sum = 0;
      for (const count of counts) {
        for (let y = top; y < top + side; y++) {
          for (let x = left; x < left + side; x++) sum += count[y * width + x];
        }
      }
      if (sum > most) [best, most] = [{ x: left + (side >> 1), y: top + (side >> 1) }, sum];
    }
  }
  return best;
}
