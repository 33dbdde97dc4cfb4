/** Patterns that one arena does not take, spread over several: every answer is that of one memory. Parts of a few kilobytes stand for the 3.5 GiB of real ones. */
import { describe, expect, it } from "vitest";
import { createMemory, type MemoryOptions, type RecallOptions } from "../../src/index.ts";
import { createMemoryOfParts } from "../../src/memory/parted-store.ts";
import { gaussianRows, noisyQueries, stream } from "./problems.ts";

const random = stream(93);
const d = 24;
const X = gaussianRows(random, 2600, d, 0.2);
const V = gaussianRows(random, 2600, 5);
const W = gaussianRows(random, 9, d);
const labels = X.map((_, i) => `group ${i % 7}`);
/** Five parts, the last one shorter. */
const partBytes = 4 * d * 600;

const variants: [string, MemoryOptions, RecallOptions?][] = [
  ["dense, diffuse", { model: "dense", beta: 2 }],
  ["dense, sharp", { model: "dense", beta: 300 }],
  ["gaussian", { beta: 40 }],
  ["gaussian, beta from the data", {}],
  ["cosine", { model: "dense", similarity: "cosine", beta: 15 }],
  ["kernel", { model: "dense", similarity: "kernel", kernel: W, beta: 1 }],
  ["softmax1", { model: "dense", separation: "softmax1", beta: 3 }],
  ["softmax1 l2", { similarity: "l2", separation: "softmax1", beta: 20 }],
  ["softmax1, nothing near", { model: "dense", separation: "softmax1", beta: 3000 }],
  ["top-k", { model: "top-k", k: 7, beta: 6 }],
  ["top-k beyond a part", { model: "top-k", k: 1500, beta: 6 }],
  ["sparsemax", { model: "sparsemax", beta: 9 }],
  ["entmax", { separation: "entmax", alpha: 1.3, similarity: "dot", beta: 9 }],
  ["normmax", { separation: "normmax", similarity: "dot", beta: 9 }],
  ["k-subset", { separation: "k-subset", k: 5, similarity: "dot", beta: 9 }],
  ["epanechnikov", { separation: "epanechnikov", similarity: "l2", beta: 4 }],
  ["values", { model: "dense", beta: 8, values: V }],
  ["labels and alternatives", { model: "dense", beta: 25, labels }, { alternatives: 4 }],
  ["int8", { model: "top-k", k: 5, beta: 30, storage: "int8" }],
  ["until settled", { beta: 30 }, { steps: "converge", energy: true }],
];

