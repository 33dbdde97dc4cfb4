/** @file The threshold stops growing with lambda: exactly where the noise condenses, late for tanh, never for signs. */
import { alpha1, alphaMax, hiddenManifold, lambdaSaturation, simulate } from "../capacity/index.ts";
import type { Claim } from "./types.ts";

const ratios = [0.25, 0.5, 1, 2];

/** @param saturation the function under examination. */
export function saturationClaim(saturation: typeof lambdaSaturation = lambdaSaturation): Claim {
  return {
    id: "capacity-saturation",
    title: "the threshold saturates at a finite lambda for linear, relu and tanh patterns, latest for tanh, and at none for signs",
    source:
      "The Capacity of Modern Hopfield Networks under the Data Manifold Hypothesis, arXiv 2503.09518 (saturation; tanh at larger lambda); docs/capacity/hidden-manifold.md",
    expected:
      "D / N = .25, .5, 1, 2: linear at lambda_s = a / (1 + a), a = D / N; zeta' < E sigma^2 below and > above lambda_s; alpha_1 grows up to it and is constant to the bit beyond; lambda_s(linear) < lambda_s(relu) < lambda_s(tanh), none for sign, whose alpha_1 still grows at lambda = 20; simulated relu medians at N = 40 are the same at 2 and at 8 lambda_s within their intervals, and higher than at lambda_s / 4",
    tolerance: "1e-12 for the linear formula; order otherwise",
    seconds: 3,
    run({ seed, progress }) {
      let passed = true;
      const rows = ratios.map((ratio, i) => {
        const found = (["linear", "relu", "tanh"] as const).map((activation) => {
          const ensemble = hiddenManifold({ activation, ratio });
          const s = saturation(ensemble) ?? Number.NaN;
          const slopes = [0.99 * s, 1.01 * s].map((lambda) => ensemble.zetaPrime(lambda) - ensemble.signal) as [number, number];
          const most = alphaMax(ensemble);
          passed &&= slopes[0] < 0 && slopes[1] > 0 && alpha1(ensemble, 3 * s) === most && alpha1(ensemble, 0.8 * s) < (most ?? 0);
          return s;
        }) as [number, number, number];
        const signs = hiddenManifold({ activation: "sign", ratio });
        passed &&= Math.abs(found[0] - ratio / (1 + ratio)) < 1e-12 && found[0] < found[1] && found[1] < found[2];
        passed &&= saturation(signs) === null && alpha1(signs, 20) > alpha1(signs, 10);
        progress(i + 1, ratios.length + 1);
        return found;
      });
      const s = rows[1]?.[1] ?? 1;
      const [below, two, eight] = [s / 4, 2 * s, 8 * s].map(
        (lambda) =>
          simulate({
            ensemble: "hidden-manifold",
            activation: "relu",
            ratio: 0.5,
            n: 40,
            lambda,
            instances: 100,
            seed,
            maxPatterns: 200_000,
          }).alphaStar,
      ) as [Interval, Interval, Interval];
      passed &&= two.low <= eight.high && eight.low <= two.high && below.high < two.low;
      return {
        measured: `${ratios.map((ratio, i) => `D/N ${ratio}: ${rows[i]?.map((x) => x.toFixed(4)).join(" < ")}`).join("; ")}; simulated relu medians ${[below, two, eight].map((x) => x.median.toFixed(3)).join(", ")} at .25, 2, 8 lambda_s`,
        passed,
        figures: Object.fromEntries(ratios.map((ratio, i) => [`tanh${ratio}`, rows[i]?.[2] ?? Number.NaN])),
      };
    },
  };
}

interface Interval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export const capacitySaturation: Claim = saturationClaim();
