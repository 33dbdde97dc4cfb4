/**
 * @file Linear hidden-manifold patterns xi = F z / sqrt D: everything is Gaussian, so zeta is exact (a random-matrix trace). Derivation: docs/capacity/hidden-manifold.md, "Linear".
 */
import { sphericalEnsemble } from "./closed-forms.ts";
import type { LatentPrior, Saddle } from "./saddle.ts";

/** Saddle at lambda > 0 for D / N = ratio (Infinity: independent N(0, 1) entries) and a query with `noise` per entry. */
export function linearManifold(ratio: number, prior: LatentPrior, noise: number): (lambda: number) => Saddle {
  const power = 1 + noise;
  if (ratio === Number.POSITIVE_INFINITY) {
    return (lambda) => ({ ...exact(lambda, 0, 0, 1), zeta: 0.5 * power * lambda * lambda, zetaPrime: power * lambda });
  }
  if (prior === "gaussian") {
    return (lambda) => {
      const m = lambda / ratio;
      const q = m * m + (power * lambda * lambda) / ratio;
      const c = power + 1 / ratio;
      return { ...exact(lambda, m, q, 1 + q), zeta: 0.5 * c * lambda * lambda, zetaPrime: c * lambda };
    };
  }
  // On the sphere the field F^T x / sqrt D has the squared length y D / lambda^2: a spherical ensemble of D entries.
  const sphere = sphericalEnsemble();
  const scale = Math.sqrt((power + 1 / ratio) / ratio);
  return (lambda) => {
    const H = lambda * scale;
    const V = 2 / (1 + Math.sqrt(1 + 4 * H * H));
    return {
      ...exact(lambda, (V * lambda) / ratio, V * V * H * H, 1),
      zeta: ratio * sphere.zeta(H),
      zetaPrime: ratio * scale * sphere.zetaPrime(H),
    };
  };
}

/** g'' = 0: the replicon is 1. */
function exact(
  lambda: number,
  m: number,
  q: number,
  r: number,
): { lambda: number; m: number; q: number; r: number; residual: number; replicon: number } {
  return { lambda, m, q, r, residual: 0, replicon: 1 };
}
