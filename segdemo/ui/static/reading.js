// The read-out of one architecture at the pixel that is pointed at: its class, and its likeliest
// three classes there. The space for it is always kept, so nothing jumps.

function buildReading() {
  const rows = Array.from({ length: TOP }, () => make("li", {}, "\u00a0"));
  return { heading: make("span", { class: "pane-reading" }), list: make("ol", { class: "pane-top", "aria-label": "Likeliest classes" }, ...rows), rows };
}

function fillReading(reading, pane, view) {
  const pixel = view.probe ?? view.pin;
  reading.heading.replaceChildren();
  if (!pixel) {
    for (const row of reading.rows) row.replaceChildren("\u00a0");
    return;
  }
  const index = pane.indices[pixel.y * view.width + pixel.x];
  const top = topAt(pane.scores, pixel, view);
  reading.heading.append(swatch(view.colours[index]), headingText(pane, view, pixel, index, top));
  top.forEach((one, n) => {
    const bar = make("span", { class: "pane-top-bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", one.probability);
    bar.style.setProperty("--class", view.colours[one.index]);
    const name = make("span", { class: "pane-top-name" }, view.classes[one.index]);
    reading.rows[n].replaceChildren(name, bar, make("span", {}, percent(one.probability)));
  });
}

// The mask's class, and what the view shows besides: confidence, entropy or disagreement.
function headingText(pane, view, pixel, index, top) {
  const name = view.classes[index];
  if (view.show === "entropy") {
    return `${name}, ${entropyAt(pane.scores, pixel, view, view.classes.length).toFixed(2)} bits`;
  }
  if (view.show === "agreement") {
    const count = pane.differing[pixel.y * view.width + pixel.x];
    return `${name}, ${count} of ${view.others} differ`;
  }
  if (top[0].probability < view.unsure) return `unsure, perhaps ${name}`;
  const own = top.find((one) => one.index === index);
  return own ? `${name} ${percent(own.probability)}` : name;
}

// What the read-out says aloud.
function spokenReading(pane, reading) {
  return `${pane.caption}: ${reading.heading.textContent}`;
}
