/** What comes beside the answer: alternatives, votes, abstaining, labels of fixed points, beta advice, separations, sequences, column scaling, the separation loss. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  adviseBeta,
  capacityBound,
  columnScaling,
  createMemory,
  createSequenceMemory,
  replay,
  scaleColumns,
  separate,
  separationLoss,
  separations,
  unscaleColumns,
} from "../../src/index.ts";
import {
  cosineSimilarity,
  l2Similarity,
  conjugate as oracleConjugate,
  separate as oracleSeparate,
  separation as oracleSeparation,
  type Separation,
} from "../oracle/index.ts";
import { gaussianRows, noisyQueries, stream } from "./problems.ts";

const reference = JSON.parse(readFileSync(new URL("../golden/models.json", import.meta.url), "utf8"));
const numbers = (values: (number | string)[]): number[] => values.map(Number);

describe.each([
  { patterns: 30, dimension: 5 },
  { patterns: 900, dimension: 40 },
])("alternatives and votes, $patterns x $dimension", ({ patterns, dimension }) => {
  const random = stream(61);
  const X = gaussianRows(random, patterns, dimension, 0.5);
  const Q = noisyQueries(random, X, 5, 0.4);
  const labels = X.map((_, i) => `class ${i % 3}`);
  it("alternatives are the heaviest weights, ties by index", () => {
    const memory = createMemory(X, { beta: 1 });
    const weights = memory.weights(Q);
    memory.recall(Q, { alternatives: 7 }).results.forEach((result, b) => {
      const row = Array.from(weights.data.subarray(b * patterns, (b + 1) * patterns));
      const order = row.map((_, i) => i).sort((i, j) => (row[j] as number) - (row[i] as number) || i - j);
      expect(result.alternatives?.map(({ index }) => index)).toEqual(order.slice(0, 7));
      result.alternatives?.forEach(({ index, weight }) => {
        expect(weight).toBeCloseTo(row[index] as number, 6);
      });
      expect(result.alternatives?.[0]).toEqual({ index: result.top, weight: result.weight });
    });
  });
  it("the vote is the label with the largest sum of weights; below minimumWeight it abstains", () => {
    const memory = createMemory(X, { beta: 1, labels });
    const weights = memory.weights(Q);
    const { results } = memory.recall(Q);
    const careful = memory.recall(Q, { minimumWeight: 0.6 });
    results.forEach((result, b) => {
      const sums: Record<string, number> = {};
      labels.forEach((label, i) => {
        sums[label] = (sums[label] ?? 0) + (weights.data[b * patterns + i] as number);
      });
      const [best, weight] = Object.entries(sums).sort((p, q) => q[1] - p[1])[0] as [string, number];
      expect(result.vote?.label).toBe(best);
      expect(result.vote?.weight).toBeCloseTo(weight, 5);
      expect(careful.results[b]?.vote?.label).toBe(weight >= 0.6 ? best : null);
    });
  });
});

it("no alternatives or vote unless asked for", () => {
  const [result] = createMemory([[1], [2]]).recall([1]).results;
  expect(Object.keys(result ?? {})).toEqual(["steps", "converged", "energy", "label", "top", "weight", "support", "margin", "bound"]);
});

it("labels of the answer: single, metastable, global, none", () => {
  const X = [
    [0, 0],
    [0.1, 0],
    [5, 5],
    [9, 0],
    [0, 9],
  ];
  const label = (beta: number, q: number[], options = {}) => createMemory(X, { beta, ...options }).recall(q).results[0]?.label;
  expect(label(1000, [5, 5])).toBe("single");
  expect(label(20, [0.05, 0])).toBe("metastable");
  expect(label(1e-4, [1, 1])).toBe("global");
  expect(label(1, [1, 1], { model: "linear" })).toBe("none");
});

it("summary: false leaves the weights of linear and random features out, and the answer as it is", () => {
  const X = gaussianRows(stream(62), 10, 4);
  for (const model of ["linear", "random-features"] as const) {
    const memory = createMemory(X, { model, beta: 0.5 });
    const full = memory.recall(X);
    const short = memory.recall(X, { summary: false });
    expect(short.states).toEqual(full.states);
    expect(short.results[0]).toMatchObject({ top: -1, weight: 0, support: 0, margin: null });
    expect(full.results[0]?.top).toBeGreaterThanOrEqual(0);
  }
});

describe("beta from the data", () => {
  const X = gaussianRows(stream(63), 50, 6);
  const gap = (a: number[], b: number[]): number => a.reduce((sum, v, k) => sum + (v - (b[k] as number)) ** 2, 0);
  it("l2: 2 ln(1000 M) / g with the smallest squared distance", () => {
    const g = Math.min(...X.flatMap((a, i) => X.filter((_, j) => j !== i).map((b) => gap(a, b))));
    expect(adviseBeta(X).gap).toBeCloseTo(g, 10);
    expect(adviseBeta(X).beta).toBeCloseTo((2 * Math.log(50_000)) / g, 8);
    expect(createMemory(X).beta).toBe(adviseBeta(X).beta);
    expect(createMemory(X).betaSource).toBe("advised");
  });
  it("dot and cosine: g / 2 is the smallest positive separation", () => {
    const positive = oracleSeparation(X).filter((s) => s > 0);
    expect(adviseBeta(X, { similarity: "dot" }).beta).toBeCloseTo(Math.log(50_000) / Math.min(...positive), 8);
    const cosines = X.map((a, i) => 1 - Math.max(...X.filter((_, j) => j !== i).map((b) => cosineSimilarity(a, b))));
    expect(createMemory(X, { model: "dense", similarity: "cosine" }).beta).toBeCloseTo(Math.log(50_000) / Math.min(...cosines), 5);
  });
  it("copies are no gap; without any gap beta is 1", () => {
    expect(adviseBeta([...X, ...X]).gap).toBeCloseTo(adviseBeta(X).gap as number, 10);
    expect(
      adviseBeta([
        [1, 2],
        [1, 2],
      ]),
    ).toEqual({ beta: 1, gap: null, sampled: 2 });
    expect(adviseBeta([[1, 2]])).toEqual({ beta: 1, gap: null, sampled: 1 });
  });
  it("it does what it says: a stored pattern keeps at least 0.999 of the weight", () => {
    for (const result of createMemory(X).recall(X).results) expect(result.weight).toBeGreaterThanOrEqual(0.999);
  });
  it("large memories are sampled, the same way for the same seed", () => {
    const big = gaussianRows(stream(64), 1500, 3);
    expect(adviseBeta(big).sampled).toBe(1000);
    expect(adviseBeta(big, { seed: 2 })).toEqual(adviseBeta(big, { seed: 2 }));
  });
});

it("separations against the definition, and of the reference", () => {
  const found = separations(reference.inputs.X).separations;
  (reference.diagnostics.separation_Delta as number[]).forEach((s, i) => {
    // The reference holds f64 inputs, the memory their f32 roundings: 6e-8 |x|^2 or so.
    expect(Math.abs((found[i] as number) - s)).toBeLessThanOrEqual(2e-6 * reference.diagnostics.max_norm ** 2);
  });
  const X = gaussianRows(stream(65), 40, 5);
  const l2 = separations(X, { similarity: "l2" }).separations;
  X.forEach((x, i) => {
    const nearest = Math.max(...X.filter((_, j) => j !== i).map((other) => l2Similarity(x, other)));
    expect(l2[i]).toBeCloseTo(-nearest, 10);
  });
  expect(separations([[1, 2]]).separations[0]).toBe(Number.POSITIVE_INFINITY);
  expect(separations(X, { sample: 7, seed: 3 }).indices.length).toBe(7);
});

it("the capacity theorem's constants", () => {
  for (const c of reference.diagnostics.capacity) {
    const bound = capacityBound({ beta: c.beta, radiusFactor: c.K, dimension: c.d, failure: c.p });
    expect(bound.c).toBeCloseTo(c.c, 10);
    expect(bound.patterns).toBeCloseTo(c.N, 8);
    expect(bound.minimumC).toBeCloseTo(c.c_min, 10);
  }
  expect(Math.abs(capacityBound({ beta: 1, radiusFactor: 3, dimension: 20, failure: 0.001 }).c - 3.1546)).toBeLessThan(1e-4);
  expect(Math.abs(capacityBound({ beta: 1, radiusFactor: 1, dimension: 75, failure: 0.001 }).c - 1.3718)).toBeLessThan(1e-4);
  expect(capacityBound({ beta: 0.01, radiusFactor: 0.1, dimension: 5, failure: 0.001 })).toMatchObject({ holds: false, patterns: null });
});

describe("separations on bare logits against the reference and the oracle", () => {
  const cases: [string, Separation, string?][] = [
    ["softmax", { separation: "softmax" }, "lse"],
    ["softmax1", { separation: "softmax1" }, "lse1"],
    ["sparsemax", { separation: "sparsemax" }, "sparsemax_conj"],
    ["entmax1.5", { separation: "entmax", alpha: 1.5 }, "entmax1.5_conj"],
    ["entmax1.25", { separation: "entmax", alpha: 1.25 }],
    ["entmax3", { separation: "entmax", alpha: 3 }],
    ["normmax2", { separation: "normmax", alpha: 2 }],
    ["normmax5", { separation: "normmax", alpha: 5 }],
    ["ksubset2", { separation: "k-subset", k: 2 }],
  ];
  it.each(cases.map(([key, member, conj]) => ({ key, member, conj })))("$key", ({ key, member, conj }) => {
    for (const entry of reference.separations) {
      if (!entry[key]) continue;
      const z = numbers(entry.z);
      const { weights, conjugate } = separate(z, member);
      numbers(entry[key].p).forEach((p, i) => {
        expect(Math.abs((weights[i] as number) - p), `${key} of ${z}`).toBeLessThanOrEqual(1e-9);
      });
      if (conj && entry[conj] !== undefined)
        expect(Math.abs(conjugate - Number(entry[conj]))).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(Number(entry[conj]))));
    }
  });
  it("random logits against the oracle, weights and conjugates", () => {
    const random = stream(66);
    for (let round = 0; round < 200; round++) {
      const [z] = gaussianRows(random, 1, 1 + (round % 30), 3) as [number[]];
      for (const [, member] of cases) {
        if ((member.k ?? 0) > z.length) continue;
        const { weights, conjugate } = separate(z, member);
        // entmax 3 follows rounding as its square root at a kink, normmax 5 as its fourth root.
        const tolerance = member.separation === "normmax" && member.alpha === 5 ? 1e-3 : member.alpha === 3 ? 1e-7 : 1e-9;
        oracleSeparate(z, member).forEach((p, i) => {
          expect(Math.abs((weights[i] as number) - p)).toBeLessThanOrEqual(tolerance);
        });
        expect(conjugate).toBeCloseTo(oracleConjugate(z, member), 8);
      }
    }
  });
});

it("the separation loss and its gradient against the reference", () => {
  const { W, sep_loss_t2: loss } = reference.distance_and_kernel;
  const kernel = { data: Float64Array.from(W.flat()), rows: W.length, columns: W[0].length };
  for (const [key, normalised] of [
    ["normalized", true],
    ["raw", false],
  ] as const) {
    const found = separationLoss(reference.inputs.X, kernel, { normalised });
    // Patterns are rounded to f32 on the way in: 6e-8 relative, times the slope of the loss.
    expect(Math.abs(found.loss - loss[key].loss)).toBeLessThanOrEqual(2e-5);
    (loss[key].dW as number[][]).flat().forEach((g, i) => {
      expect(Math.abs((found.gradient.data[i] as number) - g)).toBeLessThanOrEqual(2e-5 * Math.max(1, Math.abs(g)));
    });
  }
});

describe("sequences", () => {
  const random = stream(67);
  const song = gaussianRows(random, 9, 16);
  it("replays from a damaged cue", () => {
    const memory = createSequenceMemory(song, { beta: 20 });
    const cue = (song[2] as number[]).map((x, k) => (k < 8 ? Number.NaN : x));
    const heard = replay(memory, cue, 6, { missing: "nan" });
    for (let t = 0; t < 6; t++) expect(Array.from(heard.data.subarray(t * 16, (t + 1) * 16))).toEqual(song[3 + t]);
  });
  it("cyclic: after the last comes the first", () => {
    const memory = createSequenceMemory(song, { beta: 20, cyclic: true });
    expect(Array.from(replay(memory, song[8] as number[], 1).data)).toEqual(song[0]);
    expect(memory.patterns).toBe(9);
  });
  it("refuses one pattern, values and unequal widths", () => {
    expect(() => createSequenceMemory([[1, 2]])).toThrow(/at least 2 patterns/);
    expect(() => createSequenceMemory(song, { values: song } as object)).toThrow(/leave values out/);
    expect(() =>
      replay(
        createMemory([[1], [2]], {
          values: [
            [1, 1],
            [2, 2],
          ],
        }),
        [1],
        2,
      ),
    ).toThrow(/answers have 2 columns, cues 1/);
  });
});

describe("column scaling", () => {
  const table = [
    [1, 100, 5],
    [3, Number.NaN, 5],
    [5, 300, 5],
  ];
  it("standard and range, missing entries left out and left missing, constant columns kept", () => {
    const standard = columnScaling(table);
    expect(Array.from(standard.offset)).toEqual([3, 200, 5]);
    expect(Array.from(standard.scale)).toEqual([Math.sqrt(8 / 3), 100, 1]);
    const range = columnScaling(table, "range");
    expect(Array.from(scaleColumns(table, range).data)).toEqual([0, 0, 0, 0.5, Number.NaN, 0, 1, 1, 0]);
    const back = unscaleColumns(scaleColumns(table, standard), standard).data;
    table.flat().forEach((x, i) => {
      if (Number.isNaN(x)) expect(back[i]).toBeNaN();
      else expect(back[i]).toBeCloseTo(x, 4);
    });
  });
  it("refuses other widths and methods", () => {
    expect(() => scaleColumns([[1, 2]], columnScaling(table))).toThrow(/rows have 2 columns, the scaling has 3/);
    expect(() => columnScaling(table, "robust" as "range")).toThrow(/method must be one of standard, range/);
  });
});
