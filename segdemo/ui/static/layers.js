// What is painted of a pane, anew after a change of classes, map, threshold or colours.

// A pane's mask and scores, read, and the layers that they will be painted on.
async function decodedPane(pane, { width, height }) {
  const [mask, scores] = await Promise.all([readGrey(pane.mask), readScores(pane.scores)]);
  const layers = { colourLayer: makeCanvas(width, height), outlineLayer: makeCanvas(width, height) };
  return { ...pane, ...layers, scores, indices: mask.values };
}

function paintPane(pane, view, ramp) {
  const [confidence] = pane.scores.probabilities;
  const unsure = unsurePixels(pane.scores, view.unsure, view.width, view.height);
  const unsureCell = (cell) => (confidence[cell] / 255 < view.unsure ? 0xff000000 : 0);
  paintColours(pane.colourLayer, pane.indices, view.colours, view.alphas, unsure);
  paintOutlines(pane.outlineLayer, pane.indices, view.alphas);
  pane.unsureLayer = unsure && cellLayer(pane.scores, unsureCell);
  pane.mapLayer = mapLayer(pane, view, ramp);
  Object.assign(pane, sharesOf(pane.indices, unsure));
}

// The map that the view shows in place of the classes; null where it shows these.
function mapLayer(pane, view, ramp) {
  const { probabilities, entropy } = pane.scores;
  if (view.show === "confidence") return cellLayer(pane.scores, (cell) => ramp[probabilities[0][cell]]);
  if (view.show === "entropy") return cellLayer(pane.scores, (cell) => ramp[entropy[cell]]);
  if (view.show !== "agreement") return null;
  const layer = makeCanvas(view.width, view.height);
  const step = 255 / Math.max(1, view.others);
  paint(layer, (i) => ramp[Math.round(step * pane.differing[i])]);
  return layer;
}
