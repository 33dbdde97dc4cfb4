/**
 * @file Monte Carlo beside theory: alpha* = log(P*) / n of many random problems, P* the first P at which the weights of wrong patterns exceed that of the right one together (w_1 < 1/2).
 * Every instance is a function of (seed, its number), so instances can be made in any order and anywhere. Methods and their derivation: docs/capacity/simulation.md.
 */

import { checkNames, checkNumber } from "../core/options.ts";
import { portableLog } from "../core/portable.ts";
import type { ActivationInput } from "./activations.ts";
import { medianInterval } from "./order-statistics.ts";
import { type Prepared, prepareSimulation } from "./prepare.ts";
import type { LatentPrior } from "./saddle.ts";
import { openSampler } from "./sampler.ts";

export type SimulationMethod = "levels" | "stream" | "slice";

export interface SimulationOptions {
  readonly ensemble: "binary" | "spherical" | "gaussian" | "hidden-manifold";
  /** Entries of a pattern, whole, 2 ... 100 000. */
  readonly n: number;
  /** Inverse temperature, on the axis of the manifold. */
  readonly lambda: number;
  /** Random problems, whole, at least 1; default 200. */
  readonly instances?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Variance of the noise on the query; default 0. Not for binary patterns. */
  readonly noise?: number;
  /** hidden-manifold: D = ratio n rounded, at least 1. */
  readonly activation?: ActivationInput;
  readonly ratio?: number;
  readonly prior?: LatentPrior;
  readonly axis?: "raw" | "normalised";
  /** "auto" (default): levels where overlaps have a known law, else streams. "slice" has to be asked for. */
  readonly method?: SimulationMethod | "auto";
  /** Streams end here; default 1e8. */
  readonly maxPatterns?: number;
  /** "once" (default): the first step decides, by the weights. "converge": the update is repeated until it stands still; patterns are stored. */
  readonly dynamics?: "once" | "converge";
  /** Loads at which the share of retrieved problems is reported; default none. */
  readonly alphas?: readonly number[];
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Simulation {
  readonly method: SimulationMethod;
  /** alpha* of every instance in the order of their numbers; Infinity where a stream ended before. */
  readonly values: Float64Array;
  readonly alphaStar: { readonly median: number; readonly low: number; readonly high: number };
  /** alpha_1 for n to infinity. */
  readonly theory: number;
  /** The exact median at this n, where the overlap law is known and the query is clean; else null. */
  readonly theoryFinite: number | null;
  /** Whether lambda is beyond lambda_s. */
  readonly saturated: boolean;
  /** See `agreement`. */
  readonly agrees: boolean;
  readonly censored: number;
  /** Share of problems retrieved with P = e^{alpha n} patterns, with Wilson's 95 % interval left to the caller. */
  readonly curve: readonly { readonly alpha: number; readonly retrieved: number; readonly of: number }[];
}

const names = [
  "ensemble",
  "n",
  "lambda",
  "instances",
  "seed",
  "noise",
  "activation",
  "ratio",
  "prior",
  "axis",
  "method",
  "maxPatterns",
  "dynamics",
  "alphas",
  "onProgress",
];

/** Reported values are rounded to this: far below any statistical error, above the rounding of the tables. */
const grain = 1e-9;

/**
 * @throws HopfieldError E_RANGE; E_UNSUPPORTED (noise on binary queries, a method that does not fit); E_LIMIT when theory says that streams would need more than maxPatterns, naming the
 * largest n.
 */
export function simulate(options: SimulationOptions): Simulation {
  const { instances, alphas } = checkedRun(options);
  const prepared = prepareSimulation(options);
  const sample = openSampler(prepared.plan);
  const values = new Float64Array(instances);
  for (let i = 0; i < instances; i++) {
    values[i] = sample(i);
    options.onProgress?.(i + 1, instances);
  }
  return summarise(prepared, values, alphas, options.n);
}

/** What is drawn and reported, whatever draws it. @throws HopfieldError E_RANGE. */
export function checkedRun(options: SimulationOptions): { instances: number; alphas: number[] } {
  const where = "simulate";
  checkNames(where, options, names);
  return {
    instances: checkNumber(where, "instances", options.instances ?? 200, { atLeast: 1, atMost: 1e7, whole: true }),
    alphas: (options.alphas ?? []).map((alpha) => checkNumber(where, "alpha", alpha, { atLeast: 0 })),
  };
}

/** Instances made elsewhere (in parts, by several workers) put together. */
export function summarise(prepared: Prepared, values: Float64Array, alphas: readonly number[], n: number): Simulation {
  const sorted = values.slice().sort();
  const { median, low, high } = medianInterval(sorted, 0.05);
  const { theory, theoryFinite, method } = prepared;
  return {
    method,
    values,
    // Rounded outwards, so that an interval narrower than the rounding of its numbers is not empty.
    alphaStar: { median: rounded(median), low: Math.floor(low / grain) * grain, high: Math.ceil(high / grain) * grain },
    theory,
    theoryFinite: theoryFinite === null ? null : rounded(theoryFinite),
    saturated: prepared.saturated,
    agrees: agreement(prepared, sorted, n),
    censored: values.reduce((count, value) => count + (value === Number.POSITIVE_INFINITY ? 1 : 0), 0),
    curve: alphas.map((alpha) => ({
      alpha,
      retrieved: values.reduce((count, value) => count + (value > alpha ? 1 : 0), 0),
      of: values.length,
    })),
  };
}

const rounded = (value: number): number => (Number.isFinite(value) ? Math.round(value / grain) * grain : value);

/**
 * With an exact finite-n median: whether the 99.99 % interval of the median holds it. Without one: whether that interval meets alpha_1 with the corrections that are known in size only,
 * 1 / n either way and log(n) / (2 n) more above lambda_s.
 */
function agreement({ theory, theoryFinite, saturated, plan }: Prepared, sorted: Float64Array, n: number): boolean {
  const { low: lowest, high } = medianInterval(sorted, 1e-4);
  // Of a stream that ended first it is known only that alpha* is beyond its end.
  const low = Number.isFinite(lowest) || !("most" in plan) ? lowest : portableLog(plan.most) / n;
  if (theoryFinite !== null) return theoryFinite >= low - grain && theoryFinite <= high + grain;
  return high >= theory - 1 / n && low <= theory + 1 / n + (saturated ? Math.log(n) / (2 * n) : 0);
}
