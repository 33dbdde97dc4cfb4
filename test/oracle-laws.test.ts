/** @file Laws of the weights and of one evaluation: simplex, hull, invariances, equalities between members, metamorphic relations. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as arbitrary from "./oracle/arbitraries.ts";
import { isSmoothEnough, largestDifference, members, membersWhere, problem, runs, slack, sumsToOne, topGap } from "./oracle/arbitraries.ts";
import * as oracle from "./oracle/index.ts";
import { at, dot, type Model, scale, sum } from "./oracle/index.ts";

/** Rounding of at most a few dozen operations on numbers below 100, in units of 2⁻⁵³, with a factor of about 100 to spare. */
const rounding = 1e-12;

const similarities = ["dot", "l2", "cosine", "centered-cosine"] as const;
const anySimilarity = fc.constantFrom(...similarities);

describe("weights lie where they should", () => {
  it.each(members)("%s", (_, member) => {
    const check = fc.property(problem(), anySimilarity, ({ X, q, u, beta }, similarity) => {
      const model: Model = { ...member, similarity, beta };
      const z = oracle.logits(q, X, model);
      const p = oracle.weights(q, X, model);
      const seen = z.filter((value) => value !== -Infinity).length;
      expect(Math.min(...p)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...p)).toBeLessThanOrEqual(1 + rounding);
      p.forEach((weight, i) => {
        if (z[i] === -Infinity) expect(weight).toBe(0);
      });
      const kept = 1 - 1 / (1 + sum(z.map(Math.exp)));
      const wanted = member.separation === "softmax1" ? kept : member.separation === "k-subset" ? Math.min(member.k ?? 0, seen) : 1;
      expect(Math.abs(sum(p) - wanted)).toBeLessThan(rounding);

      // The support function of the set of answers: the hull of the patterns seen (with 0 for softmax1), or the sum of any two for the 2-subset.
      const heights = X.map((x) => dot(u, x))
        .filter((_, i) => z[i] !== -Infinity)
        .sort((a, b) => b - a);
      const highest = member.separation === "k-subset" ? sum(heights.slice(0, member.k)) : at(heights, 0);
      const limit = member.separation === "softmax1" ? Math.max(0, highest) : highest;
      expect(dot(u, oracle.evaluate(q, X, model))).toBeLessThanOrEqual(limit + 100 * rounding);
    });
    fc.assert(check, runs);
  });

  it("linear and random features: a convex combination", () => {
    const check = fc.property(problem(), arbitrary.seed, ({ X, q, u, beta }, seed) => {
      const Omega = oracle.independentRows(16, q.length, oracle.normals(seed));
      for (const p of [oracle.linearWeights(q, X, beta), oracle.randomFeatureWeights(q, X, beta, Omega)]) {
        expect(Math.min(...p)).toBeGreaterThanOrEqual(0);
        expect(Math.abs(sum(p) - 1)).toBeLessThan(rounding);
        expect(dot(u, oracle.combine(p, X))).toBeLessThanOrEqual(Math.max(...X.map((x) => dot(u, x))) + 100 * rounding);
      }
    });
    fc.assert(check, runs);
  });

  it("epanechnikov: equal weights on the patterns nearer than √(2/β), none outside", () => {
    const check = fc.property(problem(), ({ X, q, beta }) => {
      const near = X.filter((x) => sum(x.map((value, j) => (value - at(q, j)) ** 2)) * beta < 2);
      const model: Model = { similarity: "l2", separation: "epanechnikov", beta };
      const y = oracle.evaluate(q, X, model);
      expect(largestDifference(y, near.length === 0 ? q : oracle.mean(near))).toBeLessThan(rounding);
      if (near.length === 0) expect(() => oracle.evaluate(q, X, model, { values: X })).toThrow(RangeError);
    });
    // Entries and β have few binary digits: both sides compare with the border exactly.
    fc.assert(check, runs);
  });

  it("borders belong to the outside: z = −1 of a ball, a gap of exactly 1 for sparsemax and normmax", () => {
    expect(oracle.epanechnikov([-1, -0.5, -1, -2])).toEqual([0, 1, 0, 0]);
    expect(oracle.separate([1000, 999], { separation: "sparsemax" })).toEqual([1, 0]);
    expect(oracle.separate([1000, 999], { separation: "normmax", alpha: 5 })).toEqual([1, 0]);
  });

  it("logits −Infinity weigh nothing and change nothing; all of them is refused", () => {
    const check = fc.property(fc.constantFrom(...membersWhere(({ support }) => support === undefined)), problem(), ([, member], { q }) => {
      const holes = q.flatMap((value) => [value, -Infinity]);
      expect(oracle.separate(holes, member)).toEqual(oracle.separate(q, member).flatMap((weight) => [weight, 0]));
      expect(() => oracle.separate([-Infinity, -Infinity], member)).toThrow(RangeError);
    });
    fc.assert(check, runs);
  });
});

