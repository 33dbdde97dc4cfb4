/** @file The exact thresholds of binary, spherical and Gaussian patterns. Reference: sup of l - zeta(l) with zeta from the finite sum over levels, from a maximum over the overlap, from a moment. */
import { alpha1, binaryEnsemble, gaussianEnsemble, sphericalEnsemble } from "../capacity/index.ts";
import type { Claim } from "./types.ts";

/** log of the mean of e^{l x} over one sign, written as the level sum of N = 64 of them over N: the same for every N. */
function binaryZeta(l: number): number {
  const N = 64;
  let [choose, sum] = [1, 0];
  for (let k = 0; k <= N; k++) {
    sum += choose * Math.exp(l * (N - 2 * k) - N * l);
    choose *= (N - k) / (k + 1);
  }
  return l + Math.log(sum) / N - Math.LN2;
}

/** max over u of l u + log(1 - u^2) / 2, by golden sections. */
function sphericalZeta(l: number): number {
  const f = (u: number): number => l * u + 0.5 * Math.log1p(-u * u);
  const g = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [0, 1 - 1e-12];
  for (let i = 0; i < 120; i++) {
    const [a, b] = [high - g * (high - low), low + g * (high - low)];
    if (f(a) < f(b)) low = a;
    else high = b;
  }
  return f((low + high) / 2);
}

const references = [
  { name: "binary", ensemble: binaryEnsemble(), zeta: binaryZeta },
  { name: "spherical", ensemble: sphericalEnsemble(), zeta: sphericalZeta },
  { name: "gaussian", ensemble: gaussianEnsemble(), zeta: (l: number) => (l * l) / 2 },
];
const lambdas = [0.1, 0.5, 1, 2, 5];

/** @param threshold the function under examination. */
export function thresholdsClaim(threshold: typeof alpha1 = alpha1): Claim {
  return {
    id: "capacity-thresholds",
    title: "the load at which a typical pattern is lost is exact: 0.566 (binary), 0.623 (spherical), 1/2 (Gaussian) at lambda = 1",
    source:
      "The Capacity of Modern Hopfield Networks under the Data Manifold Hypothesis, arXiv 2503.09518, and Exponential Capacity of Dense Associative Memories, arXiv 2304.14964 (spherical 0.623 and Gaussian 1/2 at lambda = 1); derivation in docs/capacity/theory.md",
    expected:
      "alpha_1 at lambda = .1, .5, 1, 2, 5 as sup of l - zeta(l) over l <= lambda; spherical 0.623 at lambda = 1 (three printed digits), Gaussian 1/2 from lambda = 1 on, binary below log 2",
    tolerance:
      "1e-9: a grid of 2 001 points misses a parabola's top by (lambda / 2000)^2 / 8 < 1e-6 only where the sup is inside, which is refined by golden sections",
    seconds: 0.2,
    run() {
      let worst = 0;
      const at1: Record<string, number> = {};
      for (const { name, ensemble, zeta } of references) {
        for (const lambda of lambdas) {
          const found = threshold(ensemble, lambda);
          worst = Math.max(worst, Math.abs(found - supremum((l) => l - zeta(l), lambda)));
          if (lambda === 1) at1[name] = found;
        }
      }
      const limit = threshold(binaryEnsemble(), 40);
      const gaussian = threshold(gaussianEnsemble(), 5);
      const passed =
        worst < 1e-9 &&
        Math.abs((at1.spherical ?? 0) - 0.623) < 5e-4 &&
        Math.abs(gaussian - 0.5) < 1e-12 &&
        Math.abs(limit - Math.LN2) < 1e-12;
      return {
        measured: `at lambda = 1: ${Object.entries(at1)
          .map(([name, value]) => `${name} ${value.toFixed(6)}`)
          .join(", ")}; largest difference ${worst.toExponential(1)}`,
        passed,
        figures: { ...at1, difference: worst },
      };
    },
  };
}

/** Largest value of a concave function on (0, end]. */
function supremum(f: (l: number) => number, end: number): number {
  const g = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [0, end];
  for (let i = 0; i < 120; i++) {
    const [a, b] = [high - g * (high - low), low + g * (high - low)];
    if (f(a) < f(b)) low = a;
    else high = b;
  }
  return Math.max(f((low + high) / 2), f(end));
}

export const capacityThresholds: Claim = thresholdsClaim();
