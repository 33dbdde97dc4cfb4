/** @file Laws of the energies and of repeated evaluation: descent, gradient, contraction, the limits of β. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { beta, largestDifference, members, membersWhere, problem, runs, sumsToOne, topGap } from "./oracle/arbitraries.ts";
import * as oracle from "./oracle/index.ts";
import { at, distance, dot, type Model, norm, replace, scale, sum } from "./oracle/index.ts";

/** The energy, which must exist here. */
function energyOf(q: oracle.Vector, X: oracle.Rows, model: Model): number {
  const value = oracle.energy(q, X, model);
  if (value === null) throw new Error("no energy");
  return value;
}

/** Rounding of the energies: they are sums of a few terms of size (1 + |E|) up to a factor of a hundred, each good to 2⁻⁵². */
const rounding = (E: number): number => 1e-12 * (1 + Math.abs(E));

describe("descent: E(q) − E(f(q)) >= ½‖q − f(q)‖² at every step", () => {
  const kernel = (size: number): number[][] => oracle.independentRows(size + 1, size, oracle.normals(size));
  const cases = members.flatMap(([name, member]) =>
    (["dot", "l2", "kernel"] as const)
      .filter((similarity) => similarity !== "l2" || sumsToOne(member))
      .map((similarity) => [`${name}, ${similarity}`, member, similarity] as const),
  );

  it.each(cases)("%s", (_, member, similarity) => {
    const check = fc.property(problem(), ({ X, q, beta }) => {
      const W = kernel(q.length);
      const model: Model = { ...member, similarity, beta, ...(similarity === "kernel" ? { kernel: W } : {}) };
      const { states } = oracle.recall(q, X, model, { steps: 6 });
      states.slice(1).forEach((next, t) => {
        const before = energyOf(at(states, t), X, model);
        const move = oracle.subtract(at(states, t), next);
        const squared = similarity === "kernel" ? norm(oracle.apply(W, move)) ** 2 : norm(move) ** 2;
        expect(before - energyOf(next, X, model)).toBeGreaterThanOrEqual(0.5 * squared - rounding(before));
      });
    });
    fc.assert(check, runs);
  });

  it("epanechnikov: does not increase, and ends after finitely many steps", () => {
    const check = fc.property(problem(), ({ X, q, beta }) => {
      const model: Model = { similarity: "l2", separation: "epanechnikov", beta };
      fc.pre(oracle.energy(q, X, model) !== null);
      const { states, converged } = oracle.recall(q, X, model, { steps: "converge", tolerance: 0 });
      expect(converged).toBe(true);
      states.slice(1).forEach((next, t) => {
        const before = energyOf(at(states, t), X, model);
        // The logarithm of a sum that may be as small as 2⁻²⁰ (entries are multiples of 2⁻¹⁰), which magnifies rounding by 2²⁰ and by 1/β.
        expect(before - energyOf(next, X, model)).toBeGreaterThanOrEqual(-1e-9);
      });
    });
    fc.assert(check, runs);
  });

  it.each(["l2norm", "layernorm"] as const)("post %s: −Ω*(βXq)/β does not increase on the set of posted states", (post) => {
    const check = fc.property(problem({ d: [2, 5] }), fc.constantFrom(...members), ({ X, q, beta }, [, member]) => {
      const model: Model = { ...member, similarity: "dot", beta, post };
      const { states } = oracle.recall(q, X, model, { steps: 6 });
      // A zero answer has no direction and is not in the set.
      fc.pre(states.slice(1).every((state) => norm(state) > 0.5));
      const potential = states.slice(1).map((state) => -oracle.conjugate(oracle.logits(state, X, model), model) / beta);
      potential.slice(1).forEach((value, t) => {
        expect(value).toBeLessThanOrEqual(at(potential, t) + rounding(value));
      });
    });
    fc.assert(check, runs);
  });
});

