// Reading what fgsm/frames.py packed, and painting it.

const PIXELS = 784;

/** The bytes of K frames of 784 pixels, from base64 of zlib of differences between frames. */
async function unpack(text) {
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  // The array wraps around at 256, as the subtraction did.
  for (let i = PIXELS; i < bytes.length; i++) bytes[i] += bytes[i - PIXELS];
  return bytes;
}

/** 256 colours for images: black to white. */
const GREYS = Uint32Array.from({ length: 256 }, (_, level) => opaque(level, level, level));

/** 256 colours for changes: minus below 128, zero at 128, plus above. */
function changeColours(minus, zero, plus) {
  return Uint32Array.from({ length: 256 }, (_, level) => {
    const part = Math.min(Math.abs(level - 128) / 127, 1);
    const end = level < 128 ? minus : plus;
    return opaque(...zero.map((from, i) => Math.round(from + part * (end[i] - from))));
  });
}

/** One pixel of ImageData, as every browser of today lays it out. */
function opaque(red, green, blue) {
  return (255 << 24 | blue << 16 | green << 8 | red) >>> 0;
}

/** The three numbers of a colour like `rgb(1, 2, 3)`, which is what browsers compute. */
function rgb(text) {
  return text.match(/[\d.]+/g).slice(0, 3).map(Number);
}

/** Paint frame k of the bytes on a canvas of 28 x 28. */
function paintFrame(canvas, bytes, k, colours) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(28, 28);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0, from = k * PIXELS; i < PIXELS; i++) pixels[i] = colours[bytes[from + i]];
  context.putImageData(image, 0, 0);
}

/** The 256 colours of changes that the style sheet has for this theme. */
function themeColours() {
  const probe = document.createElement("span");
  element.append(probe);
  const ends = ["--minus", "--zero", "--plus"].map((name) => {
    probe.style.color = `var(${name})`;
    return rgb(getComputedStyle(probe).color);
  });
  probe.remove();
  return changeColours(...ends);
}
