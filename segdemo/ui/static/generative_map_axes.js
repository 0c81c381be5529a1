// The axes of the latent plane: linear or in quantiles, from codes to pixels and back.

const MARGIN = { left: 52, right: 10, top: 10, bottom: 46 };
const TICK_SHARES = [0.02, 0.25, 0.5, 0.75, 0.98];

// The piecewise-linear function through ascending (xs, ys), going on beyond the ends.
function through(xs, ys, x) {
  let [n, last] = [0, xs.length - 2];
  while (n < last) {
    const middle = (n + last + 1) >> 1;
    if (x > xs[middle]) n = middle;
    else last = middle - 1;
  }
  return ys[n] + ((x - xs[n]) / (xs[n + 1] - xs[n])) * (ys[n + 1] - ys[n]);
}

// One axis: `to` a share of its length from 0 to 1, `from` it back, and its ticks.
function axisOf(knots, shares, ticks) {
  const [first, last] = [shares[0], shares[shares.length - 1]];
  const length = last - first;
  return {
    to: (z) => (through(knots, shares, z) - first) / length,
    from: (share) => through(shares, knots, first + share * length),
    ticks,
  };
}

// Round numbers within [low, high], about `count` of them.
function roundTicks([low, high], count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough);
  const found = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) found.push(Number(tick.toFixed(6)));
  return found;
}

// Both axes of a map's value.
function axesOf(value, inQuantiles) {
  if (!inQuantiles) return value.linear.map((ends) => axisOf(ends, [0, 1], roundTicks(ends, 7)));
  const { knots, shares } = value.quantiles;
  return knots.map((own) => axisOf(own, shares, TICK_SHARES.map((share) => through(shares, own, share))));
}

// Where codes lie on a canvas of `side` pixels between the margins, and which code a pixel is.
function placing(axes, side) {
  return {
    side,
    at: (z) => [MARGIN.left + axes[0].to(z[0]) * side, MARGIN.top + (1 - axes[1].to(z[1])) * side],
    code: (x, y) => [axes[0].from((x - MARGIN.left) / side), axes[1].from(1 - (y - MARGIN.top) / side)],
  };
}

function drawAxes(context, axes, place, colours, titles) {
  const { side } = place;
  const bottom = MARGIN.top + side;
  context.strokeStyle = colours.rule;
  context.lineWidth = 1;
  context.strokeRect(MARGIN.left + 0.5, MARGIN.top + 0.5, side - 1, side - 1);
  context.fillStyle = colours.text;
  context.font = `14px ${colours.font}`;
  const words = (z) => String(Number(z.toFixed(2)) || 0).replace("-", "−");
  const ticked = (axis, draw) => axes[axis].ticks.forEach((tick) => draw(axes[axis].to(tick) * side, words(tick)));
  context.textAlign = "center";
  context.textBaseline = "top";
  ticked(0, (x, text) => {
    context.fillRect(MARGIN.left + x, bottom, 1, 5);
    context.fillText(text, MARGIN.left + x, bottom + 7);
  });
  context.fillText(titles[0], MARGIN.left + side / 2, bottom + 26);
  context.textAlign = "right";
  context.textBaseline = "middle";
  ticked(1, (y, text) => {
    context.fillRect(MARGIN.left - 5, bottom - y, 5, 1);
    context.fillText(text, MARGIN.left - 8, bottom - y);
  });
  context.save();
  context.translate(10, MARGIN.top + side / 2);
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  context.fillText(titles[1], 0, 0);
  context.restore();
}
