/**
 * @file Monte Carlo beside theory: alpha* = log(P*) / n of many random problems, P* the first P at which the weights of wrong patterns exceed that of the right one together (w_1 < 1/2).
 * Every instance is a function of (seed, its number), so instances can be made in any order and anywhere. Methods and their derivation: docs/capacity/simulation.md.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkChoice, checkNames, checkNumber } from "../core/options.ts";
import type { ActivationInput } from "./activations.ts";
import { binaryEnsemble, gaussianEnsemble, sphericalEnsemble } from "./closed-forms.ts";
import { dynamicsSample, openPatterns, type StoredKind, storedNumbers } from "./dynamics.ts";
import { finiteMedian } from "./finite-median.ts";
import { type HiddenManifoldOptions, hiddenManifold, type ResolvedManifold, resolveManifold } from "./hidden-manifold.ts";
import type { LevelProblem } from "./instance.ts";
import { levelSampler } from "./level-sampling.ts";
import { medianInterval } from "./order-statistics.ts";
import type { LatentPrior } from "./saddle.ts";
import { sliceSample } from "./slice-sampling.ts";
import { type StreamProblem, streamSample } from "./stream-sampling.ts";
import { alpha1, lambdaSaturation } from "./thresholds.ts";
import type { Ensemble } from "./types.ts";

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

/** What a simulation needs besides numbers: its theory and its source of instances. */
export interface Prepared {
  readonly method: SimulationMethod;
  readonly ensemble: Ensemble;
  readonly theory: number;
  readonly saturated: boolean;
  readonly theoryFinite: number | null;
  /** alpha* of instance number `index`. */
  sample(index: number): number;
}

/**
 * @throws HopfieldError E_RANGE; E_UNSUPPORTED (noise on binary queries, a method that does not fit); E_LIMIT when theory says that streams would need more than maxPatterns, naming the
 * largest n.
 */
