// Look inside: the row of views, and below it what can be set in the view chosen.

// Radio buttons side by side; `options` are [value, text]; `name` is theirs alone on the page.
function radios(title, name, options, chosen, onChange) {
  const labels = options.map(([value, text]) => {
    const radio = make("input", { type: "radio", name: `inside-${name}`, value, "data-key": `${name}-${value}` });
    radio.checked = String(value) === String(chosen);
    radio.addEventListener("change", () => radio.checked && onChange(value));
    return make("label", {}, radio, make("span", {}, text));
  });
  return make("div", { class: "inside-choice", role: "radiogroup", "aria-label": title }, ...labels);
}

function titled(title, node) {
  return make("div", { class: "inside-titled" }, make("span", {}, title), node);
}

function classMenu(classes, { class_index: chosen }, largest, ask) {
  const select = make("select", { "data-key": "class", "aria-label": "Class" });
  const most = chosen === null && largest !== undefined ? `largest: ${classes[largest]}` : "largest";
  select.append(make("option", { value: "" }, most));
  classes.forEach((text, n) => select.append(make("option", { value: String(n) }, text)));
  select.value = chosen === null ? "" : String(chosen);
  select.addEventListener("change", () => ask({ class_index: select.value === "" ? null : Number(select.value) }));
  return make("label", { class: "inside-titled" }, make("span", {}, "Class"), select);
}

function skipBoxes({ off }, ask) {
  const boxes = [16, 8, 4].map((stride) => {
    const box = make("input", { type: "checkbox", "data-key": `skip-${stride}` });
    box.checked = off.includes(stride);
    box.addEventListener("change", () => ask({ off: box.checked ? [...off, stride] : off.filter((other) => other !== stride) }));
    return make("label", {}, box, `stride ${stride}`);
  });
  return make("div", { class: "inside-boxes-row", role: "group", "aria-label": "Skips switched off" }, ...boxes);
}

// What can be set in a view, as elements.
const CONTROLS = {
  skips: ({ classes, settings, largest, ask }) => [classMenu(classes, settings, largest, ask)],
  context: ({ classes, settings, largest, ask }) => [classMenu(classes, settings, largest, ask)],
  upsampling: ({ classes, settings, largest, ask }) => [classMenu(classes, settings, largest, ask)],
  unet: ({ classes, settings, largest, ask }) => [
    titled("Skips switched off", skipBoxes(settings, ask)),
    titled("Filled with", radios("Filled with", "fill", [["zeros", "zeros"], ["average", "average"]], settings.fill, (fill) => ask({ fill }))),
    classMenu(classes, settings, largest, ask),
  ],
  switches: ({ settings, ask }) => [
    titled("Unpooled to", radios("Unpooled to", "stride", [[16, "stride 16"], [8, "stride 8"], [4, "stride 4"]], settings.stride, (stride) => ask({ stride }))),
  ],
  ladder: () => [],
  field: () => [],
};

function viewRow(views, chosen, ask) {
  const row = radios("View", "view", Object.entries(views), chosen, (view) => ask({ view }));
  row.classList.add("inside-views");
  return row;
}

function controlsFor(context) {
  return make("div", { class: "inside-controls" }, ...CONTROLS[context.settings.view](context));
}
