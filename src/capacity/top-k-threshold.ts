/**
 * @file alpha_1 where only the K = e^{kappa N} largest overlaps share the weight (top-k), and with kappa = 0 where their number stays finite or follows from the gaps (any fixed k, sparsemax,
 * entmax): alpha_1 = kappa + I(s - kappa / lambda) as long as that is more than softmax holds. Derivation: docs/capacity/theory.md, "Other separations".
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { increasingRoot } from "./roots.ts";
import { alpha1, alphaMax } from "./thresholds.ts";
import type { Ensemble } from "./types.ts";

/**
 * @param kappa log K / N, 0 or more. @returns null where it has no bound (kappa = 0 and no alpha_max).
 * @throws HopfieldError E_RANGE.
 */
export function alpha1TopK(ensemble: Ensemble, lambda: number, kappa: number): number | null {
  checkNumber("alpha1TopK", "kappa", kappa, { atLeast: 0 });
  const all = alpha1(ensemble, lambda);
  if (kappa === 0) return alphaMax(ensemble);
  const edge = ensemble.signal - kappa / lambda;
  // The K largest reach down to where softmax has its weight: nothing is left out that counts.
  if (!(edge > ensemble.zetaPrime(Math.min(lambda, ensemble.lambdaLimit ?? lambda)))) return all;
  return Math.max(all, kappa + rateOf(ensemble, edge));
}

/** I(e) = l e - zeta(l) at zeta'(l) = e. */
function rateOf(ensemble: Ensemble, e: number): number {
  const l = increasingRoot((x) => ensemble.zetaPrime(x) - e, ensemble.lambdaLimit ?? 1e6);
  if (l === null) throw new HopfieldError("E_RANGE", `alpha1TopK: overlaps of ${e} are beyond what ${ensemble.name} says something about`);
  return Math.max(0, l * e - ensemble.zeta(l));
}
