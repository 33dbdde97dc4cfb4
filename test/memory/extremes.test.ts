/**
 * Answers stay right where f32 would not: huge and tiny beta, norms from 1e-15 to 1e15, raw pixels, far from the origin. Against the definition in f64 on the same f32 inputs; the
 * answer is a convex combination whose weights are exact to f64, so 2e-6 of the largest norm is rounding alone.
 */
import { expect, it } from "vitest";
import { normal, uniform, uniformInteger } from "../../src/core/random.ts";
import { createMemory } from "../../src/index.ts";
import { evaluate, type Model } from "../oracle/index.ts";
import { gaussianRows, noisyQueries, stream } from "./problems.ts";

const kinds: { options: { model: "gaussian" | "dense" | "sparsemax"; similarity?: "cosine" }; model: Omit<Model, "beta"> }[] = [
  { options: { model: "gaussian" }, model: { similarity: "l2", separation: "softmax" } },
  { options: { model: "dense" }, model: { similarity: "dot", separation: "softmax" } },
  { options: { model: "sparsemax" }, model: { similarity: "dot", separation: "sparsemax" } },
  { options: { model: "dense", similarity: "cosine" }, model: { similarity: "cosine", separation: "softmax" } },
];

it("random problems over 30 decades of scale and 12 of beta", () => {
  const random = stream(41);
  for (let round = 0; round < 300; round++) {
    const kind = kinds[round % kinds.length] as (typeof kinds)[number];
    const scale = 10 ** (30 * uniform(random) - 15);
    const patterns = 1 + uniformInteger(random, 30);
    const d = 1 + uniformInteger(random, 20);
    const X = gaussianRows(random, patterns, d, scale);
    const Q = noisyQueries(random, X, 3, scale * uniform(random));
    const beta = 10 ** (12 * uniform(random) - 6) / (kind.options.similarity ? 1 : scale * scale);
    const { states } = createMemory(X, { ...kind.options, beta }).recall(Q);
    const m = Math.max(...X.map((x) => Math.hypot(...x)));
    Q.forEach((q, b) => {
      evaluate(q, X, { ...kind.model, beta }).forEach((x, k) => {
        expect(Math.abs((states.data[b * d + k] as number) - x), `round ${round}`).toBeLessThanOrEqual(2e-6 * m);
      });
    });
  }
});

it("raw pixels 0 ... 255, streamed sizes: the expansion of the square would be off by 15", () => {
  const random = stream(42);
  const X = Array.from({ length: 300 }, () =>
    Array.from({ length: 196 }, () => (uniform(random) < 0.3 ? Math.floor(256 * uniform(random)) : 0)),
  );
  // Pairs that differ in one entry by 3: a squared distance of 9 at norms of 1e6.
  for (let i = 0; i < 150; i++) X[150 + i] = (X[i] as number[]).map((x, k) => (k === i ? Math.abs(x - 3) : x));
  const memory = createMemory(X, { beta: 3 });
  const { results, states } = memory.recall(X);
  results.forEach((result, i) => {
    expect(result.top).toBe(i);
    evaluate(X[i] as number[], X, { similarity: "l2", separation: "softmax", beta: 3 }).forEach((x, k) => {
      expect(Math.abs((states.data[i * 196 + k] as number) - x)).toBeLessThanOrEqual(2e-5);
    });
  });
});

it("far from the origin: only differences matter to l2", () => {
  const random = stream(43);
  const X = gaussianRows(random, 1100, 30, 0.3).map((x) => x.map((v) => Math.fround(Math.round(v * 1024) / 1024)));
  const far = X.map((x) => x.map((v) => v + 512));
  const Q = X.slice(0, 8).map((x) => x.map((v) => v + Math.round(30 * normal(random)) / 1024));
  const near = createMemory(X, { beta: 20 }).recall(Q);
  const moved = createMemory(far, { beta: 20 }).recall(Q.map((q) => q.map((v) => v + 512)));
  near.states.data.forEach((x, i) => {
    // 512 + x is rounded to 3e-5.
    expect(Math.abs((moved.states.data[i] as number) - 512 - x)).toBeLessThanOrEqual(7e-5);
  });
});

it("sizes at the edge: one pattern, one dimension, 100 000 patterns, 4 096 dimensions", () => {
  const random = stream(44);
  for (const [patterns, d] of [
    [1, 1],
    [2, 4096],
    [100_000, 1],
    [3, 4096],
  ] as const) {
    const data = Float32Array.from({ length: patterns * d }, () => normal(random));
    const { results, states } = createMemory({ data, rows: patterns, columns: d }, { beta: 1e9 }).recall({
      data: data.slice(0, d),
      rows: 1,
      columns: d,
    });
    expect(results[0]?.top).toBe(0);
    expect(Math.abs((states.data[0] as number) - (data[0] as number))).toBeLessThanOrEqual(1e-4);
  }
});

it("copies of a pattern share the weight, and the lowest index is the top", () => {
  const X = [
    [1, 2],
    [1, 2],
    [5, 5],
    [1, 2],
  ];
  const { results, states } = createMemory(X, { beta: 100 }).recall([1, 2]);
  expect(results[0]).toMatchObject({ top: 0, margin: 0, support: 3 });
  expect(results[0]?.weight).toBeCloseTo(1 / 3, 12);
  expect(Array.from(states.data)).toEqual([1, 2]);
});
