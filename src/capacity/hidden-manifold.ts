/**
 * @file Hidden-manifold ensembles: patterns xi = sigma(F z / sqrt D) with D = ratio N latent variables. zeta is quenched: (1/N) E_{F, xi^1} log E_z exp(lambda xi^1 . xi(z)).
 * Linear patterns are exact, others replica symmetric. Derivation and checks: docs/capacity/hidden-manifold.md. Model: arXiv 2503.09518.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkChoice, checkNames, checkNumber } from "../core/options.ts";
import { type Activation, type ActivationInput, activationOf } from "./activations.ts";
import { type Accuracy, type AverageFunction, outerNodes } from "./averages.ts";
import { closedAverages } from "./averages-closed.ts";
import { gridAverages } from "./averages-grid.ts";
import { openBranch, saddleAt } from "./continuation.ts";
import { linearManifold } from "./linear-manifold.ts";
import { perceptronInformation } from "./perceptron.ts";
import { increasingRoot } from "./roots.ts";
import type { LatentPrior, Saddle } from "./saddle.ts";
import type { Ensemble } from "./types.ts";

export interface HiddenManifoldOptions {
  readonly activation: ActivationInput;
  /** D / N above 0; Infinity: independent entries. */
  readonly ratio: number;
  /** "gaussian" (default): z ~ N(0, I); "spherical": |z|^2 = D. */
  readonly prior?: LatentPrior;
  /** "raw" (default): patterns as they are; "normalised": divided by sqrt(E sigma^2), so that |xi|^2 = N. */
  readonly axis?: "raw" | "normalised";
  /** Query xi^1 + sqrt(noise) eta, on the chosen axis; default 0. */
  readonly noise?: number;
  /** "fine" (default) or "quick" quadrature. */
  readonly accuracy?: Accuracy;
}

export interface HiddenManifold extends Ensemble {
  readonly activation: Activation;
  readonly ratio: number;
  readonly prior: LatentPrior;
  readonly axis: "raw" | "normalised";
  /** The saddle at lambda (on the chosen axis), or null if none with a residual below 1e-10 is found. */
  saddle(lambda: number): Saddle | null;
}

/** Searches for lambda_s and lambda_* end here: e^{lambda sigma sigma} has left the double range long before. */
const searchEnd = 1000;

/** Checked options with the activation resolved. */
export interface ResolvedManifold {
  readonly activation: Activation;
  readonly ratio: number;
  readonly prior: LatentPrior;
  readonly axis: "raw" | "normalised";
  /** Variance per entry on the raw axis. */
  readonly noise: number;
  readonly accuracy: Accuracy;
}

/** @throws HopfieldError E_RANGE, E_NONFINITE, E_SHAPE (see activationOf). */
export function resolveManifold(where: string, options: HiddenManifoldOptions): ResolvedManifold {
  checkNames(where, options, ["activation", "ratio", "prior", "axis", "noise", "accuracy"]);
  const { ratio } = options;
  if (!(typeof ratio === "number" && ratio > 0)) {
    throw new HopfieldError("E_RANGE", `${where}: ratio must be above 0 (Infinity: independent entries), got ${String(ratio)}`);
  }
  const activation = activationOf(options.activation, where);
  const prior = checkChoice(where, "prior", options.prior ?? "gaussian", ["gaussian", "spherical"]);
  const axis = checkChoice(where, "axis", options.axis ?? "raw", ["raw", "normalised"]);
  const given = checkNumber(where, "noise", options.noise ?? 0, { atLeast: 0 });
  const accuracy = checkChoice(where, "accuracy", options.accuracy ?? "fine", ["fine", "quick"]);
  return { activation, ratio, prior, axis, noise: axis === "raw" ? given : given * activation.square, accuracy };
}

/**
 * The ensemble. zeta and zetaPrime throw E_RANGE where no saddle is found (far beyond lambda_s); `saddle` gives null there.
 * @throws HopfieldError E_RANGE, E_NONFINITE, E_SHAPE.
 */
export function hiddenManifold(options: HiddenManifoldOptions): HiddenManifold {
  const resolved = resolveManifold("hiddenManifold", options);
  const { activation, ratio, prior, axis, noise } = resolved;
  const raw = activation.kind === "linear" ? linearManifold(ratio, prior, noise) : replicaSymmetric(resolved);
  // On the normalised axis x . xi is divided by E sigma^2, so lambda_raw = lambda / E sigma^2.
  const unit = axis === "raw" ? 1 : activation.square;
  const saddle = (lambda: number): Saddle | null => {
    const found = raw(lambda / unit);
    return found && { ...found, lambda, zetaPrime: found.zetaPrime / unit };
  };
  const needed = (lambda: number): Saddle => {
    const found = saddle(lambda);
    if (found) return found;
    throw new HopfieldError(
      "E_RANGE",
      `hiddenManifold: no saddle point is found at lambda = ${lambda} (${activation.name}, ratio ${ratio})`,
      { lambda },
    );
  };
  const binary = activation.kind === "sign" && noise === 0;
  const ensemble = {
    name: "hidden-manifold",
    signal: activation.square / unit,
    zeta: (lambda: number) => needed(lambda).zeta,
    zetaPrime: (lambda: number) => needed(lambda).zetaPrime,
    lambdaLimit: searchEnd * unit,
  };
  // |xi|^2 = N for signs: zeta' < 1 everywhere, alpha_1 and Sigma tend to the information a label carries about the latent vector.
  const alphaLimit = ratio === Number.POSITIVE_INFINITY ? Math.LN2 : binary ? perceptronInformation(ratio) : null;
  const search = (f: (found: Saddle) => number): number | null =>
    increasingRoot((lambda) => {
      const found = saddle(lambda);
      return found ? f(found) : Number.NaN;
    }, ensemble.lambdaLimit);
  const saturation = binary ? null : search((found) => found.zetaPrime - ensemble.signal);
  const condensation = (alpha: number): number | null =>
    binary && alphaLimit !== null && alpha >= alphaLimit
      ? null
      : search((found) => Math.max(0, found.lambda * found.zetaPrime - found.zeta) - alpha);
  return {
    ...ensemble,
    saturation,
    condensation,
    ...(binary ? { alphaLimit } : {}),
    activation,
    ratio,
    prior,
    axis,
    saddle,
  };
}

/** Averages of an activation without a closed free entropy. */
export function averagesOf({ activation, noise, accuracy }: ResolvedManifold): AverageFunction {
  const nodes = outerNodes(activation, noise, accuracy);
  return closedAverages(activation, nodes, accuracy) ?? gridAverages(activation, nodes, accuracy);
}

function replicaSymmetric(resolved: ResolvedManifold): (lambda: number) => Saddle | null {
  const averages = averagesOf(resolved);
  const { ratio, prior } = resolved;
  if (ratio === Number.POSITIVE_INFINITY) {
    return (lambda) => {
      const found = averages(lambda, { m: 0, q: 0, r: 1 });
      return found && { lambda, m: 0, q: 0, r: 1, zeta: found.value, zetaPrime: found.overlap, residual: 0, replicon: 1 };
    };
  }
  const branch = openBranch({ averages, ratio, prior });
  return (lambda) => saddleAt(branch, lambda);
}
