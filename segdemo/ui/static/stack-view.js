// A stack's rows of cells, the input lowest: which of them one cell sees, layer by layer.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const root = element.querySelector(".stack-view");
const ROW = 46; // CSS pixels a row takes, label above cells
const CELL = 18; // height of a cell
const PACE = 900; // milliseconds a layer is shown while playing
const MARGIN = 2; // cells shown beyond the widest field
const MOST_LINES = 1500;
const MOST_DRAWN = 4000; // cells of a row
let view = null; // the value: {input_size, rows, fault, sentence}
let depth = 0;
let cell = 0;
let playing = 0;
let rulersOf = [];
let seen = []; // by row: Map from cell to paths
let edges = [0, 1]; // of the input's ruler, shown
let unfollowed = "";

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, content] of Object.entries(attributes)) node.setAttribute(name, content);
  node.append(...children);
  return node;
}

function colour(name) {
  return getComputedStyle(root).getPropertyValue(name).trim();
}

const fault = make("div", { class: "stack-fault", role: "alert" });
const sentence = make("p", { class: "stack-sentence" });
const play = make("button", { type: "button", class: "stack-play" }, "Grow");
const slider = make("input", { type: "range", min: "1", value: "1", step: "1", "aria-label": "Layers shown" });
const told = make("output");
const tools = make("div", { class: "stack-tools-row", role: "group", "aria-label": "Growth" });
tools.append(play, make("label", {}, "Layers ", slider, told));
const rowsCanvas = make("canvas", { tabindex: "0", role: "img", class: "stack-rows" });
const reading = make("p", { class: "stack-reading", "aria-live": "polite" });
const square = make("canvas", { role: "img", class: "stack-square" });
const squareText = make("figcaption");
const foot = make("div", { class: "stack-foot" });
foot.append(make("figure", {}, square, squareText));
const key = make("ul", { class: "stack-key" });
for (const [name, text] of [
  ["seen", "seen: the stronger, the more paths lead to it"],
  ["hole", "hole: in the field, but not touched"],
  ["pad", "padding: outside of the row"],
  ["cell", "not seen"],
]) key.append(make("li", {}, make("i", { class: `stack-mark stack-${name}` }), text));
foot.append(key);
const hint = make("p", { class: "stack-hint" }, "Point at a cell of any row, or use the arrow keys: left and right move the cell, up and down the layer.");

function sizeOf(row) {
  return row === 0 ? view.input_size : view.rows[row - 1].size;
}

