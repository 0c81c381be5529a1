// The form: the layer's parameters as sliders and boxes; a change asks the server once it is let go.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const form = element.querySelector(".cv-form");
const { about, presets, operations, kinds, options, bounds, reach } = props.words;
const NUMBERS = ["input_size", "kernel_size", "stride", "padding", "dilation", "output_padding", "output_size"];
let linked = true;
let values = null;
let asked = 0;

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, content] of Object.entries(attributes)) node.setAttribute(name, content);
  node.append(...children.filter((child) => child !== null));
  return node;
}

// Tell the server of a change; `now` false waits for a pause in the typing.
function send(changes, now = true) {
  values = { ...values, ...changes };
  clearTimeout(asked);
  asked = setTimeout(() => {
    props.value = { ...props.value, values, preset: null };
    trigger("input");
  }, now ? 0 : 400);
}

function sendPreset(name) {
  clearTimeout(asked);
  props.value = { ...props.value, values: {}, preset: name };
  trigger("input");
}

function field(name, text, info, ...controls) {
  const id = `cv-${name}`;
  const note = make("p", { class: "cv-info", id: `${id}-info` }, info);
  const row = make("div", { class: "cv-field", "data-name": name }, make("span", { class: "cv-name" }, text), ...controls, note);
  return row;
}

function select(name, label, entries, current, pick) {
  const list = make("select", { id: `cv-${name}`, "aria-label": label, name }, ...entries);
  list.value = current;
  list.addEventListener("change", () => pick(list.value));
  return list;
}

function option(value, text) {
  return make("option", { value }, text);
}

function checkbox(name, label, checked, pick) {
  const box = make("input", { type: "checkbox", name });
  box.checked = checked;
  box.addEventListener("change", () => pick(box.checked));
  return make("label", { class: "cv-check" }, box, label);
}

// One number as a slider and a box beside it; `set` gets it once it is let go.
function slider(name, label, now, set) {
  const [low, high] = bounds[name];
  const top = Math.min(high, Math.max(reach[name], now));
  const range = make("input", { type: "range", min: String(Math.max(low, 0)), max: String(top), step: "1", "aria-label": label, "aria-describedby": `cv-${name}-info` });
  const box = make("input", { type: "number", min: String(low), max: String(high), step: "1", "aria-label": `${label}, typed`, name });
  range.value = box.value = box.dataset.known = String(now);
  range.addEventListener("input", () => (box.value = range.value));
  range.addEventListener("change", () => set(range.valueAsNumber));
  box.addEventListener("input", () => (range.value = box.value));
  box.addEventListener("change", () => {
    box.dataset.known = box.value;
    if (Number.isInteger(box.valueAsNumber)) set(box.valueAsNumber);
  });
  return make("div", { class: "cv-slider" }, range, box);
}

function legalText(name, value) {
  const run = value.legal[name];
  if (!run) return "";
  const most = run[1] >= Math.max(reach[name], ...value.now[name] ?? [0]);
  if (run[0] === run[1]) return ` Legal now: ${run[0]} only.`;
  return most ? ` Legal now: from ${run[0]}.` : ` Legal now: ${run[0]} to ${run[1]}.`;
}

function numberField(name, value) {
  const now = name === "output_size" ? value.values.output_size : value.now[name];
  const names = value.values.dims === 2 && !linked ? ["height", "width"] : [""];
  const pair = [now[0], now[now.length - 1]];
  const sliders = names.map((axis, n) => {
    const put = (number) => send({ [name]: names.length === 1 ? number : n === 0 ? [number, pair[1]] : [pair[0], number] });
    const line = slider(name, axis ? `${name}, ${axis}` : name, pair[n], put);
    if (axis) line.prepend(make("span", { class: "cv-axis" }, axis));
    return line;
  });
  const row = field(name, name, `${value.about[name] ?? about[name]}${legalText(name, value)}`, ...sliders);
  const mended = value.remedy && String(value.remedy[name]) !== String(value.values[name]);
  row.classList.toggle("cv-outside", Boolean(mended));
  return row;
}

function strideField(value) {
  const row = numberField("stride", value);
  const pooled = !value.used.includes("groups");
  if (pooled) row.append(checkbox("follow", "stride=None: as kernel_size", value.values.stride === null, (on) => send({ stride: on ? null : value.now.stride })));
  return row;
}

function paddingField(value) {
  const now = value.values.padding;
  const word = typeof now === "string" ? now : "number";
  const row = word === "number" ? numberField("padding", value) : field("padding", "padding", about.padding);
  if (!value.used.includes("padding_mode") && word === "number") return row;
  const entries = [option("number", "a number"), option("same", "'same'"), option("valid", "'valid'")];
  const pick = (name) => send({ padding: name === "number" ? 0 : name });
  row.querySelector(".cv-name").after(select("padding-word", "padding: a number or a word", entries, word, pick));
  return row;
}

function sizeField(value) {
  const asked = value.values.output_size;
  const whole = value.now.input_size.map((n, axis) => (n - 1) * value.now.stride[axis] - 2 * value.now.padding[axis] + value.now.kernel_size[axis]);
  const box = checkbox("ask", "ask for an output_size", asked !== null, (on) => send({ output_size: on ? whole : null }));
  if (asked === null) return field("output_size", "output_size", about.output_size, box);
  const row = numberField("output_size", value);
  row.append(box);
  return row;
}

function wordField(name, value) {
  const entries = options[name].map((word) => option(word, kinds[word] ?? word));
  return field(name, name, about[name], select(name, name, entries, value.values[name], (word) => send({ [name]: word })));
}

