// A picture and what a layer makes of it, side by side at one scale; a loupe on the pixel pointed at.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const root = element.querySelector(".picture-view");
const MOST_TERMS = 9; // sums of more products are given without them
let value = null;
let pixels = null; // of the input: {data, width, height}
let probe = null; // [row, column] of the result
let latest = 0;

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, content] of Object.entries(attributes)) node.setAttribute(name, content);
  node.append(...children);
  return node;
}

function pane(name) {
  const canvas = make("canvas", { class: "picture-pixels" });
  const marks = make("canvas", { class: "picture-marks" });
  const caption = make("figcaption");
  const stack = make("div", { class: "picture-stack" }, canvas, marks);
  const figure = make("figure", { class: "picture-pane", "data-name": name }, stack, caption);
  return { canvas, marks, caption, figure, stack };
}

const input = pane("input");
const result = pane("result");
result.marks.setAttribute("tabindex", "0");
result.marks.setAttribute("role", "img");
input.marks.setAttribute("aria-hidden", "true");
const loupe = make("div", { class: "picture-loupe" });
const told = make("p", { class: "picture-told", "aria-live": "polite" });
const hint = make("p", { class: "picture-hint" }, "Point at the result or tap it; with the keyboard, arrow keys move the pixel, with Shift by ten.");

async function draw(side, { image, caption, size }) {
  const picture = new Image();
  picture.src = image;
  await picture.decode();
  side.canvas.width = size[1];
  side.canvas.height = size[0];
  side.canvas.getContext("2d", { willReadFrequently: true }).drawImage(picture, 0, 0);
  side.caption.textContent = caption;
}

// The input cell at a coordinate of the padded input, by the padding mode; null for a zero.
function paddedCell(position, size, mode) {
  if (position >= 0 && position < size) return position;
  if (mode === "reflect") return size - 1 - Math.abs(size - 1 - Math.abs(position));
  if (mode === "replicate") return Math.min(size - 1, Math.max(0, position));
  if (mode === "circular") return ((position % size) + size) % size;
  return null;
}

// Along one axis, for each weight: the input cell that this output meets through it, null for none.
function met(layer, axis, cell, size) {
  return Array.from({ length: layer.kernel[axis] }, (_, weight) => {
    const reach = weight * layer.dilation;
    if (layer.operation !== "conv_transpose") {
      return paddedCell(cell * layer.stride - layer.padding[axis] + reach, size, layer.padding_mode);
    }
    const stuffed = cell + layer.padding[axis] - reach;
    const at = stuffed / layer.stride;
    return stuffed % layer.stride === 0 && at >= 0 && at < size ? at : null;
  });
}

function pixelAt(row, column) {
  const at = (row * pixels.width + column) * 4;
  return [pixels.data[at], pixels.data[at + 1], pixels.data[at + 2]];
}

// Every weight of the kernel with the pixel that it meets (null for padding or a gap).
function meetings() {
  const { layer } = value;
  const rows = met(layer, 0, probe[0], pixels.height);
  const columns = met(layer, 1, probe[1], pixels.width);
  return rows.map((row, y) => columns.map((column, x) => ({
    weight: layer.weights[y][x],
    pixel: row === null || column === null ? null : pixelAt(row, column),
  })));
}

function combined(cells, channel) {
  const seen = cells.filter((cell) => cell.pixel);
  const { operation } = value.layer;
  if (operation === "max_pool") return Math.max(...seen.map((cell) => cell.pixel[channel]));
  return seen.reduce((sum, cell) => sum + cell.weight * cell.pixel[channel], 0);
}

function short(number) {
  return String(Number(number.toFixed(3))).replace("-", "\u2212");
}

function sumText(cells) {
  const names = value.colour === "rgb" ? ["R", "G", "B"] : [""];
  const ends = names.map((name, channel) => `${name} ${short(combined(cells, channel))}`.trim());
  const seen = cells.filter((cell) => cell.pixel);
  const weighted = value.layer.operation.startsWith("conv");
  const listed = names.length === 1 && seen.length <= MOST_TERMS;
  const terms = seen.map((cell) => (weighted ? `${cell.pixel[0]}·(${short(cell.weight)})` : cell.pixel[0]));
  const word = { max_pool: "largest", avg_pool: "mean" }[value.layer.operation] ?? "sum";
  const products = listed && terms.length ? ` of ${terms.join(weighted ? " + " : ", ")}` : "";
  const nothing = seen.length ? "" : " (it meets no pixel)";
  return `Result at row ${probe[0]}, column ${probe[1]}: ${word}${products} = ${ends.join(", ")}${nothing}`;
}

