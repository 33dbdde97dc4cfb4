/** @file Laws of the random features, as statistics over seeds, and of arithmetic in float32 against float64. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { problem, runs } from "./oracle/arbitraries.ts";
import * as oracle from "./oracle/index.ts";
import { at, distance, largestNorm, type Model, norm, sum } from "./oracle/index.ts";

const seeds = Array.from({ length: 2000 }, (_, i) => i + 1);

/** Mean, standard deviation and standard error of the mean of a sample. */
function moments(sample: number[]): { mean: number; deviation: number; error: number } {
  const average = sum(sample) / sample.length;
  const deviation = Math.sqrt(sum(sample.map((value) => (value - average) ** 2)) / (sample.length - 1));
  return { mean: average, deviation, error: deviation / Math.sqrt(sample.length) };
}

describe("the normal generator of the oracle", () => {
  it("has the moments 0, 1, 0, 3 of N(0, 1) within four standard errors, and another seed gives other numbers", () => {
    const normal = oracle.normals(1);
    const sample = oracle.normalVector(20000, normal);
    for (const [power, expected] of [
      [1, 0],
      [2, 1],
      [3, 0],
      [4, 3],
    ] as const) {
      const { mean, error } = moments(sample.map((value) => value ** power));
      expect(Math.abs(mean - expected)).toBeLessThan(4 * error);
    }
    expect(oracle.normalVector(8, oracle.normals(1))).toEqual(sample.slice(0, 8));
    expect(oracle.normalVector(8, oracle.normals(2))).not.toEqual(sample.slice(0, 8));
  });
});

describe("random features: mean e^{β x·y}, relative standard deviation √((e^{β‖x+y‖²} − 1)/m)", () => {
  const generators = { independent: oracle.independentRows, orthogonal: oracle.orthogonalRows };
  const d = 6;
  const pairs = [11, 12, 13].map((s) => {
    const normal = oracle.normals(s);
    const [x, y] = [oracle.unitVector(d, normal), oracle.unitVector(d, normal)];
    // β‖x + y‖² = 0.3, 0.6, 0.9
    return { x, y, beta: (0.3 * (s - 10)) / norm(oracle.add(x, y)) ** 2 };
  });

  it.each(["independent", "orthogonal"] as const)("%s rows: unbiased", (kind) => {
    for (const { x, y, beta } of pairs) {
      const { mean, error } = moments(seeds.map((s) => oracle.randomKernel(x, y, beta, generators[kind](30, d, oracle.normals(s)))));
      // Four standard errors: one chance in 16 000 for a right generator, decided once by the fixed seeds.
      expect(Math.abs(mean - Math.exp(beta * oracle.dot(x, y)))).toBeLessThan(4 * error);
      // An error of 4 is less than 2 % of the mean: the test sees a bias of that size.
      expect(4 * error).toBeLessThan(0.02 * mean);
    }
  });

  it.each([16, 64])("independent rows: the standard deviation, m = %i", (m) => {
    for (const { x, y, beta } of pairs) {
      const { mean, deviation } = moments(
        seeds.map((s) => oracle.randomKernel(x, y, beta, oracle.independentRows(m, d, oracle.normals(s)))),
      );
      const expected = Math.sqrt((Math.exp(beta * norm(oracle.add(x, y)) ** 2) - 1) / m);
      // 10 %: the standard deviation of 2000 draws is itself known to 1/√4000 ≈ 1.6 %, more for the skew of the exponential.
      expect(Math.abs(deviation / mean / expected - 1)).toBeLessThan(0.1);
    }
  });

  it("the L1 error of the weights falls as m^{−1/2}: slope in [−0.6, −0.4] at β = 0.5, 64 unit patterns of 16 entries", () => {
    const normal = oracle.normals(5);
    const X = Array.from({ length: 64 }, () => oracle.unitVector(16, normal));
    const q = oracle.unitVector(16, normal);
    const exact = oracle.softmax(X.map((x) => 0.5 * oracle.dot(q, x)));
    const sizes = [64, 256, 1024];
    const errors = sizes.map((m) => {
      const draws = seeds.slice(0, 12).map((s) => {
        const p = oracle.randomFeatureWeights(q, X, 0.5, oracle.independentRows(m, 16, oracle.normals(1000 * m + s)));
        return sum(p.map((value, i) => Math.abs(value - at(exact, i))));
      });
      return sum(draws) / draws.length;
    });
    const [first = 0, , last = 0] = errors;
    const slope = Math.log(last / first) / Math.log(16);
    expect(slope).toBeGreaterThan(-0.6);
    expect(slope).toBeLessThan(-0.4);
  });
});

describe("orthogonal directions", () => {
  it("are orthogonal in blocks of d, of the length of a normal vector, and have mean near 0 over 4096 rows", () => {
    const rows = oracle.orthogonalRows(4096, 16, oracle.normals(3));
    expect(rows.length).toBe(4096);
    for (const [i, j] of [
      [0, 1],
      [5, 15],
      [16, 31],
    ] as const) {
      // Gram–Schmidt in float64 on 16 normal vectors.
      expect(Math.abs(oracle.dot(at(rows, i), at(rows, j)))).toBeLessThan(1e-10);
    }
    const { mean, error } = moments(rows.map((row) => norm(row) ** 2));
    expect(Math.abs(mean - 16)).toBeLessThan(4 * error);
    // Independent rows give √(16/4096) = 0.0625 on average; directions from a QR decomposition without the sign correction give about 0.18.
    expect(norm(oracle.mean(rows))).toBeLessThan(0.12);
  });
});

describe("float32", () => {
  const f = Math.fround;
  const u = 2 ** -24;

  /** The dense evaluation with every operation rounded to float32, shifted by the maximum. */
  function evaluate32(q: oracle.Vector, X: oracle.Rows, beta: number): number[] {
    const total = (terms: number[]): number => terms.reduce((a, b) => f(a + b), 0);
    const z = X.map((x) => f(beta * total(x.map((value, j) => f(value * at(q, j))))));
    const top = Math.max(...z);
    const e = z.map((value) => f(Math.exp(f(value - top))));
    const p = e.map((value) => f(value / total(e)));
    return q.map((_, j) => total(X.map((x, i) => f(at(x, j) * at(p, i)))));
  }

  /** Float32 numbers in [−2, 2] that use all 24 bits, without subnormals. */
  const single = fc.integer({ min: -(2 ** 23), max: 2 ** 23 }).map((value) => value / 2 ** 22);

  it("dense: |y32 − y| is within the bound that the roundings give", () => {
    const check = fc.property(problem({ value: single, d: [1, 5] }), fc.integer({ min: 1, max: 25 }), ({ X, q }, beta) => {
      const model: Model = { similarity: "dot", separation: "softmax", beta };
      // Each logit: d products, d sums and the factor β, then the shift: relative to Σ|βqx|. The exponential and the sums: relative, hence absolute in z.
      const logit = Math.max(...X.map((x) => beta * sum(x.map((value, j) => Math.abs(value * at(q, j))))));
      const inLogits = (q.length + 4) * 2 * u * logit + (X.length + 4) * u;
      // Moving the logits by δ moves y by at most (D/2)·max|δ| (covariance); the last sum adds (M + 1)u‖x‖ per pattern.
      const limit = (oracle.diameter(X) / 2) * inLogits + (X.length + 4) * u * Math.sqrt(q.length) * largestNorm(X);
      expect(distance(evaluate32(q, X, beta), oracle.evaluate(q, X, model))).toBeLessThanOrEqual(limit);
    });
    fc.assert(check, runs);
  });
});