describe("invariances", () => {
  const logits = fc.array(arbitrary.entry, { minLength: 1, maxLength: 8 });
  const whole = membersWhere(({ support, separation }) => support === undefined && separation !== "softmax1");

  it.each(whole)("%s: sep(z + c) = sep(z), to the bit for numbers whose sums are exact", (_, member) => {
    const check = fc.property(logits, fc.integer({ min: -1000, max: 1000 }), (z, c) => {
      expect(
        oracle.separate(
          z.map((value) => value + c),
          member,
        ),
      ).toEqual(oracle.separate(z, member));
    });
    fc.assert(check, runs);
  });

  it.each(membersWhere(({ support }) => support === undefined || support === "top-k").filter(([, member]) => isSmoothEnough(member)))(
    "%s: the order of the patterns does not matter",
    (_, member) => {
      const check = fc.property(
        problem().chain((value) => fc.tuple(fc.constant(value), fc.shuffledSubarray([...value.X.keys()], { minLength: value.X.length }))),
        ([{ X, q, beta }, order]) => {
          const model: Model = { ...member, similarity: "dot", beta };
          fc.pre(
            member.support === undefined ||
              topGap(
                X.map((x) => dot(x, q)),
                member.k ?? 0,
              ) > 0,
          );
          const moved = arbitrary.permuted(X, order);
          // 1e-14: the change of a sum of at most seven terms when its order changes; slack() says how far weights follow.
          const limit = slack(member, 1e-14);
          expect(largestDifference(oracle.weights(q, moved, model), arbitrary.permuted(oracle.weights(q, X, model), order))).toBeLessThan(
            limit,
          );
          expect(largestDifference(oracle.evaluate(q, moved, model), oracle.evaluate(q, X, model))).toBeLessThan(20 * limit);
        },
      );
      fc.assert(check, runs);
    },
  );
});

