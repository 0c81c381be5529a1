// A grid of cells on a canvas: its values drawn once, what is lit drawn over them at each step.

const KIND = { cell: 0, padding: 1, stuffed: 2, cropped: 3, absent: 4 };
const NUMBERED = 20; // pixels a cell needs to hold its number
const WEIGHED = 32; // and the weight that it meets beside it
const SHADES = 255; // on either side of zero
const CROWD = 600; // lit cells that are still framed one by one

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, content] of Object.entries(attributes)) node.setAttribute(name, content);
  node.append(...children.filter((child) => child !== null));
  return node;
}

function inkFrom(element) {
  const style = getComputedStyle(element);
  const read = (name) => style.getPropertyValue(name).trim();
  return {
    text: read("--body-text-color"),
    quiet: read("--quiet"),
    rule: read("--cv-rule"),
    paper: read("--cv-paper"),
    blank: read("--cv-blank"),
    positive: read("--cv-positive"),
    negative: read("--cv-negative"),
    lit: read("--cv-lit"),
    font: style.fontFamily,
  };
}

class Grid {
  // `values` row-major for `shape` [rows, columns]; `kinds` per cell, from KIND; `side` names the
  // part of the layer that it shows, `channel` which of its channels.
  constructor({ title, shape, values, kinds = null, side, channel = 0, largest = null, names = false }) {
    Object.assign(this, { title, shape, values, kinds, side, channel, names });
    this.largest = largest ?? Math.max(1e-9, ...this.finite());
    this.canvas = make("canvas", { tabindex: "0", role: "img", "aria-label": title });
    this.caption = make("figcaption", {}, title);
    this.figure = make("figure", { class: "cv-grid", "data-side": side }, this.caption, this.canvas);
    this.marks = [];
  }

