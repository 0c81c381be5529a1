// Which cells of the row below a cell looks at, on an endless grid: the rule of one axis.
// The same as segdemo.arithmetic.taps; padding is whatever lies outside of the row below.

// Cells below that meet cell `cell` of a layer, one for each weight that meets one.
function cellsBelow(layer, cell) {
  const found = [];
  for (let weight = 0; weight < layer.kernel; weight += 1) {
    const reach = weight * layer.dilation;
    if (layer.operation !== "conv_transpose") {
      found.push(cell * layer.stride - layer.padding + reach);
      continue;
    }
    const stuffed = cell + layer.padding - reach;
    if (stuffed % layer.stride === 0) found.push(stuffed / layer.stride);
  }
  return found;
}

// For each row from `depth` down to the input (index 0): Map from cell to the number of paths to it.
function traced(rows, depth, cell) {
  const seen = [];
  seen[depth] = new Map([[cell, 1]]);
  for (let row = depth; row > 0; row -= 1) {
    seen[row - 1] = new Map();
    for (const [from, paths] of seen[row]) {
      for (const to of cellsBelow(rows[row - 1], from)) {
        seen[row - 1].set(to, (seen[row - 1].get(to) ?? 0) + paths);
      }
    }
  }
  return seen;
}

// Where each row's cell 0 lies on the input's ruler, and how far its cells stand apart.
function rulers(rows) {
  const found = [{ start: 0, jump: 1 }];
  for (const layer of rows) {
    const below = found[found.length - 1];
    const middle = ((layer.kernel - 1) * layer.dilation) / 2 - layer.padding;
    const transposed = layer.operation === "conv_transpose";
    found.push({
      start: below.start + (transposed ? -middle / layer.stride : middle) * below.jump,
      jump: transposed ? below.jump / layer.stride : below.jump * layer.stride,
    });
  }
  return found;
}
