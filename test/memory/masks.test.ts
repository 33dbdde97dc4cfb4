/** Supports that depend on the query's row: masks, windows, random masks; and what top, count and window positions say. */
import { describe, expect, it } from "vitest";
import { philox, wordAt } from "../../src/core/random.ts";
import { createMemory } from "../../src/index.ts";
import { evaluate, type Model, weights } from "../oracle/index.ts";
import { gaussianRows, noisyQueries, stream } from "./problems.ts";

describe.each([
  { patterns: 20, dimension: 4 },
  { patterns: 900, dimension: 40 },
])("$patterns x $dimension", ({ patterns, dimension }) => {
  const random = stream(patterns);
  const X = gaussianRows(random, patterns, dimension, 0.5);
  const Q = noisyQueries(random, X, 6, 0.2);
  const expectRows = (actual: Float32Array, model: (row: number) => Model): void => {
    Q.forEach((q, b) => {
      evaluate(q, X, model(b)).forEach((x, k) => {
        expect(Math.abs((actual[b * dimension + k] as number) - x)).toBeLessThanOrEqual(4e-6);
      });
    });
  };
  it("a row of mask for every query", () => {
    const mask = Q.map((_, b) => X.map((_, i) => Number((i * 7 + b) % 3 !== 0)));
    const memory = createMemory(X, { model: "masked", supportMask: mask.flat(), beta: 2 });
    const { states, results } = memory.recall(Q);
    expectRows(states.data, (b) => ({
      similarity: "dot",
      separation: "softmax",
      support: "mask",
      supportMask: mask[b] as number[],
      beta: 2,
    }));
    results.forEach((result, b) => {
      expect(result.support).toBe((mask[b] as number[]).filter(Boolean).length);
    });
  });
  it("one mask for all, with booleans", () => {
    const mask = X.map((_, i) => i % 70 < 5);
    const { states } = createMemory(X, { model: "masked", similarity: "l2", supportMask: mask, beta: 2 }).recall(Q);
    expectRows(states.data, () => ({ similarity: "l2", separation: "softmax", support: "mask", supportMask: mask, beta: 2 }));
  });
  it("windows by row and by position", () => {
    const memory = createMemory(X, { model: "window", window: 2, beta: 2 });
    expectRows(memory.recall(Q).states.data, (b) => ({
      similarity: "dot",
      separation: "softmax",
      support: "window",
      window: 2,
      position: b,
      beta: 2,
    }));
    const positions = Q.map((_, b) => patterns - 1 - b);
    expectRows(memory.recall(Q, { positions }).states.data, (b) => ({
      similarity: "dot",
      separation: "softmax",
      support: "window",
      window: 2,
      position: positions[b] as number,
      beta: 2,
    }));
    expect(memory.recall(Q).results[0]?.support).toBe(3);
    const sparse = createMemory(X, { model: "window", separation: "sparsemax", window: 2, beta: 2 });
    expectRows(sparse.recall(Q).states.data, (b) => ({
      similarity: "dot",
      separation: "sparsemax",
      support: "window",
      window: 2,
      position: b,
      beta: 2,
    }));
  });
  it("random masks: Bernoulli by (seed, query row, pattern row), the same in any batch", () => {
    const memory = createMemory(X, { model: "random-masked", keep: 0.4, seed: 12, beta: 2 });
    const all = memory.weights(Q).data;
    const words = new Uint32Array(4);
    Q.forEach((q, b) => {
      const mask = X.map((_, i) => {
        philox(words, i >>> 2, b, 0, 1, 12, 0);
        return Number((words[i % 4] as number) < 0.4 * 2 ** 32);
      });
      const expected = weights(q, X, { similarity: "dot", separation: "softmax", support: "mask", supportMask: mask, beta: 2 });
      expected.forEach((p, i) => {
        expect(Math.abs((all[b * patterns + i] as number) - p)).toBeLessThanOrEqual(2e-6);
      });
    });
    expectSameRows(memory.weights(Q.slice(0, 2)).data, all);
    expect(createMemory(X, { model: "random-masked", keep: 0.4, seed: 13, beta: 2 }).weights(Q).data).not.toEqual(all);
  });
});

function expectSameRows(part: Float32Array, all: Float32Array): void {
  part.forEach((p, i) => {
    expect(Math.abs(p - (all[i] as number))).toBeLessThanOrEqual(2e-6);
  });
}

it("when no pattern is drawn, pattern floor(u M) is kept", () => {
  const X = gaussianRows(stream(2), 5, 3);
  const memory = createMemory(X, { model: "random-masked", keep: 1e-9, seed: 4, beta: 1 });
  const { states, results } = memory.recall(X);
  results.forEach((result, b) => {
    const kept = Math.floor((wordAt(4, 0x6d61736b, b) / 2 ** 32) * 5);
    expect(result).toMatchObject({ top: kept, weight: 1, support: 1, margin: null });
    expect(Array.from(states.data.subarray(b * 3, b * 3 + 3))).toEqual(X[kept]);
  });
});

it("the share kept is the one asked for", () => {
  // 20 000 Bernoulli draws: 4.9 standard deviations are 0.017.
  const X = gaussianRows(stream(3), 1000, 2);
  const Q = gaussianRows(stream(4), 20, 2);
  const kept = createMemory(X, { model: "random-masked", keep: 0.3, beta: 1e-3 })
    .weights(Q)
    .data.filter((p) => p > 0).length;
  expect(Math.abs(kept / 20_000 - 0.3)).toBeLessThan(0.016);
});

it("top-k: ties go to the lowest index, k beyond M takes all", () => {
  const X = [
    [1, 0],
    [1, 0],
    [0, 1],
    [1, 0],
  ];
  expect(Array.from(createMemory(X, { model: "top-k", k: 2, beta: 1 }).weights([1, 0]).data)).toEqual([0.5, 0.5, 0, 0]);
  expect(createMemory(X, { model: "top-k", k: 1, beta: 1 }).recall([1, 0]).results[0]).toMatchObject({
    top: 0,
    weight: 1,
    support: 1,
    margin: null,
  });
  expect(createMemory(X, { model: "top-k", k: 9, beta: 1 }).recall([1, 0]).results[0]?.support).toBe(4);
});