function plainField(name, value) {
  return field(name, name, about[name], slider(name, name, value.values[name], (number) => send({ [name]: number })));
}

function truthField(name, value) {
  return field(name, name, about[name], checkbox(name, "", value.values[name], (on) => send({ [name]: on })));
}

const BUILT = { stride: strideField, padding: paddingField, output_size: sizeField };

function built(name, value) {
  if (name in BUILT) return BUILT[name](value);
  if (name === "ceil_mode" || name === "count_include_pad" || name === "bias") return truthField(name, value);
  if (name === "padding_mode") return wordField(name, value);
  return NUMBERS.includes(name) ? numberField(name, value) : plainField(name, value);
}

// Numbers typed in, row by row; sent when the box is left.
function typedField(name, text, value) {
  const box = make("textarea", { rows: "4", "aria-label": text, spellcheck: "false" });
  box.value = box.dataset.known = value.values[name];
  box.addEventListener("change", () => {
    box.dataset.known = box.value;
    send({ [name]: box.value });
  });
  return make("div", { class: "cv-field" }, make("span", { class: "cv-name" }, text), box, make("p", { class: "cv-info" }, "A row a line, numbers apart by spaces; what is missing is 0. The same for every channel."));
}

function numbersGroup(value) {
  const { values: now } = value;
  const again = make("button", { type: "button", class: "cv-plain" }, "New numbers");
  again.addEventListener("click", () => send({ seed: (now.seed + 1) % 10000, input_kind: "numbers", kernel_kind: now.kernel_kind === "bilinear" ? "bilinear" : "numbers" }));
  const fields = [again, wordField("input_kind", value)];
  if (now.input_kind === "typed") fields.push(typedField("input_values", "input", value));
  if (value.used.includes("groups")) fields.push(wordField("kernel_kind", value));
  if (now.kernel_kind === "typed" && value.used.includes("groups")) fields.push(typedField("kernel_values", "kernel", value));
  return group("numbers", "Numbers", fields);
}

// On a phone the picture comes first: the parameters unfold when asked for.
const opened = new Set(window.matchMedia("(min-width: 781px)").matches ? ["parameters"] : []);

function group(name, title, fields) {
  const details = make("details", { class: "cv-group" }, make("summary", {}, title), ...fields);
  details.open = opened.has(name);
  details.addEventListener("toggle", () => (details.open ? opened.add(name) : opened.delete(name)));
  return details;
}

function segmented(name, label, entries, current, pick) {
  const buttons = entries.map(([word, text]) => {
    const radio = make("input", { type: "radio", name: `cv-${name}`, value: word });
    radio.checked = word === String(current);
    radio.addEventListener("change", () => pick(word));
    return make("label", { class: "cv-segment" }, radio, text);
  });
  return make("fieldset", { class: "cv-segments" }, make("legend", {}, label), ...buttons);
}

function presetField(value) {
  const groups = presets.map(({ title, entries }) => make("optgroup", { label: title }, ...entries.map(([name, text]) => option(name, text))));
  const own = option("", "Your own setting");
  own.disabled = true;
  const list = select("preset", "Preset", [own, ...groups], value.preset, sendPreset);
  return make("label", { class: "cv-field" }, make("span", { class: "cv-title" }, "Start from"), list);
}

function rebuild() {
  const value = props.value;
  if (!value?.values || !value.now) return;
  const held = form.contains(document.activeElement) ? document.activeElement : null;
  const place = held ? controls().indexOf(held) : -1;
  values = value.values;
  if (values.dims === 2 && NUMBERS.some((name) => Array.isArray(value.values[name]) && value.values[name][0] !== value.values[name][1])) linked = false;
  const axes = values.dims === 2 ? checkbox("linked", "Same height and width", linked, (on) => {
    linked = on;
    if (!on) return rebuild();
    const alike = NUMBERS.filter((name) => Array.isArray(values[name])).map((name) => [name, values[name][1]]);
    send(Object.fromEntries(alike));
  }) : null;
  const shape = ["input_size", "kernel_size", ...value.used.filter((name) => !["groups", "out_channels", "bias"].includes(name))];
  const mixing = ["in_channels", ...value.used.filter((name) => ["out_channels", "groups", "bias"].includes(name))];
  form.replaceChildren(
    presetField(value),
    segmented("operation", "Operation", Object.entries(operations), values.operation, (operation) => send({ operation })),
    segmented("dims", "Axes", [["1", "1-D"], ["2", "2-D"]], values.dims, (dims) => send({ dims: Number(dims) })),
    group("parameters", "Parameters", [...(axes ? [axes] : []), ...shape.map((name) => built(name, value))]),
    group("channels", "Channels, groups, bias", mixing.map((name) => built(name, value))),
    numbersGroup(value),
  );
  form.dataset.state = "ready";
  if (held) takeUp(held, controls()[place]);
}

// The keyboard goes back to where it was, and what was being typed there stays.
function takeUp(held, control) {
  if (!control || control.name !== held.name || control.type !== held.type) return;
  if (control.matches("textarea, input[type=number]") && held.value !== held.dataset.known) control.value = held.value;
  control.focus({ preventScroll: true });
}

function controls() {
  return [...form.querySelectorAll("input, select, textarea, button, summary")];
}

form.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("convolution-mend", () => props.value?.remedy && send(props.value.remedy));
document.addEventListener("convolution-preset", (event) => sendPreset(event.detail));
watch("value", rebuild);
rebuild();