export function simulate(options: SimulationOptions): Simulation {
  const where = "simulate";
  checkNames(where, options, names);
  const instances = checkNumber(where, "instances", options.instances ?? 200, { atLeast: 1, atMost: 1e7, whole: true });
  const alphas = (options.alphas ?? []).map((alpha) => checkNumber(where, "alpha", alpha, { atLeast: 0 }));
  const prepared = prepareSimulation(options);
  const values = new Float64Array(instances);
  for (let i = 0; i < instances; i++) {
    values[i] = prepared.sample(i);
    options.onProgress?.(i + 1, instances);
  }
  return summarise(prepared, values, alphas, options.n);
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
function agreement({ theory, theoryFinite, saturated }: Prepared, sorted: Float64Array, n: number): boolean {
  const { low, high } = medianInterval(sorted, 1e-4);
  if (theoryFinite !== null) return theoryFinite >= low - grain && theoryFinite <= high + grain;
  return high >= theory - 1 / n && low <= theory + 1 / n + (saturated ? Math.log(n) / (2 * n) : 0);
}

/** Checks the options and makes theory and sampler. Same errors as simulate. */
export function prepareSimulation(options: SimulationOptions): Prepared {
  const where = "simulate";
  const kind = checkChoice(where, "ensemble", options.ensemble, ["binary", "spherical", "gaussian", "hidden-manifold"]);
  const n = checkNumber(where, "n", options.n, { atLeast: 2, atMost: 100_000, whole: true });
  const lambda = checkNumber(where, "lambda", options.lambda, { above: 0 });
  const seed = checkNumber(where, "seed", options.seed ?? 1, { atLeast: 0, atMost: Number.MAX_SAFE_INTEGER, whole: true });
  const noise = checkNumber(where, "noise", options.noise ?? 0, { atLeast: 0 });
  const most = checkNumber(where, "maxPatterns", options.maxPatterns ?? 1e8, { atLeast: 2, atMost: 2 ** 40, whole: true });
  const method = checkChoice(where, "method", options.method ?? "auto", ["auto", "levels", "stream", "slice"]);
  if (kind === "binary" && noise > 0) {
    throw new HopfieldError(
      "E_UNSUPPORTED",
      `${where}: noise on binary queries has no known overlap law at finite n; theory has it (binaryEnsemble)`,
    );
  }
  const iterated = checkChoice(where, "dynamics", options.dynamics ?? "once", ["once", "converge"]) === "converge";
  if (kind === "hidden-manifold") return prepareManifold(options, n, lambda, seed, most, iterated ? "converge" : method);
  if (method === "stream" || method === "slice")
    throw new HopfieldError("E_UNSUPPORTED", `${where}: ${kind} patterns are sampled by levels; ${method} is for hidden manifolds`);
  const ensemble = kind === "binary" ? binaryEnsemble() : kind === "spherical" ? sphericalEnsemble({ noise }) : gaussianEnsemble({ noise });
  if (iterated) return prepareDynamics(kind, ensemble, { n, latent: 0, lambda, rawLambda: lambda, seed, most, method: "converge" }, noise);
  return prepareLevels({ kind, n, noise, latent: 0, prior: "gaussian" }, ensemble, lambda, seed, lambda);
}

function prepareLevels(problem: LevelProblem, ensemble: Ensemble, lambda: number, seed: number, rawLambda: number): Prepared {
  const theory = alpha1(ensemble, lambda);
  const guess = problem.n * theory;
  const largest = 1.5 * guess + 10 * Math.sqrt(problem.n) * theory + 80;
  const sampler = levelSampler(problem, rawLambda, seed, largest, guess);
  return {
    method: "levels",
    ensemble,
    theory,
    saturated: isSaturated(ensemble, lambda),
    theoryFinite: finiteMedian(problem, rawLambda, guess),
    sample: (index) => sampler.sample(index) / problem.n,
  };
}

function isSaturated(ensemble: Ensemble, lambda: number): boolean {
  const saturation = lambdaSaturation(ensemble);
  return saturation !== null && lambda > saturation;
}

function prepareManifold(
  options: SimulationOptions,
  n: number,
  lambda: number,
  seed: number,
  most: number,
  method: SimulationMethod | "auto" | "converge",
): Prepared {
  const where = "simulate";
  const { activation, ratio = 0.5, prior = "gaussian", axis = "raw", noise = 0 } = options;
  if (activation === undefined) throw new HopfieldError("E_RANGE", `${where}: hidden-manifold needs an activation`);
  const manifold: HiddenManifoldOptions = { activation, ratio, prior, axis, noise };
  const resolved = resolveManifold(where, manifold);
  const ensemble = hiddenManifold(manifold);
  const rawLambda = axis === "raw" ? lambda : lambda / resolved.activation.square;
  const latent = ratio === Number.POSITIVE_INFINITY ? 0 : Math.max(1, Math.round(ratio * n));
  const linear = resolved.activation.kind === "linear" && latent >= 2;
  if (method === "levels" && !linear) {
    throw new HopfieldError(
      "E_UNSUPPORTED",
      `${where}: the overlap law of ${resolved.activation.name} patterns is not known; levels are for linear ones`,
    );
  }
  if (linear && (method === "auto" || method === "levels")) {
    return prepareLevels({ kind: "linear", n, noise: resolved.noise, latent, prior }, ensemble, lambda, seed, rawLambda);
  }
  return prepareSampling(resolved, ensemble, { n, latent, lambda, rawLambda, seed, most, method });
}

interface Sampling {
  readonly n: number;
  readonly latent: number;
  readonly lambda: number;
  readonly rawLambda: number;
  readonly seed: number;
  readonly most: number;
  readonly method: SimulationMethod | "auto" | "converge";
}

/** Patterns are stored, so theory must not ask for more of them than fit. */
function prepareDynamics(kind: StoredKind, ensemble: Ensemble, { n, lambda, rawLambda, seed, most }: Sampling, noise: number): Prepared {
  const theory = alpha1(ensemble, lambda);
  checkPatterns(theory, n, Math.min(most, storedNumbers / n));
  return {
    method: "stream",
    ensemble,
    theory,
    saturated: isSaturated(ensemble, lambda),
    theoryFinite: null,
    sample: (index) => dynamicsSample(openPatterns(kind, n, noise, seed, index), rawLambda, most) / n,
  };
}

/** @throws HopfieldError E_LIMIT. */
function checkPatterns(theory: number, n: number, most: number): void {
  if (Math.exp(theory * n) <= most) return;
  const largest = Math.floor(Math.log(most) / theory);
  throw new HopfieldError(
    "E_LIMIT",
    `simulate: half of the problems would need more than e^(alpha_1 n) = ${Math.exp(theory * n).toExponential(1)} patterns, the limit is ${Math.floor(most)}; the largest n is ${largest} (method slice goes beyond)`,
    { largest },
  );
}

function prepareSampling(
  { activation, prior, noise }: ResolvedManifold,
  ensemble: Ensemble,
  { n, latent, lambda, rawLambda, seed, most, method }: Sampling,
): Prepared {
  const where = "simulate";
  const theory = alpha1(ensemble, lambda);
  const problem: StreamProblem = { activation, n, latent, prior, noise };
  const base = { ensemble, theory, saturated: isSaturated(ensemble, lambda), theoryFinite: null };
  if (method === "slice") {
    if (latent === 0) throw new HopfieldError("E_UNSUPPORTED", `${where}: slice sampling moves latent vectors; ratio must be finite`);
    return { ...base, method: "slice", sample: (index) => sliceSample(problem, rawLambda, seed, index) };
  }
  if (method === "converge") return prepareDynamics(problem, ensemble, { n, latent, lambda, rawLambda, seed, most, method }, noise);
  checkPatterns(theory, n, most);
  return { ...base, method: "stream", sample: (index) => streamSample(problem, rawLambda, seed, index, most) / n };
}
