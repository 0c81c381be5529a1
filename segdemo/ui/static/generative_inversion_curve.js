// The error of a search by step, every start thin, the best thick; logarithmic upwards.

const EDGE = { left: 62, right: 12, top: 30, bottom: 42 };
const MANTISSAS = [1, 2, 5];

// Numbers 1, 2 and 5 times powers of ten within [low, high].
function logTicks(low, high) {
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    found.push(...MANTISSAS.map((m) => Number(`${m}e${power}`)).filter((n) => n >= low && n <= high));
  }
  return found;
}

function drawCurve(canvas, curve) {
  const { width, height } = fitCanvas(canvas);
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, width, height);
  if (!width) return;
  const style = getComputedStyle(canvas);
  const [text, quiet, rule, accent] = ["--body-text-color", "--quiet", "--rule", "--accent"].map((name) => style.getPropertyValue(name).trim());
  const all = [curve.level, ...curve.best, ...curve.starts.flat()].map((n) => Math.max(n, 1e-5));
  const [low, high] = [Math.min(...all) / 1.2, Math.max(...all) * 1.2];
  const [across, up] = [width - EDGE.left - EDGE.right, height - EDGE.top - EDGE.bottom];
  const x = (step) => EDGE.left + (step / curve.until) * across;
  const y = (n) => EDGE.top + (1 - Math.log(Math.max(n, 1e-5) / low) / Math.log(high / low)) * up;
  const line = (points, colour, wide, dash = []) => {
    context.beginPath();
    points.forEach(([px, py]) => context.lineTo(px, py));
    Object.assign(context, { strokeStyle: colour, lineWidth: wide });
    context.setLineDash(dash);
    context.stroke();
    context.setLineDash([]);
  };
  const words = (said, px, py, align, colour = text) => {
    Object.assign(context, { fillStyle: colour, textAlign: align, textBaseline: "middle" });
    context.fillText(said, px, py);
  };
  context.font = `14px ${style.fontFamily}`;
  for (const tick of logTicks(low, high)) {
    line([[EDGE.left, y(tick)], [width - EDGE.right, y(tick)]], rule, 1);
    words(String(tick), EDGE.left - 8, y(tick), "right");
  }
  for (let n = 0; n <= 4; n++) words(String((n * curve.until) / 4), x((n * curve.until) / 4), height - EDGE.bottom + 12, "center");
  words("step", EDGE.left + across / 2, height - 10, "center");
  words("squared error a pixel", 0, 10, "left");
  const points = (numbers) => numbers.map((n, k) => [x(curve.steps[k]), y(n)]);
  for (const start of curve.starts) line(points(start), quiet, 1);
  line(points(curve.best), accent, 3);
  line([[EDGE.left, y(curve.level)], [width - EDGE.right, y(curve.level)]], text, 2, [2, 4]);
}