/** Central differences of the energy with step h. */
const gradient = (q: oracle.Vector, X: oracle.Rows, model: Model, h = 1e-6): number[] =>
  q.map((value, j) => (energyOf(replace(q, j, value + h), X, model) - energyOf(replace(q, j, value - h), X, model)) / (2 * h));

describe("gradient", () => {
  // entmax 3 and normmax 5 are left out: their gradients are only Hölder continuous, so differences near a kink say little.
  const smooth = membersWhere(({ alpha = 2 }) => alpha <= 2);

  /**
   * Where the gradient is L-Lipschitz with L <= 1 + 4β‖X‖², a central difference is off by at most hL; another 1e-6 covers the rounding of E over h.
   * A kernel W multiplies L by at most ‖W‖⁴ <= 16 (four unit rows).
   */
  const limit = (X: oracle.Rows, b: number): number => 1e-6 * (2 + 4 * b * sum(X.map((x) => dot(x, x))));

  it.each(smooth)("%s: ∇E = q − f(q) for dot and l2, WᵀW(q − f(q)) for a kernel W", (_, member) => {
    const check = fc.property(problem({ M: [2, 5], d: [1, 4] }), fc.integer({ min: 1, max: 16 }), ({ X, q }, eighths) => {
      const base: Model = { ...member, similarity: "dot", beta: eighths / 8 };
      const W = oracle.independentRows(q.length, q.length, oracle.normals(7)).map((row) => scale(1 / norm(row), row));
      const similarities = sumsToOne(member) ? (["dot", "kernel", "l2"] as const) : (["dot", "kernel"] as const);
      for (const similarity of similarities) {
        const model: Model = { ...base, similarity, kernel: W };
        // At a tie the set of the top k changes and the energy has a corner.
        fc.pre(member.support !== "top-k" || topGap(oracle.similarities(q, X, model), member.k ?? 0) > 1e-3);
        const move = oracle.subtract(q, oracle.evaluate(q, X, model));
        const expected = similarity === "kernel" ? oracle.apply(oracle.transpose(W), oracle.apply(W, move)) : move;
        expect(largestDifference(gradient(q, X, model), expected)).toBeLessThan(limit(X, base.beta) * (similarity === "kernel" ? 16 : 1));
      }
    });
    fc.assert(check, runs);
  });

  it("epanechnikov: ∇E = (n/F)(q − f(q)), n patterns in the ball, F = Σ[1 + z]₊", () => {
    const check = fc.property(problem(), ({ X, q, beta }) => {
      const model: Model = { similarity: "l2", separation: "epanechnikov", beta };
      const heights = oracle.logits(q, X, model).map((z) => 1 + z);
      const inside = heights.filter((value) => value > 0);
      // Away from the borders, where the gradient jumps, and from F = 0.
      fc.pre(inside.length > 0 && heights.every((value) => Math.abs(value) > 0.05));
      const factor = inside.length / sum(inside);
      const expected = scale(factor, oracle.subtract(q, oracle.evaluate(q, X, model)));
      // h² times the third derivative of log F, at most (β·20)²/0.05³ here; 1e-6 of rounding as above.
      expect(largestDifference(gradient(q, X, model), expected)).toBeLessThan(1e-5);
    });
    fc.assert(check, runs);
  });
});