function loupeCell({ weight, pixel }) {
  const cell = make("td");
  const weighted = value.layer.operation.startsWith("conv");
  const factor = weighted ? `×${short(weight)}` : "";
  if (!pixel) {
    cell.className = "picture-none";
    cell.append(make("b", {}, weighted ? "0" : "–"), factor);
    return cell;
  }
  cell.style.background = `rgb(${pixel.join()})`;
  const light = 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2] > 140;
  cell.style.color = light ? "#000" : "#fff";
  if (value.colour === "grey") cell.append(make("b", {}, String(pixel[0])));
  cell.append(factor);
  return cell;
}

function mark(side, box) {
  const { clientWidth: width, clientHeight: height } = side.marks;
  side.marks.width = width;
  side.marks.height = height;
  if (!box || !width) return;
  const context = side.marks.getContext("2d");
  const [sx, sy] = [width / side.canvas.width, height / side.canvas.height];
  const [top, left, tall, wide] = box;
  const grow = Math.max(0, 7 - wide * sx) / 2; // a mark of one pixel would not be seen
  for (const [line, ink] of [[4, "#000"], [2, "#fff"]]) {
    context.lineWidth = line;
    context.strokeStyle = ink;
    context.strokeRect(left * sx - grow, top * sy - grow, wide * sx + 2 * grow, tall * sy + 2 * grow);
  }
}

// What the window covers of the input: [top, left, height, width], padding included.
function windowBox() {
  const { layer } = value;
  const sides = [0, 1].map((axis) => {
    const span = layer.dilation * (layer.kernel[axis] - 1) + 1;
    if (layer.operation !== "conv_transpose") return [probe[axis] * layer.stride - layer.padding[axis], span];
    const cells = met(layer, axis, probe[axis], [pixels.height, pixels.width][axis]).filter((at) => at !== null);
    return cells.length ? [Math.min(...cells), Math.max(...cells) - Math.min(...cells) + 1] : null;
  });
  return sides[0] && sides[1] ? [sides[0][0], sides[1][0], sides[0][1], sides[1][1]] : null;
}

function look() {
  if (!probe || !pixels) return;
  const grid = meetings();
  loupe.replaceChildren(make("table", { "aria-hidden": "true" }, ...grid.map((row) => make("tr", {}, ...row.map(loupeCell)))));
  loupe.dataset.cells = grid.length > 5 || grid[0].length > 5 ? "many" : "few";
  told.textContent = sumText(grid.flat());
  mark(input, windowBox());
  mark(result, [probe[0], probe[1], 1, 1]);
}

function pointAt(row, column) {
  probe = [
    Math.min(result.canvas.height - 1, Math.max(0, row)),
    Math.min(result.canvas.width - 1, Math.max(0, column)),
  ];
  look();
}

function follow(event) {
  if (!value) return;
  const box = result.marks.getBoundingClientRect();
  pointAt(
    Math.floor(((event.clientY - box.top) / box.height) * result.canvas.height),
    Math.floor(((event.clientX - box.left) / box.width) * result.canvas.width),
  );
}

result.marks.addEventListener("pointermove", follow);
result.marks.addEventListener("pointerdown", follow);
result.marks.addEventListener("keydown", (event) => {
  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const move = moves[event.key];
  if (!move || !probe) return;
  event.preventDefault();
  const step = event.shiftKey ? 10 : 1;
  pointAt(probe[0] + move[0] * step, probe[1] + move[1] * step);
});

// Both pictures get one scale, so a strided result is smaller and an upsampled one larger.
function scale() {
  const widest = Math.max(value.input.size[1], value.result.size[1]);
  for (const [side, { size }] of [[input, value.input], [result, value.result]]) {
    side.stack.style.width = `${(100 * size[1]) / widest}%`;
    side.stack.style.aspectRatio = `${size[1]} / ${size[0]}`;
  }
}

async function show() {
  if (!props.value) return;
  const mine = ++latest;
  const next = props.value;
  const held = probe && value ? [probe[0] / value.result.size[0], probe[1] / value.result.size[1]] : [0.5, 0.5];
  await Promise.all([draw(input, next.input), draw(result, next.result)]);
  if (mine !== latest) return;
  value = next;
  pixels = input.canvas.getContext("2d").getImageData(0, 0, input.canvas.width, input.canvas.height);
  scale();
  result.marks.setAttribute("aria-label", `${next.result.caption}. Arrow keys move the pixel under the loupe.`);
  if (root.dataset.state !== "ready") {
    const pair = make("div", { class: "picture-pair" }, input.figure, result.figure);
    root.replaceChildren(pair, told, loupe, hint);
    root.dataset.state = "ready";
  }
  root.dataset.serial = next.serial;
  pointAt(Math.floor(held[0] * next.result.size[0]), Math.floor(held[1] * next.result.size[1]));
}

new ResizeObserver(look).observe(root);
root.replaceChildren(make("p", {}, props.empty));
watch("value", show);
show();
