// One source of samples: its pictures on a canvas, the one pressed beside its nearest code, bars.

const ACROSS = 6; // pictures in a row
const MOVES = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -ACROSS, ArrowDown: ACROSS };

class Column {
  // `given` as the server sends it; `image` its sprite.
  constructor(given, image, total) {
    Object.assign(this, { given, image, total, count: total, chosen: 0 });
    this.canvas = make("canvas", { tabindex: "0", role: "img" });
    this.canvas.addEventListener("click", (event) => this.press(event));
    this.canvas.addEventListener("keydown", (event) => this.move(event));
    this.words = make("p", { "aria-live": "polite" });
    this.own = pictures.sprite(given.sprite, total, "The sample pressed");
    const pair = [make("figure", {}, this.own.node, make("figcaption", {}, "Sample"))];
    if (given.neighbours) {
      this.other = pictures.sprite(given.neighbours, total, "What the nearest training code decodes to");
      pair.push(make("figure", {}, this.other.node, make("figcaption", {}, "Nearest code, decoded")));
    }
    const heading = make("h3", {}, given.title);
    const about = make("p", { class: "gen-quiet gen-sample-note" }, given.note);
    const looked = make("div", { class: "gen-sample-pair" }, ...pair);
    this.node = make("section", { class: "gen-sample" }, heading, about, this.canvas, looked, this.words);
    this.choose(0);
  }

  show(count) {
    this.count = count;
    if (this.chosen >= count) this.choose(0);
    this.draw();
  }

  draw() {
    const { canvas, image, count } = this;
    const width = canvas.clientWidth;
    if (!width) return;
    const side = image.height;
    const rows = Math.ceil(count / ACROSS);
    canvas.style.aspectRatio = `${ACROSS} / ${rows}`;
    const { width: drawn } = fitCanvas(canvas);
    const context = canvas.getContext("2d");
    const tile = drawn / ACROSS;
    context.imageSmoothingEnabled = false;
    context.clearRect(0, 0, canvas.width, canvas.height);
    for (let n = 0; n < count; n++) {
      const [x, y] = [(n % ACROSS) * tile, Math.floor(n / ACROSS) * tile];
      context.drawImage(image, n * side, 0, side, side, x, y, tile + 0.5, tile + 0.5);
    }
    const [x, y] = [(this.chosen % ACROSS) * tile, Math.floor(this.chosen / ACROSS) * tile];
    for (const [colour, line] of [["#000", 5], ["#fff", 2.5]]) {
      context.strokeStyle = colour;
      context.lineWidth = line;
      context.strokeRect(x + 2, y + 2, tile - 4, tile - 4);
    }
  }

  choose(n) {
    this.chosen = n;
    const { given } = this;
    this.own.show(n);
    this.other?.show(n);
    const found = given.nearest && `Sample ${n + 1}: nearest is training code no. ${given.nearest[n]}, ${given.distance[n].toFixed(2)} away`;
    this.words.textContent = found ? `${found} (${given.compared}).` : `Sample ${n + 1}. No codes to compare it with.`;
    const spoken = `${this.count} samples, ${given.title}. Sample ${n + 1} is chosen; arrow keys choose another.`;
    this.canvas.setAttribute("aria-label", spoken);
    this.draw();
  }

  press(event) {
    const box = this.canvas.getBoundingClientRect();
    const tile = box.width / ACROSS;
    const [column, row] = [(event.clientX - box.left) / tile, (event.clientY - box.top) / tile].map(Math.floor);
    const n = row * ACROSS + Math.min(ACROSS - 1, Math.max(0, column));
    if (n >= 0 && n < this.count) this.choose(n);
  }

  move(event) {
    const step = MOVES[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const n = this.chosen + step;
    if (n >= 0 && n < this.count) this.choose(n);
  }
}

const share = (part) => `${(100 * part).toFixed(1)} %`;

// A bar a class, all on one scale to `most`; the line across it is what the manifest says.
function barsOf(given, classes, most) {
  const rows = classes.map((name, n) => {
    const bar = make("span", { class: "gen-bar" });
    bar.style.width = `${(100 * given.shares[n]) / most}%`;
    const track = make("span", { class: "gen-bar-track" }, bar);
    if (given.told) {
      const tick = make("span", { class: "gen-bar-tick" });
      tick.style.left = `${(100 * given.told[n]) / most}%`;
      track.append(tick);
    }
    const told = make("td", { class: "gen-bar-told" }, given.told ? share(given.told[n]) : "");
    const cells = [make("td", { class: "gen-bar-cell" }, track), make("td", {}, share(given.shares[n])), told];
    return make("tr", {}, make("th", { scope: "row" }, name), ...cells);
  });
  const table = make("table", { class: "gen-bars" }, make("caption", {}, `Classes: ${given.title}`), make("tbody", {}, ...rows));
  return table;
}
