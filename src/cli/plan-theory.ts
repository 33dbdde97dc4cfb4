/**
 * @file What the theory of capacity says about the user's own patterns in `hopfield plan`: how many more like them the memory could hold at its beta, as far as the patterns themselves carry
 * the estimate, and how many directions they use. docs/capacity/empirical.md.
 */
import { alpha1, effectiveDimension, empiricalEnsemble } from "../capacity/index.ts";
import { HopfieldError } from "../core/errors.ts";
import type { Matrix } from "../core/matrix.ts";
import { randomStream, sampleWithoutReplacement } from "../core/random.ts";
import type { Memory, Similarity } from "../index.ts";

/** Multiplications that the estimate may cost: a second or two. */
const workLimit = 2 ** 31;
const queries = 100;

export interface Theory {
  /** Patterns looked at, copies left out. */
  readonly sampled: number;
  /** The largest beta at which the patterns carry the estimate; null: all. */
  readonly betaLimit: number | null;
  /** alpha_1 at the memory's beta with noise, and e^{alpha_1 N}. Beyond betaLimit: of betaLimit, a lower bound. */
  readonly alpha1: number;
  readonly log10Patterns: number;
  readonly lowerBound: boolean;
  /** Participation ratio of the covariance, D / N of the linear manifold with it, and log10 of what that manifold holds at any beta. */
  readonly effectiveDimension: number;
  readonly latentRatio: number | null;
  readonly log10PatternsManifold: number;
}

/** @returns null where the theory has no say: models without softmax over all patterns by dot, cosine or l2; fewer than ten different patterns. */
export function theoryOf(memory: Memory, patterns: Matrix, noise: number, seed: number): Theory | null {
  const { beta, separation, support, similarity } = memory;
  if (beta === null || separation !== "softmax" || support !== "all" || similarity === null || similarity === "kernel") return null;
  const seen = prepared(sampleOf(patterns, seed), similarity);
  const N = patterns.columns;
  try {
    const ensemble = empiricalEnsemble(seen, {
      queries,
      seed,
      // Noise on unit vectors is noise over their length; where directions are compared it is left out.
      noise: similarity === "l2" || similarity === "dot" ? noise * noise : 0,
      similarity: similarity === "l2" ? "l2" : "dot",
    });
    const found = effectiveDimension(seen, seed);
    const limit = ensemble.lambdaLimit ?? null;
    const alpha = alpha1(ensemble, beta);
    return {
      sampled: ensemble.patterns,
      betaLimit: limit,
      alpha1: alpha,
      log10Patterns: (alpha * N) / Math.LN10,
      lowerBound: limit !== null && beta > limit,
      effectiveDimension: found.dimension,
      latentRatio: Number.isFinite(found.latentRatio) ? found.latentRatio : null,
      log10PatternsManifold: found.dimension / 2 / Math.LN10,
    };
  } catch (error) {
    if (error instanceof HopfieldError && error.code === "E_RANGE") return null;
    throw error;
  }
}

function sampleOf(patterns: Matrix, seed: number): Matrix {
  const affordable = Math.max(100, Math.floor(workLimit / (queries * patterns.columns)));
  return affordable >= patterns.rows
    ? patterns
    : rowsOf(patterns, sampleWithoutReplacement(randomStream(seed, 0x71a3), patterns.rows, affordable));
}

/** Rows by their numbers. */
export function rowsOf({ data, columns }: Matrix, indices: readonly number[]): Matrix {
  const taken = new Float32Array(indices.length * columns);
  indices.forEach((row, i) => {
    taken.set(data.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  return { data: taken, rows: indices.length, columns };
}

/** Cosines are dot products of unit vectors, from the mean pattern where they are centred. */
function prepared(patterns: Matrix, similarity: Similarity): Matrix {
  if (similarity !== "cosine" && similarity !== "centered-cosine") return patterns;
  const { data, rows, columns } = patterns;
  const out = Float32Array.from(data);
  for (let k = 0; k < columns && similarity === "centered-cosine"; k++) {
    let mean = 0;
    for (let i = 0; i < rows; i++) mean += (data[i * columns + k] as number) / rows;
    for (let i = 0; i < rows; i++) out[i * columns + k] = (data[i * columns + k] as number) - mean;
  }
  for (let i = 0; i < rows; i++) {
    const row = out.subarray(i * columns, (i + 1) * columns);
    const length = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
    for (let k = 0; k < columns && length > 0; k++) row[k] = (row[k] as number) / length;
  }
  return { data: out, rows, columns };
}
