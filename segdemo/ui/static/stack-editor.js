// The stack's editor: presets, the input's size, one line a layer. Every edit tells the server.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const root = element.querySelector(".stack-editor");
const OPERATIONS = {
  conv: "conv",
  conv_transpose: "transposed",
  max_pool: "max pool",
  avg_pool: "avg pool",
};
const TAKES = {
  conv: ["kernel", "stride", "dilation", "padding", "channels"],
  conv_transpose: ["kernel", "stride", "dilation", "padding", "channels"],
  max_pool: ["kernel", "stride", "dilation", "padding"],
  avg_pool: ["kernel", "stride", "padding"],
};
const LIMITS = { kernel: [1, 15], stride: [1, 4], dilation: [1, 32], padding: [0, 64], channels: [1, 4096] };
const FIELDS = Object.keys(LIMITS);
let stack = null;
let waiting = 0;

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, content] of Object.entries(attributes)) node.setAttribute(name, content);
  node.append(...children);
  return node;
}

// Tell the server, once typing pauses; what is no number yet waits until it is one.
function tell() {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const numbers = [stack.input_size, stack.in_channels, ...stack.layers.flatMap((one) =>
      TAKES[one.operation].map((name) => one[name]))];
    if (numbers.some((number) => !Number.isInteger(number))) return;
    props.value = structuredClone(stack);
    trigger("input");
  }, 250);
}

function number(label, value, [low, high], onChange) {
  const box = make("input", { type: "number", min: low, max: high, step: 1, "aria-label": label });
  box.value = value;
  box.addEventListener("input", () => {
    const typed = box.value === "" ? NaN : Number(box.value);
    const fits = Number.isInteger(typed) && typed >= low && typed <= high;
    box.setCustomValidity(fits ? "" : `${label}: a whole number from ${low} to ${high}`);
    box.toggleAttribute("aria-invalid", !fits);
    onChange(fits ? typed : NaN);
    if (fits) tell();
    else box.reportValidity();
  });
  return box;
}

function button(text, label, onPress) {
  const node = make("button", { type: "button", "aria-label": label, title: label }, text);
  node.addEventListener("click", onPress);
  return node;
}

function changed(focus) {
  build();
  tell();
  if (focus) root.querySelector(focus)?.focus();
}

function layerLine(layer, index) {
  const name = `Layer ${index + 1}`;
  const choice = make("select", { "aria-label": `${name}: operation`, class: "stack-operation" });
  for (const [value, text] of Object.entries(OPERATIONS)) choice.append(new Option(text, value));
  choice.value = layer.operation;
  choice.addEventListener("change", () => {
    layer.operation = choice.value;
    if (choice.value.endsWith("pool")) {
      Object.assign(layer, { kernel: 2, stride: 2, dilation: 1, padding: 0, channels: null });
    } else {
      layer.channels ??= 16;
    }
    changed(`[data-layer="${index}"] .stack-operation`);
  });
  const fields = FIELDS.map((field) => {
    const taken = TAKES[layer.operation].includes(field);
    const cell = make("label", { class: "stack-field", "data-field": field }, make("span", {}, field));
    if (taken) {
      const set = (value) => (layer[field] = value);
      cell.append(number(`${name}: ${field}`, layer[field], LIMITS[field], set));
    } else {
      cell.append(make("i", { "aria-hidden": "true" }, "–"));
    }
    return cell;
  });
  const up = button("↑", `${name}: move up`, () => {
    stack.layers.splice(index - 1, 0, ...stack.layers.splice(index, 1));
    changed(`[data-layer="${index - 1}"] button`);
  });
  up.disabled = index === 0;
  const copy = button("+", `${name}: repeat it below`, () => {
    stack.layers.splice(index + 1, 0, { ...layer });
    changed(`[data-layer="${index + 1}"] button:nth-of-type(2)`);
  });
  copy.disabled = stack.layers.length >= props.most;
  const remove = button("×", `${name}: remove`, () => {
    stack.layers.splice(index, 1);
    changed(`[data-layer="${Math.min(index, stack.layers.length - 1)}"] button:nth-of-type(3)`);
  });
  remove.disabled = stack.layers.length === 1;
  const tools = make("span", { class: "stack-tools" }, up, copy, remove);
  const line = make("div", { class: "stack-line", role: "group", "aria-label": name, "data-layer": index });
  line.append(make("b", { "aria-hidden": "true" }, String(index + 1)), choice, ...fields, tools);
  return line;
}

