/** Work that need not be done: sharp batches by candidates, byte scans, masks on compressed rows. Each gives the answer of the plain way. */
import { describe, expect, it } from "vitest";
import { normal, uniformInteger } from "../../src/core/random.ts";
import { createMemory, type MemoryOptions } from "../../src/index.ts";
import { largestQueryNorm, largestSpread, type Scoring } from "../../src/memory/scoring.ts";
import { evaluate, type Model, weights } from "../oracle/index.ts";
import { gaussianRows, noisyQueries, stream } from "./problems.ts";

const random = stream(81);
const X = gaussianRows(random, 1500, 40, 0.16);
const V = gaussianRows(random, 1500, 7);

function expectRow(actual: Float32Array, row: number, expected: readonly number[]): void {
  const bound = 2e-6 * Math.max(1, Math.hypot(...expected));
  expected.forEach((x, k) => {
    expect(Math.abs((actual[row * expected.length + k] as number) - x)).toBeLessThanOrEqual(bound);
  });
}

describe("sharp and diffuse batches", () => {
  for (const beta of [2, 400]) {
    it(`beta ${beta}: 140 queries against the oracle`, () => {
      const Q = noisyQueries(random, X, 140, 0.05);
      const model: Model = { similarity: "dot", separation: "softmax", beta };
      const { states, results } = createMemory(X, { model: "dense", beta, values: V }).recall(Q);
      for (const b of [0, 3, 4, 77, 139]) {
        expectRow(states.data, b, evaluate(Q[b] as number[], X, model, { values: V }));
        const p = weights(Q[b] as number[], X, model);
        expect(results[b]?.weight).toBeCloseTo(Math.max(...p), 5);
        expect(results[b]?.support).toBeCloseTo(Math.round(1 / p.reduce((sum, w) => sum + w * w, 0)), -0.5);
      }
    });
  }
  it("a batch whose first queries are sharp and later ones are not is still right", () => {
    const Q = [...X.slice(0, 6), ...Array.from({ length: 140 }, () => new Array(40).fill(0))];
    const { states } = createMemory(X, { model: "dense", beta: 400, values: V }).recall(Q);
    const mean = V.reduce((sum, v) => sum.map((s, k) => s + (v[k] as number) / 1500), new Array(7).fill(0));
    expectRow(states.data, 145, mean);
  });
});

describe("the question whether a batch may be sharp", () => {
  const norm = (x: readonly number[]): number => Math.hypot(...x);
  const inner = (x: readonly number[], y: readonly number[]): number => x.reduce((sum, a, k) => sum + a * (y[k] as number), 0);
  const kinds: [Scoring["kind"], string, (q: number[], x: number[]) => number][] = [
    [0, "dot", inner],
    [1, "l2", (q, x) => -0.5 * norm(q.map((a, k) => a - (x[k] as number))) ** 2],
    [2, "cosine", (q, x) => inner(q, x) / (norm(q) * norm(x))],
  ];
  it.each(kinds.map(([kind, name, similarity]) => ({ kind, name, similarity })))(
    "$name: no two similarities lie further apart than the bound",
    ({ kind, similarity }) => {
      for (let round = 0; round < 60; round++) {
        const d = 1 + (round % 7);
        const scale = 10 ** (-2 + uniformInteger(random, 4));
        const [keys, queries] = [gaussianRows(random, 12, d, scale), gaussianRows(random, 3, d)];
        // The extremes: a key along the query, and its opposite.
        const q0 = queries[0] as number[];
        const m = Math.max(...keys.map(norm));
        for (const sign of [1, -1]) keys.push(q0.map((a) => (sign * m * a) / norm(q0)));
        const scoring: Scoring = {
          ...{ kind, mean: null, centre: 0, exactCentre: 0, keyScale: 0, keyBias: 0, biasSize: 0 },
          keyNorm: Math.max(...keys.map(norm)),
        };
        const largest = largestQueryNorm({ queries: Float32Array.from(queries.flat()), count: 3 }, d, scoring);
        expect(largest).toBeCloseTo(Math.max(...queries.map(norm)), 5);
        const bound = largestSpread(scoring, largest);
        const spreads = queries.map((q) => {
          const scores = keys.map((x) => similarity(q, x));
          return Math.max(...scores) - Math.min(...scores);
        });
        // Queries are rounded to f32 on the way.
        expect(Math.max(...spreads)).toBeLessThanOrEqual(bound * (1 + 1e-6));
        if (kind === 0 && norm(q0) === Math.max(...queries.map(norm))) expect(spreads[0]).toBeGreaterThan(bound * (1 - 1e-6));
      }
    },
  );
});

