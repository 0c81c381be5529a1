// The row of controls above the panes; every one acts in the browser alone.

// `act` does what is asked: set(changes), layers(changes), rebuild(changes), zoom(factor or null),
// fullScreen(), classroom().
function buildTools(view, act) {
  const scale = make("output", { class: "panes-zoomed", "aria-label": "Enlarged" });
  const zoom = make(
    "div",
    { class: "panes-zoom", role: "group", "aria-label": "Zoom" },
    pressable("−", { "aria-label": "Zoom out" }, () => act.zoom(1 / KEY_ZOOM)),
    scale,
    pressable("+", { "aria-label": "Zoom in" }, () => act.zoom(KEY_ZOOM)),
    pressable("Whole", { "aria-label": "Show the whole photo" }, () => act.zoom(null)),
  );
  const classroom = pressable("Classroom", { "aria-pressed": "false", title: "Hide the names and vote" }, act.classroom);
  const full = pressable("Full screen", {}, act.fullScreen);
  full.hidden = !document.fullscreenEnabled;
  const first = [
    choiceOf("Map", SHOWS, view.show, (show) => act.layers({ show })),
    choiceOf("Arrangement", { grid: "Side by side", slider: "Slider" }, view.arrange, (arrange) => act.rebuild({ arrange })),
    zoom, make("div", { class: "panes-modes" }, full, classroom),
  ];
  const second = [
    percentSlider("Overlay", "Overlay opacity, percent", view.opacity, 100, (opacity) => act.set({ opacity })),
    percentSlider("Unsure below", "Unsure below this confidence, percent", view.unsure, 100 * MOST_UNSURE, (unsure) => act.layers({ unsure })),
    checkbox("Names", view.names, (names) => act.set({ names })),
    checkbox("Outlines", view.outlines, (outlines) => act.set({ outlines })),
  ];
  const row = make("div", { class: "panes-tools", role: "group", "aria-label": "View" });
  row.append(make("div", {}, ...first), make("div", {}, ...second));
  const sync = () => {
    scale.textContent = `${view.frame.scale.toFixed(1)}×`;
    classroom.setAttribute("aria-pressed", String(view.room !== null));
  };
  return { row, sync };
}

// What the colours mean, in a line that is always there.
function buildKey(view, panes) {
  const agreed = `All ${panes.length} agree on ${percent(view.agreed)} of the photo.`;
  if (view.show === "confidence") return [continuousKey("Confidence: probability of the likeliest class", "0 %", "100 %")];
  if (view.show === "entropy") {
    const most = Math.log2(view.classes.length).toFixed(2);
    return [continuousKey("Entropy of the class probabilities", "0 bits, sure", `${most} bits, all classes alike`)];
  }
  if (view.show === "agreement" && panes.length > 1) {
    return [countingKey("Of the others, how many name another class:", view.others), make("span", {}, agreed)];
  }
  return [make("span", {}, panes.length > 1 ? agreed : "Choose two architectures or more to compare them.")];
}
