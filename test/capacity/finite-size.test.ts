/** Fits over N, fluctuations, and basins, against definitions and closed forms. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sphericalEnsemble } from "../../src/capacity/closed-forms.ts";
import { openPatterns } from "../../src/capacity/dynamics.ts";
import {
  basin,
  basinSample,
  fitSizes,
  gaussianEnsemble,
  medianInterval,
  type SizePoint,
  simulate,
  sizePoint,
} from "../../src/capacity/index.ts";
import { patternNumbers } from "./stream-oracle.ts";

describe("the fit over N", () => {
  test("finds alpha_1 and a of medians that follow its law, whatever their errors", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.boolean(),
        fc.array(fc.double({ min: 0.001, max: 0.1, noNaN: true }), { minLength: 4, maxLength: 4 }),
        (alpha, a, saturated, errors) => {
          const points = errors.map((error, i): SizePoint => {
            const n = 20 + 15 * i;
            return { n, median: alpha + (a + (saturated ? 0.5 : 0) * Math.log(n)) / n, error, spread: 1 };
          });
          const fit = fitSizes(points, saturated);
          // Condition of the 2 x 2 system: errors of 1e-16 grow by about 1e4 at most.
          expect(Math.abs(fit.alpha1 - alpha)).toBeLessThan(1e-11);
          expect(Math.abs(fit.slope - a)).toBeLessThan(1e-9);
          expect(fit.scatter).toBeLessThan(1e-15);
        },
      ),
    );
  });
  test("its error is the spread of fits of noisy medians", () => {
    const errors = [0.01, 0.006, 0.004, 0.003];
    let state = 1;
    const uniform = (): number => {
      state = (state * 48271) % 2147483647;
      return state / 2147483647;
    };
    const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    const fits = Array.from({ length: 2000 }, () =>
      fitSizes(
        errors.map((error, i): SizePoint => ({ n: 20 + 20 * i, median: 0.3 - 0.4 / (20 + 20 * i) + error * normal(), error, spread: 1 })),
        false,
      ),
    );
    const mean = fits.reduce((sum, { alpha1 }) => sum + alpha1, 0) / fits.length;
    const deviation = Math.sqrt(fits.reduce((sum, { alpha1 }) => sum + (alpha1 - mean) ** 2, 0) / fits.length);
    const least = Math.min(...fits.map(({ error }) => error));
    // The smallest error is the one without widening; 2000 fits give the deviation to 2 %.
    expect(Math.abs(deviation / least - 1)).toBeLessThan(0.1);
    expect(Math.abs(mean - 0.3)).toBeLessThan((5 * deviation) / Math.sqrt(fits.length));
  });
  test("refused: two sizes, a median without an error", () => {
    const point = { n: 20, median: 0.2, error: 0.01, spread: 1 };
    expect(() => fitSizes([point, point, { ...point, n: 30 }], false)).toThrow("3 different n");
    expect(() => fitSizes([point, { ...point, n: 30 }, { ...point, n: 40, error: Number.POSITIVE_INFINITY }], false)).toThrow("n = 40");
  });
});

test("fluctuations of Gaussian thresholds are those of the norm: sqrt(2) (lambda - lambda^2 / 2) / sqrt N", () => {
  const { values } = simulate({ ensemble: "gaussian", n: 400, lambda: 0.5, instances: 600 });
  // From quartiles of 600 values: 5.5 %, five of them; next order 1 / N.
  expect(Math.abs(sizePoint(400, values).spread / (Math.SQRT2 * 0.375) - 1)).toBeLessThan(0.2);
});

describe("basins", () => {
  test("a little inside, the pattern has half of the weight at the query, a little outside not: summed in the open", () => {
    const [n, patterns, lambda, seed] = [8, 30, 0.9, 3];
    let inside = 0;
    for (const index of [0, 1, 2, 3, 4, 5]) {
      const cosine = basinSample({ ensemble: "gaussian", n, patterns, lambda, seed, dynamics: "once" }, index);
      if (cosine === 1) continue;
      const rows = openPatterns("gaussian", n, 0, seed, index).take(patterns);
      const row = (p: number): number[] => Array.from(rows.subarray(p * n, (p + 1) * n));
      const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
      const target = row(0);
      const eta = patternNumbers(seed, 0x78000000 + index, 0, n);
      const across = eta.map((x, i) => x - (dot(eta, target) / dot(target, target)) * (target[i] ?? 0));
      const weight = (angle: number): number => {
        const query = target.map(
          (x, i) =>
            Math.sqrt(n) * ((Math.cos(angle) * x) / Math.hypot(...target) + (Math.sin(angle) * (across[i] ?? 0)) / Math.hypot(...across)),
        );
        const weights = Array.from({ length: patterns }, (_, p) => Math.exp(lambda * dot(query, row(p))));
        return (weights[0] ?? 0) / weights.reduce((sum, w) => sum + w, 0);
      };
      // The bisection ends at 2^-12.
      expect(weight(Math.acos(cosine) - 1e-4)).toBeGreaterThanOrEqual(0.5);
      expect(weight(Math.acos(cosine) + 4e-4)).toBeLessThan(0.5);
      inside++;
    }
    expect(inside).toBeGreaterThan(3);
  });
  test("medians approach cos theta_c = phi / lambda from below as N grows, one step and iterated", () => {
    const median = (n: number, dynamics: "once" | "converge"): number => {
      const patterns = Math.round(Math.exp(0.25 * n));
      const values = Float64Array.from({ length: 30 }, (_, i) =>
        basinSample({ ensemble: "spherical", n, patterns, lambda: 2, seed: 2, dynamics }, i),
      ).sort();
      return medianInterval(values, 0.05).median;
    };
    const theory = basin(sphericalEnsemble(), 0.25, 2) ?? Number.NaN;
    for (const dynamics of ["once", "converge"] as const) {
      const [small, large] = [median(12, dynamics), median(28, dynamics)];
      expect(Math.abs(large - theory)).toBeLessThan(Math.abs(small - theory));
      // Condensed: the largest of P overlaps is low by log(N) / (2 N) in alpha, which d e_max / d alpha turns into 0.06 here.
      expect(Math.abs(large - theory)).toBeLessThan(0.1);
    }
  });
  test("more patterns, smaller basins; beyond the threshold none (Gaussian), and whole bits (binary)", () => {
    const at = (ensemble: "binary" | "gaussian", patterns: number): number =>
      basinSample({ ensemble, n: 12, patterns, lambda: 1, seed: 1, dynamics: "once" }, 4);
    expect(at("gaussian", 3)).toBeLessThanOrEqual(at("gaussian", 60));
    expect((at("binary", 20) * 12) % 2).toBe(0);
    expect(at("gaussian", 200_000)).toBe(1);
    expect(gaussianEnsemble().signal).toBe(1);
  });
});
