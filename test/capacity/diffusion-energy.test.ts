/** The energy of the memory and the density of the diffusion: against their definitions, against each other, and where logits are too large to exponentiate. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { drawPatterns } from "../../src/capacity/diffusion-draw.ts";
import { energyConstant, identityError, logDensity, memoryEnergy } from "../../src/capacity/diffusion-energy.ts";
import { type Bias, type PatternSet, patternSet } from "../../src/capacity/diffusion-set.ts";

const rowsOf = (set: PatternSet): number[][] =>
  Array.from({ length: set.rows }, (_, i) => Array.from(set.data.subarray(i * set.columns, (i + 1) * set.columns)));
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, k) => sum + x * (b[k] ?? 0), 0);

/** By the definition: sums of plain exponentials, no shift; good while the exponents are small. */
function plainEnergy(patterns: number[][], x: number[], lambda: number, bias: Bias): number {
  const sum = patterns.reduce((total, xi) => total + Math.exp(lambda * (dot(x, xi) - (bias === "norm" ? dot(xi, xi) / 2 : 0))), 0);
  return dot(x, x) / 2 - Math.log(sum) / lambda;
}

/** By the definition: the mean of P Gaussian densities, each a product over the entries. */
function plainDensity(patterns: number[][], x: number[], t: number): number {
  const normal = (u: number): number => Math.exp((-u * u) / (2 * t)) / Math.sqrt(2 * Math.PI * t);
  return patterns.reduce((total, xi) => total + xi.reduce((product, v, k) => product * normal((x[k] ?? 0) - v), 1), 0) / patterns.length;
}

const entry = fc.double({ min: -2, max: 2, noNaN: true });
const problem = fc.integer({ min: 1, max: 5 }).chain((n) =>
  fc.record({
    patterns: fc.uniqueArray(fc.array(entry, { minLength: n, maxLength: n }), {
      minLength: 2,
      maxLength: 6,
      selector: (row) => row.map((v) => v + 0).join(),
    }),
    x: fc.array(entry, { minLength: n, maxLength: n }),
    t: fc.double({ min: 0.3, max: 20, noNaN: true }),
  }),
);

