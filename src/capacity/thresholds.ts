/**
 * @file The random-energy formulas: from zeta, zeta' and the signal of an ensemble to thresholds, condensation, noise level and basins. Derivations: docs/capacity/theory.md.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { increasingRoot } from "./roots.ts";
import type { Ensemble } from "./types.ts";

/** Searches end here where an ensemble names no limit of its own. */
const farthest = 1e9;

/** @throws HopfieldError E_RANGE unless lambda is finite, above 0 and within the ensemble's range. */
function checkLambda(where: string, ensemble: Ensemble, lambda: number): number {
  checkNumber(where, "lambda", lambda, { above: 0 });
  const limit = ensemble.lambdaLimit ?? Number.POSITIVE_INFINITY;
  if (lambda > limit) {
    throw new HopfieldError("E_RANGE", `${where}: zeta of ${ensemble.name} is known up to lambda = ${limit}, got ${lambda}`, {
      lambda,
      limit,
    });
  }
  return lambda;
}

/**
 * Sigma(lambda) = lambda zeta'(lambda) - zeta(lambda) >= 0: the exponential rate of patterns with the overlap zeta'(lambda). Increases with lambda.
 * @throws HopfieldError E_RANGE.
 */
export function sigma(ensemble: Ensemble, lambda: number): number {
  checkLambda("sigma", ensemble, lambda);
  return rateAt(ensemble, lambda);
}

function rateAt(ensemble: Ensemble, lambda: number): number {
  return Math.max(0, lambda * ensemble.zetaPrime(lambda) - ensemble.zeta(lambda));
}

/**
 * lambda_s, where zeta' reaches the signal: alpha_1 is constant beyond. Null when there is none (within the ensemble's range); 0 when the mean overlap alone drowns the signal.
 */
export function lambdaSaturation(ensemble: Ensemble): number | null {
  if (ensemble.saturation !== undefined) return ensemble.saturation;
  return increasingRoot((lambda) => ensemble.zetaPrime(lambda) - ensemble.signal, ensemble.lambdaLimit ?? farthest);
}

/**
 * alpha_1(lambda) = sup over 0 <= l <= lambda of l s - zeta(l): below it a typical pattern is a fixed point, up to e^{-cN}. Nondecreasing in lambda. Beyond the ensemble's lambdaLimit
 * the value there: a lower bound.
 * @throws HopfieldError E_RANGE (lambda).
 */
export function alpha1(ensemble: Ensemble, lambda: number): number {
  checkNumber("alpha1", "lambda", lambda, { above: 0 });
  const saturation = lambdaSaturation(ensemble);
  const l = Math.min(lambda, saturation ?? Number.POSITIVE_INFINITY, ensemble.lambdaLimit ?? Number.POSITIVE_INFINITY);
  return l <= 0 ? 0 : Math.max(0, marginAt(ensemble, l));
}

function marginAt(ensemble: Ensemble, lambda: number): number {
  return ensemble.margin ? ensemble.margin(lambda) : lambda * ensemble.signal - ensemble.zeta(lambda);
}

/** sup of alpha_1 over all lambda; null when it grows without bound, or when the ensemble is known only up to a lambdaLimit below lambda_s. */
export function alphaMax(ensemble: Ensemble): number | null {
  const saturation = lambdaSaturation(ensemble);
  if (saturation !== null) return saturation <= 0 ? 0 : Math.max(0, marginAt(ensemble, saturation));
  return ensemble.alphaLimit ?? null;
}

/**
 * lambda_*(alpha) with Sigma(lambda_*) = alpha: beyond it the sum over wrong patterns is carried by a handful of them. Null when it never condenses (within the ensemble's range).
 * @throws HopfieldError E_RANGE unless alpha >= 0.
 */
export function lambdaStar(ensemble: Ensemble, alpha: number): number | null {
  checkNumber("lambdaStar", "alpha", alpha, { atLeast: 0 });
  if (ensemble.condensation) return ensemble.condensation(alpha);
  return increasingRoot((lambda) => rateAt(ensemble, lambda) - alpha, ensemble.lambdaLimit ?? farthest);
}

/**
 * phi_alpha(lambda) = lim (1/N) log of the sum of exp(lambda x . xi) over wrong patterns: alpha + zeta(lambda) below lambda_*, lambda zeta'(lambda_*) above. The pattern is retrieved
 * in one step exactly when lambda s > phi.
 * @throws HopfieldError E_RANGE.
 */
export function phi(ensemble: Ensemble, alpha: number, lambda: number): number {
  checkNumber("phi", "lambda", lambda, { above: 0 });
  const star = lambdaStar(ensemble, alpha);
  if (star !== null && lambda > star) return lambda * ensemble.zetaPrime(star);
  return alpha + ensemble.zeta(checkLambda("phi", ensemble, lambda));
}

/**
 * phi_alpha(lambda) / lambda: the overlap per entry that a query has to have with its pattern. On a sphere and for Gaussian patterns the cosine of the largest angle, for binary
 * patterns 1 - 2 p with p the largest share of flipped bits. Null above 1: no query is close enough.
 * @throws HopfieldError E_RANGE.
 */
export function basin(ensemble: Ensemble, alpha: number, lambda: number): number | null {
  const overlap = phi(ensemble, alpha, lambda) / lambda;
  return overlap > 1 ? null : overlap;
}

/**
 * Mean of the sum of squared weights among wrong patterns, max(0, 1 - lambda_* / lambda): 0 where many share the sum, towards 1 where one has it all.
 * Source: B. Derrida, "Random-energy model", Phys. Rev. B 24 (1981), and its participation ratio (D. Gross and M. Mezard, Nucl. Phys. B 240 (1984)).
 * @throws HopfieldError E_RANGE.
 */
export function participation(ensemble: Ensemble, alpha: number, lambda: number): number {
  checkNumber("participation", "lambda", lambda, { above: 0 });
  const star = lambdaStar(ensemble, alpha);
  return star === null ? 0 : Math.max(0, 1 - star / lambda);
}