function presetMenu() {
  const menu = make("select", { id: "stack-preset" });
  menu.append(new Option("Your own stack", ""));
  for (const preset of props.presets) menu.append(new Option(preset.title, preset.name));
  menu.addEventListener("change", () => {
    const preset = props.presets.find((one) => one.name === menu.value);
    if (!preset) return;
    stack = structuredClone(preset.stack);
    changed("#stack-preset");
  });
  return menu;
}

const menu = presetMenu();
const note = make("p", { class: "stack-note", "aria-live": "polite" });

// The preset whose stack this is, named and explained; none once a number differs.
function explain() {
  const same = (one) => JSON.stringify(one.stack) === JSON.stringify(ordered(stack));
  const preset = props.presets.find(same);
  menu.value = preset?.name ?? "";
  note.replaceChildren(preset ? `${preset.sentence} ` : "Change any number: the view follows. ");
  if (preset) note.append(make("cite", {}, preset.citation));
}

// Keys in the presets' order, so that equal stacks read alike.
function ordered({ layers, input_size, in_channels }) {
  const one = (layer) => ({
    operation: layer.operation,
    ...Object.fromEntries(FIELDS.map((field) => [field, layer[field]])),
  });
  return { layers: layers.map(one), input_size, in_channels };
}

function build() {
  const head = make("div", { class: "stack-line stack-head", "aria-hidden": "true" });
  head.append(make("b", {}, ""), make("span", {}, "layer"));
  head.append(...FIELDS.map((field) => make("span", {}, field)), make("span", {}, ""));
  const size = number("Input size", stack.input_size, [1, 512], (value) => (stack.input_size = value));
  const channels = number("Input channels", stack.in_channels, [1, 4096], (value) => (stack.in_channels = value));
  const add = button("Add a layer", "Add a layer at the end", () => {
    stack.layers.push({ operation: "conv", kernel: 3, stride: 1, dilation: 1, padding: 1, channels: 16 });
    changed(`[data-layer="${stack.layers.length - 1}"] .stack-operation`);
  });
  add.className = "stack-add";
  add.disabled = stack.layers.length >= props.most;
  const input = make("div", { class: "stack-input" });
  input.append(make("label", {}, "Input size ", size), make("label", {}, "Channels ", channels));
  const preset = make("label", { class: "stack-preset" }, "Preset ", menu);
  root.replaceChildren(preset, note, input, head, ...stack.layers.map(layerLine), add);
  explain();
}

// The menu's own "input" comes before its "change", while the stack is still the old one.
root.addEventListener("input", (event) => event.target !== menu && stack && explain());

// The view names the layer that is illegal and may offer what mends it.
document.addEventListener("segdemo-stack-fault", ({ detail }) => {
  for (const line of root.querySelectorAll("[data-layer]")) {
    line.classList.toggle("stack-wrong", Number(line.dataset.layer) === detail.layer - 1);
  }
});
document.addEventListener("segdemo-stack-mend", ({ detail }) => {
  if (!stack.layers[detail.layer - 1]) return;
  Object.assign(stack.layers[detail.layer - 1], detail.changes);
  changed(`[data-layer="${detail.layer - 1}"] .stack-operation`);
});

function take() {
  if (!props.value?.layers || (stack && JSON.stringify(ordered(props.value)) === JSON.stringify(ordered(stack)))) return;
  stack = structuredClone(props.value);
  build();
}

watch("value", take);
take();
