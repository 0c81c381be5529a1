// The step in words: the sum of an output cell, the reach of an input cell, the places of a weight.

function named(what, cell, dims) {
  return `${what}[${(dims === 2 ? cell : cell.slice(1)).join(", ")}]`;
}

// `parts` joined, with what is left out counted.
function shortened(parts, joint) {
  if (parts.length <= LISTED) return parts.join(joint);
  return `${parts.slice(0, LISTED).join(joint)}${joint}… (${parts.length - LISTED} more)`;
}

function sumOf(scene, cell) {
  const { layer, out } = scene;
  const result = layer.output(out)[cell[0] * layer.outputShape[1] + cell[1]];
  const name = named("output", cell, layer.dims);
  if (layer.operation === "max_unpool") {
    const [source] = layer.inputsOf(cell, out);
    if (!source) return `${name} = 0: no switch points here`;
    return `${name} = ${named("input", source[0], layer.dims)} = ${written(result)}: its switch points here`;
  }
  const taps = scene.channels.flatMap((channel, index) => scene.window(cell, index).map((tap) => ({ ...tap, channel, index })));
  const valueAt = ({ place, index }) => scene.inputs[index].values[place[0] * scene.inputs[index].shape[1] + place[1]];
  if (layer.operation === "max_pool") return `${name} = max(${shortened(taps.map((tap) => written(valueAt(tap))), ", ")}) = ${written(result)}`;
  if (layer.operation === "avg_pool") {
    const total = shortened(taps.map((tap) => factor(valueAt(tap))), " + ");
    return `${name} = (${total}) / ${layer.divisor(cell)} = ${written(result)}`;
  }
  const product = (tap) => `${factor(valueAt(tap))}*${factor(layer.weightAt(out, tap.channel, tap.weight))}`;
  const counted = taps.length > LISTED ? taps.filter((tap) => valueAt(tap) !== 0) : taps;
  const left = taps.length - counted.length;
  const terms = [shortened(counted.map(product), " + ")].filter(Boolean);
  if (left) terms.push(`${left} products with 0`);
  if (layer.bias) terms.push(`bias ${factor(layer.bias[out])}`);
  return `${name} = ${terms.join(" + ") || "nothing reaches it"} = ${written(result)}`;
}

function reachOf(scene, cell) {
  const { layer, out } = scene;
  const [channel] = scene.channels;
  const value = layer.inputAt(channel, cell);
  const name = `${named("input", cell, layer.dims)} = ${written(value)}`;
  const reached = layer.outputsOf(cell, channel);
  if (!reached.length) return `${name} reaches no output cell${layer.operation === "max_pool" ? ": it is nowhere the largest" : ""}`;
  const parts = reached.map(([target, weight]) => {
    const place = named("output", target, layer.dims);
    return layer.weighted ? `${place} by ${factor(value)}*${factor(layer.weightAt(out, channel, weight))}` : place;
  });
  const cells = `${reached.length} output cell${reached.length > 1 ? "s" : ""}`;
  return `${name} reaches ${cells}: ${shortened(parts, ", ")}`;
}

function describeWeight(scene, cell) {
  const { layer, out } = scene;
  const weight = scene.turned(cell);
  const value = layer.weightAt(out, scene.channels[0], weight);
  const met = scene.litForWeight(cell)[0].length;
  return `${named("kernel", weight, layer.dims)} = ${written(value)} meets ${met} input cells, one for each place of the kernel`;
}

function describe(scene, focus) {
  if (focus.side === "output") return sumOf(scene, focus.cell);
  return focus.side === "kernel" ? describeWeight(scene, focus.cell) : reachOf(scene, focus.cell);
}

// A cell of any grid, where there is no sum to write out.
function readCell(layer, grid, cell) {
  const value = grid.values[cell[0] * grid.shape[1] + cell[1]];
  const place = grid.side === "matrix" ? `[${cell.join(", ")}]` : named("", cell, layer.dims);
  return `${grid.title}: ${place} = ${written(value)}`;
}
