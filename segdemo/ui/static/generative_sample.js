// Samples of several sources side by side; how many, and which is looked at, is chosen here.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const root = element.querySelector(".gen-samples");
const OPENING = 24;
const LEAST = 6;
let columns = [];
let latest = 0;
let shown = OPENING;

const counter = make("output", {});
const slider = make("input", { type: "range", min: String(LEAST), step: String(ACROSS), "aria-label": "Samples shown of each source" });
slider.addEventListener("input", () => showCount(slider.valueAsNumber));
const tools = make("label", { class: "gen-sample-tools" }, "Samples shown of each source", slider, counter);

function showCount(count) {
  shown = count;
  counter.textContent = String(count);
  for (const column of columns) column.show(count);
}

async function update() {
  const mine = ++latest;
  const value = props.value;
  if (!value) return root.replaceChildren(make("p", { class: "gen-quiet" }, "This is being worked out."));
  const images = await Promise.all(value.sources.map((source) => loadImage(source.sprite)));
  if (mine !== latest) return;
  columns = value.sources.map((source, n) => new Column(source, images[n], value.count));
  const counted = value.sources.filter((source) => source.shares);
  const most = Math.max(0.01, ...counted.flatMap((source) => [...source.shares, ...(source.told ?? [])]));
  value.sources.forEach((source, n) => {
    if (source.shares) columns[n].node.append(barsOf(source, value.classes, most));
  });
  const grid = make("div", { class: "gen-sample-grid" }, ...columns.map((column) => column.node));
  const words = [value.bars, value.missing].filter(Boolean).map((text) => make("p", { class: "gen-sample-words" }, text));
  slider.max = String(value.count);
  slider.value = String(shown);
  root.replaceChildren(tools, grid, ...words);
  root.dataset.state = "ready";
  showCount(Math.min(shown, value.count));
}

new ResizeObserver(() => columns.forEach((column) => column.draw())).observe(root);
watch("value", update);
update();
