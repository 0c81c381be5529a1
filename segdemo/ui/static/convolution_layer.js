// The layer in the browser: who meets whom, through which weight, and the sums, from the axes' tables.
// Cells are [row, column]; a setting of one dimension has one row.

const WEIGHTED = ["conv", "conv_transpose"];

// The pairs of one axis read both ways: by output [input, weight], by input [output, weight].
function axisPairs(axis) {
  const byOutput = Array.from({ length: axis.output }, () => []);
  const byInput = Array.from({ length: axis.input }, () => []);
  for (let o = 0; o < axis.output; o++) {
    for (let n = axis.starts[o]; n < axis.starts[o + 1]; n++) {
      byOutput[o].push([axis.inputs[n], axis.weights[n]]);
      byInput[axis.inputs[n]].push([o, axis.weights[n]]);
    }
  }
  return { byOutput, byInput };
}

// Every combination of two axes' pairs, as [cell, weight].
function crossed(rows, columns) {
  return rows.flatMap(([r, a]) => columns.map(([c, b]) => [[r, c], [a, b]]));
}

class Layer {
  constructor(trace) {
    Object.assign(this, trace);
    this.weighted = WEIGHTED.includes(trace.operation);
    this.transposed = trace.operation === "conv_transpose";
    this.unpool = trace.operation === "max_unpool";
    [this.rows, this.columns] = trace.axes;
    this.inputShape = trace.axes.map((axis) => axis.input);
    this.outputShape = trace.axes.map((axis) => axis.output);
    this.kernelShape = trace.axes.map((axis) => axis.kernel);
    this.inputCells = this.inputShape[0] * this.inputShape[1];
    this.outputCells = this.outputShape[0] * this.outputShape[1];
    if (!this.unpool) this.pairs = trace.axes.map(axisPairs);
    this.outputs = new Map(); // by channel, worked out when first shown
  }

  inputAt(channel, [r, c]) {
    return this.input[channel * this.inputCells + r * this.inputShape[1] + c];
  }

  // Input channels that an output channel reads.
  readBy(out) {
    if (!this.weighted) return [out];
    const each = this.channels[0] / this.groups;
    const group = Math.floor(out / (this.channels[1] / this.groups));
    return Array.from({ length: each }, (_, n) => group * each + n);
  }

  weightAt(out, channel, [a, b]) {
    if (!this.weighted) return 1;
    const [, second, height] = this.weight_shape;
    const rows = this.dims === 2 ? height : 1;
    const first = this.transposed ? channel : out;
    const other = this.transposed ? out % second : channel % second;
    return this.weight[((first * second + other) * rows + a) * this.kernelShape[1] + b];
  }

  // [input cell, weight] pairs of an output cell; what lies on padding isn't among them.
  inputsOf([r, c], channel = 0) {
    if (this.unpool) {
      const found = this.sources(channel).get(r * this.outputShape[1] + c);
      return found === undefined ? [] : [[this.cell(found, this.inputShape), [0, 0]]];
    }
    return crossed(this.pairs[0].byOutput[r], this.pairs[1].byOutput[c]);
  }

  // [output cell, weight] pairs of an input cell: its whole fan-out.
  outputsOf([r, c], channel = 0) {
    if (this.unpool) {
      const flat = r * this.inputShape[1] + c;
      const place = this.indices[channel * this.inputCells + flat];
      const wins = this.sources(channel).get(place) === flat;
      return wins ? [[this.cell(place, this.outputShape), [0, 0]]] : [];
    }
    const all = crossed(this.pairs[0].byInput[r], this.pairs[1].byInput[c]);
    if (this.operation !== "max_pool") return all;
    const flat = r * this.inputShape[1] + c;
    return all.filter(([cell]) => this.winner(channel, cell) === flat);
  }

  // Unpooling: which input cell each output cell got, the last of equals.
  sources(channel) {
    const found = new Map();
    for (let n = 0; n < this.inputCells; n++) found.set(this.indices[channel * this.inputCells + n], n);
    return found;
  }

