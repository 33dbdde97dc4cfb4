/** @file Thresholds measured on drawn hidden-manifold patterns at a few N, taken to N = infinity by the fit, are the saddle-point values. */
import { alpha1, fitSizes, hiddenManifold, simulate, sizePoint } from "../capacity/index.ts";
import type { Claim } from "./types.ts";

const cases = [
  { activation: "tanh", lambda: 1, sizes: [18, 24, 30, 36], saturated: false },
  { activation: "relu", lambda: 2, sizes: [40, 55, 70, 85], saturated: true },
] as const;

/** @param run the function under examination. */
export function finiteSizeClaim(run: typeof simulate = simulate): Claim {
  return {
    id: "capacity-finite-size",
    title: "thresholds of drawn hidden-manifold patterns extrapolate to the replica-symmetric alpha_1",
    source: "arXiv 2503.09518 (thresholds of the hidden manifold); the fit in docs/capacity/simulation.md, Finite size",
    expected:
      "medians of alpha* of streamed patterns, D / N = 1/2, 160 problems a size: tanh at lambda = 1 (N = 18 ... 36, fit alpha_1 + a / N) and relu at lambda = 2, beyond lambda_s (N = 40 ... 85, fit alpha_1 + (a + log(N) / 2) / N): alpha_1 of the fit is that of the saddle point",
    tolerance: "3 standard errors of the fit, which must be below 0.03",
    seconds: 6,
    run({ seed, progress }) {
      const found = cases.map(({ activation, lambda, sizes, saturated }, k) => {
        const theory = alpha1(hiddenManifold({ activation, ratio: 0.5 }), lambda);
        const points = sizes.map((n, i) => {
          // Streams far beyond the median say no more about it.
          const maxPatterns = Math.ceil((saturated ? 40 : 12) * Math.exp(theory * n));
          const { values } = run({
            ensemble: "hidden-manifold",
            activation,
            ratio: 0.5,
            n,
            lambda,
            instances: 160,
            seed: 31 * seed + i,
            maxPatterns,
          });
          progress(k * sizes.length + i + 1, cases.length * sizes.length);
          return sizePoint(n, values);
        });
        const fit = fitSizes(points, saturated);
        return { activation, theory, ...fit, deviations: (fit.alpha1 - theory) / fit.error };
      });
      return {
        measured: found
          .map(
            ({ activation, alpha1: fitted, error, theory, deviations }) =>
              `${activation} ${fitted.toFixed(4)} +- ${error.toFixed(4)}, theory ${theory.toFixed(4)} (${deviations.toFixed(1)} errors)`,
          )
          .join("; "),
        passed: found.every(({ deviations, error }) => Math.abs(deviations) <= 3 && error < 0.03),
        figures: Object.fromEntries(found.map(({ activation, deviations }) => [activation, deviations])),
      };
    },
  };
}

export const capacityFiniteSize: Claim = finiteSizeClaim();
