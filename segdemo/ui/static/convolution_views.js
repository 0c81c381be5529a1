// The other views of the same layer: matrix, overlap, round trip, gradient, channels. Each gives
// grids, the words around them, and what is lit where for a cell of any of them.

const LARGEST_MATRIX = 1024; // cells on a side
const LARGEST_TRIP = 4096; // cells of input and output

function tooLarge(what, limit) {
  return { grids: [], text: [`${what} has more than ${limit} cells on a side here: choose smaller sizes to see it.`] };
}

function plainGrid(title, shape, values, side, more = {}) {
  return new Grid({ title, shape, values, side, ...more });
}

function inputOf(layer, channel) {
  return layer.input.slice(channel * layer.inputCells, (channel + 1) * layer.inputCells);
}

// Marks on the input and output of one channel for a focus on either, in the order asked for.
function partners(layer, channel, out, focus) {
  if (focus.side === "output") {
    const cells = layer.operation === "max_pool"
      ? [[layer.cell(layer.winner(out, focus.cell), layer.inputShape)]]
      : layer.inputsOf(focus.cell, out);
    return { input: cells.map(([cell]) => ({ cell })), output: [{ cell: focus.cell, now: true }] };
  }
  const reached = layer.outputsOf(focus.cell, channel);
  return { input: [{ cell: focus.cell, now: true }], output: reached.map(([cell]) => ({ cell })) };
}

function entries(layer, channel, out) {
  const wide = layer.inputCells;
  const values = new Float64Array(layer.outputCells * wide);
  const kinds = new Uint8Array(values.length).fill(KIND.absent);
  for (let n = 0; n < wide; n++) {
    for (const [place, weight] of layer.outputsOf(layer.cell(n, layer.inputShape), channel)) {
      const at = (place[0] * layer.outputShape[1] + place[1]) * wide + n;
      values[at] += layer.entry(out, channel, place, weight);
      kinds[at] = KIND.cell;
    }
  }
  return { values, kinds };
}

function turnedOver({ values, kinds }, rows, columns) {
  const found = { values: new Float64Array(values.length), kinds: new Uint8Array(kinds.length) };
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      found.values[c * rows + r] = values[r * columns + c];
      found.kinds[c * rows + r] = kinds[r * columns + c];
    }
  }
  return found;
}

function matrixView(layer, state) {
  if (Math.max(layer.inputCells, layer.outputCells) > LARGEST_MATRIX) return tooLarge("The matrix", LARGEST_MATRIX);
  const channel = layer.readBy(state.out)[0];
  const flipped = state.transpose;
  const found = entries(layer, channel, state.out);
  const shape = [layer.outputCells, layer.inputCells];
  const drawn = flipped ? turnedOver(found, ...shape) : found;
  const input = plainGrid("Input x", layer.inputShape, inputOf(layer, channel), "input", { channel });
  const output = plainGrid("Output C x", layer.outputShape, layer.output(state.out), "output");
  const name = flipped ? "Cᵀ: a row for each input cell" : "C: a row for each output cell, a column for each input cell";
  const matrix = plainGrid(name, flipped ? [...shape].reverse() : shape, drawn.values, "matrix", { kinds: drawn.kinds });
  const filled = found.kinds.filter((kind) => kind === KIND.cell).length;
  const text = [`${filled} of ${found.kinds.length} entries of C are weights, all others are zero.`, ...innerProducts(layer, state, found)];
  if (layer.channels[0] * layer.channels[1] > 1 && layer.weighted) text.push(`Shown: the block of output channel ${state.out} and input channel ${channel}.`);
  const lit = (focus) => matrixMarks(layer, channel, state.out, flipped, focus);
  return { grids: [input, output, matrix], text, lit, wide: matrix, transposable: true };
}

// <Cx, v> = <x, C^T v> with the gradient view's numbers for v; one channel, without bias.
function innerProducts(layer, state, found) {
  if (!layer.gradient) return [];
  const x = inputOf(layer, layer.readBy(state.out)[0]);
  const v = layer.gradient.upstream.slice(state.out * layer.outputCells, (state.out + 1) * layer.outputCells);
  const wide = layer.inputCells;
  let there = 0, back = 0;
  for (let r = 0; r < v.length; r++) {
    let row = 0;
    for (let c = 0; c < wide; c++) row += found.values[r * wide + c] * x[c];
    there += row * v[r];
  }
  for (let c = 0; c < wide; c++) {
    let column = 0;
    for (let r = 0; r < v.length; r++) column += found.values[r * wide + c] * v[r];
    back += x[c] * column;
  }
  return [`Check with an arbitrary v: ⟨C x, v⟩ = ${written(there)} and ⟨x, Cᵀ v⟩ = ${written(back)}.`];
}