describe.each(["int8", "f16"] as const)("%s storage: the exact answer", (storage) => {
  const variants: [string, MemoryOptions][] = [
    ["gaussian, sharp", { beta: 900 }],
    ["gaussian, diffuse", { beta: 1 }],
    ["dense", { model: "dense", beta: 300 }],
    ["top-k", { model: "top-k", k: 5, beta: 4 }],
    ["sparsemax l2", { model: "sparsemax", similarity: "l2", beta: 60 }],
    ["cosine (scanned in f32)", { model: "top-k", similarity: "cosine", beta: 4 }],
    ["kernel", { model: "top-k", similarity: "kernel", kernel: gaussianRows(random, 11, 40), beta: 1 }],
    ["with values and threads", { model: "top-k", k: 3, beta: 4, values: V, threads: 2 }],
  ];
  it.each(variants.map(([name, options]) => ({ name, options })))("$name", ({ options }) => {
    const memory = createMemory(X, { ...options, storage });
    const plain = createMemory(X, options);
    for (let round = 0; round < 20; round++) {
      const Q = noisyQueries(random, X, 1 + (round % 3), 0.1);
      const [a, b] = [memory.recall(Q), plain.recall(Q)];
      expect(a.results.map(({ top, support, label }) => ({ top, support, label }))).toEqual(
        b.results.map(({ top, support, label }) => ({ top, support, label })),
      );
      a.states.data.forEach((x, i) => {
        expect(Math.abs(x - (b.states.data[i] as number))).toBeLessThanOrEqual(2e-6);
      });
    }
  });
  it("follows added and removed patterns, and rows of zeros and of huge spread", () => {
    const rows = [...X.slice(0, 1200), new Array(40).fill(0), [1e3, ...new Array(39).fill(1e-3)]];
    const memory = createMemory(rows, { model: "top-k", k: 2, beta: 1, storage });
    memory.recall(rows[0] as number[]);
    memory.add(X.slice(1200, 1300));
    memory.remove([5]);
    const now = [...rows, ...X.slice(1200, 1300)].filter((_, i) => i !== 5);
    const plain = createMemory(now, { model: "top-k", k: 2, beta: 1 });
    for (const q of [now[0], now[1199], now[1200], now[1299]] as number[][]) expect(memory.recall(q)).toEqual(plain.recall(q));
  });
});

describe("masks on compressed rows", () => {
  it("random masks that keep little: the weights of each query are its own softmax", () => {
    for (const options of [
      { beta: 3 },
      { model: "dense", similarity: "cosine", beta: 3 },
      { model: "softmax1", beta: 3 },
    ] as MemoryOptions[]) {
      const memory = createMemory(X, { ...options, support: "random", keep: 0.05, seed: 9 });
      const Q = noisyQueries(random, X, 9, 0.1);
      const { states, results } = memory.recall(Q);
      const p = memory.weights(Q);
      results.forEach((result, b) => {
        const row = p.data.subarray(b * 1500, (b + 1) * 1500);
        expect(result.top).toBe(row.indexOf(Math.max(...row)));
        expect(result.support).toBe(row.filter((w) => w > 0).length);
        const y = new Array(40).fill(0).map((_, k) => row.reduce((sum, w, i) => sum + w * (X[i]?.[k] as number), 0));
        expectRow(states.data, b, y);
      });
    }
  });
  it("one mask that hides most: as a memory of the shown patterns, with their places", () => {
    const shown = Array.from({ length: 40 }, () => uniformInteger(random, 1500));
    const mask = X.map((_, i) => Number(shown.includes(i)));
    const kept = X.map((_, i) => i).filter((i) => mask[i]);
    for (const options of [{ beta: 5 }, { beta: 5, values: V }, { model: "dense", similarity: "cosine", beta: 5 }] as MemoryOptions[]) {
      const few = createMemory(
        kept.map((i) => X[i] as number[]),
        { ...options, ...(options.values ? { values: kept.map((i) => V[i] as number[]) } : {}) },
      );
      const masked = createMemory(X, { ...options, support: "mask", supportMask: mask });
      for (const count of [1, 8]) {
        const Q = noisyQueries(random, X, count, 0.1).map((q) => q.map((x) => Math.fround(x + 0.01 * normal(random))));
        const [a, b] = [masked.recall(Q), few.recall(Q)];
        a.states.data.forEach((x, i) => {
          expect(Math.abs(x - (b.states.data[i] as number))).toBeLessThanOrEqual(3e-6);
        });
        expect(a.results.map(({ top }) => top)).toEqual(b.results.map(({ top }) => kept[top]));
        for (const { support } of a.results) expect(support).toBe(kept.length);
      }
    }
  });
});