  // Max pooling: the flat input cell that an output cell took; of equals the first.
  winner(channel, cell) {
    let best = -1, largest = -Infinity;
    for (const [place] of this.inputsOf(cell)) {
      const value = this.inputAt(channel, place);
      if (value > largest) [best, largest] = [place[0] * this.inputShape[1] + place[1], value];
    }
    return best;
  }

  // Average pooling: by what an output cell's sum is divided.
  divisor([r, c]) {
    return this.axes.map((axis, n) => {
      const low = this.count_include_pad ? -axis.before : 0;
      const high = axis.input + (this.count_include_pad ? axis.after : 0);
      const first = [r, c][n] * axis.stride - axis.before;
      let count = 0;
      for (let t = 0; t < axis.kernel; t++) count += first + t >= low && first + t < high ? 1 : 0;
      return count;
    }).reduce((a, b) => a * b);
  }

  cell(flat, shape) {
    return [Math.floor(flat / shape[1]), flat % shape[1]];
  }

  // An output channel's numbers, row-major.
  output(out) {
    if (!this.outputs.has(out)) this.outputs.set(out, this.workedOut(out));
    return this.outputs.get(out);
  }

  workedOut(out) {
    const found = new Float64Array(this.outputCells);
    const width = this.outputShape[1];
    if (this.weighted) {
      found.fill(this.bias ? this.bias[out] : 0);
      for (const channel of this.readBy(out)) this.addProducts(found, out, channel);
      return found;
    }
    for (let n = 0; n < found.length; n++) {
      const cell = [Math.floor(n / width), n % width];
      const values = this.inputsOf(cell, out).map(([place]) => this.inputAt(out, place));
      const total = values.reduce((a, b) => a + b, 0);
      if (this.operation === "max_pool") found[n] = Math.max(...values);
      else found[n] = this.operation === "avg_pool" ? total / this.divisor(cell) : total;
    }
    return found;
  }

  // One input channel's products, added to an output channel.
  addProducts(found, out, channel) {
    const width = this.outputShape[1], columns = this.pairs[1].byOutput;
    const start = channel * this.inputCells;
    this.pairs[0].byOutput.forEach((pairs, r) => {
      for (const [row, a] of pairs) {
        const line = start + row * this.inputShape[1];
        const weights = Array.from({ length: this.kernelShape[1] }, (_, b) => this.weightAt(out, channel, [a, b]));
        for (let c = 0; c < width; c++) {
          let sum = 0;
          for (const [column, b] of columns[c]) sum += this.input[line + column] * weights[b];
          found[r * width + c] += sum;
        }
      }
    });
  }

  // C^T times numbers on the output (a list for each channel): what comes back at an input channel.
  back(above, channel) {
    const found = new Float64Array(this.inputCells);
    for (let out = 0; out < above.length; out++) {
      if (!this.readBy(out).includes(channel)) continue;
      for (let n = 0; n < this.inputCells; n++) {
        const cell = this.cell(n, this.inputShape);
        for (const [place, weight] of this.outputsOf(cell, channel)) {
          found[n] += above[out][place[0] * this.outputShape[1] + place[1]] * this.entry(out, channel, place, weight);
        }
      }
    }
    return found;
  }

  // The entry of C that a meeting contributes: its weight, or one part of a mean.
  entry(out, channel, place, weight) {
    if (this.operation === "avg_pool") return 1 / this.divisor(place);
    return this.weightAt(out, channel, weight);
  }

  // How often each input cell is looked at, or (transposed) each output cell reached.
  counts(side) {
    const per = this.pairs.map((pairs) => pairs[side].map((list) => list.length));
    return Float64Array.from(per[0].flatMap((a) => per[1].map((b) => a * b)));
  }
}

// A number for a cell or a sum: whole as it is, others in three digits, a true minus sign.
function written(value) {
  if (value === null || value === undefined) return "";
  if (!Number.isFinite(value)) return value < 0 ? "−∞" : "∞";
  const text = Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
  return text.replace("-", "−");
}

// In a product a negative factor stands in brackets.
function factor(value) {
  return value < 0 ? `(${written(value)})` : written(value);
}
