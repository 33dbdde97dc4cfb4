/** @file Laws of exact recall and of the certificates: when an answer is the stored pattern itself, and how far from it an answer can be. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { members, membersWhere, problem, runs, seed } from "./oracle/arbitraries.ts";
import * as oracle from "./oracle/index.ts";
import { add, at, distance, largestNorm, type Model, scale } from "./oracle/index.ts";

/** M random unit vectors and a random direction, from a seed. */
const unitProblem = fc
  .record({ seed, M: fc.integer({ min: 2, max: 8 }), d: fc.integer({ min: 2, max: 8 }), part: fc.integer({ min: 0, max: 99 }) })
  .map(({ seed: s, M, d, part }) => {
    const normal = oracle.normals(s);
    const X = Array.from({ length: M }, () => oracle.unitVector(d, normal));
    return { X, direction: oracle.unitVector(d, normal), i: part % M, share: part / 100 };
  });

const oneHot = (X: oracle.Rows, i: number): number[] => X.map((_, j) => (i === j ? 1 : 0));

describe("one-step exact recall within the margin: ‖q − xᵢ‖ <= (Δᵢ − μ/β)/(2m)", () => {
  const margins: [string, Omit<Model, "beta" | "similarity">, number][] = [
    ["sparsemax", { separation: "sparsemax" }, 1],
    ["entmax 1.25", { separation: "entmax", alpha: 1.25 }, 4],
    ["entmax 1.5", { separation: "entmax", alpha: 1.5 }, 2],
    ["entmax 3", { separation: "entmax", alpha: 3 }, 0.5],
    ["normmax 2", { separation: "normmax", alpha: 2 }, 1],
    ["normmax 5", { separation: "normmax", alpha: 5 }, 1],
  ];

  it.each(margins)("%s", (_, member, mu) => {
    const check = fc.property(unitProblem, fc.integer({ min: 1, max: 40 }), ({ X, direction, i, share }, times) => {
      const delta = at(oracle.separation(X), i);
      fc.pre(delta > 1e-3);
      const beta = (mu / delta) * (1 + times / 8);
      const radius = (delta - mu / beta) / (2 * largestNorm(X));
      // 1 − 1e-9 keeps the rounding of the radius inside it.
      const q = add(at(X, i), scale(share * (1 - 1e-9) * radius, direction));
      expect(oracle.weights(q, X, { ...member, similarity: "dot", beta })).toEqual(oneHot(X, i));
    });
    fc.assert(check, runs);
  });

  it.each(margins)("%s: beyond it, at the edge of the condition on the logits, a second pattern gains weight", (_, member, mu) => {
    // The condition is a gap of μ between the two largest logits; just below it the answer is no longer exact, so μ cannot be made smaller.
    const check = fc.property(fc.integer({ min: -100, max: 100 }), fc.integer({ min: 2, max: 8 }), (height, M) => {
      const z = Array.from({ length: M }, (_entry, i) => (i === 0 ? height : height - mu - i));
      const shrunk = oracle.replace(z, 1, height - mu * (1 - 1e-3));
      expect(oracle.separate(oracle.replace(z, 1, height - mu), member)).toEqual(
        oneHot(
          [...z].map((value) => [value]),
          0,
        ),
      );
      expect(at(oracle.separate(shrunk, member), 1)).toBeGreaterThan(0);
    });
    fc.assert(check, runs);
  });

  it("epanechnikov: β = 2/(r − δ)² returns ξ from every q with ‖q − ξ‖ < δ < r/2, r the smallest distance of two patterns", () => {
    const check = fc.property(unitProblem, fc.integer({ min: 1, max: 49 }), ({ X, direction, i, share }, hundredths) => {
      const r = 2 * oracle.separationRadius(X);
      fc.pre(r > 1e-3);
      const delta = (r * hundredths) / 100;
      const q = add(at(X, i), scale(share * delta, direction));
      const model: Model = { similarity: "l2", separation: "epanechnikov", beta: 2 / (r - delta) ** 2 };
      expect(oracle.evaluate(q, X, model)).toEqual(at(X, i));
    });
    fc.assert(check, runs);
  });
});

/** Rounding of y, a sum of at most 7 patterns of norm m. */
const rounding = (m: number): number => 1e-13 * (1 + m);

