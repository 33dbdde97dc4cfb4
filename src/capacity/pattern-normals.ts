/**
 * @file Standard normal numbers for streams of patterns, fast: Philox blocks four words at a time (the generator of core/random.ts, the same words), and the inverse distribution
 * function from a table of cubics in the middle, exact in the tails. One word a number: the numbers have 32 random bits, so none is beyond 6.3.
 */
import { normalQuantile } from "../core/random.ts";

const cells = 1024;
/** Cells next to 0 and 1, where the inverse is too steep for cubics. */
const exact = 8;
const table = makeTable();

/** Coefficients of a cubic a cell, in the fraction of the cell, through values and slopes at both ends. */
function makeTable(): Float64Array {
  const coefficients = new Float64Array(4 * cells);
  const value = (i: number): number => normalQuantile(i / cells);
  // d quantile / du = 1 / density; the derivative over a cell is taken from the quantile itself by a central difference, whose error is far below the cubic's.
  const slope = (i: number): number => (normalQuantile((i + 1e-4) / cells) - normalQuantile((i - 1e-4) / cells)) / 2e-4;
  for (let i = exact; i < cells - exact; i++) {
    const [y0, y1, d0, d1] = [value(i), value(i + 1), slope(i), slope(i + 1)];
    coefficients[4 * i] = y0;
    coefficients[4 * i + 1] = d0;
    coefficients[4 * i + 2] = 3 * (y1 - y0) - 2 * d0 - d1;
    coefficients[4 * i + 3] = 2 * (y0 - y1) + d0 + d1;
  }
  return coefficients;
}

/** The number that belongs to a random word. Error of the table about 1e-7 at its steep ends, 1e-10 in the middle. */
function normalOf(word: number): number {
  const cell = word >>> 22;
  if (cell < exact || cell >= cells - exact) return normalQuantile((word + 0.5) / 2 ** 32);
  const f = ((word & 0x3fffff) + 0.5) / 0x400000;
  const at = 4 * cell;
  return (table[at] as number) + f * ((table[at + 1] as number) + f * ((table[at + 2] as number) + f * (table[at + 3] as number)));
}

/**
 * Fills out[0 ... count - 1] with the numbers of words `first` ... of (seed, stream); `first` a multiple of 4.
 */
export function fillNormals(out: Float64Array, count: number, seed: number, stream: number, first: number): void {
  const key0 = seed >>> 0;
  const key1 = Math.floor(seed / 2 ** 32) >>> 0;
  let block = first / 4;
  for (let at = 0; at < count; at += 4, block++) {
    let a = block | 0;
    let b = Math.floor(block / 2 ** 32) | 0;
    let c = stream | 0;
    let d = 0;
    let k0 = key0 | 0;
    let k1 = key1 | 0;
    for (let round = 0; round < 10; round++) {
      const highA = high(0xd251, 0x1f53, a);
      const highC = high(0xcd9e, 0x8d57, c);
      const lowA = Math.imul(0xd2511f53, a);
      const lowC = Math.imul(0xcd9e8d57, c);
      a = highC ^ b ^ k0;
      b = lowC;
      c = highA ^ d ^ k1;
      d = lowA;
      k0 = (k0 + 0x9e3779b9) | 0;
      k1 = (k1 + 0xbb67ae85) | 0;
    }
    out[at] = normalOf(a >>> 0);
    if (at + 1 < count) out[at + 1] = normalOf(b >>> 0);
    if (at + 2 < count) out[at + 2] = normalOf(c >>> 0);
    if (at + 3 < count) out[at + 3] = normalOf(d >>> 0);
  }
}

/** Upper word of (upper 2^16 + lower) x, by halves. */
function high(upper: number, lower: number, x: number): number {
  const xLow = x & 0xffff;
  const xHigh = x >>> 16;
  const low = Math.imul(lower, xLow) >>> 0;
  const middle = (Math.imul(lower, xHigh) >>> 0) + (low >>> 16);
  const other = (Math.imul(upper, xLow) >>> 0) + (middle & 0xffff);
  return (Math.imul(upper, xHigh) + (middle >>> 16) + (other >>> 16)) | 0;
}
