/** @file What patterns say about themselves before anything is recalled: separation, the beta they ask for, and the capacity theorem. */
import { HopfieldError } from "../core/errors.ts";
import { type MatrixLike, toMatrix } from "../core/matrix.ts";
import { lambertW } from "../core/numerics.ts";
import { checkChoice, checkNames, checkNumber } from "../core/options.ts";
import { portableExp, portableLog } from "../core/portable.ts";
import { randomStream, sampleWithoutReplacement } from "../core/random.ts";
import { adviseBetaFor } from "./advise-beta.ts";
import { nearestOthers } from "./neighbours.ts";
import { openPatternStore } from "./pattern-store.ts";
import { similarities } from "./presets.ts";
import type { BetaAdvice, Similarity } from "./types.ts";

export interface DiagnosticOptions {
  /** Default "dot" for separations, "l2" for adviseBeta. */
  readonly similarity?: Similarity;
  /** The r x d matrix W of similarity "kernel". */
  readonly kernel?: MatrixLike;
  /** Look at so many patterns, drawn by `seed`, instead of all (separations only). */
  readonly sample?: number;
  /** Default 1. */
  readonly seed?: number;
}

function open(where: string, patterns: MatrixLike, options: DiagnosticOptions, fallback: Similarity) {
  checkNames(where, options, ["similarity", "kernel", "sample", "seed"]);
  const similarity = options.similarity === undefined ? fallback : checkChoice(where, "similarity", options.similarity, similarities);
  if ((similarity === "kernel") !== (options.kernel !== undefined)) {
    throw new HopfieldError("E_RANGE", `${where}: similarity "kernel" and the option kernel go together`);
  }
  const seed = options.seed === undefined ? 1 : checkNumber(where, "seed", options.seed, { whole: true, atLeast: 0 });
  const store = openPatternStore(patterns, undefined, options.kernel === undefined ? null : toMatrix(options.kernel, `${where}: kernel`));
  return { store, similarity, seed };
}

/**
 * Separation of each pattern: Delta_i = sim(x_i, x_i) - max_{j != i} sim(x_i, x_j) (Ramsauer et al., arXiv 2008.02217, Definition 2; for l2 half the squared distance to the
 * nearest other). Negative: another pattern answers louder than the pattern itself. Infinity for a single pattern.
 * @returns the separations, and the indices they belong to (all, unless `sample` is smaller than M). Cost M x M x d, or sample x M x d.
 */
export function separations(patterns: MatrixLike, options: DiagnosticOptions = {}): { separations: Float64Array; indices: Int32Array } {
  const { store, similarity, seed } = open("separations", patterns, options, "dot");
  const sample =
    options.sample === undefined ? store.rows : checkNumber("separations", "sample", options.sample, { whole: true, atLeast: 1 });
  const indices =
    sample >= store.rows
      ? Array.from({ length: store.rows }, (_, i) => i)
      : sampleWithoutReplacement(randomStream(seed, 0x5e9a), store.rows, sample);
  const { own, other } = nearestOthers(store, similarity, indices, false);
  return { separations: own.map((s, i) => s - (other[i] as number)), indices: Int32Array.from(indices) };
}

/** The inverse temperature the patterns ask for (see docs/models/README.md): what createMemory uses when none is given. */
export function adviseBeta(patterns: MatrixLike, options: Omit<DiagnosticOptions, "sample"> = {}): BetaAdvice {
  const { store, similarity, seed } = open("adviseBeta", patterns, options, "l2");
  return adviseBetaFor(store, similarity, seed);
}

export interface CapacityBound {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  /** The theorem needs c >= minimumC. */
  readonly minimumC: number;
  /** Whether it applies: c >= minimumC, and beta m^2 >= 1 with m = K sqrt(d - 1). */
  readonly holds: boolean;
  /** At least so many random patterns can be stored (a guarantee, far below what is seen); null where the theorem does not hold. */
  readonly patterns: number | null;
}

/**
 * Theorem 3 of Ramsauer et al. (arXiv 2008.02217): random patterns on the sphere of radius K sqrt(d - 1) can be stored, except with probability `failure`, at least up to
 * sqrt(p) c^{(d-1)/4} of them; a = 2/(d-1) (1 + ln(2 beta K^2 p (d-1))), b = 2 K^2 beta / 5, c = b / W0(exp(a + ln b)).
 * Below beta m^2 = 1 the update is a contraction with one fixed point, so nothing but that can be stored whatever the formula says: `holds` is false there.
 * @param settings beta > 0; radiusFactor K > 0; dimension d >= 2; failure p in (0, 1).
 */
export function capacityBound(settings: { beta: number; radiusFactor: number; dimension: number; failure: number }): CapacityBound {
  checkNames("capacityBound", settings, ["beta", "radiusFactor", "dimension", "failure"]);
  const beta = checkNumber("capacityBound", "beta", settings.beta, { above: 0 });
  const factor = checkNumber("capacityBound", "radiusFactor", settings.radiusFactor, { above: 0 });
  const d = checkNumber("capacityBound", "dimension", settings.dimension, { atLeast: 2, whole: true });
  const p = checkNumber("capacityBound", "failure", settings.failure, { above: 0 });
  if (p >= 1) throw new HopfieldError("E_RANGE", `capacityBound: failure must be below 1, got ${p}`);
  const a = (2 / (d - 1)) * (1 + portableLog(2 * beta * factor * factor * p * (d - 1)));
  const b = (2 * factor * factor * beta) / 5;
  const c = b / lambertW(portableExp(a + portableLog(b)));
  const power = (base: number, exponent: number): number => portableExp(exponent * portableLog(base));
  const minimumC = power(2 / Math.sqrt(p), 4 / (d - 1));
  const holds = c >= minimumC && beta * factor * factor * (d - 1) >= 1;
  return { a, b, c, minimumC, holds, patterns: holds ? Math.sqrt(p) * power(c, (d - 1) / 4) : null };
}
