/** Promise 1: a returned bound is true or absent, against y as returned in f32. 1e4 random problems with every member that gives a bound, many of them near its edges. */
import { expect, it } from "vitest";
import { normal, uniform, uniformInteger } from "../../src/core/random.ts";
import { createMemory, type Memory, type MemoryOptions } from "../../src/index.ts";
import { gaussianRows, noisyQueries, stream } from "./problems.ts";

const members: MemoryOptions[] = [
  { model: "gaussian" },
  { model: "dense" },
  { model: "dense", similarity: "cosine" },
  { model: "dense", similarity: "centered-cosine" },
  { model: "softmax1" },
  { model: "sparsemax" },
  { model: "entmax", alpha: 1.3 },
  { model: "normmax", alpha: 3 },
  { model: "top-k", k: 3 },
  { model: "window", window: 4 },
  { model: "random-masked", keep: 0.6 },
  { model: "epanechnikov" },
];

function violations(memory: Memory, rows: number[][], queries: number[][]): { broken: string[]; bounds: number } {
  const { states, results } = memory.recall(
    queries,
    memory.support === "window" ? { positions: queries.map((_, b) => b % rows.length) } : {},
  );
  const broken: string[] = [];
  let bounds = 0;
  results.forEach((result, b) => {
    if (result.bound === null) return;
    bounds++;
    let squared = 0;
    (rows[result.top] as number[]).forEach((x, k) => {
      squared += (x - (states.data[b * states.columns + k] as number)) ** 2;
    });
    if (Math.sqrt(squared) > result.bound) broken.push(`${memory.model}: ${Math.sqrt(squared)} > ${result.bound}`);
  });
  return { broken, bounds };
}

it("10 000 random problems: no bound is broken", () => {
  const random = stream(1);
  const broken: string[] = [];
  let bounds = 0;
  for (let round = 0; round < 600; round++) {
    const options = members[round % members.length] as MemoryOptions;
    const patterns = 1 + uniformInteger(random, 40);
    const dimension = 1 + uniformInteger(random, 16);
    const scale = 10 ** (6 * uniform(random) - 3);
    const X = gaussianRows(random, patterns, dimension, scale);
    // Copies and near copies: ties and margins of almost 0.
    if (patterns > 2 && round % 3 === 0)
      X[1] = (X[0] as number[]).map((x) => Math.fround(x + (round % 2 ? 0 : 1e-6 * scale * normal(random))));
    const beta = 10 ** (4 * uniform(random) - 1) / (scale * scale);
    const found = violations(createMemory(X, { ...options, beta }), X, noisyQueries(random, X, 20, scale * uniform(random)));
    broken.push(...found.broken);
    bounds += found.bounds;
  }
  expect(broken).toEqual([]);
  expect(bounds).toBeGreaterThanOrEqual(10_000);
});

it("streamed problems, and bounds on values", () => {
  const random = stream(2);
  const broken: string[] = [];
  let bounds = 0;
  for (let round = 0; round < 12; round++) {
    const X = gaussianRows(random, 1200, 30, 0.2);
    const V = gaussianRows(random, 1200, 5);
    const options = { ...(members[round % 5] as MemoryOptions), beta: 10 ** (3 * uniform(random)) };
    const queries = noisyQueries(random, X, 60, 0.1);
    for (const [memory, rows] of [[createMemory(X, options), X] as const, [createMemory(X, { ...options, values: V }), V] as const]) {
      const found = violations(memory, rows, queries);
      broken.push(...found.broken);
      bounds += found.bounds;
    }
  }
  expect(broken).toEqual([]);
  expect(bounds).toBe(12 * 2 * 60);
});

it("gives no bound where the argument does not hold", () => {
  const X = gaussianRows(stream(3), 6, 4);
  const without: [MemoryOptions, object?][] = [
    [{ model: "k-subset", k: 2 }],
    [{ model: "dense", post: "l2norm" }],
    [{ model: "linear" }],
    [{ model: "random-features" }],
    [{ model: "kernel-regression" }],
    [{ model: "gaussian" }, { known: [1, 1, 0, 1], clamp: true }],
    [{ model: "epanechnikov", beta: 1e9 }],
  ];
  for (const [options, recall] of without) {
    const query = (X[0] as number[]).map((x) => x + 0.5);
    expect(createMemory(X, { beta: 1, ...options }).recall(query, recall).results[0]?.bound).toBeNull();
  }
});