describe("certificates", () => {
  const softmaxes = membersWhere(({ separation }) => separation === "softmax");

  it.each(softmaxes)("%s: ‖y − xᵢ‖ <= (1 − pᵢ)·max ‖xⱼ − xᵢ‖ <= 2m(|S| − 1)e^{−β·gap} for every i of the support", (_, member) => {
    const check = fc.property(problem(), fc.constantFrom("dot", "l2", "cosine"), ({ X, q, beta }, similarity) => {
      const model: Model = { ...member, similarity, beta };
      const y = oracle.evaluate(q, X, model);
      const mask = oracle.supportMask(oracle.similarities(q, X, model), model);
      X.forEach((x, i) => {
        if (!mask[i]) return;
        const { byWeight, byMargin } = oracle.certificate(q, X, model, i);
        expect(distance(y, x)).toBeLessThanOrEqual(byWeight + rounding(largestNorm(X)));
        expect(byWeight).toBeLessThanOrEqual(byMargin * (1 + 1e-12));
      });
    });
    fc.assert(check, runs);
  });

  it.each(members)(
    "%s: the bound of a diagnosis holds, for states and for values, on complete and on partial cues, or is null",
    (_, member) => {
      const check = fc.property(
        problem(),
        fc.constantFrom("dot", "l2", "cosine", "centered-cosine"),
        fc.boolean(),
        ({ X, V, q, u, beta }, similarity, partial) => {
          const model: Model = { ...member, similarity, beta };
          const cue = partial ? { known: u.map((value) => Math.min(1, Math.abs(value))) } : {};
          for (const [values, how] of [
            [X, cue],
            [V, { ...cue, values: V }],
          ] as const) {
            const { bound, top } = oracle.diagnose(q, X, model, how);
            if (member.separation === "k-subset") expect(bound).toBeNull();
            else
              expect(distance(oracle.evaluate(q, X, model, how), at(values, top))).toBeLessThanOrEqual(
                (bound ?? -1) + rounding(largestNorm(values)),
              );
          }
        },
      );
      fc.assert(check, runs);
    },
  );

  it("the bound is of use: at a stored unit pattern with Δ >= 0.2 and β = 100 it is below 1e-6", () => {
    const check = fc.property(unitProblem, ({ X, i }) => {
      fc.pre(at(oracle.separation(X), i) >= 0.2);
      const model: Model = { similarity: "dot", separation: "softmax", beta: 100 };
      const { bound, top, label, weight } = oracle.diagnose(at(X, i), X, model);
      expect([top, label]).toEqual([i, "single"]);
      // 2m(M − 1)e^{−βΔ} <= 14·e^{−20}
      expect(bound).toBeLessThan(1e-6);
      expect(weight).toBeGreaterThan(1 - 1e-6);
    });
    fc.assert(check, runs);
  });

  it("which form of the bound applies: with values the first, in an epanechnikov ball the first, outside every ball and with a post none", () => {
    const check = fc.property(problem(), ({ X, V, q, beta }) => {
      const model: Model = { similarity: "l2", separation: "softmax", beta };
      const { top, bound } = oracle.diagnose(q, X, model, { values: V });
      const rest = oracle.sum(oracle.weights(q, X, model).filter((_, j) => j !== top));
      expect(bound).toBe(rest * (largestNorm(V) + oracle.norm(at(V, top))));
      expect(oracle.diagnose(q, X, { ...model, post: "l2norm" }).bound).toBeNull();
      const ball = oracle.diagnose(q, X, { ...model, separation: "epanechnikov" });
      const inside = Math.min(...X.map((x) => distance(x, q))) < Math.sqrt(2 / beta);
      expect(ball.bound === null).toBe(!inside);
      expect(ball.support > 0).toBe(inside);
      expect(ball.label === "none").toBe(!inside);
    });
    fc.assert(check, runs);
  });

  it("margin, support and label", () => {
    const check = fc.property(problem({ M: [3, 7] }), ({ X, q, beta }) => {
      const model: Model = { similarity: "dot", separation: "softmax", beta };
      const { top, margin, support } = oracle.diagnose(q, X, model);
      const sorted = X.map((x) => oracle.dot(x, q)).sort((a, b) => b - a);
      expect(margin).toBe(at(sorted, 0) - at(sorted, 1));
      expect(top).toBe(X.findIndex((x) => oracle.dot(x, q) === sorted[0]));
      expect(support).toBe(Math.round(1 / oracle.sum(oracle.weights(q, X, model).map((p) => p ** 2))));
      expect(oracle.diagnose(q, X, { ...model, beta: 0 })).toMatchObject({ support: X.length, label: "global" });
      expect(oracle.diagnose(q, X, { ...model, support: "top-k", k: 2 }).support).toBe(2);
      expect(oracle.diagnose(q, X, { ...model, support: "top-k", k: 1 })).toMatchObject({
        support: 1,
        label: "single",
        margin: null,
        weight: 1,
        bound: 0,
      });
    });
    // Logits differ by at most 160, so no weight of the top 2 underflows to 0.
    fc.assert(check, runs);
  });
});

describe("capacity", () => {
  it("W₀(x)·e^{W₀(x)} = x", () => {
    const check = fc.property(fc.double({ min: -20, max: 20, noNaN: true }), (exponent) => {
      const x = Math.exp(exponent);
      const w = oracle.lambertW0(x);
      // One unit in the last place of w is (1 + w) of them in x, and w < 20.
      expect(Math.abs((w * Math.exp(w)) / x - 1)).toBeLessThan(1e-14);
    });
    fc.assert(check, runs);
  });

  it("c solves b/c = a + ln c", () => {
    const check = fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 3, max: 200 }),
      (tenths, K, d) => {
        const { a, b, c } = oracle.capacityBound(tenths / 10, K, d, 1e-3);
        // w = b/c <= 40, with 1e-15 each.
        expect(Math.abs(b / c - (a + Math.log(c)))).toBeLessThan(1e-12);
      },
    );
    fc.assert(check, runs);
  });
});

describe("kernel regression", () => {
  it("T(xᵢ) − xᵢ = −λXᵀ(K + λI)⁻¹eᵢ: stored patterns become fixed points as λ → 0", () => {
    const check = fc.property(unitProblem, fc.constantFrom("dot", "l2"), fc.integer({ min: 0, max: 3 }), ({ X, i }, similarity, digits) => {
      fc.pre(oracle.separationRadius(X) > 0.1);
      const member = { similarity, beta: 2, lambda: 10 ** -digits } as const;
      const K = X.map((x) => X.map((other) => Math.exp(similarity === "dot" ? 2 * oracle.dot(x, other) : -(distance(x, other) ** 2))));
      const ridge = K.map((row, r) => oracle.replace(row, r, at(row, r) + member.lambda));
      const residual = scale(-member.lambda, oracle.combine(oracle.solve(ridge, oneHot(X, i)), X));
      const moved = oracle.subtract(oracle.kernelRegression(at(X, i), X, member), at(X, i));
      // The condition number is at most (8e² + λ)/λ < 1e5, times 1e-16 and a few operations.
      expect(distance(moved, residual)).toBeLessThan(1e-9);
    });
    fc.assert(check, runs);
  });
});
