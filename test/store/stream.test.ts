/** Recall streamed from the disk against the memory over the same patterns, and against a definition in f64 that shares nothing with either. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HopfieldError } from "../../src/core/errors.ts";
import { normal, randomStream } from "../../src/core/random.ts";
import { createMemory, type MemoryOptions, type RecallOptions } from "../../src/index.ts";
import { createStore, openStore, type Store } from "../../src/store/index.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "hopfield-stream-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const d = 24;
const count = 3000;

function numbers(n: number, stream: number): Float32Array {
  const random = randomStream(11, stream);
  return Float32Array.from({ length: n }, () => normal(random));
}

const rowsOf = (data: Float32Array): number[][] =>
  Array.from({ length: data.length / d }, (_, i) => Array.from(data.subarray(i * d, (i + 1) * d)));
const x = rowsOf(numbers(count * d, 1));
const cues = rowsOf(numbers(6 * d, 2)).map((cue, b) => cue.map((value, k) => 0.3 * value + ((x[b * 311] as number[])[k] as number)));

/** Snapshot, log with many small transactions, removed and replaced rows; returns the live rows in order. */
function build(path: string, storage: "f32" | "f16" | "int8"): number[][] {
  const store = createStore(path, { dimension: d, storage, durability: "process" });
  store.add(x.slice(0, 2000), { metadata: x.slice(0, 2000).map((_, i) => ({ third: i % 3 === 0 })) });
  store.compact();
  store.add(x.slice(2000, 2950));
  for (let i = 2950; i < count; i++) store.add([x[i] as number[]]);
  store.remove({ ids: [0, 5, 6, 7, 1999, 2000, 2951, 2999] });
  store.add([x[0] as number[]], { ids: [10], upsert: true });
  const live = [...store.batches(500)].flatMap(({ rows }) => rowsOf(rows.data));
  store.close();
  return live;
}

const variants: [string, MemoryOptions, RecallOptions?][] = [
  ["gaussian, sharp", { beta: 4 }],
  ["gaussian, beta from the data", {}],
  ["gaussian, flat", { beta: 0.05 }],
  ["dense", { model: "dense", beta: 0.5 }],
  ["cosine", { similarity: "cosine", beta: 20 }],
  ["softmax1", { model: "softmax1", beta: 0.3 }],
  ["softmax1 over l2", { similarity: "l2", separation: "softmax1", beta: 0.3 }],
  ["top-k", { model: "top-k", k: 5, beta: 0.3 }],
  ["top-k over l2", { similarity: "l2", support: "top-k", k: 40, beta: 0.2 }],
  ["sparsemax", { model: "sparsemax", beta: 0.5 }],
  ["entmax", { model: "entmax", alpha: 1.3, beta: 0.5 }],
  ["normmax", { model: "normmax", beta: 0.5 }],
  ["k-subset", { model: "k-subset", k: 4, beta: 0.3 }],
  ["epanechnikov", { model: "epanechnikov", beta: 0.08 }],
  ["three steps", { beta: 1 }, { steps: 3 }],
  ["until it settles", { beta: 1 }, { steps: "converge" }],
  ["post", { beta: 1, post: "l2norm" }],
];

