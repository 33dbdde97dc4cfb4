/**
 * @file storage "int8": beside the f32 patterns, the keys as bytes with a scale each, which a scan for one to three queries reads in a quarter of the time. The candidates it finds are
 * weighed exactly from the f32 patterns, so the answer is the exact one: the bytes' error only widens the net.
 */
import { allocate, viewI16 } from "../kernels/arena.ts";
import { type Part, runParts } from "../kernels/pool.ts";
import { derive, type PatternStore } from "./pattern-store.ts";

export interface ByteKeys {
  readonly bytes: number;
  readonly scales: number;
  /** Largest norm of what rounding took from a key. */
  readonly lost: number;
}

/** Made on first use; dropped when patterns change. */
export function byteKeys(store: PatternStore): ByteKeys {
  return derive(store, "bytes", () => {
    const { arena, rows, keyDimension: d } = store;
    const bytes = allocate(arena, rows * strideOf(d));
    const scales = allocate(arena, rows * 4);
    const lost = arena.kernels.quantiseRows(store.keys, rows, d, bytes, scales);
    return { bytes, scales, lost };
  });
}

function strideOf(d: number): number {
  return Math.ceil(d / 16) * 16;
}

/**
 * Scores of one query with every key, from bytes. Scratch of the caller.
 * @returns how far a score can be from the true q . x + bias: |q| lost + |q - rounded q| (m + lost), beside the rounding of f32.
 */
export function byteScores(
  store: PatternStore,
  keys: ByteKeys,
  queries: Float32Array,
  row: number,
  keyBias: number,
  keyNorm: number,
  scores: number,
  threads: number,
): number {
  const { arena, rows, keyDimension: d } = store;
  const query = queries.subarray(row * d, (row + 1) * d);
  let largest = 0;
  for (const x of query) largest = Math.max(largest, Math.abs(x));
  // A sum of d products of at most 127 * limit must fit 31 bits.
  const limit = Math.min(32767, Math.floor((2 ** 31 - 1) / (127 * strideOf(d))));
  const scale = largest > 0 ? largest / limit : 1;
  const rounded = allocate(arena, strideOf(d) * 2);
  const target = viewI16(arena, rounded, strideOf(d)).fill(0);
  let norm = 0;
  let lost = 0;
  for (let k = 0; k < d; k++) {
    const x = query[k] as number;
    target[k] = Math.round(x / scale);
    norm += x * x;
    const rest = x - (target[k] as number) * scale;
    lost += rest * rest;
  }
  const step = threads > 1 ? Math.max(4096, Math.ceil(rows / (2 * threads))) : rows;
  const parts: Part[] = [];
  for (let first = 0; first < rows; first += step) {
    const last = Math.min(rows, first + step);
    parts.push([rounded, d, keys.bytes, keys.scales, first, last, scale, keyBias, scores + first * 4]);
  }
  runParts(arena, "scoreBytes", parts, threads);
  return Math.sqrt(norm) * keys.lost + Math.sqrt(lost) * (keyNorm + keys.lost);
}
