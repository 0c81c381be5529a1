// Index masks in the browser: from PNG to class indices, and the layers painted from them.

async function loadImage(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

function makeCanvas(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

// A grey PNG whose values are class indices -> Uint8Array, row by row.
async function readIndices(url, width, height) {
  const image = await loadImage(url);
  const context = makeCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const rgba = context.getImageData(0, 0, width, height).data;
  const indices = new Uint8Array(width * height);
  for (let i = 0; i < indices.length; i++) indices[i] = rgba[4 * i];
  return indices;
}

// "#rrggbb" and an alpha in 0..255 -> one pixel as little-endian RGBA.
function pixelOf(hex, alpha) {
  const rgb = parseInt(hex.slice(1), 16);
  return ((alpha << 24) | ((rgb & 255) << 16) | (rgb & 0xff00) | (rgb >> 16)) >>> 0;
}

// How opaque each class is painted: hidden classes not, the others faintly while one is singled out.
function opacities(count, hidden, single) {
  return Array.from({ length: count }, (_, index) => {
    if (index === single) return 255;
    if (hidden.has(index)) return 0;
    return single === null ? 255 : 40;
  });
}

// Fill a layer (a canvas of the mask's size) with the classes' colours.
function paintColours(layer, indices, colours, alphas) {
  const table = new Uint32Array(256);
  colours.forEach((colour, index) => (table[index] = pixelOf(colour, alphas[index])));
  const context = layer.getContext("2d");
  const picture = context.createImageData(layer.width, layer.height);
  const pixels = new Uint32Array(picture.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[indices[i]];
  context.putImageData(picture, 0, 0);
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
