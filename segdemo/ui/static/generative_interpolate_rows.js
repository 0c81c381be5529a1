// Rows of an interpolation: the frame shown now, large, and frames along the way beside it.
// Every large frame follows --at, which stands on the whole view.

const FEW = 9; // frames of a strip, unless all are wanted

// Which frames a strip shows: `wanted` of `count`, evenly spread, both ends among them.
function spread(count, wanted) {
  const shown = Math.min(count, wanted);
  return Array.from({ length: shown }, (_, i) => Math.round((i * (count - 1)) / Math.max(shown - 1, 1)));
}

function frameNode(attributes) {
  return make("div", { ...attributes, class: `gen-frame gi-frame ${attributes.class ?? ""}` });
}

// One way of a row: `go(i)` is called where a frame of the strip is pressed.
function lineOf(row, way, count, go) {
  const name = way.name ? `${row.title}, ${way.name}` : row.title;
  const now = frameNode({ role: "img", "aria-label": `${name}: the frame at t`, class: "gi-now" });
  const strip = make("div", { class: "gi-strip", "aria-hidden": "true" });
  strip.addEventListener("click", (event) => {
    const cell = event.target.closest(".gi-cell");
    if (cell) go(Number(cell.dataset.frame));
  });
  const along = make("div", { class: "gi-along" }, make("span", { class: "gi-way" }, way.name), strip);
  const line = make("div", { class: "gi-line", "data-way": way.name }, now, along);
  line.style.setProperty("--sprite", `url("${way.sprite}")`);
  line.style.setProperty("--count", count);
  return { line, strip };
}

// All rows as nodes, with what changes in them.
class Rows {
  constructor(value, go) {
    this.count = value.t.length;
    this.strips = [];
    this.element = make("div", { class: "gi-rows" }, ...value.rows.map((row) => this.row(row, go)));
  }

  row(row, go) {
    const lines = row.ways.map((way) => lineOf(row, way, this.count, go));
    this.strips.push(...lines.map(({ strip }) => strip));
    const heading = make("p", { class: "gi-title" }, make("strong", {}, row.title));
    if (row.detail) heading.append(make("br"), make("span", { class: "gen-quiet" }, row.detail));
    const note = make("p", { class: "gi-note gen-quiet" }, row.note);
    const ways = make("div", { class: "gi-ways" }, ...lines.map(({ line }) => line));
    return make("section", { class: "gi-row", "aria-label": row.title }, heading, ways, note);
  }

  // Strips of nine frames, or of all.
  cut(all) {
    const frames = spread(this.count, all ? this.count : FEW);
    for (const strip of this.strips) {
      const cells = frames.map((i) => {
        const cell = frameNode({ class: "gi-cell", "data-frame": String(i) });
        cell.style.setProperty("--at", i);
        return cell;
      });
      strip.dataset.frames = all ? "all" : "few";
      strip.replaceChildren(...cells);
    }
    this.frames = frames;
  }

  // Mark the strips' frame that is nearest to frame `at`.
  mark(at) {
    const nearest = this.frames.reduce((best, i) => (Math.abs(i - at) < Math.abs(best - at) ? i : best));
    const place = this.frames.indexOf(nearest);
    for (const strip of this.strips) {
      strip.querySelector(".gi-here")?.classList.remove("gi-here");
      strip.children[place].classList.add("gi-here");
    }
  }
}