describe("against the definitions", () => {
  test("energy with and without the bias, weights, image", () => {
    fc.assert(
      fc.property(problem, ({ patterns, x, t }) => {
        const { set } = patternSet(patterns);
        for (const bias of ["none", "norm"] as const) {
          const found = memoryEnergy(set, x, 1 / t, bias);
          // Exponents up to 20 / .3: the plain sum of exponentials rounds to about 1e-14 of it, times t <= 20.
          expect(Math.abs(found.energy - plainEnergy(rowsOf(set), x, 1 / t, bias))).toBeLessThan(1e-11);
          expect(Math.abs(found.weights.reduce((a, b) => a + b, 0) - 1)).toBeLessThan(1e-14 * set.rows);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("gradients are derivatives: central differences of the plain energy and of the plain density", () => {
    const { set } = patternSet([
      [1, -0.5, 0.25],
      [0.3, 1, -1],
      [-1, -0.2, 0.7],
    ]);
    const x = [0.4, -0.3, 0.8];
    const [t, h] = [0.7, 1e-5];
    for (const k of [0, 1, 2]) {
      const at = (shift: number): number[] => x.map((v, i) => (i === k ? v + shift : v));
      for (const bias of ["none", "norm"] as const) {
        const slope = (plainEnergy(rowsOf(set), at(h), 1 / t, bias) - plainEnergy(rowsOf(set), at(-h), 1 / t, bias)) / (2 * h);
        // Truncation h^2 and rounding 1e-16 / h: both about 1e-10.
        expect(Math.abs((memoryEnergy(set, x, 1 / t, bias).gradient[k] ?? Number.NaN) - slope)).toBeLessThan(2e-9);
      }
      const slope = (Math.log(plainDensity(rowsOf(set), at(h), t)) - Math.log(plainDensity(rowsOf(set), at(-h), t))) / (2 * h);
      expect(Math.abs((logDensity(set, x, t).score[k] ?? Number.NaN) - slope)).toBeLessThan(2e-9);
    }
  });

  test("log density", () => {
    fc.assert(
      fc.property(problem, ({ patterns, x, t }) => {
        const { set } = patternSet(patterns);
        const plain = Math.log(plainDensity(rowsOf(set), x, t));
        expect(Math.abs(logDensity(set, x, t).logDensity - plain)).toBeLessThan(1e-11);
      }),
      { numRuns: 60 },
    );
  });
});

describe("the identity E_{1/t} = -t log p_t + constant", () => {
  test("values, with the bias, for any patterns; without it for equal norms only", () => {
    fc.assert(
      fc.property(problem, ({ patterns, x, t }) => {
        const { set } = patternSet(patterns);
        const density = -t * logDensity(set, x, t).logDensity;
        expect(Math.abs(memoryEnergy(set, x, 1 / t, "norm").energy - density - energyConstant(set, t, "norm"))).toBeLessThan(1e-10);
        if (!set.equalNorms) expect(energyConstant(set, t, "none")).toBeNaN();
      }),
      { numRuns: 60 },
    );
    const set = drawPatterns({ kind: "spherical" }, 12, 0.4, 3);
    const x = Array.from({ length: 12 }, (_, k) => Math.sin(k));
    const difference = memoryEnergy(set, x, 1 / 0.6, "none").energy + 0.6 * logDensity(set, x, 0.6).logDensity;
    expect(Math.abs(difference - energyConstant(set, 0.6, "none"))).toBeLessThan(1e-11);
  });

  test("gradients, to 1e-12, at 20 points and 5 times; not with unequal norms and no bias", () => {
    const times = [0.2, 0.5, 1, 2, 5];
    const points = Array.from({ length: 20 }, (_, i) => Array.from({ length: 24 }, (_, k) => Math.sin(7 * i + 3 * k * k) * (0.5 + i / 10)));
    for (const kind of ["spherical", "binary"] as const) {
      expect(identityError(drawPatterns({ kind }, 24, 0.3, 1), "none", points, times)).toBeLessThan(1e-12);
    }
    const manifold = drawPatterns({ kind: "hidden-manifold", activation: "relu", latentRatio: 0.5 }, 24, 0.3, 1);
    expect(manifold.equalNorms).toBe(false);
    expect(identityError(manifold, "norm", points, times)).toBeLessThan(1e-12);
    expect(identityError(manifold, "none", points, times)).toBeGreaterThan(1e-3);
  });
});

test("logits beyond what exp can hold: weights 0 and 1, nothing infinite", () => {
  const { set } = patternSet([
    [1000, 0],
    [0, 1000],
  ]);
  const found = memoryEnergy(set, [900, 0], 1e3, "norm");
  expect(Array.from(found.weights)).toEqual([1, 0]);
  expect(found.participation).toBe(1);
  // E = |x|^2 / 2 - (x . xi - |xi|^2 / 2) = |x - xi|^2 / 2 where one weight is 1.
  expect(found.energy).toBe(5000);
  expect(Number.isFinite(logDensity(set, [900, 0], 1e-6).logDensity)).toBe(true);
});

describe("sets", () => {
  test("copies are left out and counted", () => {
    const { set, copies } = patternSet([
      [1, 2],
      [2, 1],
      [1, 2],
      [0, 0],
      [-0, 0],
    ]);
    expect([set.rows, copies]).toEqual([3, 2]);
    expect(Array.from(set.data)).toEqual([1, 2, 2, 1, 0, 0]);
  });
  test.each<[string, () => unknown, string]>([
    ["one pattern only", () => patternSet([[1, 2]]), "E_RANGE"],
    ["copies only", () => patternSet(Array(3).fill([1, 2])), "E_RANGE"],
    ["not finite", () => patternSet([[1], [Number.NaN]]), "E_NONFINITE"],
    ["ragged", () => patternSet([[1, 2], [3]]), "E_SHAPE"],
    ["too many", () => drawPatterns({ kind: "binary" }, 40, 0.5, 1), "E_LIMIT"],
    ["too few", () => drawPatterns({ kind: "binary" }, 4, 0.05, 1), "E_RANGE"],
    ["alpha 0", () => drawPatterns({ kind: "spherical" }, 24, 0, 1), "E_RANGE"],
    ["time 0", () => logDensity(patternSet([[1], [2]]).set, [0], 0), "E_RANGE"],
    ["lambda below 0", () => memoryEnergy(patternSet([[1], [2]]).set, [0], -1, "none"), "E_RANGE"],
  ])("%s is refused", (_, work, code) => {
    expect(work).toThrow(expect.objectContaining({ code }));
  });
  test("ensembles are what they say, and the same for the same seed", () => {
    const sphere = drawPatterns({ kind: "spherical" }, 16, 0.4, 5);
    expect(sphere.rows).toBe(Math.round(Math.exp(6.4)));
    for (const half of sphere.halfNorms) expect(Math.abs(half - 8)).toBeLessThan(1e-13);
    const signs = drawPatterns({ kind: "binary" }, 16, 0.4, 5);
    expect(new Set(signs.data)).toEqual(new Set([-1, 1]));
    // 9 632 fair signs: the mean has a deviation of .0102.
    expect(Math.abs(signs.data.reduce((a, b) => a + b, 0) / signs.data.length)).toBeLessThan(0.05);
    expect(drawPatterns({ kind: "binary" }, 16, 0.4, 5).data).toEqual(signs.data);
    expect(drawPatterns({ kind: "binary" }, 16, 0.4, 6).data).not.toEqual(signs.data);
  });
});
