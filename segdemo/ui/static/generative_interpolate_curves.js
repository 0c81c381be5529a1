// Curves along the way, of one model: norm, distance to the nearest code, log density.
// The line at t is drawn over the plots from --t, so that playing never draws them again.

const CURVES = {
  norm: { title: () => "Norm of the code", up: "|z|" },
  distance: { title: () => "Distance to the nearest training code", up: "distance" },
  density: { title: (row) => row.densityTitle, up: "nats" },
};
const NO_CODES = "No codes of training images are known here: a GAN has no encoder.";
const STROKES = { linear: { color: "#0072b2", dash: "solid" }, spherical: { color: "#e69f00", dash: "dash" } };
const MARGIN = { l: 56, r: 14, t: 10, b: 42 };
const LOWEST = 3; // a number's digits in words

function inWords(number) {
  return Number(number.toPrecision(LOWEST)).toString().replace("-", "−");
}

function pageColour(name) {
  return getComputedStyle(element).getPropertyValue(name).trim();
}

function plainAxis(title) {
  const rule = pageColour("--border-color-primary");
  return { title: { text: title }, gridcolor: rule, zerolinecolor: rule, linecolor: rule, fixedrange: true };
}

class Curve {
  // One plot of the model's three; `go(at)` is called where it is pressed.
  constructor(name, go) {
    Object.assign(this, { name, row: null, t: [], latest: 0 });
    this.title = make("strong");
    this.reading = make("span", { class: "gi-reading" });
    this.area = make("div", { class: "gi-area", role: "img" });
    this.line = make("div", { class: "gi-line-at", "aria-hidden": "true" });
    this.note = make("p", { class: "gi-note gen-quiet" });
    const box = make("div", { class: "gi-plot" }, this.area, this.line);
    box.style.setProperty("--left", `${MARGIN.l}px`);
    box.style.setProperty("--right", `${MARGIN.r}px`);
    box.style.setProperty("--top", `${MARGIN.t}px`);
    box.style.setProperty("--bottom", `${MARGIN.b}px`);
    const caption = make("figcaption", {}, this.title, this.reading);
    this.element = make("figure", { class: "gi-curve" }, caption, box, this.note);
    box.addEventListener("click", (event) => this.press(event, box, go));
    new ResizeObserver(() => this.drawn && window.Plotly.Plots.resize(this.area)).observe(box);
  }

  press(event, box, go) {
    const { left, width } = box.getBoundingClientRect();
    const t = (event.clientX - left - MARGIN.l) / (width - MARGIN.l - MARGIN.r);
    if (this.known && t > -0.05 && t < 1.05) go(Math.round(Math.min(1, Math.max(0, t)) * (this.t.length - 1)));
  }

  show(row, t) {
    Object.assign(this, { row, t });
    this.known = row.ways.every((way) => way[this.name]);
    this.title.textContent = CURVES[this.name].title(row);
    this.element.classList.toggle("gi-unknown", !this.known);
    const usual = row.usual[this.name];
    this.note.textContent = !this.known ? NO_CODES : usual ? `Dotted: ${inWords(usual.value)}, ${usual.text}.` : "";
    this.area.setAttribute("aria-label", this.alternative());
    return this.draw();
  }

  alternative() {
    const said = this.row.ways.map((way) => {
      const values = way[this.name];
      if (!values) return `${way.name} unknown`;
      const between = `between ${inWords(Math.min(...values))} and ${inWords(Math.max(...values))}`;
      return `${way.name} from ${inWords(values[0])} to ${inWords(values.at(-1))}, ${between}`;
    });
    return `${this.title.textContent} against t: ${said.join("; ")}.`;
  }

  traces() {
    const usual = this.row.usual[this.name];
    const across = { type: "scatter", mode: "lines", hoverinfo: "skip" };
    const ways = this.row.ways.map((way) => ({
      type: "scatter", mode: "lines", name: way.name, x: this.t, y: way[this.name],
      line: { ...STROKES[way.name], width: 2.5 }, hovertemplate: `${way.name}: %{y:.4g}<extra></extra>`,
    }));
    const line = { color: pageColour("--quiet"), dash: "dot", width: 1.5 };
    return usual ? [...ways, { ...across, x: [0, 1], y: [usual.value, usual.value], line }] : ways;
  }

  async draw() {
    if (!this.row || !this.known) return;
    const mine = ++this.latest;
    try {
      const Plotly = await window.segdemo.plotly();
      if (mine !== this.latest) return;
      const layout = {
        height: 230, margin: MARGIN, showlegend: false, dragmode: false, hovermode: "x",
        paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
        font: { family: getComputedStyle(element).fontFamily, size: 14, color: pageColour("--body-text-color") },
        xaxis: { ...plainAxis("t"), range: [0, 1] }, yaxis: plainAxis(CURVES[this.name].up),
      };
      const settings = { displaylogo: false, displayModeBar: false };
      await window.segdemo.react(Plotly, this.area, this.traces(), layout, settings);
      this.drawn = true;
    } catch (error) {
      this.note.textContent = `The plot can't be drawn: ${error.message}. ${this.alternative()}`;
    }
  }

  // The numbers at frame `at`, written out.
  read(at) {
    if (!this.row) return;
    const parts = this.known ? this.row.ways.map((way) => [way.name, inWords(way[this.name][at])]) : [];
    const shown = parts.map(([name, number]) => make("span", { class: `gi-${name}` }, `${name} ${number}`));
    this.reading.replaceChildren(...shown);
  }
}
