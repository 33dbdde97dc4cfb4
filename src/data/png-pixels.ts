/**
 * @file The inner form of a png image: filtered scan lines of packed samples, in one pass or in the seven of Adam7, to one sample per place.
 * Source: Portable Network Graphics (Third Edition), https://www.w3.org/TR/png-3/, sections 8 and 9.
 */
import { fail } from "./bytes.ts";
import type { PngHeader } from "./png-chunks.ts";

/** Samples of one pixel in the file. */
export function samplesPerPixel(kind: PngHeader["kind"]): number {
  return { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[kind];
}

interface Pass {
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
  readonly width: number;
  readonly height: number;
  /** Bytes of a scan line without its filter byte. */
  readonly lineBytes: number;
}

const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** The passes that hold pixels, with their sizes. */
export function passesOf({ width, height, bits, kind, interlaced }: PngHeader): Pass[] {
  const layout = interlaced ? adam7 : ([[0, 0, 1, 1]] as const);
  return layout
    .map(([x, y, stepX, stepY]) => {
      const passWidth = Math.ceil((width - x) / stepX);
      return {
        x,
        y,
        stepX,
        stepY,
        width: passWidth,
        height: Math.ceil((height - y) / stepY),
        lineBytes: Math.ceil((passWidth * bits * samplesPerPixel(kind)) / 8),
      };
    })
    .filter((pass) => pass.width > 0 && pass.height > 0);
}

/** Bytes of all scan lines, filter bytes included; above 2^53 it is rounded, which a comparison with a limit survives. */
export function filteredBytes(passes: readonly Pass[]): number {
  return passes.reduce((sum, { height, lineBytes }) => sum + height * (1 + lineBytes), 0);
}

/**
 * Undoes the filters in place and unpacks the samples.
 * @param lines exactly filteredBytes(passes) bytes; overwritten.
 * @param out receives width * height * samplesPerPixel samples of the file's depth (palette indices stay indices), pixel by pixel, row by row.
 * @throws HopfieldError E_FORMAT for a filter type above 4.
 */
export function unpackPixels(
  where: string,
  header: PngHeader,
  passes: readonly Pass[],
  lines: Uint8Array,
  out: Uint8Array | Uint16Array,
): void {
  const { width, bits, kind } = header;
  const samples = samplesPerPixel(kind);
  const pixelBytes = Math.max(1, (bits * samples) / 8);
  let at = 0;
  for (const pass of passes) {
    let above: Uint8Array = new Uint8Array(pass.lineBytes);
    for (let row = 0; row < pass.height; row++) {
      const filter = lines[at] ?? 0;
      const line = lines.subarray(at + 1, at + 1 + pass.lineBytes);
      if (filter > 4)
        fail("E_FORMAT", where, `a scan line has the filter type ${filter}, expected 0 to 4 (byte ${at} of the decompressed data)`);
      unfilter(filter, line, above, pixelBytes);
      const first = ((pass.y + row * pass.stepY) * width + pass.x) * samples;
      if (bits === 8 && pass.stepX === 1) out.set(line, first);
      else
        for (let pixel = 0; pixel < pass.width; pixel++) {
          for (let sample = 0; sample < samples; sample++) {
            out[first + pixel * pass.stepX * samples + sample] = sampleAt(line, pixel * samples + sample, bits);
          }
        }
      above = line;
      at += 1 + pass.lineBytes;
    }
  }
}

function sampleAt(line: Uint8Array, index: number, bits: number): number {
  if (bits === 8) return line[index] ?? 0;
  if (bits === 16) return (line[2 * index] ?? 0) * 256 + (line[2 * index + 1] ?? 0);
  const place = index * bits;
  return ((line[place >> 3] ?? 0) >> (8 - bits - (place & 7))) & ((1 << bits) - 1);
}

function unfilter(filter: number, line: Uint8Array, above: Uint8Array, pixelBytes: number): void {
  if (filter === 0) return;
  for (let i = 0; i < line.length; i++) {
    const left = i >= pixelBytes ? (line[i - pixelBytes] ?? 0) : 0;
    const up = above[i] ?? 0;
    const corner = i >= pixelBytes ? (above[i - pixelBytes] ?? 0) : 0;
    const guess = filter === 1 ? left : filter === 2 ? up : filter === 3 ? (left + up) >> 1 : paeth(left, up, corner);
    line[i] = (line[i] ?? 0) + guess;
  }
}

/** Whichever of the three neighbours is nearest to left + up - corner, in this order. */
function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}
