/** Thresholds of top-k and of separations with a support of their own, against patterns that are drawn and weighed one by one. */
import { expect, test } from "vitest";
import { alpha1, alpha1TopK, binaryEnsemble, gaussianEnsemble, sphericalEnsemble } from "../../src/capacity/index.ts";
import { randomStream, uniform } from "../../src/core/random.ts";

const binary = binaryEnsemble();
/** Rate of overlap e of fair signs, as counted: (1/2)[(1 + e) log(1 + e) + (1 - e) log(1 - e)]. */
const rate = (e: number): number => 0.5 * ((1 + e) * Math.log(1 + e) + (1 - e) * Math.log(1 - e));

test("signs: kappa + I(1 - kappa / lambda) with the rate in closed form; Gaussian likewise; never below softmax", () => {
  for (const [lambda, kappa] of [
    [0.5, 0.05],
    [1, 0.1],
    [2, 0.05],
  ] as const) {
    expect(alpha1TopK(binary, lambda, kappa)).toBeCloseTo(kappa + rate(1 - kappa / lambda), 10);
  }
  expect(alpha1TopK(gaussianEnsemble(), 0.5, 0.1)).toBeCloseTo(0.1 + 0.8 ** 2 / 2, 10);
  for (const lambda of [0.2, 0.7, 1.5]) {
    for (const ensemble of [binary, gaussianEnsemble(), sphericalEnsemble()]) {
      const values = [0.001, 0.05, 0.2, 1, 5].map((kappa) => alpha1TopK(ensemble, lambda, kappa) ?? Number.NaN);
      values.forEach((value, i) => {
        expect(value).toBeGreaterThanOrEqual(alpha1(ensemble, lambda) - 1e-12);
        // Keeping more only adds noise.
        if (i > 0) expect(value).toBeLessThanOrEqual((values[i - 1] as number) + 1e-12);
      });
      expect(values.at(-1)).toBe(alpha1(ensemble, lambda));
    }
  }
  expect(alpha1TopK(binary, 0.3, 0)).toBeCloseTo(Math.LN2, 12);
  expect(alpha1TopK(sphericalEnsemble(), 0.3, 0)).toBeNull();
});

test("sixteen signs at lambda = 0.25: with 4 and with 32 kept, the median first P is the formula's at kappa = log(K) / N, and far above softmax", () => {
  const [n, lambda] = [16, 0.25];
  const binomial = (random: ReturnType<typeof randomStream>): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += uniform(random) < 0.5 ? -1 : 1;
    return sum;
  };
  const median = (K: number, count: number): number => {
    const values = Array.from({ length: count }, (_, index) => {
      const random = randomStream(4, index);
      // Weights of the K - 1 largest wrong patterns, relative to the right one's.
      const largest: number[] = [];
      let sum = 0;
      for (let P = 2; ; P++) {
        const w = Math.exp(lambda * (binomial(random) - n));
        if (largest.length < K - 1 || w > (largest[0] ?? 0)) {
          if (largest.length >= K - 1) sum -= largest.shift() ?? 0;
          const at = largest.findIndex((other) => other >= w);
          largest.splice(at < 0 ? largest.length : at, 0, w);
          sum += w;
        }
        if (sum > 1 || P > 60_000) return Math.log(P) / n;
      }
    }).sort((a, b) => a - b);
    return values[count >> 1] as number;
  };
  for (const K of [4, 32]) {
    const theory = alpha1TopK(binary, lambda, Math.log(K - 1) / n) ?? Number.NaN;
    // Levels are two apart: the edge of the K largest sits between them, which moves log P by up to half of the log of a ratio of neighbouring levels, about 1, and by order log(n) / 2.
    expect(Math.abs(median(K, 15) - theory)).toBeLessThan(1.5 / n);
  }
  expect(median(4, 15)).toBeGreaterThan(alpha1(binary, lambda) + 2 / n);
});
