// Look inside: each kind of figure as an element, with what can be read at a place in it.
// A figure's `read({x, y})` gives the text for a place in shares of width and height, or null.

const SVG = "http://www.w3.org/2000/svg";

function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, content] of Object.entries(attributes)) node.setAttribute(name, content);
  node.append(...children);
  return node;
}

// The cell of a map that a place falls into.
function cellAt({ width, height }, { x, y }) {
  const clamp = (share, count) => Math.min(count - 1, Math.max(0, Math.floor(share * count)));
  return { column: clamp(x, width), row: clamp(y, height) };
}

// The frame of a figure: canvas, the ring at the place that is read, caption, key and note.
function framed(figure, { key = null, overlay = null, reachable = true } = {}) {
  const label = `${figure.title}. ${figure.note.replace(/\.?$/, ".")}`;
  const canvas = make("canvas", { role: "img", "aria-label": label });
  if (reachable) canvas.setAttribute("tabindex", "0");
  canvas.width = figure.width;
  canvas.height = figure.height;
  const dot = make("span", { class: "inside-dot", hidden: "" });
  const frame = make("div", { class: "inside-frame" }, canvas, dot);
  if (overlay) frame.append(overlay);
  const reading = make("span", { class: "inside-reading" });
  const heading = make("figcaption", {}, make("strong", {}, figure.title), reading);
  const node = make("figure", { class: `inside-figure inside-${figure.kind}` }, heading, frame);
  if (key) node.append(key);
  if (figure.note) node.append(make("p", { class: "inside-note" }, figure.note));
  return { node, canvas, frame, dot, reading };
}

