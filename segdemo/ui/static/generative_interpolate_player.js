// The player of an interpolation: play and pause, one slider for all rows, there and back.

const PACE = 12; // frames a second
const SHAPES = { Play: "M6 4l9 6-9 6z", Pause: "M6 4h3v12H6zM11 4h3v12h-3z" };

function shape(name) {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  drawing.setAttribute("viewBox", "0 0 20 20");
  drawing.setAttribute("aria-hidden", "true");
  path.setAttribute("d", SHAPES[name]);
  drawing.append(path);
  return drawing;
}

class Player {
  // `moved(at)` is told of every frame, `rested()` when a hand or the film has come to rest.
  constructor(moved, rested) {
    Object.assign(this, { moved, rested, at: 0, t: [0], forward: true, playing: false, due: 0 });
    this.button = make("button", { type: "button", class: "gi-play" });
    this.button.addEventListener("click", () => (this.playing ? this.pause() : this.play()));
    this.slider = make("input", { type: "range", min: "0", step: "1", "aria-label": "Way from A to B" });
    this.slider.addEventListener("input", () => this.go(this.slider.valueAsNumber));
    this.slider.addEventListener("change", () => this.rested());
    this.counter = make("output", { class: "gi-counter" });
    this.back = make("input", { type: "checkbox" });
    this.back.checked = true;
    const scrub = make("span", { class: "gi-scrub" }, make("b", {}, "A"), this.slider, make("b", {}, "B"));
    this.turning = make("label", { class: "gi-turning" }, this.back, "There and back");
    const parts = [this.button, scrub, this.counter];
    this.element = make("div", { class: "gi-player", role: "group", "aria-label": "Play the way" }, ...parts);
    this.say("Play");
  }

  reset(t, at) {
    this.t = t;
    this.slider.max = String(t.length - 1);
    this.show(Math.min(t.length - 1, Math.max(0, at)));
  }

  // Go to a frame by hand, which ends playing.
  go(at) {
    this.pause();
    this.show(at);
  }

  show(at) {
    this.at = at;
    this.slider.value = String(at);
    const words = `t = ${this.t[at].toFixed(2)}, frame ${at + 1} of ${this.t.length}`;
    this.counter.textContent = words;
    this.slider.setAttribute("aria-valuetext", words);
    this.moved(at);
  }

  say(name) {
    this.button.replaceChildren(shape(name), name);
  }

  play() {
    if (!this.back.checked && this.at === this.t.length - 1) this.show(0);
    this.playing = true;
    this.say("Pause");
    this.due = performance.now() + 1000 / PACE;
    requestAnimationFrame((now) => this.tick(now));
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.say("Play");
    this.rested();
  }

  tick(now) {
    if (!this.playing) return;
    if (!this.element.isConnected || !this.element.offsetParent) return this.pause(); // turned away
    if (now >= this.due) {
      this.due = Math.max(this.due + 1000 / PACE, now);
      this.step();
    }
    requestAnimationFrame((next) => this.tick(next));
  }

  step() {
    const last = this.t.length - 1;
    if (this.at === 0) this.forward = true;
    if (this.at === last) {
      if (!this.back.checked) return this.pause();
      this.forward = false;
    }
    this.show(this.at + (this.forward || !this.back.checked ? 1 : -1));
  }
}
