// A row a latent dimension: what it is, its strip of images over a slider, what it changes.

// `moved(j, quantile)` is told of the slider or a press on the strip; `peek(j, column)` of hovering,
// null on leaving.
function walkRow(value, { index, note, inactive }, moved, peek) {
  const name = `z${index}`;
  const [low, high] = value.range;
  const range = make("input", {
    type: "range", min: String(low), max: String(high), step: "0.01",
    "aria-label": `${name}${note ? `, ${note}` : ""}${inactive ? ", inactive" : ""}: quantile ${value.quantiles}`,
  });
  const reading = make("span", { class: "gen-walk-reading" });
  const strip = make("img", { class: "gen-walk-strip", alt: "" });
  const changed = make("img", { class: "gen-walk-changed", alt: "" });
  const label = make("span", { class: "gen-walk-name" }, make("strong", {}, name), note ? ` ${note}` : "");
  if (inactive) label.append(make("em", {}, " inactive"));
  const node = make(
    "div",
    { class: `gen-walk-row${inactive ? " gen-walk-inactive" : ""}` },
    make("div", { class: "gen-walk-about" }, label, reading),
    make("div", { class: "gen-walk-middle" }, strip, range),
    changed,
  );
  let columns = 9;
  const columnOf = (event) => {
    const box = strip.getBoundingClientRect();
    return Math.min(columns - 1, Math.max(0, Math.floor((columns * (event.clientX - box.left)) / box.width)));
  };
  range.addEventListener("input", () => moved(index, range.valueAsNumber));
  strip.addEventListener("pointerdown", (event) => moved(index, (columnOf(event) + 0.5) / columns));
  strip.addEventListener("pointermove", (event) => event.pointerType === "mouse" && peek(index, columnOf(event)));
  strip.addEventListener("pointerleave", () => peek(index, null));
  return {
    node,
    index,
    frames: null,
    // The strip and the map, once they are there.
    fill({ frames, changed: map, mean }) {
      this.frames = frames;
      strip.src = frames;
      strip.alt = `${name} through ${columns} quantiles, from low to high`;
      changed.src = map;
      changed.alt = `Mean change by pixel along ${name}; over all pixels ${mean}`;
      changed.title = `mean change ${mean}`;
    },
    // Where the code stands now.
    place(number) {
      const quantile = quantileOf(value, index, number);
      const [least, most] = [numberAt(value, index, low), numberAt(value, index, high)];
      const beyond = number < least - 1e-3 || number > most + 1e-3;
      range.value = String(quantile);
      reading.textContent = `${signed(number)} · ${beyond ? "beyond" : `${Math.round(100 * quantile)} %`}`;
      range.setAttribute("aria-valuetext", `z ${signed(number)}, quantile ${Math.round(100 * quantile)} percent`);
    },
  };
}
