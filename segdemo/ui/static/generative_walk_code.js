// Quantiles to numbers of a code and back, and questions to the server: one at a time, the newest.

// Where `x` lies among ascending `xs`, as a share of `ys`: linear between neighbours, held outside.
function interpolated(x, xs, ys) {
  const last = xs.length - 1;
  if (x <= xs[0]) return ys[0];
  if (x >= xs[last]) return ys[last];
  let low = 0;
  for (let high = last; high - low > 1; ) {
    const middle = (low + high) >> 1;
    if (xs[middle] <= x) low = middle;
    else high = middle;
  }
  const width = xs[low + 1] - xs[low];
  return ys[low] + (width > 0 ? (x - xs[low]) / width : 0) * (ys[low + 1] - ys[low]);
}

const tableOf = (value, j) => value.z[value.z.length > 1 ? j : 0];
const numberAt = (value, j, quantile) => interpolated(quantile, value.at, tableOf(value, j));
const quantileOf = (value, j, number) => interpolated(number, tableOf(value, j), value.at);
const signed = (number, digits = 2) => number.toFixed(digits).replace("-", "−");

// Asks one question at a time. While it is under way only the newest of each kind waits; none is
// lost, and a question without an answer gives way after a while.
function asker(send, patience = 20000) {
  const waiting = new Map();
  let serial = Math.floor(Math.random() * 1e6) * 1000; // another page's or mount's answers differ
  let flying = null;
  let timer = null;
  const next = () => {
    clearTimeout(timer);
    flying = null;
    const [kind] = waiting.keys();
    if (kind === undefined) return;
    const question = waiting.get(kind);
    waiting.delete(kind);
    flying = ++serial;
    timer = setTimeout(next, patience);
    send({ ...question, kind, serial });
  };
  return {
    ask(kind, question) {
      waiting.set(kind, question);
      if (flying === null) next();
    },
    // Whether this answers the question under way; the next one is asked.
    takes(answer) {
      if (answer.serial !== flying) return false;
      setTimeout(next);
      return true;
    },
    forget() {
      waiting.clear();
      clearTimeout(timer);
      flying = null;
    },
  };
}
