// The scene of the view Step by step: which grids stand there, what is lit for a cell, and the sum
// written out. Gathering goes through output cells, scattering through input cells.

const LISTED = 27; // terms of a sum that are written before it is cut short

function range(count) {
  return Array.from({ length: count }, (_, n) => n);
}

function crossing(rows, columns) {
  return range(rows).flatMap((r) => range(columns).map((c) => [r, c]));
}

class Scene {
  constructor(layer, reading, out) {
    Object.assign(this, { layer, out });
    this.scatter = layer.unpool || (layer.transposed && reading === "scatter");
    this.stuffed = layer.transposed && !this.scatter;
    this.channels = layer.readBy(out);
    this.frames = layer.axes.map((axis) => this.frame(axis));
    this.inputs = this.channels.map((channel) => this.inputGrid(channel));
    this.kernels = layer.weighted ? this.channels.map((channel) => this.kernelGrid(channel)) : [];
    this.output = this.outputGrid();
    this.grids = [...this.inputs, ...this.kernels, this.output];
    this.steps = this.scatter ? layer.inputCells : layer.outputCells;
    this.stepShape = this.scatter ? layer.inputShape : layer.outputShape;
  }

  // One axis of the input as drawn: for each place its input cell (-1: none) and its kind.
  frame(axis) {
    if (this.scatter) return { first: 0, cells: range(axis.input), kinds: range(axis.input).map(() => KIND.cell) };
    if (this.stuffed) {
      const lead = axis.dilation * (axis.kernel - 1) - axis.before;
      const last = (axis.input - 1) * axis.stride;
      const kinds = axis.stuffed.map((cell, n) => {
        if (cell >= 0) return KIND.cell;
        return n - lead < 0 || n - lead > last ? KIND.padding : KIND.stuffed;
      });
      return { first: 0, cells: axis.stuffed, kinds };
    }
    const reach = (axis.output - 1) * axis.stride - axis.before + axis.dilation * (axis.kernel - 1) + 1;
    const first = Math.min(0, -axis.before);
    const places = range(Math.max(axis.input, axis.input + axis.after, reach) - first).map((n) => n + first);
    const cells = places.map((n) => axis.padded[n + axis.before] ?? -1);
    const kinds = places.map((n) => {
      if (n < -axis.before || (n >= axis.input + axis.after && n < axis.input)) return KIND.cropped;
      return n >= 0 && n < axis.input ? KIND.cell : KIND.padding;
    });
    return { first, cells, kinds };
  }

  inputGrid(channel) {
    const { layer } = this;
    const [rows, columns] = this.frames;
    const shape = [rows.cells.length, columns.cells.length];
    const empty = layer.operation === "max_pool" ? -Infinity : 0;
    const values = new Float64Array(shape[0] * shape[1]);
    const kinds = new Uint8Array(values.length);
    for (let r = 0, n = 0; r < shape[0]; r++) {
      for (let c = 0; c < shape[1]; c++, n++) {
        const cell = [rows.cells[r], columns.cells[c]];
        values[n] = Math.min(...cell) < 0 ? empty : layer.inputAt(channel, cell);
        const both = [rows.kinds[r], columns.kinds[c]];
        kinds[n] = both.includes(KIND.padding) && !both.includes(KIND.cropped) ? KIND.padding : Math.max(...both);
      }
    }
    const name = this.channels.length > 1 ? `Input channel ${channel},` : "Input";
    const grown = shape[0] * shape[1] > layer.inputCells;
    const note = grown ? `, ${this.stuffed ? "stuffed and padded" : "padded"} ${sized(shape, layer.dims)}` : "";
    return new Grid({ title: `${name} ${sized(layer.inputShape, layer.dims)}${note}`, shape, values, kinds, side: "input", channel });
  }

  kernelGrid(channel) {
    const { layer } = this;
    const shape = layer.kernelShape;
    const values = crossing(...shape).map((weight) => layer.weightAt(this.out, channel, this.turned(weight)));
    const name = this.channels.length > 1 ? `Kernel ${channel} → ${this.out}` : `Kernel ${sized(shape, layer.dims)}`;
    const turned = this.stuffed ? ", turned by 180°" : "";
    return new Grid({ title: `${name}${turned}`, shape, values, side: "kernel", channel });
  }

  outputGrid() {
    const { layer } = this;
    const values = layer.output(this.out);
    const name = layer.channels[1] > 1 ? `Output channel ${this.out},` : "Output";
    return new Grid({ title: `${name} ${sized(layer.outputShape, layer.dims)}`, shape: layer.outputShape, values, side: "output", channel: this.out });
  }

  // The place of a weight in the kernel as drawn, and back: its own inverse.
  turned([a, b]) {
    const [height, width] = this.layer.kernelShape;
    return this.stuffed ? [height - 1 - a, width - 1 - b] : [a, b];
  }

