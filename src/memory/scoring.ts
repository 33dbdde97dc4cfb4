/**
 * @file How queries are scored against the keys in f32, and how far such a score can be from the true similarity. The kernels compute  A * keyScale_i + keyBias_i  with
 * A = packed query . (x_i - centre); every similarity is one choice of these. docs/numerics.md derives the error estimate.
 */
import { allocate, viewF32 } from "../kernels/arena.ts";
import { derive, largestNorm, meanKey, type PatternStore, squaredNorms } from "./pattern-store.ts";
import type { Similarity } from "./types.ts";

export interface Scoring {
  /** Kind of kernels exactScores: 0 dot, 1 l2, 2 cosine. */
  readonly kind: 0 | 1 | 2;
  /** Mean that keys and queries are centred by, or null; with its addresses (0 for none). `exactCentre` is set only where the similarity itself is centred. */
  readonly mean: Float64Array | null;
  readonly centre: number;
  readonly exactCentre: number;
  readonly keyScale: number;
  readonly keyBias: number;
  /** Largest norm of a centred key. */
  readonly keyNorm: number;
  /** Largest absolute bias that is not of the similarity itself. */
  readonly biasSize: number;
}

const unit = 2 ** -24;

/** @param centre l2 only: subtract the mean key first, which leaves distances as they are and makes the numbers smaller. */
export function scoringOf(store: PatternStore, similarity: Similarity, centre: boolean): Scoring {
  const centred = similarity === "centered-cosine" || (similarity === "l2" && centre);
  const mean = centred ? meanKey(store) : null;
  const norms = squaredNorms(store, "keys", mean?.mean);
  const keyNorm = largestNorm(store, "keys", mean?.mean);
  const kind = similarity === "l2" ? 1 : similarity === "cosine" || similarity === "centered-cosine" ? 2 : 0;
  const place = (name: string, value: (normSquared: number) => number): number =>
    derive(store, `${name}:${centred}`, () => {
      const address = allocate(store.arena, store.rows * 4);
      const target = viewF32(store.arena, address, store.rows);
      for (let i = 0; i < store.rows; i++) target[i] = value(norms[i] as number);
      return address;
    });
  return {
    kind,
    mean: mean?.mean ?? null,
    centre: mean?.address32 ?? 0,
    exactCentre: similarity === "centered-cosine" && mean ? mean.address64 : 0,
    keyScale: kind === 2 ? place("scale", (n) => (n > 0 ? 1 / Math.sqrt(n) : 0)) : 0,
    keyBias: kind === 1 ? place("bias", (n) => -0.5 * n) : 0,
    keyNorm,
    biasSize: 0,
  };
}

/**
 * Largest plausible error of an f32 score, in units of the similarity: (8 + sqrt d) u times the size of what is added up (rounding errors of d terms grow as a random
 * walk; 8 u is the floor of short sums), plus what underflow can take.
 * @param queryNorm norm of the centred query. @param d inner dimension.
 */
export function scoreError(scoring: Scoring, queryNorm: number, d: number): number {
  const m = scoring.keyNorm;
  const size = scoring.kind === 2 ? 1 : scoring.kind === 1 ? queryNorm * queryNorm + m * m : queryNorm * m;
  return (8 + Math.sqrt(d)) * unit * (size + scoring.biasSize) + d * 2 ** -126;
}

/** No two similarities of one query can lie further apart than this (the weights of known entries only make it less). @param queryNorm norm of the centred query. */
export function largestSpread(scoring: Scoring, queryNorm: number): number {
  const m = scoring.keyNorm;
  const spread = scoring.kind === 2 ? 2 : scoring.kind === 1 ? 0.5 * (queryNorm + m) * (queryNorm + m) : 2 * queryNorm * m;
  return spread + 2 * scoring.biasSize;
}

/** Largest norm of the centred queries. Four sums side by side, because one alone waits for each addition. */
export function largestQueryNorm(request: { readonly queries: Float32Array; readonly count: number }, d: number, scoring: Scoring): number {
  const { queries, count } = request;
  const { mean } = scoring;
  if (mean) {
    let largest = 0;
    for (let row = 0; row < count; row++) largest = Math.max(largest, centredNorm(queries, row, d, mean));
    return largest;
  }
  let largest = 0;
  for (let row = 0; row < count; row++) {
    const end = (row + 1) * d;
    let at = row * d;
    let a = 0;
    let b = 0;
    let c = 0;
    let e = 0;
    for (; at + 4 <= end; at += 4) {
      const w = queries[at] as number;
      const x = queries[at + 1] as number;
      const y = queries[at + 2] as number;
      const z = queries[at + 3] as number;
      a += w * w;
      b += x * x;
      c += y * y;
      e += z * z;
    }
    for (; at < end; at++) a += (queries[at] as number) * (queries[at] as number);
    largest = Math.max(largest, a + b + (c + e));
  }
  return Math.sqrt(largest);
}

/** Norm of row i of `queries` after centring. */
export function centredNorm(queries: Float32Array, row: number, d: number, mean: Float64Array | null): number {
  let sum = 0;
  for (let k = 0; k < d; k++) {
    const x = (queries[row * d + k] as number) - (mean ? (mean[k] as number) : 0);
    sum += x * x;
  }
  return Math.sqrt(sum);
}
