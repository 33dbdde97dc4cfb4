/**
 * @file The f32 scores of one batch of rows for a group of queries. Complete queries are multiplied with the rows, whose biases -1/2 |x|^2 the scanner keeps (that is four times as fast as
 * whole differences, and leaves -1/2 |q|^2 out of l2); from four on by the tiled kernel. Partial cues are compared whole.
 */
import { type Arena, allocate, placeF32, roundUp, viewF32 } from "../kernels/arena.ts";
import { type Part, runParts } from "../kernels/pool.ts";
import type { Known } from "../memory/evaluation.ts";

/** Similarity as the kernels number it: 0 dot, 1 l2, 2 cosine. */
export type KindNumber = 0 | 1 | 2;

export interface QueryGroup {
  readonly count: number;
  readonly dimension: number;
  readonly kind: KindNumber;
  /** Address of the raw queries, and of the weights of their known entries (0: all known) with floats from one query's to the next's. */
  readonly raw: number;
  readonly weights: number;
  readonly weightStride: number;
  /** What a score needs to become a similarity; how far it can be off. */
  readonly offsets: Float64Array;
  readonly errors: Float64Array;
  /** Score rows, `stride` floats each. */
  readonly scores: number;
  readonly stride: number;
  /** Scores a batch of n rows at an address. @param bias address of their -1/2 |x|^2, where `needsBias`. */
  score(address: number, n: number, bias: number): void;
  readonly needsBias: boolean;
}

const unit = 2 ** -24;

/** @param largestNorm of any row. Scratch of the caller. */
export function queryGroup(
  arena: Arena,
  queries: Float32Array,
  dimension: number,
  kind: KindNumber,
  known: Known | null,
  largestNorm: number,
  batchRows: number,
  threads: number,
): QueryGroup {
  const d = dimension;
  const count = queries.length / d;
  const tiled = count >= 4 && known === null;
  const needsBias = known === null && kind !== 0;
  const raw = placeF32(arena, queries);
  const weights = known ? placeF32(arena, known.weights) : 0;
  const weightStride = known && !known.shared ? d : 0;
  const stride = roundUp(batchRows, 64);
  const scores = allocate(arena, roundUp(count, 4) * stride * 4);
  const norms = Float64Array.from({ length: count }, (_, r) => normOf(queries, r, d, known));
  const size = (norm: number): number => (kind === 2 ? 1 : kind === 1 ? norm * norm + largestNorm * largestNorm : norm * largestNorm);
  const errors = norms.map((norm) => (8 + Math.sqrt(d)) * unit * size(norm) + d * 2 ** -126);
  const offsets = norms.map((norm) => (needsBias && kind === 1 ? -0.5 * norm * norm : 0));
  const score = tiled
    ? tiledScores(arena, raw, count, d, kind, norms, scores, stride, threads)
    : plainScores(arena, queries, raw, d, kind, known, weights, weightStride, scores, stride);
  return { count, dimension: d, kind, raw, weights, weightStride, offsets, errors, scores, stride, score, needsBias };
}

function normOf(queries: Float32Array, r: number, d: number, known: Known | null): number {
  let sum = 0;
  for (let k = 0; k < d; k++) {
    const x = queries[r * d + k] as number;
    sum += x * x * (known ? (known.weights[known.shared ? k : r * d + k] as number) : 1);
  }
  return Math.sqrt(sum);
}

function plainScores(
  arena: Arena,
  queries: Float32Array,
  raw: number,
  d: number,
  kind: KindNumber,
  known: Known | null,
  weights: number,
  weightStride: number,
  scores: number,
  stride: number,
): QueryGroup["score"] {
  const count = queries.length / d;
  // Whole forms compare l2 cues as they are; everything else carries weights and length in the query.
  const form = known ? kind : 0;
  const prepared = queries.slice();
  for (let r = 0; r < count; r++) {
    const norm = kind === 2 ? normOf(queries, r, d, known) : 1;
    for (let k = 0; k < d; k++) {
      const weight = kind === 0 && known ? (known.weights[known.shared ? k : r * d + k] as number) : 1;
      prepared[r * d + k] = norm > 0 ? (weight * (queries[r * d + k] as number)) / norm : 0;
    }
  }
  const plain = kind === 1 ? raw : placeF32(arena, prepared);
  return (address, n, bias) => {
    const keyBias = kind === 1 && form === 0 ? bias : 0;
    const keyScale = kind === 2 && form === 0 ? bias : 0;
    if (keyScale) toScales(viewF32(arena, bias, n));
    for (let r = 0; r < count; r++) {
      const place = form === 0 ? 0 : weights + r * weightStride * 4;
      arena.kernels.scoreOne(plain + r * d * 4, place, d, address, 0, n, 0, keyScale, keyBias, form, scores + r * stride * 4);
    }
  };
}

/** -1/2 |x|^2 to 1 / |x|, in place; 0 for a row of zeros. */
function toScales(biases: Float32Array): void {
  for (let i = 0; i < biases.length; i++) biases[i] = (biases[i] as number) < 0 ? 1 / Math.sqrt(-2 * (biases[i] as number)) : 0;
}

function tiledScores(
  arena: Arena,
  raw: number,
  count: number,
  d: number,
  kind: KindNumber,
  norms: Float64Array,
  scores: number,
  stride: number,
  threads: number,
): QueryGroup["score"] {
  const rowScales =
    kind === 2
      ? placeF32(
          arena,
          norms.map((norm) => (norm > 0 ? 1 / norm : 0)),
        )
      : 0;
  const packed = allocate(arena, roundUp(count, 4) * d * 4);
  arena.kernels.packQueries(raw, count, d, 0, 1, rowScales, 0, 0, 0, packed);
  const step = roundUp(Math.ceil(count / Math.max(1, threads)), 4);
  const scratch = Array.from({ length: Math.ceil(count / step) }, () => allocate(arena, d * 512 + 4096));
  return (address, n, bias) => {
    if (kind === 2) toScales(viewF32(arena, bias, n));
    const parts: Part[] = scratch.map((place, p) => [
      ...[packed + p * step * d * 4, 0, Math.min(step, count - p * step), d, address, 0, n, 0],
      ...[kind === 2 ? bias : 0, kind === 1 ? bias : 0, 0, scores + p * step * stride * 4, stride, place],
    ]);
    runParts(arena, "scoreTile", parts, threads);
  };
}