  finite() {
    let largest = 0;
    for (const value of this.values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
    return [largest];
  }

  // Set the size of a cell in CSS pixels and draw what doesn't change from step to step.
  fit(size) {
    const [rows, columns] = this.shape;
    const sharp = window.devicePixelRatio || 1;
    this.size = size;
    this.sharp = sharp;
    this.canvas.width = Math.max(1, Math.round(columns * size * sharp));
    this.canvas.height = Math.max(1, Math.round(rows * size * sharp));
    this.canvas.style.width = `${columns * size}px`;
    this.canvas.style.height = `${rows * size}px`;
    this.repaint();
  }

  repaint() {
    this.ink = inkFrom(this.figure);
    this.base = document.createElement("canvas");
    this.base.width = this.canvas.width;
    this.base.height = this.canvas.height;
    const pen = this.base.getContext("2d");
    if (this.size < 5) this.paintPixels(pen);
    else {
      pen.scale(this.sharp, this.sharp);
      for (let r = 0; r < this.shape[0]; r++) for (let c = 0; c < this.shape[1]; c++) this.paintCell(pen, r, c);
    }
    this.draw(this.marks, this.veiled);
  }

  // Cells too small for lines: one pixel each, enlarged.
  paintPixels(pen) {
    const [rows, columns] = this.shape;
    const small = document.createElement("canvas");
    small.width = columns;
    small.height = rows;
    const dots = small.getContext("2d");
    const image = dots.createImageData(columns, rows);
    const pixels = new Uint32Array(image.data.buffer);
    const shades = shadesOf(this.ink);
    const scale = SHADES / this.largest;
    for (let n = 0; n < pixels.length; n++) {
      const value = Number.isFinite(this.values[n]) ? this.values[n] : 0;
      const shade = Math.round(Math.min(SHADES, Math.max(-SHADES, value * scale)));
      pixels[n] = shades[shade + SHADES];
    }
    dots.putImageData(image, 0, 0);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(small, 0, 0, this.base.width, this.base.height);
    pen.strokeStyle = this.ink.rule;
    pen.strokeRect(0.5, 0.5, this.base.width - 1, this.base.height - 1);
  }

  paintCell(pen, r, c) {
    const { size, ink } = this;
    const [x, y] = [c * size, r * size];
    const n = r * this.shape[1] + c;
    const kind = this.kinds ? this.kinds[n] : KIND.cell;
    const value = this.values[n];
    pen.fillStyle = kind === KIND.cell ? ink.paper : ink.blank;
    pen.fillRect(x, y, size, size);
    if (kind === KIND.absent) return;
    if (Number.isFinite(value) && value !== 0) {
      pen.globalAlpha = (size < NUMBERED ? 1 : 0.42) * Math.min(1, Math.abs(value) / this.largest);
      pen.fillStyle = value < 0 ? ink.negative : ink.positive;
      pen.fillRect(x, y, size, size);
      pen.globalAlpha = 1;
    }
    paintKind(pen, kind, x, y, size, ink);
    if (size >= NUMBERED && kind !== KIND.cropped) {
      const plain = kind === KIND.cell;
      this.write(pen, written(value), x + size / 2, y + size / 2, plain ? ink.text : ink.quiet, plain ? "" : "italic ");
    }
  }

  write(pen, text, x, y, colour, style = "") {
    const size = Math.min(17, this.size * (text.length > 4 ? 0.27 : text.length > 2 ? 0.34 : 0.42));
    pen.font = `${style}${size}px ${this.ink.font}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = colour;
    pen.fillText(text, x, y + 0.5);
  }

  // `marks`: {cell, label, now}; `now` is the cell in question, the others are its partners.
  // `veiled`: cells from this one on, in row-major order, haven't had their turn.
  draw(marks, veiled = null) {
    this.marks = marks;
    this.veiled = veiled;
    const pen = this.canvas.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    pen.drawImage(this.base, 0, 0);
    pen.scale(this.sharp, this.sharp);
    if (veiled !== null) this.drawVeil(pen, veiled);
    const crowded = this.size < 8 || marks.length > CROWD;
    const drawn = crowded ? marks.filter((one) => !one.dim) : marks;
    if (crowded && marks.length > 1) this.drawOutline(pen, marks);
    if (drawn.length > CROWD) return;
    for (const mark of drawn.filter((one) => !one.now)) this.drawMark(pen, mark);
    for (const mark of drawn.filter((one) => one.now)) this.drawMark(pen, mark);
  }

  // Where cells are too many to be framed each, one frame goes around all.
  drawOutline(pen, marks) {
    const rows = marks.map(({ cell }) => cell[0]), columns = marks.map(({ cell }) => cell[1]);
    const [top, left] = [Math.min(...rows), Math.min(...columns)];
    pen.strokeStyle = this.ink.lit;
    pen.lineWidth = 2;
    const [high, wide] = [Math.max(...rows) - top + 1, Math.max(...columns) - left + 1];
    pen.strokeRect(left * this.size + 1, top * this.size + 1, wide * this.size - 2, high * this.size - 2);
  }

  drawVeil(pen, from) {
    const [rows, columns] = this.shape;
    const [row, column] = [Math.floor(from / columns), from % columns];
    pen.fillStyle = this.ink.blank;
    pen.globalAlpha = 0.72;
    pen.fillRect(column * this.size, row * this.size, (columns - column) * this.size, this.size);
    pen.fillRect(0, (row + 1) * this.size, columns * this.size, (rows - row - 1) * this.size);
    pen.globalAlpha = 1;
  }

  drawMark(pen, { cell: [r, c], label = null, now = false, dim = false }) {
    const { size, ink } = this;
    const edge = size >= 12 ? (now ? 3 : 2) : 1;
    const grow = size < 4 ? 2 : 0; // a lit cell of a large grid stays visible
    const [x, y] = [c * size - grow, r * size - grow];
    pen.lineWidth = edge;
    pen.strokeStyle = now ? ink.text : ink.lit;
    pen.setLineDash(dim ? [3, 3] : []);
    if (!now && size < NUMBERED) {
      pen.fillStyle = ink.lit;
      pen.globalAlpha = 0.45;
      pen.fillRect(x, y, size + 2 * grow, size + 2 * grow);
      pen.globalAlpha = 1;
    }
    pen.strokeRect(x + edge / 2, y + edge / 2, size + 2 * grow - edge, size + 2 * grow - edge);
    pen.setLineDash([]);
    if (label !== null && size >= WEIGHED) this.drawLabel(pen, label, x, y);
  }

  drawLabel(pen, label, x, y) {
    pen.font = `600 ${Math.min(12, this.size * 0.28)}px ${this.ink.font}`;
    const wide = pen.measureText(label).width + 4;
    const high = Math.min(14, this.size * 0.34);
    pen.fillStyle = this.ink.lit;
    pen.fillRect(x + this.size - wide - 1, y + this.size - high - 1, wide, high);
    pen.fillStyle = this.ink.paper;
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    pen.fillText(label, x + this.size - 3, y + this.size - high / 2 - 0.5);
  }

  cellUnder(event) {
    const box = this.canvas.getBoundingClientRect();
    const r = Math.floor(((event.clientY - box.top) / box.height) * this.shape[0]);
    const c = Math.floor(((event.clientX - box.left) / box.width) * this.shape[1]);
    const inside = r >= 0 && c >= 0 && r < this.shape[0] && c < this.shape[1];
    return inside ? [r, c] : null;
  }
}

// The shades from the most negative through zero to the most positive, as pixels.
function shadesOf(ink) {
  const pen = makeProbe().getContext("2d", { willReadFrequently: true });
  const [negative, blank, positive] = [ink.negative, ink.blank, ink.positive].map((colour) => {
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  });
  const bytes = new Uint8ClampedArray(4 * (2 * SHADES + 1));
  for (let shade = -SHADES; shade <= SHADES; shade++) {
    const end = shade < 0 ? negative : positive;
    const share = Math.abs(shade) / SHADES;
    bytes.set(blank.map((part, k) => part + (end[k] - part) * share), 4 * (shade + SHADES));
  }
  return new Uint32Array(bytes.buffer);
}

function makeProbe() {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  return canvas;
}

// What isn't plain input is told apart by its lines: padding dashed and hatched, stuffed zeros
// dotted, cropped cells crossed out.
function paintKind(pen, kind, x, y, size, ink) {
  pen.strokeStyle = kind === KIND.cell ? ink.rule : ink.quiet;
  pen.lineWidth = 1;
  pen.globalAlpha = kind === KIND.cell ? 1 : 0.55;
  if (kind === KIND.padding) pen.setLineDash([3, 2]);
  if (kind === KIND.stuffed) pen.setLineDash([1, 3]);
  if (size >= 8) pen.strokeRect(x + 0.5, y + 0.5, size - 1, size - 1);
  pen.setLineDash([]);
  if (kind === KIND.padding && size >= 8) {
    pen.beginPath();
    for (let step = size / 3; step < size * 2; step += size / 3) {
      pen.moveTo(x + Math.max(0, step - size), y + Math.min(size, step));
      pen.lineTo(x + Math.min(size, step), y + Math.max(0, step - size));
    }
    pen.globalAlpha = 0.16;
    pen.stroke();
  }
  if (kind === KIND.cropped) {
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(x + size, y + size);
    pen.moveTo(x + size, y);
    pen.lineTo(x, y + size);
    pen.stroke();
  }
  pen.globalAlpha = 1;
}
