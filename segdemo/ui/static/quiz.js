// The quiz: a question, an answer by Enter, the verdict, the next one by Enter; the score so far.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const root = element.querySelector(".quiz");
let state = null; // the server's last value: {seed, number, total, question, verdict}
let shown = null; // the question on the screen
let waiting = false;
let results = []; // {right, kind} by question

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, content] of Object.entries(attributes)) node.setAttribute(name, content);
  node.append(...children);
  return node;
}

const head = make("p", { class: "quiz-head" });
const code = make("pre", { class: "quiz-code", tabindex: "0" });
const field = make("input", { type: "text", id: "quiz-answer", autocomplete: "off", inputmode: "text" });
const asks = make("label", { for: "quiz-answer" });
const submit = make("button", { type: "submit", class: "quiz-main" }, "Answer");
const illegal = make("button", { type: "button" }, "Illegal");
const form = make("form", { class: "quiz-form" }, asks, make("span", { class: "quiz-line" }, field, submit, illegal));
const verdict = make("p", { class: "quiz-verdict", "aria-live": "assertive" });
const next = make("button", { type: "button", class: "quiz-main" }, "Next question");
const score = make("ol", { class: "quiz-score", "aria-label": "Score" });
const round = make("input", { type: "number", min: "0", max: String(props.seeds - 1), step: "1", id: "quiz-round" });
const fresh = make("button", { type: "button" }, "New questions");
const rounds = make("p", { class: "quiz-rounds" }, make("label", { for: "quiz-round" }, "Round "), round, fresh);

function reason(away) {
  document.getElementById("quiz-why")?.classList.toggle("quiz-away", away);
}

function ask(asked) {
  if (waiting) return;
  waiting = true;
  props.value = asked;
  trigger("input");
}

function answer(text) {
  if (!shown || !text.trim() || waiting) return;
  window.segdemo.link("convolution", { quiz: state.seed });
  ask({ seed: state.seed, number: shown.number, answer: text });
}

function start(seed) {
  results = [];
  window.segdemo.link("convolution", { quiz: seed });
  ask({ seed, number: 0, answer: null });
}

function drawScore() {
  score.replaceChildren(...results.map(({ right, kind }) =>
    make("li", { class: right ? "quiz-right" : "quiz-wrong", title: kind }, right ? "right" : "wrong")));
  const count = results.filter(({ right }) => right).length;
  head.textContent = `Question ${Math.min(results.length + (shown ? 1 : 0), state.total)} of ${state.total}`;
  if (results.length) head.append(make("b", {}, ` ${count} of ${results.length} right`));
}

function showQuestion() {
  shown = { ...state.question, number: state.number };
  code.textContent = shown.code;
  asks.textContent = shown.asks;
  field.placeholder = shown.hint;
  field.value = "";
  verdict.textContent = "";
  verdict.className = "quiz-verdict";
  for (const part of [field, submit, illegal]) part.disabled = false;
  next.hidden = true;
  form.hidden = false;
  code.hidden = false;
  reason(true);
  drawScore();
}

function showVerdict() {
  results.push(state.verdict);
  verdict.textContent = state.verdict.text;
  verdict.className = `quiz-verdict ${state.verdict.right ? "quiz-is-right" : "quiz-is-wrong"}`;
  for (const part of [field, submit, illegal]) part.disabled = true;
  reason(false);
  next.textContent = state.question ? "Next question" : "See the score";
  next.hidden = false;
  shown = null;
  drawScore();
  next.focus();
}

function showEnd() {
  const missed = [...new Set(results.filter(({ right }) => !right).map(({ kind }) => kind))];
  const count = results.filter(({ right }) => right).length;
  form.hidden = true;
  code.hidden = true;
  next.hidden = true;
  reason(true);
  verdict.className = "quiz-verdict";
  verdict.textContent = `${count} of ${state.total} right. `
    + (missed.length ? `Look again at: ${missed.join(", ")}.` : "Nothing missed.");
  fresh.focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  answer(field.value);
});
illegal.addEventListener("click", () => answer("illegal"));
next.addEventListener("click", () => {
  if (!state.question) return showEnd();
  showQuestion();
  field.focus();
});
fresh.addEventListener("click", () => start(Math.floor(Math.random() * props.seeds)));
round.addEventListener("change", () => {
  const seed = round.valueAsNumber;
  if (Number.isInteger(seed) && seed >= 0 && seed < props.seeds) start(seed);
  else round.reportValidity();
});

function take() {
  const value = props.value;
  if (!value?.serial || value.serial === state?.serial) return; // what was asked comes by here too
  waiting = false;
  if (value.error) {
    verdict.textContent = value.error;
    verdict.className = "quiz-verdict quiz-is-wrong";
    field.focus();
    return;
  }
  const first = root.dataset.state !== "ready";
  if (first) {
    root.replaceChildren(head, code, form, verdict, next, score, rounds);
    root.dataset.state = "ready";
  }
  state = value;
  round.value = String(value.seed);
  if (value.verdict) return showVerdict();
  results = [];
  showQuestion();
  if (!first) field.focus();
}

root.replaceChildren(make("p", {}, props.empty));
watch("value", take);
take();
