// Index masks in the browser: from PNG to class indices, and the layers painted from them.

// A grey PNG -> its size and its values, row by row, as a Uint8Array.
async function readGrey(url) {
  const image = await loadImage(url);
  const { naturalWidth: width, naturalHeight: height } = image;
  const context = makeCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const rgba = context.getImageData(0, 0, width, height).data;
  const values = new Uint8Array(width * height);
  for (let i = 0; i < values.length; i++) values[i] = rgba[4 * i];
  return { width, height, values };
}

// A photo without its colours, to lay a coloured map over.
function withoutColours(photo, width, height) {
  const layer = makeCanvas(width, height);
  const context = layer.getContext("2d", { willReadFrequently: true });
  context.drawImage(photo, 0, 0, width, height);
  const picture = context.getImageData(0, 0, width, height);
  const rgba = picture.data;
  for (let i = 0; i < rgba.length; i += 4) {
    rgba[i] = rgba[i + 1] = rgba[i + 2] = 0.299 * rgba[i] + 0.587 * rgba[i + 1] + 0.114 * rgba[i + 2];
  }
  context.putImageData(picture, 0, 0);
  return layer;
}

// "#rrggbb" and an alpha in 0..255 -> one pixel as little-endian RGBA.
function pixelOf(hex, alpha) {
  const rgb = parseInt(hex.slice(1), 16);
  return ((alpha << 24) | ((rgb & 255) << 16) | (rgb & 0xff00) | (rgb >> 16)) >>> 0;
}

// How opaque each class is painted: those hidden, or not the only one, not at all; while one is
// pointed at in the legend, the others faintly.
function opacities(count, { hidden, only, single }) {
  return Array.from({ length: count }, (_, index) => {
    if (index === single) return 255;
    if (only === null ? hidden.has(index) : index !== only) return 0;
    return single === null ? 255 : 40;
  });
}

// Fill a layer from a function of the pixel's number that gives little-endian RGBA.
function paint(layer, colourAt) {
  const context = layer.getContext("2d");
  const picture = context.createImageData(layer.width, layer.height);
  const pixels = new Uint32Array(picture.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = colourAt(i);
  context.putImageData(picture, 0, 0);
}

// Fill a layer (a canvas of the mask's size) with the classes' colours, but for unsure pixels
// (a Uint8Array of 0 and 1, or null for none).
function paintColours(layer, indices, colours, alphas, unsure) {
  const table = new Uint32Array(256);
  colours.forEach((colour, index) => (table[index] = pixelOf(colour, alphas[index])));
  paint(layer, unsure ? (i) => (unsure[i] ? 0 : table[indices[i]]) : (i) => table[indices[i]]);
}

// Fill a layer with white where a class shown meets another class.
function paintOutlines(layer, indices, alphas) {
  const { width, height } = layer;
  const context = layer.getContext("2d");
  const picture = context.createImageData(width, height);
  const pixels = new Uint32Array(picture.data.buffer);
  const mark = (i, j) => {
    if (indices[i] === indices[j]) return;
    const alpha = Math.max(alphas[indices[i]] ?? 0, alphas[indices[j]] ?? 0);
    if (alpha) pixels[i] = pixels[j] = ((alpha << 24) | 0xffffff) >>> 0;
  };
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (x + 1 < width) mark(i, i + 1);
      if (y + 1 < height) mark(i, i + width);
    }
  }
  context.putImageData(picture, 0, 0);
}

// Shares of a mask by class, [index, share] largest first, and the share that is unsure.
function sharesOf(indices, unsure) {
  const counts = new Uint32Array(256);
  let left = 0;
  for (let i = 0; i < indices.length; i++) {
    if (unsure?.[i]) left++;
    else counts[indices[i]]++;
  }
  const areas = [...counts].map((count, index) => [index, count / indices.length]);
  return {
    areas: areas.filter(([, share]) => share).sort((a, b) => b[1] - a[1]),
    unsureShare: left / indices.length,
  };
}