function matrixMarks(layer, channel, out, flipped, focus) {
  const [wide, high] = [layer.inputCells, layer.outputCells];
  const at = (o, i) => (flipped ? [i, o] : [o, i]);
  if (focus.side === "matrix") {
    const [o, i] = flipped ? [focus.cell[1], focus.cell[0]] : focus.cell;
    const lines = [...range(wide).map((c) => ({ cell: at(o, c) })), ...range(high).map((r) => ({ cell: at(r, i) }))];
    return [
      [{ cell: layer.cell(i, layer.inputShape), now: true }],
      [{ cell: layer.cell(o, layer.outputShape), now: true }],
      [...lines, { cell: focus.cell, now: true }],
    ];
  }
  const found = partners(layer, channel, out, focus);
  const flat = ({ cell }, shape) => cell[0] * shape[1] + cell[1];
  const line = focus.side === "output"
    ? range(wide).map((i) => ({ cell: at(flat(focus, layer.outputShape), i) }))
    : range(high).map((o) => ({ cell: at(o, flat(focus, layer.inputShape)) }));
  return [found.input, found.output, line];
}

function overlapView(layer) {
  if (layer.unpool) return { grids: [], text: ["Unpooling moves single numbers: nothing overlaps."] };
  const reached = plainGrid("Products that reach each output cell", layer.outputShape, layer.counts("byOutput"), "output");
  if (!layer.transposed) {
    const seen = plainGrid("Output cells that look at each input cell", layer.inputShape, layer.counts("byInput"), "input");
    const never = seen.values.filter((count) => count === 0).length;
    const text = ["Border cells are looked at less often than inner ones: padding decides by how much."];
    if (never) text.push(`${never} input cells are never looked at: their gradient is zero.`);
    const lit = (focus) => { const found = partners(layer, 0, 0, focus); return [found.input, found.output]; };
    return { grids: [seen, reached], text, lit };
  }
  const resized = layer.axes.map((axis) => axis.resized);
  const even = Float64Array.from(resized[0].flatMap((a) => resized[1].map((b) => a * b)));
  const shape = resized.map((counts) => counts.length);
  const other = plainGrid("The same, if cells are repeated first and a convolution follows", shape, even, "resized");
  const counts = reached.values.reduce((set, value) => set.add(value), new Set());
  const inner = layer.axes.every((axis) => axis.kernel % axis.stride === 0);
  const words = inner
    ? "The kernel is a multiple of the stride: away from the border every output cell gets equally many products."
    : "The kernel is no multiple of the stride: neighbours get unequally many products, which shows as a checkerboard.";
  return { grids: [reached, other], text: [words, `Counts here: ${[...counts].sort((a, b) => a - b).join(", ")}. Repeating cells first gives ${even[0]} everywhere.`] };
}

function roundTripView(layer, state) {
  if (Math.max(layer.inputCells, layer.outputCells) > LARGEST_TRIP) return tooLarge("The round trip", Math.sqrt(LARGEST_TRIP));
  const [channel] = layer.readBy(state.out);
  const bias = (out) => (layer.bias ? layer.bias[out] : 0);
  const there = range(layer.channels[1]).map((out) => layer.output(out).map((value) => value - bias(out)));
  const back = layer.back(there, channel);
  const x = inputOf(layer, channel);
  const same = range(x.length).filter((n) => Math.abs(back[n] - x[n]) < 1e-9);
  const input = plainGrid("Input x", layer.inputShape, x, "input", { channel });
  const output = plainGrid("There: C x", layer.outputShape, there[state.out], "output");
  const again = plainGrid("And back: Cᵀ C x", layer.inputShape, back, "back");
  const marks = same.map((n) => ({ cell: layer.cell(n, layer.inputShape) }));
  const text = [
    `The size comes back. Of the numbers ${same.length} of ${x.length} do, outlined: Cᵀ is the transpose of C and not its inverse.`,
    ...sizesBack(layer),
  ];
  const lit = (focus) => {
    const found = partners(layer, channel, state.out, focus.side === "back" ? { ...focus, side: "input" } : focus);
    return [found.input, found.output, [...marks, ...found.input]];
  };
  return { grids: [input, output, again], text, lit, resting: [[], [], marks] };
}