describe("equalities between members", () => {
  const dense = (beta: number): Model => ({ similarity: "dot", separation: "softmax", beta });

  it("top-M, the full mask, a window over all rows and the kernel I are dense", () => {
    const check = fc.property(problem(), fc.integer({ min: 0, max: 6 }), ({ X, q, beta }, row) => {
      const p = oracle.weights(q, X, dense(beta));
      const M = X.length;
      const position = Math.min(row, M - 1);
      expect(oracle.weights(q, X, { ...dense(beta), support: "top-k", k: M })).toEqual(p);
      expect(oracle.weights(q, X, { ...dense(beta), support: "top-k", k: M + 3 })).toEqual(p);
      expect(oracle.weights(q, X, { ...dense(beta), support: "mask", supportMask: X.map(() => 1) })).toEqual(p);
      expect(oracle.weights(q, X, { ...dense(beta), support: "window", window: M - 1, position })).toEqual(p);
      expect(oracle.weights(q, X, { ...dense(beta), similarity: "kernel", kernel: oracle.diagonal(q.length) })).toEqual(p);
    });
    fc.assert(check, runs);
  });

  it("a mask, a window and the top k are dense on the patterns they leave", () => {
    const check = fc.property(problem(), ({ X, q, beta }) => {
      for (const [, member] of membersWhere(({ separation, support }) => separation === "softmax" && support !== undefined)) {
        const model: Model = { ...member, similarity: "dot", beta };
        const left = X.filter((_, i) => oracle.supportMask(oracle.similarities(q, X, model), model)[i]);
        expect(largestDifference(oracle.evaluate(q, X, model), oracle.evaluate(q, left, dense(beta)))).toBeLessThan(rounding);
      }
    });
    fc.assert(check, runs);
  });

  it("entmax 1 is softmax, entmax 2 and 1-subset are sparsemax, bisection agrees with sorting at 1.5", () => {
    const check = fc.property(fc.array(arbitrary.entry, { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 8 }), (z, factor) => {
      const x = scale(factor, z);
      expect(oracle.separate(x, { separation: "entmax", alpha: 1 })).toEqual(oracle.softmax(x));
      const sparse = oracle.separate(x, { separation: "sparsemax" });
      expect(largestDifference(oracle.entmaxByBisection(x, 2), sparse)).toBeLessThan(rounding);
      expect(largestDifference(oracle.kSubset(x, 1), sparse)).toBeLessThan(rounding);
      expect(largestDifference(oracle.entmaxByBisection(x, 1.5), oracle.entmax15(x))).toBeLessThan(rounding);
      // p_α = softmax + O((α−1)(1 + range z)²) as α → 1; range z <= 32, so 1e-7·33² with the constant 2.
      expect(largestDifference(oracle.entmaxByBisection(x, 1 + 1e-7), oracle.softmax(x))).toBeLessThan(2e-4);
    });
    fc.assert(check, runs);
  });

  it("softmax1 is dense with a zero pattern whose value is zero", () => {
    const check = fc.property(problem(), ({ X, V, q, beta }) => {
      const zero = q.map(() => 0);
      const y = oracle.evaluate(q, X, { ...dense(beta), separation: "softmax1" }, { values: V });
      expect(largestDifference(y, oracle.evaluate(q, [...X, zero], dense(beta), { values: [...V, zero] }))).toBeLessThan(rounding);
    });
    fc.assert(check, runs);
  });

  it.each(membersWhere((member) => sumsToOne(member) && isSmoothEnough(member)))("%s: l2 is dot on patterns of equal norm", (_, member) => {
    const check = fc.property(problem(), ({ X, q, beta }) => {
      fc.pre(X.every((x) => oracle.norm(x) > 0.1));
      const unit = X.map((x) => scale(1 / oracle.norm(x), x));
      const model: Model = { ...member, similarity: "dot", beta };
      const s = oracle.similarities(q, unit, model);
      fc.pre(topGap(s, member.k ?? X.length) > 1e-9);
      // 1e-13: logits up to 8·½·(2√5 + 1)² ≈ 120 with a few roundings each; slack() says how far weights follow.
      expect(largestDifference(oracle.weights(q, unit, { ...model, similarity: "l2" }), oracle.weights(q, unit, model))).toBeLessThan(
        slack(member, 1e-13),
      );
    });
    fc.assert(check, runs);
  });

  it.each(membersWhere(isSmoothEnough))(
    "%s: f(Rq; XRᵀ) = R f(q; X) for a rotation R, and √β·f(q; X, β) = f(√β q; √β X, 1)",
    (_, member) => {
      const check = fc.property(problem(), arbitrary.seed, ({ X, q, beta }, seed) => {
        const model: Model = { ...member, similarity: "dot", beta };
        fc.pre(topGap(oracle.similarities(q, X, model), member.support === "top-k" ? (member.k ?? 0) : X.length) > 1e-9);
        const y = oracle.evaluate(q, X, model);
        const R = oracle.orthogonalRows(q.length, q.length, oracle.normals(seed)).map((row) => scale(1 / oracle.norm(row), row));
        const turned = oracle.evaluate(
          oracle.apply(R, q),
          X.map((x) => oracle.apply(R, x)),
          model,
        );
        // 1e-13: logits up to 160 with a few roundings each; weights follow by slack(), states by at most 7 patterns of entries up to 2 (and √β <= 3).
        const limit = 20 * slack(member, 1e-13);
        expect(largestDifference(turned, oracle.apply(R, y))).toBeLessThan(limit);
        const root = Math.sqrt(beta);
        const unitBeta = oracle.evaluate(
          scale(root, q),
          X.map((x) => scale(root, x)),
          { ...model, beta: 1 },
        );
        expect(largestDifference(unitBeta, scale(root, y))).toBeLessThan(limit);
      });
      fc.assert(check, runs);
    },
  );

  it("dense retrieval is the Nadaraya–Watson estimator with the exponential kernel", () => {
    const check = fc.property(problem(), ({ X, V, q, beta }) => {
      const estimate = oracle.nadarayaWatson(q, X, V, oracle.exponentialKernel(beta));
      expect(largestDifference(estimate, oracle.evaluate(q, X, dense(beta), { values: V }))).toBeLessThan(rounding);
    });
    fc.assert(check, runs);
  });
});

