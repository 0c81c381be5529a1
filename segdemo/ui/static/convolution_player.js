// The player: back, play, forward, a scrubber and a speed, over a number of steps.

const SPEEDS = { slow: 1, normal: 3, fast: 12, rushing: 60 }; // steps a second
const ICONS = {
  first: "M5 4v12M15 4l-8 6 8 6z",
  back: "M14 4l-8 6 8 6z",
  play: "M6 4l9 6-9 6z",
  pause: "M6 4h3v12H6zM11 4h3v12h-3z",
  forward: "M6 4l8 6-8 6z",
  last: "M15 4v12M5 4l8 6-8 6z",
};

function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  drawing.setAttribute("viewBox", "0 0 20 20");
  drawing.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", ICONS[name]);
  drawing.append(path);
  return drawing;
}

function iconButton(name, label, press) {
  const button = make("button", { type: "button", class: "cv-icon", "aria-label": label, title: label }, icon(name));
  button.addEventListener("click", press);
  return button;
}

class Player {
  // `moved(step, how)` is told of every step; how is "key", "scrub", "button" or "play".
  constructor(moved) {
    Object.assign(this, { moved, step: 0, steps: 1, playing: false, speed: "normal", due: 0 });
    this.playButton = iconButton("play", "Play", () => this.toggle());
    this.scrubber = make("input", { type: "range", min: "0", step: "1", "aria-label": "Step" });
    this.scrubber.addEventListener("input", () => this.go(this.scrubber.valueAsNumber, "scrub"));
    this.counter = make("output", { class: "cv-counter" });
    this.speeds = make("select", { "aria-label": "Speed" }, ...Object.keys(SPEEDS).map((name) => make("option", { value: name }, name)));
    this.speeds.value = this.speed;
    this.speeds.addEventListener("change", () => (this.speed = this.speeds.value));
    this.element = make(
      "div", { class: "cv-player", role: "group", "aria-label": "Steps" },
      iconButton("first", "First step", () => this.go(0, "button")),
      iconButton("back", "Step back", () => this.go(this.step - 1, "button")),
      this.playButton,
      iconButton("forward", "Step forward", () => this.go(this.step + 1, "button")),
      iconButton("last", "Last step", () => this.go(this.steps - 1, "button")),
      this.scrubber, this.counter,
      make("label", { class: "cv-speed" }, "Speed", this.speeds),
    );
  }

  reset(steps, step) {
    this.steps = steps;
    this.scrubber.max = String(Math.max(0, steps - 1));
    this.step = -1;
    this.pause();
    this.go(step, "reset");
  }

  go(step, how) {
    const next = Math.min(this.steps - 1, Math.max(0, step));
    if (how !== "play") this.pause();
    if (next === this.step) return;
    this.step = next;
    this.scrubber.value = String(next);
    this.counter.textContent = `${next + 1} of ${this.steps}`;
    this.moved(next, how);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (this.step >= this.steps - 1) this.go(0, "play");
    this.playing = true;
    this.label("pause", "Pause");
    this.due = performance.now() + 1000 / SPEEDS[this.speed];
    requestAnimationFrame((now) => this.tick(now));
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.label("play", "Play");
    this.moved(this.step, "paused");
  }

  label(name, text) {
    this.playButton.replaceChildren(icon(name));
    this.playButton.setAttribute("aria-label", text);
    this.playButton.title = text;
  }

  tick(now) {
    if (!this.playing || !this.element.isConnected) return;
    const wait = 1000 / (SPEEDS[this.speed] * Math.max(1, this.steps / 400)); // large layers in 400 steps' time
    if (now >= this.due) {
      const steps = Math.max(1, Math.min(this.steps, Math.floor((now - this.due) / wait) + 1));
      this.due = Math.max(this.due + steps * wait, now);
      if (this.step >= this.steps - 1) return this.pause();
      this.go(this.step + steps, "play");
    }
    requestAnimationFrame((next) => this.tick(next));
  }
}
