/**
 * @file What a simulation is made of before anything is drawn: checked options, the theory beside it, and the plan of its instances.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkChoice, checkNumber } from "../core/options.ts";
import { binaryEnsemble, gaussianEnsemble, sphericalEnsemble } from "./closed-forms.ts";
import { storedNumbers } from "./dynamics.ts";
import { finiteMedian } from "./finite-median.ts";
import { type HiddenManifoldOptions, hiddenManifold, resolveManifold } from "./hidden-manifold.ts";
import type { LevelProblem } from "./instance.ts";
import type { SamplerPlan, StreamPlan } from "./sampler.ts";
import type { SimulationMethod, SimulationOptions } from "./simulate.ts";
import { alpha1, lambdaSaturation } from "./thresholds.ts";
import type { Ensemble } from "./types.ts";

/** What a simulation needs besides numbers: its theory, and the plan of its instances. */
export interface Prepared {
  readonly method: SimulationMethod;
  readonly ensemble: Ensemble;
  readonly theory: number;
  readonly saturated: boolean;
  readonly theoryFinite: number | null;
  /** alpha* of instance number i is openSampler(plan)(i), here or in another thread. */
  readonly plan: SamplerPlan;
}

/** Checks the options and makes the theory and the plan. Same errors as simulate. */
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
  if (iterated) {
    const plan: SamplerPlan = { kind: "dynamics", patterns: kind, n, noise, lambda, seed, most };
    return prepareSampling(ensemble, lambda, plan, Math.min(most, storedNumbers / n), n);
  }
  return prepareLevels({ kind, n, noise, latent: 0, prior: "gaussian" }, ensemble, lambda, seed, lambda);
}

function prepareLevels(problem: LevelProblem, ensemble: Ensemble, lambda: number, seed: number, rawLambda: number): Prepared {
  const theory = alpha1(ensemble, lambda);
  const guess = problem.n * theory;
  const largest = 1.5 * guess + 10 * Math.sqrt(problem.n) * theory + 80;
  return {
    method: "levels",
    ensemble,
    theory,
    saturated: isSaturated(ensemble, lambda),
    theoryFinite: finiteMedian(problem, rawLambda, guess),
    plan: { kind: "levels", problem, lambda: rawLambda, seed, largest, guess },
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
  const patterns: StreamPlan = { activation, n, latent, prior, noise: resolved.noise };
  const base = { lambda: rawLambda, seed } as const;
  if (method === "slice") {
    if (latent === 0) throw new HopfieldError("E_UNSUPPORTED", `${where}: slice sampling moves latent vectors; ratio must be finite`);
    return prepareSampling(ensemble, lambda, { ...base, kind: "slice", problem: patterns }, Number.POSITIVE_INFINITY, n);
  }
  if (method === "converge") {
    const plan: SamplerPlan = { ...base, kind: "dynamics", patterns, n, noise: resolved.noise, most };
    return prepareSampling(ensemble, lambda, plan, Math.min(most, storedNumbers / n), n);
  }
  return prepareSampling(ensemble, lambda, { ...base, kind: "stream", problem: patterns, most }, most, n);
}

/** @param most patterns that an instance can have: theory must not ask for more. @throws HopfieldError E_LIMIT. */
function prepareSampling(ensemble: Ensemble, lambda: number, plan: SamplerPlan, most: number, n: number): Prepared {
  const theory = alpha1(ensemble, lambda);
  checkPatterns(theory, n, most);
  return {
    method: plan.kind === "slice" ? "slice" : "stream",
    ensemble,
    theory,
    saturated: isSaturated(ensemble, lambda),
    theoryFinite: null,
    plan,
  };
}

/** @throws HopfieldError E_LIMIT. */
function checkPatterns(theory: number, n: number, most: number): void {
  if (theory * n <= Math.log(most)) return;
  const largest = Math.floor(Math.log(most) / theory);
  throw new HopfieldError(
    "E_LIMIT",
    `simulate: half of the problems would need more than e^(alpha_1 n) = ${Math.exp(theory * n).toExponential(1)} patterns, the limit is ${Math.floor(most)}; the largest n is ${largest} (method slice goes beyond)`,
    { largest },
  );
}
