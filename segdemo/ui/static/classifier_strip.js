// A vector as thin bars from a zero line, with the number of the bar that is pointed at.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const root = element.querySelector(".strips");
const spoken = make("p", { class: "heat-spoken", "aria-live": "polite" });
let strips = [];

function drawStrip({ canvas, numbers, at }) {
  const { width, height } = fitCanvas(canvas);
  if (!width) return;
  const context = canvas.getContext("2d");
  const styles = getComputedStyle(canvas);
  const low = Math.min(0, ...numbers);
  const high = Math.max(0, ...numbers);
  const y = (number) => ((high - number) / (high - low || 1)) * height;
  const step = width / numbers.length;
  context.clearRect(0, 0, width, height);
  numbers.forEach((number, i) => {
    context.fillStyle = i === at ? styles.color : styles.getPropertyValue("--accent");
    const bar = Math.max(step, i === at ? 3 : 0.6);
    context.fillRect(i * step, Math.min(y(0), y(number)), bar, Math.max(0.5, Math.abs(y(number) - y(0))));
  });
}

// Every strip reads the same position: entry i of one belongs to entry i of the other.
function readAt(at) {
  for (const strip of strips) {
    strip.at = at;
    strip.reading.textContent = at === null ? "" : `entry ${at}: ${strip.numbers[at].toFixed(3)}`;
    drawStrip(strip);
  }
  const byKeys = strips.some((strip) => strip.canvas === document.activeElement);
  spoken.textContent = byKeys && at !== null ? strips.map((s) => `${s.title}, ${s.reading.textContent}`).join("; ") : "";
}

function watchStrip({ canvas, numbers }) {
  const last = numbers.length - 1;
  const clamp = (at) => Math.min(last, Math.max(0, at));
  const follow = (event) => {
    const box = canvas.getBoundingClientRect();
    readAt(clamp(Math.floor(((event.clientX - box.left) / box.width) * numbers.length)));
  };
  canvas.addEventListener("pointermove", follow);
  canvas.addEventListener("pointerdown", follow);
  canvas.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && readAt(null));
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: 50, PageDown: -50 }[event.key];
    if (event.key !== "Escape" && !step) return;
    event.preventDefault();
    readAt(step ? clamp((strips[0].at ?? -1) + step) : null);
  });
}

function buildStrip({ title, alt, numbers }) {
  const canvas = make("canvas", { tabindex: "0", role: "img", "aria-label": alt });
  const reading = make("span", { class: "heat-reading" });
  const heading = make("figcaption", {}, make("strong", {}, title), reading);
  return { title, numbers, canvas, reading, at: null, figure: make("figure", {}, heading, canvas) };
}

function update() {
  strips = (props.value?.strips ?? []).map(buildStrip);
  strips.forEach(watchStrip);
  const shown = strips.map((strip) => strip.figure);
  root.replaceChildren(...(shown.length ? [...shown, spoken] : [make("p", { class: "heat-empty" }, props.empty)]));
  root.dataset.state = shown.length ? "ready" : "empty";
  strips.forEach(drawStrip);
}

new ResizeObserver(() => strips.forEach(drawStrip)).observe(root);
watch("value", update);
update();
