// A plotly figure in the page's own colours; scrubbing and playing its frames cost no request.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const plot = element.querySelector(".plot");
const area = plot.querySelector(".plot-area");
const alternative = plot.querySelector(".plot-alt");
// A list of what is shown, so a button that sends charts elsewhere can never be among them.
const BUTTONS = [["zoom2d", "pan2d", "resetScale2d", "toImage"]];
const CONFIG = {
  displaylogo: false,
  displayModeBar: matchMedia("(hover: hover)").matches ? "hover" : false, // a finger can't hover
  modeBarButtons: BUTTONS,
  responsive: false,
};
let latest = 0;

function colour(name) {
  return getComputedStyle(element).getPropertyValue(name).trim();
}

function axis(given) {
  const rule = colour("--border-color-primary");
  return { gridcolor: rule, zerolinecolor: rule, linecolor: rule, automargin: true, ...given };
}

function layoutOf(given) {
  const layout = {
    height: Number(plot.dataset.height),
    margin: { l: 56, r: 16, t: 24, b: 44 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(element).fontFamily, size: 14, color: colour("--body-text-color") },
    hoverlabel: { font: { size: 14 } },
    ...given,
  };
  for (const name of ["xaxis", "yaxis", ...Object.keys(given).filter((key) => /^[xy]axis\d+$/.test(key))]) {
    layout[name] = axis(layout[name]);
  }
  return layout;
}

async function draw() {
  const mine = ++latest;
  const value = props.value;
  if (!value) return;
  alternative.textContent = value.alt ?? "";
  try {
    const Plotly = await window.segdemo.plotly();
    if (mine !== latest) return;
    plot.querySelector(".plot-empty")?.remove();
    await window.segdemo.react(Plotly, area, value.data, layoutOf(value.layout ?? {}), CONFIG);
    if (value.frames?.length) await Plotly.addFrames(area, value.frames);
    plot.dataset.state = "ready";
  } catch (error) {
    alternative.textContent = `The plot can't be drawn: ${error.message}. ${value.alt ?? ""}`;
  }
}

// A plot drawn in a hidden tab has no width, and dark mode may change under it.
let width = 0;
new ResizeObserver(([entry]) => {
  if (entry.contentRect.width === width || !entry.contentRect.width) return;
  width = entry.contentRect.width;
  if (plot.dataset.state === "ready") window.Plotly.Plots.resize(area);
}).observe(plot);
new MutationObserver(draw).observe(document.body, { attributeFilter: ["class"] });

watch("value", draw);
draw();