describe("contraction of the dense map", () => {
  it("‖f(a) − f(b)‖ <= (βD²/4)‖a − b‖", () => {
    const check = fc.property(problem(), ({ X, q, u, beta }) => {
      const model: Model = { similarity: "dot", separation: "softmax", beta };
      const moved = distance(oracle.evaluate(q, X, model), oracle.evaluate(u, X, model));
      expect(moved).toBeLessThanOrEqual(((beta * oracle.diameter(X) ** 2) / 4) * distance(q, u) + 1e-12);
    });
    fc.assert(check, runs);
  });

  it("β < 4/D²: one fixed point from every start, at any temperature below the bound", () => {
    const check = fc.property(problem(), ({ X, q, u }) => {
      const D = oracle.diameter(X);
      fc.pre(D > 0.1);
      const model: Model = { similarity: "dot", separation: "softmax", beta: 3.6 / D ** 2 };
      const options = { steps: "converge", tolerance: 1e-12, maxSteps: 1000 } as const;
      const [first, second] = [oracle.recall(q, X, model, options), oracle.recall(u, X, model, options)];
      expect([first.converged, second.converged]).toEqual([true, true]);
      // A step of at most tol·max(1, ‖q‖), ‖q‖ <= 2√5, with factor 0.9 leaves at most 10 of it to go, from both sides.
      expect(distance(first.answer, second.answer)).toBeLessThan(2 * 10 * 5e-12);
      expect(distance(oracle.evaluate(first.answer, X, model), first.answer)).toBeLessThan(5e-12);
    });
    fc.assert(check, runs);
  });
});

describe("limits of β", () => {
  const dense = (b: number): Model => ({ similarity: "dot", separation: "softmax", beta: b });

  it("‖y − mean‖ <= β·(D/2)·(range of s)/2: to the mean as β → 0, and the mean at 0", () => {
    // dy/dβ is the covariance of x and s under p, and a deviation is at most half a range (Popoviciu).
    const check = fc.property(problem(), ({ X, q, beta }) => {
      const s = oracle.similarities(q, X, dense(beta));
      const limit = (beta / 4) * oracle.diameter(X) * (Math.max(...s) - Math.min(...s));
      expect(distance(oracle.evaluate(q, X, dense(beta)), oracle.mean(X))).toBeLessThanOrEqual(limit + 1e-12);
    });
    fc.assert(check, runs);
  });

  it.each(membersWhere(({ separation }) => separation !== "softmax1" && separation !== "k-subset"))(
    "%s at β = 0: the mean over the support",
    (_, member) => {
      const check = fc.property(problem(), ({ X, q }) => {
        const model: Model = { ...member, similarity: "dot", beta: 0 };
        const left = X.filter((_row, i) => oracle.supportMask(oracle.similarities(q, X, model), model)[i]);
        expect(distance(oracle.evaluate(q, X, model), oracle.mean(left))).toBeLessThan(1e-12);
      });
      fc.assert(check, runs);
    },
  );

  it("β = ∞ is the pattern with the largest dot product, ties shared; top-1 is it for every β, ties to the lowest index", () => {
    const check = fc.property(problem(), ({ X, q, beta }) => {
      const s = X.map((x) => dot(x, q));
      const best = X.filter((_, i) => s[i] === Math.max(...s));
      expect(distance(oracle.evaluate(q, X, dense(Infinity)), oracle.mean(best))).toBeLessThan(1e-12);
      expect(oracle.evaluate(q, X, { ...dense(beta), support: "top-k", k: 1 })).toEqual(best[0]);
    });
    fc.assert(check, runs);
  });
});

describe("no energy", () => {
  it.each<[string, Partial<Model>]>([
    ["cosine", { similarity: "cosine" }],
    ["centered-cosine", { similarity: "centered-cosine" }],
    ["softmax1 with l2", { similarity: "l2", separation: "softmax1" }],
    ["k-subset with l2", { similarity: "l2", separation: "k-subset", k: 2 }],
    ["post l2norm", { post: "l2norm" }],
    ["post layernorm", { post: "layernorm" }],
    ["post sign", { post: "sign" }],
  ])("%s", (_, part) => {
    const check = fc.property(problem({ M: [3, 5] }), beta, ({ X, q }, b) => {
      const base: Model = { similarity: "dot", separation: "softmax", beta: b };
      expect(oracle.energy(q, X, base)).not.toBeNull();
      expect(oracle.energy(q, X, { ...base, ...part })).toBeNull();
    });
    fc.assert(check, runs);
  });
});
