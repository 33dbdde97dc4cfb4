/**
 * @file png images to samples and back. Read: grey, RGB and palette, with and without alpha, 1 to 16 bits, interlaced or not. Colour profiles and gamma are
 * ignored: samples are given as stored. Source: Portable Network Graphics (Third Edition), https://www.w3.org/TR/png-3/; zlib streams: RFC 1950.
 */
import { zlibSync } from "fflate/browser";
import type { Matrix } from "../core/matrix.ts";
import { checkNames, checkNumber } from "../core/options.ts";
import { checkBytes, checkLimit, claim, fail, type ReadOptions, viewOf } from "./bytes.ts";
import { adler32, crc32 } from "./crc32.ts";
import { inflate } from "./inflate.ts";
import { type PngParts, readPngChunks, signature } from "./png-chunks.ts";
import { filteredBytes, passesOf, samplesPerPixel, unpackPixels } from "./png-pixels.ts";

/** Sample (row, column, channel) is `data[(row * width + column) * channels + channel]`. Channels: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  /** Bits of a sample in `data`: 8 in a Uint8Array (files with 1, 2 and 4 bits are scaled to 0 ... 255), 16 in a Uint16Array. */
  readonly depth: 8 | 16;
  readonly data: Uint8Array | Uint16Array;
}

/**
 * @param options.limit most bytes of the samples, and of the decompressed scan lines.
 * @throws HopfieldError E_FORMAT (malformed, wrong checksum, more or less data than the size needs), E_UNSUPPORTED (an unknown critical chunk), E_LIMIT.
 */
export function readPng(bytes: Uint8Array, options?: ReadOptions): Image {
  const where = "readPng";
  const limit = checkLimit(where, options);
  const parts = readPngChunks(where, checkBytes(where, bytes));
  const { header, transparency } = parts;
  const { width, height, bits, kind } = header;
  const colours = kind === 3 ? 3 : samplesPerPixel(kind);
  const channels = (transparency ? colours + 1 : colours) as Image["channels"];
  const depth = bits === 16 ? 16 : 8;
  const passes = passesOf(header);
  claim(where, `the image ${width} x ${height} x ${channels}`, width * height * channels * (depth / 8), limit);
  claim(where, `the scan lines of ${width} x ${height}`, filteredBytes(passes), limit);

  const lines = unpackZlib(where, parts.packed, filteredBytes(passes));
  const count = width * height * samplesPerPixel(kind);
  const samples = depth === 16 ? new Uint16Array(count) : new Uint8Array(count);
  unpackPixels(where, header, passes, lines, samples);
  const data = kind === 3 ? applyPalette(where, samples, parts) : applyTransparency(samples, parts);
  return { width, height, channels, depth, data };
}

/** @throws HopfieldError E_FORMAT unless the pieces are one zlib stream of exactly `size` bytes with the right Adler-32. */
function unpackZlib(where: string, pieces: readonly Uint8Array[], size: number): Uint8Array {
  const packed = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    packed.set(piece, at);
    at += piece.length;
  }
  if (packed.length < 6) fail("E_FORMAT", where, `the image data is ${packed.length} bytes long, too short for a zlib stream`);
  const view = viewOf(packed);
  const [method = 0, flags = 0] = packed;
  if ((method & 15) !== 8 || method >> 4 > 7 || view.getUint16(0) % 31 !== 0 || flags & 32)
    fail("E_FORMAT", where, "the image data is not a zlib stream");
  const lines = inflate(where, "the image data", packed.subarray(2, -4), size);
  if (adler32(lines) !== view.getUint32(packed.length - 4)) fail("E_FORMAT", where, "the image data has a wrong Adler-32");
  return lines;
}

/** Indices to RGB or RGBA. */
function applyPalette(where: string, indices: Uint8Array | Uint16Array, { palette, transparency }: PngParts): Uint8Array {
  const channels = transparency ? 4 : 3;
  const data = new Uint8Array(indices.length * channels);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] ?? 0;
    if (3 * index >= palette.length) fail("E_FORMAT", where, `pixel ${i} has the colour ${index}, the palette has ${palette.length / 3}`);
    for (let c = 0; c < 3; c++) data[i * channels + c] = palette[3 * index + c] ?? 0;
    if (transparency) data[i * channels + 3] = transparency[index] ?? 255;
  }
  return data;
}