describe.each(["f32", "f16", "int8"] as const)("storage %s", (storage) => {
  let path: string;
  let live: number[][];
  let store: Store;
  beforeAll(() => {
    path = join(root, storage);
    live = build(path, storage);
    store = openStore(path);
  });
  afterAll(() => store.close());

  test.each(variants)("%s: one query and six, as in memory", (_, options, recall = {}) => {
    for (const queries of [cues.slice(0, 1), cues]) {
      const memory = createMemory(live, { ...options, build: "plain" });
      const expected = memory.recall(queries, { ...recall, energy: true, alternatives: 3 });
      const got = store.recall(queries, { ...recall, energy: true, nearest: 3, memory: { ...options, build: "plain" }, memoryLimit: 0 });
      expect(got.streamed).toBe(true);
      expect(got.patterns).toBe(live.length);
      // Advice comes from the same sample with the same exact similarities; in memory the norms of rows are summed in another order.
      expect(Math.abs((got.memory.beta as number) / (memory.beta as number) - 1)).toBeLessThan(1e-12);
      queries.forEach((__, b) => {
        const [want, have] = [expected.results[b], got.results[b]];
        expect(have?.top).toBe(want?.top);
        expect(have?.steps).toBe(want?.steps);
        expect(have?.converged).toBe(want?.converged);
        expect(have?.label).toBe(want?.label);
        // Logits agree to the 1e-4 that in-memory streaming allows itself in f32, so weights agree relatively to 2e-4; exact paths to rounding.
        const close = (a: number | null | undefined, e: number | null | undefined, relative: number) => {
          if (e === null || e === undefined) expect(a).toBe(e);
          else expect(Math.abs((a as number) - e)).toBeLessThanOrEqual(relative * Math.max(Math.abs(e), 1e-3));
        };
        close(have?.weight, want?.weight, 4e-4);
        close(have?.energy, want?.energy, 4e-4);
        close(have?.margin, want?.margin, 4e-4);
        const y = (from: typeof got.states) => Array.from(from.data.subarray(b * d, (b + 1) * d));
        y(got.states).forEach((value, k) => {
          expect(Math.abs(value - (y(expected.states)[k] as number))).toBeLessThan(4e-4);
        });
        // The bound holds for the numbers returned, against the rows themselves.
        if (have?.bound !== null && have !== undefined) {
          const row = live[have.top] as number[];
          expect(Math.hypot(...y(got.states).map((value, k) => value - (row[k] as number)))).toBeLessThanOrEqual(have.bound as number);
        }
        expect(got.nearest[b]?.length).toBe(want?.alternatives?.length);
        want?.alternatives?.forEach(({ weight }, i) => {
          close(got.nearest[b]?.[i]?.weight, weight, 4e-4);
        });
      });
    }
  });

  test("partial cues, and a condition on the metadata", () => {
    const known = Array.from({ length: d }, (_, k) => (k < 16 ? 1 : 0));
    for (const similarity of ["l2", "dot", "cosine"] as const) {
      const options: MemoryOptions = { similarity, beta: similarity === "cosine" ? 20 : 0.8, build: "plain" };
      const expected = createMemory(live, options).recall(cues, { known });
      const got = store.recall(cues, { known, memory: options, memoryLimit: 0 });
      got.states.data.forEach((value, i) => {
        expect(Math.abs(value - (expected.states.data[i] as number))).toBeLessThan(4e-4);
      });
      const inMemory = store.recall(cues, { memory: options, where: "third=true" });
      const streamed = store.recall(cues, { memory: options, where: "third=true", memoryLimit: 0 });
      expect([streamed.streamed, inMemory.streamed, streamed.patterns]).toEqual([true, false, inMemory.patterns]);
      expect(streamed.nearest.map((leaders) => leaders[0]?.id)).toEqual(inMemory.nearest.map((leaders) => leaders[0]?.id));
      expect(streamed.nearest.flat().every(({ metadata }) => metadata?.third === true)).toBe(true);
    }
  });

  test("against the definition in f64: weights of the Gaussian memory", () => {
    const q = cues[1] as number[];
    const logits = live.map((row) => -0.5 * 0.7 * row.reduce((sum, value, k) => sum + (value - Math.fround(q[k] as number)) ** 2, 0));
    const largest = Math.max(...logits);
    const total = logits.reduce((sum, z) => sum + Math.exp(z - largest), 0);
    const p = logits.map((z) => Math.exp(z - largest) / total);
    const got = store.recall([q], { memory: { beta: 0.7 }, memoryLimit: 0, nearest: 10 });
    const best = [...p.keys()].sort((a, b) => (p[b] as number) - (p[a] as number)).slice(0, 10);
    // Weights come from exact similarities and f64 sums: only what lies below 2^-44 of the leader is left out.
    expect(got.results[0]?.top).toBe(best[0]);
    got.nearest[0]?.forEach(({ weight }, i) => {
      expect(Math.abs(weight / (p[best[i] as number] as number) - 1)).toBeLessThan(1e-10);
    });
    Array.from({ length: d }, (_, k) => p.reduce((sum, weight, i) => sum + weight * ((live[i] as number[])[k] as number), 0)).forEach(
      (value, k) => {
        // One rounding to f32 at the end.
        expect(Math.abs((got.states.data[k] as number) - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -23 + 1e-10);
      },
    );
  });
});

test("a damaged block is told at first touch, and only then", () => {
  const path = join(root, "spoilt");
  build(path, "f32");
  const name = join(path, readdirSync(path).find((each) => each.startsWith("snapshot")) as string);
  const bytes = readFileSync(name);
  bytes[bytes.length - 100_000] = (bytes[bytes.length - 100_000] as number) ^ 1;
  writeFileSync(name, bytes);
  const store = openStore(path);
  let failed: unknown;
  try {
    store.recall(cues, { memory: { beta: 1 }, memoryLimit: 0 });
  } catch (error) {
    failed = error;
  }
  expect(failed instanceof HopfieldError && `${failed.code} ${failed.message}`).toMatch(/^E_FORMAT .*snapshot-2.safetensors is damaged/);
  store.close();
});

test.each<[string, MemoryOptions]>([
  ['model "linear"', { model: "linear" }],
  ['support "window"', { model: "window" }],
  ['similarity "centered-cosine"', { similarity: "centered-cosine" }],
  ["labels", { labels: new Array(3000).fill("a") }],
])("what needs all patterns in memory is refused by name: %s", (what, options) => {
  const store = openStore(join(root, "f32"));
  expect(() => store.recall(cues, { memory: { beta: 1, ...options }, memoryLimit: 0 })).toThrow(what);
  store.close();
});

describe("large enough for threads", () => {
  const width = 256;
  const rows = 20_000;
  const data = numbers(rows * width, 3);
  const near = (i: number): number[] => Array.from(data.subarray(i * width, (i + 1) * width), (value) => value + 0.25);
  const make = (name: string, storage: "f32" | "f16" | "int8"): string => {
    const path = join(root, name);
    const store = createStore(path, { dimension: width, storage, durability: "process" });
    store.add({ data, rows, columns: width });
    store.close();
    return path;
  };

  test.each(["f32", "f16", "int8"] as const)("%s: the same numbers with one thread and with three", (storage) => {
    const store = openStore(make(`large ${storage}`, storage));
    const known = Array.from({ length: width }, (_, k) => (k % 3 === 0 ? 0 : 1));
    for (const [queries, memory, recall] of [
      [[near(777)], { beta: 0.01 }, {}],
      [[near(777), near(5)], { beta: 0.01, similarity: "dot" }, {}],
      [[1, 2, 3, 4, 5].map(near), { beta: 30, similarity: "cosine" }, {}],
      [[near(777)], { beta: 30, similarity: "cosine" }, {}],
      [[near(19_999), near(0)], { beta: 0.01 }, { known }],
      [[near(777)], { model: "top-k", k: 9, beta: 0.01 }, {}],
      // So flat that the bytes give up in the middle of a scan, with jobs under way.
      [[near(777)], { beta: 1e-9 }, {}],
    ] as [number[][], MemoryOptions, RecallOptions][]) {
      const [one, three, again] = [1, 3, 3].map((threads) =>
        store.recall(queries, { ...recall, memory: { ...memory, threads }, memoryLimit: 0 }),
      );
      expect(three?.states).toEqual(one?.states);
      expect(three?.results).toEqual(one?.results);
      expect(three?.nearest).toEqual(one?.nearest);
      // A second time no checksum is left to look at, and the lengths of the rows are known.
      expect(again?.results).toEqual(one?.results);
      if (memory.beta !== 1e-9 && queries.length < 3) expect(one?.nearest[0]?.[0]?.id).toBe(recall.known ? 19_999 : 777);
    }
    store.close();
  });

  test("a damaged block and a file cut off are told, whoever read them", () => {
    const path = make("large spoilt", "f32");
    const name = join(path, "log-1.bin");
    const bytes = readFileSync(name);
    const ask = (change: () => void): string => {
      const store = openStore(path);
      change();
      try {
        store.recall([near(1)], { memory: { beta: 1, threads: 3 }, memoryLimit: 0 });
        return "nothing told";
      } catch (error) {
        return error instanceof HopfieldError ? `${error.code} ${error.message}` : String(error);
      } finally {
        store.close();
      }
    };
    // Cut off first, while a reader has it open: on opening it would be noticed.
    expect(ask(() => writeFileSync(name, bytes.subarray(0, 3 * 2 ** 20)))).toMatch(/^E_FORMAT .*log-1.bin is damaged/);
    bytes[9 * 2 ** 20] = (bytes[9 * 2 ** 20] as number) ^ 8;
    writeFileSync(name, bytes);
    expect(ask(() => {})).toMatch(/^E_FORMAT .*log-1.bin is damaged/);
  });
});