function fit(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  canvas.style.height = `${height}px`;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

// Centre of a cell on the canvas, and its width there.
function placeOf(row, position) {
  const { start, jump } = rulersOf[row];
  const scale = rowsCanvas.clientWidth / (edges[1] - edges[0]);
  return { x: (start + position * jump - edges[0]) * scale, width: Math.min(jump * scale * 0.86, 44) };
}

function topOf(row) {
  return (view.rows.length - row) * ROW + 22;
}

// A hole or padding is told by its pattern, not by colour alone.
function fillCell(context, { x, width }, top, kind, strength, colours) {
  const left = x - width / 2;
  context.globalAlpha = 1;
  if (kind === "seen") {
    context.globalAlpha = 0.4 + 0.6 * strength;
    context.fillStyle = colours.accent;
    context.fillRect(left, top, width, CELL);
    return;
  }
  if (kind === "pad") {
    context.strokeStyle = colours.accent;
    context.globalAlpha = 0.8;
    context.setLineDash([2, 2]);
    context.strokeRect(left + 0.5, top + 0.5, Math.max(width - 1, 0.5), CELL - 1);
    context.setLineDash([]);
    return;
  }
  context.strokeStyle = kind === "hole" ? colours.text : colours.rule;
  context.strokeRect(left + 0.5, top + 0.5, Math.max(width - 1, 0.5), CELL - 1);
  if (kind === "hole" && width > 3) {
    context.beginPath();
    context.moveTo(left + 1, top + CELL - 1);
    context.lineTo(left + width - 1, top + 1);
    context.stroke();
  }
}

function kindOf(row, position, low, high) {
  if (seen[row]?.has(position)) return position >= 0 && position < sizeOf(row) ? "seen" : "pad";
  return row === 0 && position > low && position < high ? "hole" : "cell";
}

function drawRow(context, row, colours) {
  const { start, jump } = rulersOf[row];
  const own = seen[row] ?? new Map();
  const positions = [...own.keys()];
  const [low, high] = positions.length ? [Math.min(...positions), Math.max(...positions)] : [0, -1];
  const most = Math.max(1, ...own.values());
  const first = Math.max(Math.min(0, low), Math.ceil((edges[0] - start) / jump));
  const last = Math.min(Math.max(sizeOf(row) - 1, high), Math.floor((edges[1] - start) / jump));
  if (last - first > MOST_DRAWN) return;
  for (let position = first; position <= last; position += 1) {
    const kind = kindOf(row, position, low, high);
    if (kind === "cell" && (position < 0 || position >= sizeOf(row))) continue;
    const strength = Math.sqrt((own.get(position) ?? 0) / most);
    fillCell(context, placeOf(row, position), topOf(row), kind, strength, colours);
  }
}

function drawLines(context, row, colours) {
  const paths = [...seen[row].keys()].flatMap((from) =>
    cellsBelow(view.rows[row - 1], from).map((to) => [from, to]));
  if (paths.length > MOST_LINES) return;
  context.globalAlpha = Math.max(0.15, Math.min(0.6, 40 / paths.length));
  context.strokeStyle = colours.accent;
  context.beginPath();
  for (const [from, to] of paths) {
    context.moveTo(placeOf(row, from).x, topOf(row) + CELL);
    context.lineTo(placeOf(row - 1, to).x, topOf(row - 1));
  }
  context.stroke();
}

function cells(count) {
  return `${count} cell${count === 1 ? "" : "s"}`;
}

function label(context, row, colours) {
  const text = row === 0
    ? `input, ${cells(view.input_size)}`
    : `${row}  ${view.rows[row - 1].title}: ${cells(sizeOf(row))}, field ${view.rows[row - 1].field}`;
  context.globalAlpha = 1;
  context.font = `13px ${getComputedStyle(root).fontFamily}`;
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeStyle = colours.back;
  context.strokeText(text, 0, topOf(row) - 6);
  context.fillStyle = row <= depth ? colours.text : colours.quiet;
  context.fillText(text, 0, topOf(row) - 6);
  context.lineWidth = 1;
}

function drawRows() {
  if (!rowsCanvas.clientWidth || !view) return;
  const context = fit(rowsCanvas, rowsCanvas.clientWidth, view.rows.length * ROW + 22 + CELL + 4);
  const colours = {
    accent: colour("--accent"), rule: colour("--rule"), quiet: colour("--quiet"),
    text: colour("--body-text-color"), back: colour("--body-background-fill"),
  };
  for (let row = 1; row <= depth; row += 1) drawLines(context, row, colours);
  for (let row = 0; row <= view.rows.length; row += 1) drawRow(context, row, colours);
  for (let row = 0; row <= view.rows.length; row += 1) label(context, row, colours);
  const chosen = placeOf(depth, cell);
  context.strokeStyle = colours.text;
  context.lineWidth = 2;
  const wide = Math.max(chosen.width, 3);
  context.strokeRect(chosen.x - wide / 2 - 1, topOf(depth) - 1, wide + 2, CELL + 2);
}

// The field in two dimensions: what both axes touch.
function drawSquare(low, high, paths) {
  const count = high - low + 1;
  const side = Math.min(square.parentElement.clientWidth, 220);
  const context = fit(square, side, side);
  square.style.width = `${side}px`;
  const step = side / count;
  const most = Math.max(...paths.values());
  context.fillStyle = colour("--accent");
  for (const [y, down] of paths) {
    for (const [x, across] of paths) {
      context.globalAlpha = 0.3 + 0.7 * Math.sqrt((down * across) / (most * most));
      const gap = step > 4 ? 0.5 : 0;
      context.fillRect((x - low) * step + gap, (y - low) * step + gap, step - 2 * gap, step - 2 * gap);
    }
  }
  context.globalAlpha = 1;
  context.strokeStyle = colour("--quiet");
  context.strokeRect(0.5, 0.5, side - 1, side - 1);
}

function tell() {
  told.textContent = ` ${depth} of ${view.rows.length}`;
  const below = seen[0];
  const positions = [...below.keys()];
  if (!positions.length) {
    reading.textContent = `Cell ${cell} of layer ${depth} sees no input at all.`;
    squareText.textContent = "";
    square.getContext("2d").clearRect(0, 0, square.width, square.height);
    return;
  }
  const [low, high] = [Math.min(...positions), Math.max(...positions)];
  const padding = positions.filter((one) => one < 0 || one >= view.input_size).length;
  const wide = high - low + 1;
  const holes = wide - positions.length;
  const said = [
    `Cell ${cell} of layer ${depth} sees ${cells(wide)} across, inputs ${low} to ${high}: `,
    `it touches ${positions.length}`,
    holes ? ` and misses ${holes}` : ", with no hole",
    padding ? `; ${padding} of them lie in padding.` : ".",
  ];
  reading.textContent = said.join("").replaceAll("-", "\u2212");
  squareText.textContent =
    `In two dimensions: ${positions.length ** 2} of ${wide} × ${wide} = ${wide ** 2} cells touched.`;
  drawSquare(low, high, below);
}

function refresh() {
  if (!view?.rows.length) return;
  seen = traced(view.rows, depth, cell);
  slider.value = String(depth);
  drawRows();
  tell();
  root.dataset.depth = depth;
  root.dataset.cell = cell;
}

function middle(row) {
  return Math.floor((sizeOf(row) - 1) / 2);
}

function growTo(row) {
  depth = row;
  cell = middle(row);
  refresh();
}

function stop() {
  clearInterval(playing);
  playing = 0;
  play.textContent = "Grow";
}

play.addEventListener("click", () => {
  if (playing) return stop();
  if (depth === view.rows.length) growTo(1);
  play.textContent = "Pause";
  playing = setInterval(() => (depth < view.rows.length ? growTo(depth + 1) : stop()), PACE);
});
slider.addEventListener("input", () => {
  stop();
  growTo(slider.valueAsNumber);
});
slider.addEventListener("change", () => window.segdemo.link("convolution", { stack_depth: depth }));

function cellUnder(event) {
  const box = rowsCanvas.getBoundingClientRect();
  const row = view.rows.length - Math.floor((event.clientY - box.top - 4) / ROW);
  if (row < 1 || row > view.rows.length) return null;
  const at = edges[0] + ((event.clientX - box.left) / box.width) * (edges[1] - edges[0]);
  const position = Math.round((at - rulersOf[row].start) / rulersOf[row].jump);
  return [row, Math.min(sizeOf(row) - 1, Math.max(0, position))];
}

function follow(event) {
  const found = view && cellUnder(event);
  if (!found || (found[0] === depth && found[1] === cell)) return;
  stop();
  [depth, cell] = found;
  refresh();
}

rowsCanvas.addEventListener("pointermove", follow);
rowsCanvas.addEventListener("pointerdown", follow);
rowsCanvas.addEventListener("keydown", (event) => {
  const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 0], ArrowDown: [-1, 0] };
  const move = moves[event.key];
  if (!move || !view?.rows.length) return;
  event.preventDefault();
  stop();
  if (move[0]) return growTo(Math.min(view.rows.length, Math.max(1, depth + move[0])));
  cell = Math.min(sizeOf(depth) - 1, Math.max(0, cell + move[1]));
  refresh();
});

