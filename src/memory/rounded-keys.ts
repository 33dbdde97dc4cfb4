/**
 * @file storage "int8" and "f16": beside the f32 patterns, the keys in one or two bytes a number with a scale each, which a scan for one to three queries reads in a quarter or half of the
 * memory. The candidates it finds are weighed exactly from the f32 patterns, so the answer is the exact one: what rounding took only widens the net. Two bytes are fixed-point
 * numbers, not half floats: those take longer to unpack than their size saves, and lose more.
 */
import { allocate, viewI16 } from "../kernels/arena.ts";
import { type Part, runParts } from "../kernels/pool.ts";
import { derive, type PatternStore } from "./pattern-store.ts";

export interface RoundedKeys {
  /** Bytes of a number. */
  readonly width: 1 | 2;
  readonly address: number;
  readonly scales: number;
  /** Largest norm of what rounding took from a key. */
  readonly lost: number;
}

/** Made on first use; dropped when patterns change. */
export function roundedKeys(store: PatternStore, width: 1 | 2): RoundedKeys {
  return derive(store, `rounded:${width}`, () => {
    const { arena, rows, keyDimension: d } = store;
    const address = allocate(arena, rows * padded(d) * width);
    const scales = allocate(arena, rows * 4);
    const round = width === 1 ? arena.kernels.quantiseRows : arena.kernels.quantiseShorts;
    return { width, address, scales, lost: round(store.keys, rows, d, address, scales) };
  });
}

function padded(d: number): number {
  return Math.ceil(d / 16) * 16;
}

/**
 * Scores of one query with every key, from the rounded keys. Scratch of the caller.
 * @returns how far a score can be from the true q . x + bias, beside the rounding of f32: |q| lost + |q - rounded q| (m + lost).
 */
export function roundedScores(
  store: PatternStore,
  keys: RoundedKeys,
  query: Float32Array,
  keyBias: number,
  keyNorm: number,
  scores: number,
  threads: number,
): number {
  const { arena, rows, keyDimension: d } = store;
  const { address, scale, lowScale, lost } = roundQuery(store, query, keys.width);
  const step = threads > 1 ? Math.max(4096, Math.ceil(rows / (2 * threads))) : rows;
  const parts: Part[] = [];
  for (let first = 0; first < rows; first += step) {
    const scaling = keys.width === 1 ? [scale] : [scale, lowScale];
    parts.push([address, d, keys.address, keys.scales, first, Math.min(rows, first + step), ...scaling, keyBias, scores + first * 4]);
  }
  runParts(arena, keys.width === 1 ? "scoreBytes" : "scoreShorts", parts, threads);
  let norm = 0;
  for (const x of query) norm += x * x;
  return Math.sqrt(norm) * keys.lost + lost * (keyNorm + keys.lost);
}

/**
 * The query as i16 with a scale, small enough that a sum of products with keys fits 31 bits; for keys of two bytes that is coarse, so a second row of digits holds what the first left,
 * in units of scale * lowScale. `lost` is the norm of what rounding took.
 */
function roundQuery(
  store: PatternStore,
  query: Float32Array,
  width: 1 | 2,
): { address: number; scale: number; lowScale: number; lost: number } {
  const length = padded(query.length);
  let largest = 0;
  for (const x of query) largest = Math.max(largest, Math.abs(x));
  const limit = Math.min(32767, Math.floor((2 ** 31 - 1) / ((width === 1 ? 127 : 32767) * length)));
  const scale = largest > 0 ? largest / limit : 1;
  const lowScale = width === 1 ? 0 : 0.5 / limit;
  const address = allocate(store.arena, length * 2 * width);
  const digits = viewI16(store.arena, address, length * width).fill(0);
  let lost = 0;
  query.forEach((x, k) => {
    const high = Math.round(x / scale);
    let rest = x - high * scale;
    digits[k] = high;
    if (width === 2) {
      const low = Math.round(rest / (scale * lowScale));
      digits[length + k] = low;
      rest -= low * scale * lowScale;
    }
    lost += rest * rest;
  });
  return { address, scale, lowScale, lost: Math.sqrt(lost) };
}
