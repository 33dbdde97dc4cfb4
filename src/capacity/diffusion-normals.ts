/**
 * @file Many normal numbers at once, for ensembles of patterns: entry i of a stream is a pure function of (seed, stream, i), so a block can be made anywhere and in any order.
 * One 32-bit word of the counter-based generator each: 2^32 levels, |z| <= 6.4, which no average over fewer than 2^32 draws can tell from normal.
 */
import { normalQuantile, philox } from "../core/random.ts";

const block = new Uint32Array(4);

/** Fills `out` with the entries `start`, `start + 1`, ... of the stream. @param start whole number, 0 ... 2^52. */
export function fillNormals(out: Float64Array, seed: number, stream: number, start: number): void {
  fillWords(out.length, seed, stream, start, (i, word) => {
    out[i] = normalQuantile((word + 0.5) / 2 ** 32);
  });
}

/** Fills `out` with fair signs, 32 to a word; `start` counts entries and is a multiple of 32. */
export function fillSigns(out: Float64Array, seed: number, stream: number, start: number): void {
  fillWords(Math.ceil(out.length / 32), seed, stream, start / 32, (i, word) => {
    const end = Math.min(32, out.length - 32 * i);
    for (let bit = 0; bit < end; bit++) out[32 * i + bit] = (word >>> bit) & 1 ? 1 : -1;
  });
}

function fillWords(count: number, seed: number, stream: number, start: number, write: (i: number, word: number) => void): void {
  const [keyLow, keyHigh] = [seed >>> 0, Math.floor(seed / 2 ** 32)];
  for (let i = 0; i < count; ) {
    const position = start + i;
    const index = Math.floor(position / 4);
    philox(block, index >>> 0, Math.floor(index / 2 ** 32), stream, 0, keyLow, keyHigh);
    for (let word = position % 4; word < 4 && i < count; word++, i++) write(i, block[word] as number);
  }
}