// The part of the input's ruler that the widest field of all depths needs, so nothing jumps.
function widest() {
  const ends = view.rows.flatMap((_, row) => [...traced(view.rows, row + 1, middle(row + 1))[0].keys()]);
  const [low, high] = [Math.min(...ends, middle(0)), Math.max(...ends, middle(0))];
  const room = Math.max(MARGIN, Math.round((high - low) * 0.08));
  return [low - room - 0.5, high + room + 0.5];
}

function showFault() {
  document.dispatchEvent(new CustomEvent("segdemo-stack-fault", { detail: { layer: view?.fault?.layer ?? null } }));
  const said = unfollowed || view?.fault?.sentence || "";
  fault.replaceChildren(...(said ? [make("p", {}, said[0].toUpperCase() + said.slice(1))] : []));
  const changes = Object.entries(view?.fault?.changes ?? {});
  if (unfollowed || !changes.length) return;
  const text = changes.map(([name, value]) => `${name} ${value}`).join(", ");
  const mend = make("button", { type: "button" }, `Set ${text} in layer ${view.fault.layer}`);
  mend.addEventListener("click", () => {
    document.dispatchEvent(new CustomEvent("segdemo-stack-mend", { detail: view.fault }));
  });
  fault.append(mend);
}

function show() {
  if (!props.value) return;
  unfollowed = props.value.error ?? "";
  if (props.value.rows) {
    const first = view === null;
    view = props.value;
    stop();
    if (root.dataset.state !== "ready") {
      root.replaceChildren(fault, sentence, tools, rowsCanvas, reading, foot, hint);
      root.dataset.state = "ready";
    }
    const drawn = view.rows.length > 0;
    for (const part of [tools, rowsCanvas, reading, foot, hint]) part.hidden = !drawn;
    sentence.textContent = view.sentence;
    if (drawn) {
      slider.max = String(view.rows.length);
      rulersOf = rulers(view.rows);
      edges = widest();
      rowsCanvas.setAttribute("aria-label", `${view.rows.length} layers; their numbers stand in the table.`);
      square.setAttribute("aria-label", "The field in two dimensions");
      const linked = Number(new URLSearchParams(location.search).get("stack_depth"));
      growTo(first && linked >= 1 && linked <= view.rows.length ? linked : view.rows.length);
    }
  }
  showFault();
}

new ResizeObserver(refresh).observe(rowsCanvas);
new MutationObserver(refresh).observe(document.body, { attributeFilter: ["class"] });
root.replaceChildren(make("p", {}, props.empty));
watch("value", show);
show();
