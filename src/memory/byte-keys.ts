/**
 * @file storage "int8": beside the f32 patterns, the keys as bytes with a scale each, which a scan for one to three queries reads in a quarter of the memory. The candidates it finds are
 * weighed exactly from the f32 patterns, so the answer is the exact one: the error of the bytes only widens the net. (Half floats were tried: unpacking them costs more time than
 * their smaller size saves.)
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
    const bytes = allocate(arena, rows * padded(d));
    const scales = allocate(arena, rows * 4);
    return { bytes, scales, lost: arena.kernels.quantiseRows(store.keys, rows, d, bytes, scales) };
  });
}

function padded(d: number): number {
  return Math.ceil(d / 16) * 16;
}

/**
 * Scores of one query with every key, from bytes. Scratch of the caller.
 * @returns how far a score can be from the true q . x + bias, beside the rounding of f32: |q| lost + |q - rounded q| (m + lost).
 */
export function byteScores(
  store: PatternStore,
  keys: ByteKeys,
  query: Float32Array,
  keyBias: number,
  keyNorm: number,
  scores: number,
  threads: number,
): number {
  const { arena, rows, keyDimension: d } = store;
  const { address, scale, lost } = roundQuery(store, query);
  const step = threads > 1 ? Math.max(4096, Math.ceil(rows / (2 * threads))) : rows;
  const parts: Part[] = [];
  for (let first = 0; first < rows; first += step) {
    parts.push([address, d, keys.bytes, keys.scales, first, Math.min(rows, first + step), scale, keyBias, scores + first * 4]);
  }
  runParts(arena, "scoreBytes", parts, threads);
  let norm = 0;
  for (const x of query) norm += x * x;
  return Math.sqrt(norm) * keys.lost + lost * (keyNorm + keys.lost);
}

/** The query as i16 with a scale; `lost` is the norm of what rounding took. */
function roundQuery(store: PatternStore, query: Float32Array): { address: number; scale: number; lost: number } {
  const length = padded(query.length);
  let largest = 0;
  for (const x of query) largest = Math.max(largest, Math.abs(x));
  // A sum of products of at most 127 * limit must fit 31 bits.
  const limit = Math.min(32767, Math.floor((2 ** 31 - 1) / (127 * length)));
  const scale = largest > 0 ? largest / limit : 1;
  const address = allocate(store.arena, length * 2);
  const target = viewI16(store.arena, address, length).fill(0);
  let lost = 0;
  query.forEach((x, k) => {
    target[k] = Math.round(x / scale);
    const rest = x - (target[k] as number) * scale;
    lost += rest * rest;
  });
  return { address, scale, lost: Math.sqrt(lost) };
}