/** Scales 1, 2 and 4 bits to 8, and adds the alpha channel that a tRNS chunk stands for. */
function applyTransparency(samples: Uint8Array | Uint16Array, { header, transparency }: PngParts): Uint8Array | Uint16Array {
  const scale = header.bits < 8 ? 255 / (2 ** header.bits - 1) : 1;
  if (!transparency) return scale === 1 ? samples : samples.map((sample) => sample * scale);
  const colours = samplesPerPixel(header.kind);
  const clear = Array.from({ length: colours }, (_, c) => viewOf(transparency).getUint16(2 * c));
  const pixels = samples.length / colours;
  const data = header.bits === 16 ? new Uint16Array(pixels * (colours + 1)) : new Uint8Array(pixels * (colours + 1));
  for (let i = 0; i < pixels; i++) {
    let hidden = true;
    for (let c = 0; c < colours; c++) {
      const sample = samples[i * colours + c] ?? 0;
      if (sample !== clear[c]) hidden = false;
      data[i * (colours + 1) + c] = sample * scale;
    }
    data[i * (colours + 1) + colours] = hidden ? 0 : header.bits === 16 ? 65535 : 255;
  }
  return data;
}

/**
 * Grey values in [0, 1], `height` rows of `width`: (0.299 R + 0.587 G + 0.114 B) / largest sample, on the samples as stored (the weights of Recommendation
 * ITU-R BT.601); alpha blends onto `background` (in [0, 1], default 0, black).
 * @throws HopfieldError E_SHAPE (not an image), E_RANGE (background).
 */
export function pngToGrey(image: Image, options?: { readonly background?: number }): Matrix {
  checkImage("pngToGrey", image);
  checkNames("pngToGrey", options, ["background"]);
  const background = checkNumber("pngToGrey", "background", options?.background ?? 0, { atLeast: 0, atMost: 1 });
  const { width, height, channels, depth, data } = image;
  const largest = 2 ** depth - 1;
  const grey = new Float32Array(width * height);
  for (let i = 0; i < grey.length; i++) {
    const at = i * channels;
    const first = data[at] ?? 0;
    const light = channels < 3 ? first : 0.299 * first + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
    const alpha = channels % 2 === 0 ? (data[at + channels - 1] ?? 0) / largest : 1;
    grey[i] = Math.min(1, (alpha * light) / largest + (1 - alpha) * background);
  }
  return { data: grey, rows: height, columns: width };
}

/**
 * The bytes of a png file: same image, same bytes; no filter, no interlacing, a Uint16Array gives 16 bits.
 * @param image `depth` may be left out: the data array says it.
 * @throws HopfieldError E_SHAPE when sizes, channels and data do not fit.
 */
export function writePng(image: Omit<Image, "depth"> & { readonly depth?: 8 | 16 }): Uint8Array {
  checkImage("writePng", image);
  const { width, height, channels, data } = image;
  const bytesPerSample = data.BYTES_PER_ELEMENT;
  const lineBytes = width * channels * bytesPerSample;
  const lines = new Uint8Array(height * (1 + lineBytes));
  for (let row = 0; row < height; row++) {
    const start = row * (1 + lineBytes) + 1;
    for (let i = 0; i < width * channels; i++) {
      const sample = data[row * width * channels + i] ?? 0;
      if (bytesPerSample === 2) lines[start + 2 * i] = sample >> 8;
      lines[start + bytesPerSample * i + bytesPerSample - 1] = sample & 255;
    }
  }
  const header = new Uint8Array(13);
  viewOf(header).setUint32(0, width);
  viewOf(header).setUint32(4, height);
  header.set([8 * bytesPerSample, { 1: 0, 2: 4, 3: 2, 4: 6 }[channels]], 8);
  const chunks = [chunk("IHDR", header), chunk("IDAT", zlibSync(lines)), chunk("IEND", new Uint8Array(0))];
  const bytes = new Uint8Array(chunks.reduce((sum, part) => sum + part.length, 8));
  bytes.set(signature);
  let at = 8;
  for (const part of chunks) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + content.length);
  viewOf(bytes).setUint32(0, content.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(content, 8);
  viewOf(bytes).setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}

function checkImage(where: string, image: Omit<Image, "depth"> & { readonly depth?: 8 | 16 }): void {
  const { width, height, channels, data } = image;
  for (const [name, value] of [
    ["width", width],
    ["height", height],
  ] as const) {
    if (!Number.isInteger(value) || value < 1 || value >= 2 ** 31)
      fail("E_SHAPE", where, `${name} must be a whole number from 1 to 2^31 - 1, got ${value}`);
  }
  if (![1, 2, 3, 4].includes(channels)) fail("E_SHAPE", where, `channels must be 1, 2, 3 or 4, got ${channels}`);
  if (!(data instanceof Uint8Array || data instanceof Uint16Array)) fail("E_SHAPE", where, "data must be a Uint8Array or a Uint16Array");
  if (data.length !== width * height * channels)
    fail("E_SHAPE", where, `${width} x ${height} x ${channels} needs ${width * height * channels} samples, data has ${data.length}`);
  const depth = 8 * data.BYTES_PER_ELEMENT;
  if (image.depth !== undefined && image.depth !== depth)
    fail("E_SHAPE", where, `depth ${image.depth} does not fit a ${data.constructor.name}`);
}
