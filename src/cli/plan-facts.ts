/** @file What patterns are like before anything is recalled: norms, copies, separation, and how many of them the theory promises back. */
import { createHash } from "node:crypto";
import type { Matrix } from "../core/matrix.ts";
import { normalQuantile } from "../core/random.ts";
import { type CapacityBound, capacityBound, type MemoryOptions, type Similarity, separations } from "../index.ts";

/** Multiplications that a look at the separations may cost: a second or two. */
const workLimit = 2 ** 35;

export interface Quantiles {
  readonly min: number;
  readonly q25: number;
  readonly median: number;
  readonly q75: number;
  readonly max: number;
}

export function quantiles(values: ArrayLike<number>): Quantiles {
  const sorted = Float64Array.from(Array.from(values)).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { min: at(0), q25: at(0.25), median: at(0.5), q75: at(0.75), max: at(1) };
}

export function normsOf({ data, rows, columns }: Matrix): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += (data[i * columns + k] ?? 0) ** 2;
    return Math.sqrt(sum);
  });
}

/** For each pattern the index of the first with the same numbers: its own where there is none before it. */
export function firstCopies({ data, rows, columns }: Matrix): Int32Array {
  const seen = new Map<string, number>();
  // 0 and -0 are the same number.
  const clean = data.map((x) => x + 0);
  return Int32Array.from({ length: rows }, (_, i) => {
    const row = clean.subarray(i * columns, (i + 1) * columns);
    const key = createHash("sha1")
      .update(new Uint8Array(row.buffer, row.byteOffset, row.byteLength))
      .digest("base64");
    const first = seen.get(key);
    if (first === undefined) seen.set(key, i);
    return first ?? i;
  });
}

export interface Separation {
  readonly similarity: Similarity;
  readonly values: Float64Array;
  readonly indices: Int32Array;
}

/** Of all patterns, or of a seeded sample where all would take too long. */
export function separationOf(patterns: Matrix, similarity: Similarity, kernel: MemoryOptions["kernel"], seed: number): Separation {
  const affordable = Math.max(32, Math.floor(workLimit / (patterns.rows * patterns.columns)));
  const sample = affordable < patterns.rows ? { sample: affordable } : {};
  const found = separations(patterns, { similarity, seed, ...sample, ...(kernel === undefined ? {} : { kernel }) });
  return { similarity, values: found.separations, indices: found.indices };
}

/**
 * How many of the looked-at patterns come back from noise whatever the others are, except with probability `failure` each: softmax over the similarity leaves the pattern 90 % of
 * the weight (the label "single") when its margin stays above ln(9 (M - 1)) / beta. Noise of deviation sigma on every entry moves the margin to one other pattern by a normal number of deviation
 * sigma |x - x'|, and the union over M - 1 others costs a factor M - 1.
 *   l2   margin D^2 / 2, deviation sigma D, with D = sqrt(2 separation) at least; the ratio grows with D, so the nearest is the worst
 *   dot  margin at least the separation, deviation at most sigma (|x| + largest norm)
 * @returns null for similarities where the noise does not move margins in this simple way.
 */
export function promised(
  { similarity, values, indices }: Separation,
  norms: Float64Array,
  beta: number,
  sigma: number,
  failure: number,
): number | null {
  if (similarity !== "l2" && similarity !== "dot") return null;
  const count = norms.length;
  if (count === 1) return 1;
  const largest = norms.reduce((a, b) => Math.max(a, b), 0);
  const needed = -normalQuantile(failure / (count - 1));
  const keep = Math.log(9 * (count - 1)) / beta;
  return values.reduce((total, separation, i) => {
    const spread = similarity === "l2" ? Math.sqrt(2 * separation) : (norms[indices[i] ?? 0] ?? 0) + largest;
    const left = separation - keep;
    return total + (left > 0 && left >= needed * sigma * spread ? 1 : 0);
  }, 0);
}

/** The capacity theorem for random patterns of this dimension and size; null where its conditions cannot be met at all. */
export function theoremOf(dimension: number, meanNorm: number, beta: number): CapacityBound | null {
  if (dimension < 2 || !(meanNorm > 0)) return null;
  const bound = capacityBound({ beta, radiusFactor: meanNorm / Math.sqrt(dimension - 1), dimension, failure: 0.001 });
  return Number.isFinite(bound.c) ? bound : null;
}