async function mapFigure(figure) {
  const { values } = await readGrey(figure.png);
  const key = figure.small ? make("p", { class: "inside-key" }, `${end(figure.low)} to ${end(figure.high)}`) : keyOf(figure);
  const made = framed(figure, { key, reachable: !figure.small });
  const colours = coloursOf(figure).map(([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0);
  paint(made.canvas, (i) => colours[values[i]]);
  made.read = (place) => {
    const { column, row } = cellAt(figure, place);
    return written(figure, numberAt(figure, values[row * figure.width + column]));
  };
  return made;
}

// A map whose windows' largest cells stay, the others fade.
async function switchesFigure(figure) {
  const [{ values }, corners] = await Promise.all([readGrey(figure.png), readGrey(figure.corners)]);
  const made = framed(figure, { key: keyOf(figure) });
  const colours = coloursOf(figure);
  const largest = (row, column) => {
    const corner = corners.values[(row >> 1) * corners.width + (column >> 1)];
    return corner === 2 * (row % 2) + (column % 2);
  };
  paint(made.canvas, (i) => {
    const [r, g, b] = colours[values[i]];
    const alpha = largest(Math.floor(i / figure.width), i % figure.width) ? 255 : 56;
    return ((alpha << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
  made.read = (place) => {
    const { column, row } = cellAt(figure, place);
    const number = written(figure, numberAt(figure, values[row * figure.width + column]));
    return largest(row, column) ? `${number}, a maximum` : number;
  };
  return made;
}

async function maskFigure(figure, { photo, classes, colours }) {
  const { values } = await readGrey(figure.png);
  const made = framed(figure);
  const { width, height } = figure;
  const context = made.canvas.getContext("2d");
  context.drawImage(photo, 0, 0, width, height);
  const layer = makeCanvas(width, height);
  const shown = classes.map(() => 255);
  paintColours(layer, values, colours, shown, null);
  context.globalAlpha = 0.6;
  context.drawImage(layer, 0, 0);
  context.globalAlpha = 1;
  paintOutlines(layer, values, shown);
  context.drawImage(layer, 0, 0);
  made.indices = values;
  made.read = (place) => {
    const { column, row } = cellAt(figure, place);
    const index = values[row * width + column];
    return [swatch(colours[index]), classes[index]];
  };
  return made;
}

// A box (top, bottom, left, right; pixels, both ends included) as a rectangle of an SVG.
function rectangle([top, bottom, left, right], name) {
  return svg("rect", { class: name, x: left, y: top, width: right - left + 1, height: bottom - top + 1 });
}

// How large the photo is beside the theoretical field: both to scale.
function fieldSketch({ width, height, boxes: [theory, effective] }) {
  const left = Math.min(theory[2], 0) - 8, top = Math.min(theory[0], 0) - 8;
  const right = Math.max(theory[3], width) + 8, bottom = Math.max(theory[1], height) + 8;
  const view = { class: "inside-sketch", viewBox: `${left} ${top} ${right - left} ${bottom - top}`, "aria-hidden": "true" };
  const photo = svg("rect", { class: "inside-photo", x: 0, y: 0, width, height });
  return svg("svg", view, photo, rectangle(theory, "inside-theory"), rectangle(effective, "inside-effective"));
}

async function fieldFigure(figure, { photo }) {
  const { values } = await readGrey(figure.png);
  const { width, height } = figure;
  const [y, x] = figure.pixel;
  const overlay = svg("svg", { class: "inside-boxes", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    rectangle(figure.boxes[0], "inside-theory"), rectangle(figure.boxes[1], "inside-effective"),
    svg("circle", { class: "inside-pixel", cx: x + 0.5, cy: y + 0.5, r: Math.max(width, height) / 90 }));
  const made = framed(figure, { key: keyOf(figure, "1/1000", "largest gradient"), overlay });
  made.node.lastChild.prepend(fieldSketch(figure));
  const grey = withoutColours(photo, width, height);
  const base = grey.getContext("2d").getImageData(0, 0, width, height).data;
  const colours = coloursOf(figure);
  paint(made.canvas, (i) => {
    const share = values[i] / 255;
    const [r, g, b] = colours[values[i]].map((channel, n) => base[4 * i + n] * 0.5 * (1 - share) + channel * share);
    return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
  made.pick = true;
  made.read = (place) => {
    const { column, row } = cellAt(figure, place);
    const byte = values[row * width + column];
    return byte ? `${(100 * 10 ** numberAt(figure, byte)).toPrecision(2)} % of the largest` : "under 1/1000 of the largest";
  };
  return made;
}

// A matrix that isn't part of the photo: a table of numbers, or a map that is read by itself.
async function gridFigure(figure, { classes }) {
  if (figure.numbers) return gridTable(figure);
  const made = await mapFigure(figure);
  made.own = true;
  const read = made.read;
  made.read = (place) => {
    const { column, row } = cellAt(figure, place);
    return `${classes[row]} to ${classes[column]}: ${read(place)}`;
  };
  return made;
}

function gridTable(figure) {
  const rows = figure.numbers.map((numbers) => make("tr", {}, ...numbers.map((number) => {
    const share = (number - figure.low) / (figure.high - figure.low);
    const [r, g, b] = between(scaleOf(figure), share);
    const cell = make("td", {}, number.toFixed(2).replace("-", "\u2212"));
    cell.style.background = `rgb(${r}, ${g}, ${b})`;
    cell.style.color = 0.3 * r + 0.59 * g + 0.11 * b > 130 ? "#111" : "#fff";
    return cell;
  })));
  const table = make("table", { "aria-label": `${figure.title}: ${figure.note}` }, make("tbody", {}, ...rows));
  const heading = make("figcaption", {}, make("strong", {}, figure.title));
  const node = make("figure", { class: "inside-figure inside-grid" }, heading, table, make("p", { class: "inside-note" }, figure.note));
  return { node };
}

// A rung of the ladder: its size, a step as high as its resolution, a few channels.
async function rungFigure(figure, shared) {
  const parts = await Promise.all(figure.parts.map((part) => mapFigure(part, shared)));
  const step = make("div", { class: "inside-step", "aria-hidden": "true" });
  step.style.setProperty("--level", 6 - Math.log2(figure.stride));
  const heading = make("figcaption", {}, make("strong", {}, figure.title), make("span", { class: "inside-note" }, figure.note));
  const node = make("figure", { class: "inside-figure inside-rung" }, step, heading, ...parts.map((part) => part.node));
  return { node, parts };
}

const KINDS = { map: mapFigure, switches: switchesFigure, mask: maskFigure, field: fieldFigure, grid: gridFigure, rung: rungFigure };