describe("metamorphic relations", () => {
  const shapes = [...members, ["epanechnikov", { separation: "epanechnikov" }] as (typeof members)[number]];

  it.each(shapes)("%s: a pattern whose logit is 1000 below the largest changes nothing", (_, member) => {
    const check = fc.property(problem({ M: [3, 6] }), fc.constantFrom("dot", "l2"), ({ X, q, beta }, similarity) => {
      const model: Model = { ...member, similarity, beta };
      fc.pre(member.separation !== "epanechnikov" || similarity === "l2");
      fc.pre(oracle.norm(q) > 0.1);
      const best = Math.max(...oracle.similarities(q, X, model));
      const along = scale(1 / oracle.norm(q), q);
      const far =
        similarity === "dot"
          ? scale((best - 1000 / beta) / oracle.norm(q), along)
          : oracle.add(q, scale(Math.sqrt(2 * (1000 / beta - best)), along));
      const before = oracle.evaluate(q, X, model);
      expect(largestDifference(oracle.evaluate(q, [...X, far], model), before)).toBeLessThan(slack(member, 1e-14));
    });
    fc.assert(check, runs);
  });

  it("storing every pattern twice changes no answer of dense, masked, l2, epanechnikov, linear and random-feature recall", () => {
    const check = fc.property(problem(), arbitrary.seed, ({ X, q, beta }, seed) => {
      const twice = arbitrary.doubled(X);
      const mask = X.map((_, i) => i % 2 === 0);
      const dense: Model = { similarity: "dot", separation: "softmax", beta };
      const ball: Model = { similarity: "l2", separation: "epanechnikov", beta };
      for (const model of [dense, { ...dense, similarity: "l2" }, ball] as const) {
        expect(largestDifference(oracle.evaluate(q, twice, model), oracle.evaluate(q, X, model))).toBeLessThan(rounding);
      }
      const masked = (supportMask: boolean[]): Model => ({ ...dense, support: "mask", supportMask });
      expect(largestDifference(oracle.evaluate(q, twice, masked([...mask, ...mask])), oracle.evaluate(q, X, masked(mask)))).toBeLessThan(
        rounding,
      );
      const Omega = oracle.independentRows(16, q.length, oracle.normals(seed));
      expect(
        largestDifference(oracle.combine(oracle.linearWeights(q, twice, beta), twice), oracle.combine(oracle.linearWeights(q, X, beta), X)),
      ).toBeLessThan(rounding);
      expect(
        largestDifference(
          oracle.combine(oracle.randomFeatureWeights(q, twice, beta, Omega), twice),
          oracle.combine(oracle.randomFeatureWeights(q, X, beta, Omega), X),
        ),
      ).toBeLessThan(rounding);
    });
    fc.assert(check, runs);
  });
});
