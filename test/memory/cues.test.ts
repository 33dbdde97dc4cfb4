/** Partial cues: every similarity on its known entries against the oracle, exact conditioning, clamping, and the two ways of saying what is missing. */
import { describe, expect, it } from "vitest";
import { uniform } from "../../src/core/random.ts";
import { createMemory } from "../../src/index.ts";
import { evaluate, type Model, recall } from "../oracle/index.ts";
import { gaussianRows, noisyQueries, stream } from "./problems.ts";

const similarities = ["l2", "cosine", "centered-cosine", "dot"] as const;

function expectRow(actual: Float32Array, row: number, expected: readonly number[], tolerance = 2e-6): void {
  const bound = tolerance * Math.max(1, Math.hypot(...expected));
  expected.forEach((x, k) => {
    const got = actual[row * expected.length + k] as number;
    if (!(Math.abs(got - x) <= bound)) throw new Error(`row ${row}, entry ${k}: ${got} against ${x} (bound ${bound})`);
  });
}

describe.each(similarities)("known entries, %s", (similarity) => {
  for (const { patterns, dimension, queries } of [
    { patterns: 9, dimension: 6, queries: 2 },
    { patterns: 40, dimension: 11, queries: 9 },
    { patterns: 900, dimension: 40, queries: 9 },
    { patterns: 900, dimension: 40, queries: 2 },
  ]) {
    for (const shared of [true, false]) {
      it(`${queries} cues of ${patterns} x ${dimension}, ${shared ? "one set of weights" : "weights of their own"}`, () => {
        const random = stream(patterns + queries);
        const X = gaussianRows(random, patterns, dimension, 0.4);
        const Q = noisyQueries(random, X, queries, 0.2);
        const one = Array.from({ length: dimension }, () => Math.fround(uniform(random) < 0.4 ? 0 : uniform(random)));
        const known = shared ? [one] : Q.map(() => one.map((w) => Math.fround(uniform(random) < 0.3 ? 0 : w)));
        const model: Model = { similarity, separation: "softmax", beta: 8 };
        const memory = createMemory(X, { model: "dense", similarity, beta: 8 });
        const { states } = memory.recall(Q, { known: known.flat() });
        Q.forEach((q, b) => {
          expectRow(states.data, b, evaluate(q, X, model, { known: known[shared ? 0 : b] as number[] }));
        });
      });
    }
  }
});

it("missing: nan says the same as known", () => {
  const random = stream(5);
  const X = gaussianRows(random, 30, 8);
  const Q = noisyQueries(random, X, 5, 0.1);
  const holed = Q.map((q, b) => q.map((x, k) => ((b + k) % 3 === 0 ? Number.NaN : x)));
  const known = Q.flatMap((q, b) => q.map((_, k) => ((b + k) % 3 === 0 ? 0 : 1)));
  const memory = createMemory(X, { beta: 3 });
  expect(memory.recall(holed, { missing: "nan" }).states.data).toEqual(memory.recall(Q, { known }).states.data);
});

it("completes missing entries with the posterior mean of a Gaussian mixture", () => {
  const random = stream(6);
  const X = gaussianRows(random, 12, 5);
  const beta = 2;
  const q = (X[3] as number[]).map((x) => x + 0.3);
  const known = [1, 1, 0, 0, 1];
  // Density of the known entries under N(x_i, 1/beta), prior 1/M: the posterior of each component, then the mean of the missing entries.
  const density = X.map((x) =>
    x.reduce((product, value, k) => (known[k] ? product * Math.exp((-beta / 2) * ((q[k] as number) - value) ** 2) : product), 1),
  );
  const total = density.reduce((a, b) => a + b, 0);
  const mean = q.map((_, k) => X.reduce((sum, x, i) => sum + ((density[i] as number) / total) * (x[k] as number), 0));
  expectRow(createMemory(X, { beta }).recall(q, { known }).states.data, 0, mean);
});

it("without any known entry the weights are uniform over the support", () => {
  const X = gaussianRows(stream(7), 8, 3);
  const nothing = [Number.NaN, Number.NaN, Number.NaN];
  for (const similarity of similarities) {
    const weights = createMemory(X, { model: "dense", similarity, beta: 5 }).weights(nothing, { missing: "nan" });
    for (const p of weights.data) expect(p).toBeCloseTo(1 / 8, 7);
  }
  const windowed = createMemory(X, { model: "window", similarity: "l2", window: 1, beta: 5 }).weights(nothing, {
    missing: "nan",
    positions: [4],
  });
  expect(Array.from(windowed.data, (p) => Math.round(p * 3000) / 1000)).toEqual([0, 0, 0, 1, 1, 1, 0, 0]);
});

it("clamp puts known entries back after every step, and only they", () => {
  const random = stream(8);
  const X = gaussianRows(random, 10, 6);
  const Q = noisyQueries(random, X, 4, 0.3);
  const known = [1, 0, 1, 0.5, 0, 0];
  const model: Model = { similarity: "l2", separation: "softmax", beta: 4 };
  const { states } = createMemory(X, { beta: 4, steps: 3 }).recall(Q, { known, clamp: true });
  Q.forEach((q, b) => {
    expectRow(states.data, b, recall(q, X, model, { known, clamp: true, steps: 3 }).answer, 4e-6);
    for (const k of [0, 2, 3]) expect(states.data[b * 6 + k]).toBe(q[k]);
  });
});

it("entries of weight 0 cannot matter, whatever they hold", () => {
  const X = gaussianRows(stream(9), 20, 4);
  const memory = createMemory(X, { beta: 2 });
  const known = [1, 0, 1, 1];
  const a = memory.recall([0.5, 0, 0.25, 1], { known }).states.data;
  const b = memory.recall([0.5, 1e18, 0.25, 1], { known }).states.data;
  expect(a).toEqual(b);
});

it("refuses what it cannot leave out", () => {
  const X = gaussianRows(stream(10), 5, 3);
  const known = { known: [1, 1, 0] };
  for (const options of [{ model: "linear" as const }, { model: "kernel-regression" as const }, { model: "random-features" as const }]) {
    expect(() => createMemory(X, { ...options, beta: 0.1 }).recall([1, 2, 3], known)).toThrow(/cannot leave entries out/);
  }
  const kernel = createMemory(X, { model: "dense", similarity: "kernel", kernel: [[1, 0, 0]], beta: 1 });
  expect(() => kernel.recall([1, 2, 3], known)).toThrow(/similarity "kernel" cannot leave entries out/);
  const signs = createMemory([[1, -1, 1]], { model: "hebbian" });
  expect(() => signs.recall([1, -1, 1], known)).toThrow(/model "hebbian" cannot leave entries out/);
});