// Every input size that gives this output size, and what finds each again.
function sizesBack(layer) {
  const named = layer.dims === 2 ? ["Height", "Width"] : ["", "Length"];
  const lines = layer.axes.map((axis, n) => {
    if (!axis.sizes.length) return null;
    const ways = axis.sizes.map(([size, extra]) => {
      if (extra === null) return `${size}`;
      return layer.transposed ? `${size} with output_padding=${extra}` : `${size}, given back by output_padding=${extra}`;
    });
    return `${named[n]}: an output of ${axis.output} comes from an input of ${shortened(ways, "; or ")}.`;
  }).filter(Boolean);
  const [first, second] = lines.map((line) => line.replace(/^\w+: /, ""));
  return first !== undefined && first === second ? [`Each axis: ${first}`] : lines;
}

function gradientView(layer, state) {
  const found = layer.gradient;
  if (!found) return tooLarge("The gradient", Math.sqrt(LARGEST_TRIP));
  const [channel] = layer.readBy(state.out);
  const part = (values, number, cells) => values.slice(number * cells, (number + 1) * cells);
  const upstream = plainGrid("Gradient at the output, ∂L/∂y", layer.outputShape, part(found.upstream, state.out, layer.outputCells), "output");
  const result = plainGrid("autograd's gradient at the input, ∂L/∂x", layer.inputShape, part(found.autograd, channel, layer.inputCells), "input");
  const kernel = new Scene(layer, "gather", state.out).kernels[0];
  const words = layer.unpool && found.difference > 0
    ? `Multiplying by Cᵀ differs from autograd by ${found.difference}: two inputs were put into one cell, and torch's backward pass serves both, though the last alone counted.`
    : found.layer
    ? `${found.layer} with the same weight gives the same numbers from ∂L/∂y: largest difference from autograd ${found.difference}.`
    : `No single torch layer does this, multiplying by Cᵀ does: largest difference from autograd ${found.difference}.`;
  const text = ["Backwards, each output cell's gradient goes to the inputs that it came from, through the same weights: ∂L/∂x = Cᵀ ∂L/∂y.", words];
  const lit = (focus) => {
    if (focus.side === "kernel") return kernel ? [[], [{ cell: focus.cell, now: true }], []] : [[], []];
    const { input, output } = partners(layer, channel, state.out, focus);
    return kernel ? [output, [], input] : [output, input];
  };
  return { grids: kernel ? [upstream, kernel, result] : [upstream, result], text, lit };
}

function channelsView(layer) {
  const [inputs, outputs] = layer.channels;
  const values = new Float64Array(inputs * outputs);
  for (const out of range(outputs)) for (const channel of layer.readBy(out)) values[out * inputs + channel] = 1;
  const kinds = Uint8Array.from(values, (value) => (value ? KIND.cell : KIND.absent));
  const table = plainGrid("A row for each output channel, a column for each input channel", [outputs, inputs], values, "channels", { kinds });
  const each = layer.readBy(0).length;
  const text = [`${layer.groups} group${layer.groups > 1 ? "s" : ""}: an output channel reads ${each} of ${inputs} input channels, those with a 1. Press a row to step through that output channel.`];
  if (!layer.weighted) text.push("Pooling works on each channel alone.");
  else {
    const weights = layer.weight.length;
    text.push(`Weight of shape (${layer.weight_shape.join(", ")}), in torch's order ${layer.transposed ? "(in, out/groups, ...)" : "(out, in/groups, ...)"}: ${weights} numbers${layer.bias ? ` and ${outputs} of bias` : ""}.`);
    if (layer.groups > 1) text.push(`Without groups it would be ${weights * layer.groups}.`);
  }
  const lit = (focus) => [range(inputs).map((c) => ({ cell: [focus.cell[0], c] }))];
  return { grids: [table], text, lit, picksChannel: true };
}

const VIEWS = {
  matrix: { title: "Matrix", build: matrixView },
  overlap: { title: "Overlap", build: overlapView },
  roundtrip: { title: "Round trip", build: roundTripView },
  gradient: { title: "Gradient", build: gradientView },
  channels: { title: "Channels", build: channelsView },
};