describe("patterns in several parts", () => {
  it.each(variants.map(([name, options, recall]) => ({ name, options, recall })))(
    "$name: the answer of one memory",
    ({ options, recall }) => {
      const spread = createMemoryOfParts(X, options, partBytes);
      const whole = createMemory(X, options);
      expect(spread.patterns).toBe(2600);
      expect(spread.beta).toBe(whole.beta);
      for (const count of [1, 6]) {
        const Q = noisyQueries(random, X, count, 0.1);
        if (options.beta === 3000) for (const q of Q) q.splice(0, d, ...Array.from({ length: d }, (_, k) => -0.001 * k));
        const [a, b] = [spread.recall(Q, recall), whole.recall(Q, recall)];
        const scale = Math.max(...b.states.data.map(Math.abs));
        // Two ways to add f32 numbers up: some rounding units of the largest entry.
        a.states.data.forEach((x, i) => {
          expect(Math.abs(x - (b.states.data[i] as number))).toBeLessThanOrEqual(4e-6 * scale);
        });
        a.results.forEach((result, i) => {
          const other = b.results[i];
          expect(result.top).toBe(other?.top);
          expect(result.label).toBe(other?.label);
          expect(Math.abs(result.weight - (other?.weight ?? 0))).toBeLessThanOrEqual(2e-6);
          expect(Math.abs(result.support - (other?.support ?? 0))).toBeLessThanOrEqual(Math.ceil(0.001 * (other?.support ?? 0)));
          if (other?.margin === null) expect(result.margin).toBeNull();
          else
            expect(Math.abs((result.margin as number) - (other?.margin ?? 0))).toBeLessThanOrEqual(
              1e-5 * Math.max(1, Math.abs(other?.margin ?? 0)),
            );
          if (other?.energy !== null && other?.energy !== undefined) expect(result.energy).toBeCloseTo(other.energy, 9);
          expect(result.bound === null).toBe(other?.bound === null);
          expect(result.vote?.label).toBe(other?.vote?.label);
          expect(result.alternatives?.map(({ index }) => index)).toEqual(other?.alternatives?.map(({ index }) => index));
        });
      }
    },
  );

  it("known entries, one set or one for every query", () => {
    for (const similarity of ["dot", "l2", "cosine"] as const) {
      const options: MemoryOptions = { similarity, beta: 12 };
      const Q = noisyQueries(random, X, 6, 0.1);
      const shared = Array.from({ length: d }, (_, k) => (k < 15 ? 1 : 0));
      const own = Q.flatMap((_, b) => Array.from({ length: d }, (_, k) => ((k + b) % 3 ? 1 : 0.5)));
      for (const known of [shared, own]) {
        const [a, b] = [createMemoryOfParts(X, options, partBytes), createMemory(X, options)].map((memory) => memory.recall(Q, { known }));
        a?.states.data.forEach((x, i) => {
          expect(x).toBeCloseTo(b?.states.data[i] as number, 5);
        });
        expect(a?.results.map(({ top }) => top)).toEqual(b?.results.map(({ top }) => top));
      }
    }
  });

  it("weights, energies and single patterns", () => {
    const options: MemoryOptions = { model: "dense", beta: 5 };
    const [spread, whole] = [createMemoryOfParts(X, options, partBytes), createMemory(X, options)];
    const Q = noisyQueries(random, X, 3, 0.1);
    const [p, q] = [spread.weights(Q).data, whole.weights(Q).data];
    p.forEach((w, i) => {
      expect(Math.abs(w - (q[i] as number))).toBeLessThanOrEqual(1e-9);
    });
    const [e, f] = [spread.energy(Q), whole.energy(Q)];
    e.forEach((x, b) => {
      expect(x).toBeCloseTo(f[b] as number, 9);
    });
    for (const i of [0, 519, 520, 521, 2599]) expect(spread.pattern(i)).toEqual(whole.pattern(i));
  });

  it("typed arrays, lists of rows and two threads give the same bytes", () => {
    const data = Float32Array.from(X.flat());
    const Q = noisyQueries(random, X, 5, 0.1);
    const options: MemoryOptions = { model: "dense", beta: 5 };
    const answer = (patterns: Parameters<typeof createMemory>[0], more: MemoryOptions = {}): Float32Array =>
      createMemoryOfParts(patterns, { ...options, ...more }, partBytes).recall(Q).states.data;
    const first = answer(X);
    expect(answer({ data, rows: 2600, columns: d })).toEqual(first);
    expect(answer({ data: Array.from(data), rows: 2600, columns: d })).toEqual(first);
    expect(answer(X, { threads: 2 })).toEqual(first);
  });

  it("what needs all patterns in one place is refused before anything is copied", () => {
    const refused: MemoryOptions[] = [
      { model: "linear" },
      { model: "window", window: 5 },
      { similarity: "centered-cosine" },
      { supportMask: new Uint8Array(2600).fill(1), support: "mask" },
    ];
    for (const options of refused) {
      expect(() => createMemoryOfParts(X, options, partBytes)).toThrow(
        expect.objectContaining({ code: "E_LIMIT", message: expect.stringContaining("one memory of the engine takes") }),
      );
    }
    const spread = createMemoryOfParts(X, { beta: 2 }, partBytes);
    expect(() => spread.add([X[0] as number[]])).toThrow(expect.objectContaining({ code: "E_UNSUPPORTED" }));
    expect(() => spread.remove([1])).toThrow(expect.objectContaining({ code: "E_UNSUPPORTED" }));
    const spoilt = X.map((row) => [...row]);
    (spoilt[2000] as number[])[3] = Number.NaN;
    expect(() => createMemoryOfParts(spoilt, { beta: 2 }, partBytes)).toThrow(/from row 1560 on: row 440, column 3 is NaN/);
  });
});