  // The real input cell on a place of the input grid, or null.
  inputCell([r, c]) {
    const cell = [this.frames[0].cells[r], this.frames[1].cells[c]];
    const real = this.frames[0].kinds[r] === KIND.cell && this.frames[1].kinds[c] === KIND.cell;
    return real && Math.min(...cell) >= 0 ? cell : null;
  }

  inputPlace(cell) {
    return cell.map((n, axis) => {
      const { cells, kinds } = this.frames[axis];
      return cells.findIndex((one, place) => one === n && kinds[place] === KIND.cell);
    });
  }

  stepCell(step) {
    return this.layer.cell(step, this.stepShape);
  }

  // The window of an output cell: for each tap its place in the input grid, its weight, its value.
  window([r, c], index) {
    const { layer } = this;
    if (this.scatter) {
      return layer.inputsOf([r, c], this.channels[index]).map(([cell, weight]) => ({ place: cell, weight, real: true }));
    }
    return crossing(...layer.kernelShape).map((tap) => {
      const place = tap.map((t, axis) => {
        const { dilation, stride, before } = layer.axes[axis];
        const start = this.stuffed ? [r, c][axis] : [r, c][axis] * stride - before - this.frames[axis].first;
        return start + t * dilation;
      });
      const weight = this.turned(tap);
      return { place, weight, real: this.inputCell(place) !== null };
    });
  }

  // What is lit for a cell on one side: a list of marks for each grid, in the order of `grids`.
  lit(focus) {
    if (focus === null) return this.grids.map(() => []);
    if (focus.side === "output") return this.litForOutput(focus.cell);
    if (focus.side === "kernel") return this.litForWeight(focus.cell);
    return this.litForInput(focus.cell);
  }

  litForOutput(cell) {
    const { layer } = this;
    const windows = this.channels.map((_, index) => this.window(cell, index));
    const winner = layer.operation === "max_pool" ? layer.winner(this.out, cell) : -1;
    const inputs = this.inputs.map((grid, index) => windows[index].map(({ place, weight, real }) => ({
      cell: place,
      label: layer.weighted ? `×${written(layer.weightAt(this.out, grid.channel, weight))}` : null,
      dim: !real,
      now: winner >= 0 && real && this.flat(this.inputCell(place)) === winner,
    })));
    const kernels = this.kernels.map((_, index) => windows[index].map(({ weight, real }) => ({ cell: this.turned(weight), dim: !real })));
    return [...inputs, ...kernels, [{ cell, now: true }]];
  }

  litForInput(cell) {
    const { layer } = this;
    const outputs = layer.outputsOf(cell, this.channels[0]);
    const place = this.inputPlace(cell);
    const inputs = this.inputs.map(() => [{ cell: place, now: true }]);
    const kernels = this.kernels.map(() => outputs.map(([, weight]) => ({ cell: this.turned(weight) })));
    const marks = outputs.map(([target, weight]) => ({
      cell: target,
      label: layer.weighted ? `×${written(layer.weightAt(this.out, this.channels[0], weight))}` : null,
    }));
    return [...inputs, ...kernels, marks];
  }

  // A weight: every input cell that it meets anywhere.
  litForWeight(cell) {
    const weight = this.turned(cell);
    const met = this.layer.pairs.map((pairs, axis) => new Set(pairs.byOutput.flat().filter(([, t]) => t === weight[axis]).map(([i]) => i)));
    const places = [...met[0]].flatMap((r) => [...met[1]].map((c) => ({ cell: this.inputPlace([r, c]) })));
    return [...this.inputs.map(() => places), ...this.kernels.map(() => [{ cell, now: true }]), []];
  }

  flat([r, c]) {
    return r * this.layer.inputShape[1] + c;
  }

  // The output after a step of scattering: what has been painted so far, over the bias.
  painted(step) {
    const { layer } = this;
    if (!this.partial || this.partial.step > step) {
      this.partial = { step: -1, values: new Float64Array(layer.outputCells).fill(layer.bias ? layer.bias[this.out] : 0) };
    }
    while (this.partial.step < step) {
      const cell = layer.cell(++this.partial.step, layer.inputShape);
      for (const channel of this.channels) this.paint(cell, channel);
    }
    return this.partial.values;
  }

  // One input cell's weighted kernel, added to what is painted.
  paint(cell, channel) {
    const { layer } = this;
    const value = layer.inputAt(channel, cell);
    if (layer.unpool) {
      for (const [[r, c]] of layer.outputsOf(cell, channel)) this.partial.values[r * layer.outputShape[1] + c] += value;
      return;
    }
    const columns = layer.pairs[1].byInput[cell[1]];
    for (const [r, a] of layer.pairs[0].byInput[cell[0]]) {
      for (const [c, b] of columns) {
        this.partial.values[r * layer.outputShape[1] + c] += value * layer.weightAt(this.out, channel, [a, b]);
      }
    }
  }
}

function sized(shape, dims) {
  return dims === 2 ? shape.join(" × ") : String(shape[1]);
}
