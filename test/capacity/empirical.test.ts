/** The empirical ensemble: against the exact one it was drawn from, and within its stated range only. */
import { expect, test } from "vitest";
import { binaryEnsemble, gaussianEnsemble } from "../../src/capacity/closed-forms.ts";
import { empiricalEnsemble } from "../../src/capacity/empirical.ts";
import { alpha1, lambdaSaturation, sigma } from "../../src/capacity/thresholds.ts";
import { normal, randomStream, uniform } from "../../src/core/random.ts";

function rows(count: number, n: number, draw: (random: ReturnType<typeof randomStream>) => number): number[][] {
  const random = randomStream(11, count);
  return Array.from({ length: count }, () => Array.from({ length: n }, () => draw(random)));
}
const signs = rows(3000, 24, (random) => (uniform(random) < 0.5 ? -1 : 1));

test("signs of 24 entries: zeta is log cosh, within the bootstrap interval, up to the limit; duplicates are counted", () => {
  const ensemble = empiricalEnsemble([...signs, ...signs.slice(0, 7)], { queries: 200 });
  const distinct = new Set(signs.map((row) => row.join())).size;
  expect(ensemble.patterns).toBe(distinct);
  expect(ensemble.copies).toBe(3007 - distinct);
  expect(ensemble.signal).toBe(1);
  const limit = ensemble.lambdaLimit ?? 0;
  // Sigma(limit) = (log P - 1) / N by definition.
  expect(sigma(ensemble, limit)).toBeCloseTo((Math.log(distinct) - 1) / 24, 9);
  // Where Sigma is at most 40 % of log P / N, so that the mean over P patterns is not yet carried by its largest terms.
  for (const lambda of [0.2, 0.4, 0.55]) {
    const { low, high } = ensemble.zetaInterval(lambda);
    expect(low).toBeLessThan(ensemble.zeta(lambda));
    expect(high).toBeGreaterThan(ensemble.zeta(lambda));
    // The query and its copies are left out of the mean: a share e^{lambda N} / (2 cosh lambda)^N of it, 5e-4 / N in zeta at most.
    expect(binaryEnsemble().zeta(lambda)).toBeGreaterThan(low - 1e-3);
    expect(binaryEnsemble().zeta(lambda)).toBeLessThan(high + 1e-3);
  }
});

test("beyond the limit nothing is said: Sigma throws, alpha_1 stays at its value there", () => {
  const ensemble = empiricalEnsemble(signs);
  const limit = ensemble.lambdaLimit ?? 0;
  expect(() => sigma(ensemble, limit * 1.01)).toThrow("is known up to lambda");
  expect(alpha1(ensemble, limit * 3)).toBe(alpha1(ensemble, limit));
  expect(lambdaSaturation(ensemble)).toBeNull();
});

test("noise on the queries: Gaussian patterns of 12 entries", () => {
  const patterns = rows(4000, 12, normal);
  const [clean, noisy] = [empiricalEnsemble(patterns), empiricalEnsemble(patterns, { noise: 0.5 })];
  const lambda = 0.25;
  // 100 queries whose |x|^2 / N scatters by sqrt(2 / 12): the mean of lambda^2 |x|^2 / 2 by 4 %.
  expect(Math.abs(clean.zeta(lambda) / gaussianEnsemble().zeta(lambda) - 1)).toBeLessThan(0.15);
  expect(Math.abs(noisy.zeta(lambda) / gaussianEnsemble({ noise: 0.5 }).zeta(lambda) - 1)).toBeLessThan(0.15);
});

test("the same seed draws the same queries", () => {
  expect(empiricalEnsemble(signs, { seed: 4, queries: 20 }).zeta(0.3)).toBe(empiricalEnsemble(signs, { seed: 4, queries: 20 }).zeta(0.3));
  expect(empiricalEnsemble(signs, { seed: 5, queries: 20 }).zeta(0.3)).not.toBe(
    empiricalEnsemble(signs, { seed: 4, queries: 20 }).zeta(0.3),
  );
});
