/** @file Laws of partial cues, of repeated evaluation and of values: what is compared, what is put back, when iteration stops. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entry, largestDifference, members, problem, runs } from "./oracle/arbitraries.ts";
import * as oracle from "./oracle/index.ts";
import { at, distance, type Model, type Rows, scale, subtract, type Vector } from "./oracle/index.ts";

const comparable = ["dot", "l2", "cosine", "centered-cosine"] as const;

/** A problem with a random set of known entries. */
const partial = problem().chain((value) =>
  fc.record({
    value: fc.constant(value),
    known: fc.array(fc.constantFrom(0, 1), { minLength: value.q.length, maxLength: value.q.length }),
    similarity: fc.constantFrom(...comparable),
  }),
);

const pick = (x: Vector, known: Vector): number[] => x.filter((_, j) => known[j] === 1);

describe("known entries", () => {
  it("all known is complete, and half-known entries weigh half as much", () => {
    const check = fc.property(partial, ({ value: { X, q }, similarity }) => {
      const whole = oracle.similarities(q, X, { similarity });
      const [ones, halves] = [q.map(() => 1), q.map(() => 0.5)];
      expect(oracle.similarities(q, X, { similarity }, ones)).toEqual(whole);
      // Exact halves for dot and l2; a cosine does not depend on the common weight, up to rounding.
      const factor = similarity === "dot" || similarity === "l2" ? 0.5 : 1;
      expect(largestDifference(oracle.similarities(q, X, { similarity }, halves), scale(factor, whole))).toBeLessThan(1e-14);
    });
    fc.assert(check, runs);
  });

  it("missing entries are never read: NaN in them changes nothing, and the similarity is that of the known columns", () => {
    const check = fc.property(partial, ({ value: { X, q }, known, similarity }) => {
      const holes = q.map((entryOfQ, j) => (known[j] === 1 ? entryOfQ : Number.NaN));
      const seen = oracle.similarities(holes, X, { similarity }, known);
      const centre = similarity === "centered-cosine" ? oracle.mean(X) : q.map(() => 0);
      const columns = (x: Vector): number[] => pick(subtract(x, centre), known);
      const base = similarity === "centered-cosine" ? "cosine" : similarity;
      const direct = X.map((x) => at(known.includes(1) ? oracle.similarities(columns(q), [columns(x)], { similarity: base }) : [0], 0));
      expect(largestDifference(seen, direct)).toBeLessThan(1e-14);
    });
    fc.assert(check, runs);
  });

  it("l2 and softmax condition a mixture of N(xᵢ, I/β): the answer is the posterior mean given the known entries", () => {
    const check = fc.property(partial, ({ value: { X, q, beta }, known }) => {
      // The Nadaraya–Watson estimator with the Gaussian kernel on the known columns; exponents are at least −8·½·16·5 = −320, far from underflow.
      const gaussian = (a: Vector, b: Vector): number => Math.exp((-beta / 2) * distance(a, b) ** 2);
      const columns = (x: Vector): number[] => pick(x, known);
      const posterior = oracle.nadarayaWatson(columns(q), X.map(columns), X, gaussian);
      const model: Model = { similarity: "l2", separation: "softmax", beta };
      expect(largestDifference(oracle.evaluate(q, X, model, { known }), posterior)).toBeLessThan(1e-12);
    });
    fc.assert(check, runs);
  });

  it("no known entry: uniform over the support", () => {
    const check = fc.property(partial, ({ value: { X, q, beta }, similarity }) => {
      const known = q.map(() => 0);
      const p = oracle.weights(q, X, { similarity, separation: "softmax", beta }, known);
      expect(p).toEqual(X.map(() => 1 / X.length));
    });
    fc.assert(check, runs);
  });

  it("only the first step compares on them; clamp puts them back after every step", () => {
    const check = fc.property(partial, fc.constantFrom(...members), ({ value: { X, q, beta }, known, similarity }, [, member]) => {
      const model: Model = { ...member, similarity, beta };
      const holes = q.map((entryOfQ, j) => (known[j] === 1 ? entryOfQ : Number.NaN));
      const free = oracle.recall(holes, X, model, { steps: 2, known });
      const first = oracle.evaluate(holes, X, model, { known });
      expect(free.states.slice(1)).toEqual([first, oracle.evaluate(first, X, model)]);
      const { states } = oracle.recall(holes, X, model, { steps: 3, known, clamp: true });
      states.slice(1).forEach((state, t) => {
        const y = oracle.evaluate(at(states, t), X, model, t === 0 ? { known } : {});
        expect(state).toEqual(y.map((value, j) => (known[j] === 1 ? at(q, j) : value)));
      });
      const halves = known.map((k) => k / 2);
      expect(pick(oracle.recall(q, X, model, { known: halves, clamp: true }).answer, known)).toEqual(pick(q, known));
    });
    fc.assert(check, runs);
  });

  it("a kernel similarity refuses them", () => {
    expect(() => oracle.similarities([1], [[1]], { similarity: "kernel", kernel: [[1]] }, [1])).toThrow(RangeError);
  });
});

