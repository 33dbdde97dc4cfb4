/** The participation ratio against the covariance's own eigenvalue sums, and the l2 form of the empirical ensemble against closed forms. */
import { expect, test } from "vitest";
import { alpha1, effectiveDimension, empiricalEnsemble } from "../../src/capacity/index.ts";
import { normal, randomStream } from "../../src/core/random.ts";

const random = randomStream(8, 1);
const manifold = (count: number, N: number, D: number): number[][] => {
  const F = Array.from({ length: N }, () => Array.from({ length: D }, () => normal(random)));
  return Array.from({ length: count }, () => {
    const z = Array.from({ length: D }, () => normal(random));
    return F.map((row) => 3 + row.reduce((sum, f, k) => sum + f * (z[k] ?? 0), 0) / Math.sqrt(D));
  });
};

test("from sampled pairs as from the whole covariance matrix", () => {
  const [P, N] = [900, 24];
  const rows = manifold(P, N, 6);
  const mean = rows[0]?.map((_, k) => rows.reduce((sum, row) => sum + (row[k] ?? 0), 0) / P) ?? [];
  const C = mean.map((a, i) => mean.map((b, j) => rows.reduce((sum, row) => sum + ((row[i] ?? 0) - a) * ((row[j] ?? 0) - b), 0) / (P - 1)));
  const trace = C.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  const square = C.flat().reduce((sum, c) => sum + c * c, 0);
  const { dimension, latentRatio, ensemble } = effectiveDimension(rows);
  // 40 000 pairs whose squares scatter by about twice their mean: 1 %, five of it; the sample covariance's own tr C^2 is high by (tr C)^2 / P, 0.7 %.
  expect(Math.abs(dimension / ((trace * trace) / square) - 1)).toBeLessThan(0.06);
  expect(latentRatio).toBeCloseTo(dimension / (N - dimension), 12);
  // What it holds at any lambda: dimension / (2 N), and that of a linear manifold of this ratio, a / (2 (1 + a)).
  expect(alpha1(ensemble, 1e3)).toBeCloseTo(dimension / 2 / N, 12);
  expect(alpha1(ensemble, 1e3)).toBeCloseTo((0.5 * latentRatio) / (1 + latentRatio), 12);
});

test("refused: few patterns, equal ones", () => {
  expect(() => effectiveDimension([[1, 2]])).toThrow("at least 10");
  expect(() => effectiveDimension(Array.from({ length: 12 }, () => [1, 2]))).toThrow("no variance");
});

test("l2 on patterns of one norm is dot without the signal; noise widens it", () => {
  const rows = Array.from({ length: 400 }, () => {
    const x = Array.from({ length: 10 }, () => normal(random));
    const length = Math.hypot(...x) / Math.sqrt(10);
    return x.map((value) => value / length);
  });
  const [dot, l2] = [empiricalEnsemble(rows), empiricalEnsemble(rows, { similarity: "l2" })];
  expect(l2.signal).toBe(0);
  for (const lambda of [0.1, 0.3]) {
    // -|x - xi|^2 / 2 = x . xi - N; f32 norms are equal to 1e-7.
    expect(Math.abs(l2.zeta(lambda) - (dot.zeta(lambda) - lambda))).toBeLessThan(1e-6);
    expect(Math.abs(alpha1(l2, lambda) - alpha1(dot, lambda))).toBeLessThan(1e-6);
  }
  // By hand for one query of three patterns: mean of exp(-l d^2 / 2 + l^2 tau d^2 / 2).
  const three = Array.from({ length: 10 }, (_, i) => [i, 0, i % 3]);
  const ensemble = empiricalEnsemble(three, { similarity: "l2", noise: 0.2, queries: 10 });
  const [l, tau] = [0.4, 0.2];
  const logs = three.map((x, q) => {
    const others = three.filter((_, p) => p !== q);
    const terms = others.map((y) => {
      const d = x.reduce((sum, value, k) => sum + (value - (y[k] ?? 0)) ** 2, 0);
      return Math.exp(-0.5 * l * d + 0.5 * l * l * tau * d);
    });
    return Math.log(terms.reduce((a, b) => a + b, 0) / terms.length);
  });
  expect(ensemble.zeta(l)).toBeCloseTo(logs.reduce((a, b) => a + b, 0) / 10 / 3, 12);
});