describe("steps, convergence and values", () => {
  it("n steps with values: n − 1 in the pattern space, the last reads", () => {
    const check = fc.property(
      problem(),
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom(...members),
      ({ X, V, q, beta }, steps, [, member]) => {
        const model: Model = { ...member, similarity: "dot", beta };
        const plain = oracle.recall(q, X, model, { steps: steps - 1 });
        const read = oracle.recall(q, X, model, { steps, values: V });
        expect(read.states).toEqual(plain.states);
        expect(read.states.length).toBe(steps);
        expect(read.steps).toBe(steps);
        expect(read.converged).toBeNull();
        expect(read.answer).toEqual(oracle.combine(oracle.weights(plain.answer, X, model), V));
        expect(oracle.recall(q, X, model, { steps, values: X }).answer).toEqual(oracle.recall(q, X, model, { steps }).answer);
      },
    );
    fc.assert(check, runs);
  });

  it("converge stops at the first step no longer than the tolerance, or says that it did not", () => {
    const check = fc.property(problem(), fc.integer({ min: 1, max: 12 }), ({ X, q, beta }, maxSteps) => {
      const model: Model = { similarity: "l2", separation: "softmax", beta };
      const { states, steps, converged } = oracle.recall(q, X, model, { steps: "converge", tolerance: 1e-3, maxSteps });
      const small = states.slice(1).map((state, t) => distance(state, at(states, t)) <= 1e-3 * Math.max(1, oracle.norm(at(states, t))));
      expect(small.slice(0, -1)).not.toContain(true);
      expect(small.at(-1)).toBe(converged);
      expect(converged || steps === maxSteps).toBe(true);
    });
    fc.assert(check, runs);
  });

  it("a state that alternates counts as converged; the step out of a partial cue does not", () => {
    const flip = (q: Vector): number[] => scale(-1, q);
    expect(oracle.iterate(flip, [1, 2], { steps: "converge" })).toMatchObject({ steps: 2, converged: true });
    expect(oracle.iterate((q) => q.map((value) => value + 1), [0], { steps: "converge", maxSteps: 7 })).toMatchObject({
      steps: 7,
      converged: false,
    });
    const stay = (q: Vector): number[] => [...q];
    expect(oracle.iterate(stay, [1, 2], { steps: "converge", known: [1, 1] })).toMatchObject({ steps: 1, converged: true });
    expect(oracle.iterate(stay, [1, 2], { steps: "converge", known: [1, 0] })).toMatchObject({ steps: 2, converged: true });
  });
});

describe("window and top-k", () => {
  it("a window sees |i − j| <= w; the top k are the largest, ties to the lowest index", () => {
    const check = fc.property(
      fc.array(entry, { minLength: 1, maxLength: 9 }),
      fc.nat(12),
      fc.integer({ min: 1, max: 10 }),
      (s, position, k) => {
        const seen = s.map((_, j) => j).filter((j) => oracle.windowMask(s.length, position, k)[j]);
        expect(seen).toEqual(s.map((_, j) => j).filter((j) => j >= position - k && j <= position + k));
        const mask = oracle.topKMask(s, k);
        expect(mask.filter(Boolean).length).toBe(Math.min(k, s.length));
        s.forEach((value, i) => {
          const ahead = s.filter((other, j) => other > value || (other === value && j < i)).length;
          expect(mask[i]).toBe(ahead < k);
        });
      },
    );
    fc.assert(check, runs);
  });
});

describe("posts", () => {
  it("l2norm has length 1, layernorm mean 0 and variance 1, sign ±1 or 0; a zero vector gives zeros", () => {
    const zeros = (n: number): Rows => ["l2norm", "layernorm", "sign"].map(() => Array.from({ length: n }, () => 0));
    const check = fc.property(fc.array(entry, { minLength: 2, maxLength: 6 }), (y) => {
      fc.pre(new Set(y).size > 1);
      const layer = oracle.applyPost(y, "layernorm");
      // Entries are multiples of 2⁻¹⁰ and not all equal, so no norm is small.
      expect(Math.abs(oracle.norm(oracle.applyPost(y, "l2norm")) - 1)).toBeLessThan(1e-14);
      expect(Math.abs(oracle.sum(layer))).toBeLessThan(1e-9);
      expect(Math.abs(oracle.dot(layer, layer) / y.length - 1)).toBeLessThan(1e-12);
      // With ε the variance is v/(v + ε).
      const soft = oracle.applyPost(y, "layernorm", 0.5);
      const variance = oracle.sum(y.map((value) => (value - oracle.sum(y) / y.length) ** 2)) / y.length;
      expect(Math.abs(oracle.dot(soft, soft) / y.length - variance / (variance + 0.5))).toBeLessThan(1e-12);
      expect(largestDifference(scale(oracle.norm(y), oracle.applyPost(y, "l2norm")), y)).toBeLessThan(1e-14);
      oracle.applyPost(y, "sign").forEach((value, j) => {
        expect(value * Math.abs(at(y, j))).toBe(at(y, j));
      });
      const zero = y.map(() => 0);
      expect((["l2norm", "layernorm", "sign"] as const).map((post) => oracle.applyPost(zero, post))).toEqual(zeros(y.length));
    });
    fc.assert(check, runs);
  });
});
