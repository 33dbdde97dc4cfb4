/** Threads: the same bits for every number of them, in every way of computing; more memories than one; a script that ends by itself. */
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { normal } from "../../src/core/random.ts";
import { createMemory, type MemoryOptions } from "../../src/index.ts";
import { openArena, placeF32, viewF32 } from "../../src/kernels/arena.ts";
import { canShare, runParts } from "../../src/kernels/pool.ts";
import { stream } from "../memory/problems.ts";

const random = stream(71);
const matrix = (rows: number, columns: number, scale: number) => ({
  data: Float32Array.from({ length: rows * columns }, () => scale * normal(random)),
  rows,
  columns,
});
/** Enough work for the pool: 4 M d is above 4e6 even for one query. */
const X = matrix(21_000, 50, 0.14);
const V = matrix(21_000, 9, 1);

const ways: [string, MemoryOptions, number, object?][] = [
  ["one query, streamed over ranges of keys", { beta: 3 }, 1],
  ["three queries with values", { beta: 3, values: V }, 3],
  ["batch streamed", { model: "dense", beta: 3 }, 150],
  ["batch with values, cosine", { model: "dense", similarity: "cosine", beta: 3, values: V }, 37],
  ["random masks", { model: "random-masked", beta: 3 }, 9],
  ["softmax1", { model: "softmax1", beta: 3 }, 5],
  ["score rows", { model: "sparsemax", beta: 3 }, 70],
  ["score rows of one query", { model: "top-k", beta: 3 }, 1],
  ["known entries, one set", { beta: 3 }, 20, { known: Array.from({ length: 50 }, (_, k) => Number(k % 3 > 0)) }],
  ["known entries, a set a query", { beta: 3 }, 20, { known: Array.from({ length: 1000 }, (_, k) => Number(k % 7 > 1)) }],
  ["sharp, rescored", { beta: 30_000 }, 20],
];

describe("the same bits for every number of threads", () => {
  it.each(ways.map(([name, options, count, recall]) => ({ name, options, count, recall })))("$name", ({ options, count, recall }) => {
    const Q = { data: X.data.slice(0, count * 50).map((x) => x + 0.05 * normal(random)), rows: count, columns: 50 };
    const one = createMemory(X, { ...options, threads: 1 }).recall(Q, recall);
    for (const threads of [2, 3, 5]) {
      const more = createMemory(X, { ...options, threads }).recall(Q, recall);
      expect(more.states).toEqual(one.states);
      expect(more.results).toEqual(one.results);
    }
  });
});

it("several memories share the pool, before and after they grow", () => {
  const a = createMemory(X, { beta: 2, threads: 2 });
  const b = createMemory(V, { beta: 2, threads: 2 });
  const q = X.data.slice(0, 500);
  const first = a.recall({ data: q, rows: 10, columns: 50 });
  b.recall({ data: V.data.slice(0, 9000), rows: 1000, columns: 9 });
  a.add({ data: X.data.slice(0, 5000), rows: 100, columns: 50 });
  a.remove(Array.from({ length: 100 }, (_, i) => 21_000 + i));
  expect(a.recall({ data: q, rows: 10, columns: 50 })).toEqual(first);
  b.free();
  expect(a.recall({ data: q, rows: 10, columns: 50 })).toEqual(first);
});

it("every part of a job is done exactly once, whatever their number", () => {
  const arena = openArena("plain", true);
  expect(canShare(arena)).toBe(true);
  const keys = placeF32(
    arena,
    Float32Array.from({ length: 600 }, (_, i) => i + 1),
  );
  const query = placeF32(arena, Float32Array.of(2));
  for (const count of [1, 2, 3, 255, 256, 257, 600]) {
    const out = placeF32(arena, new Float32Array(count));
    for (let round = 0; round < 20; round++) {
      viewF32(arena, out, count).fill(0);
      runParts(
        arena,
        "scoreOne",
        Array.from({ length: count }, (_, i) => [query, 0, 1, keys, i, i + 1, 0, 0, 0, 0, out + i * 4]),
        3,
      );
      expect(Array.from(viewF32(arena, out, count))).toEqual(Array.from({ length: count }, (_, i) => 2 * (i + 1)));
    }
  }
});

it("the pool does not keep a script alive, and a script that never waits for it gets its answer", () => {
  const script = `
    import { createMemory } from "modern-hopfield";
    const X = { data: Float32Array.from({ length: 2000000 }, (_, i) => Math.sin(i * i)), rows: 40000, columns: 50 };
    const q = { data: X.data.slice(0, 200), rows: 4, columns: 50 };
    console.log(createMemory(X, { beta: 50, threads: 2 }).recall(q).results.map((r) => r.top).join(","));`;
  expect(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8", timeout: 30_000 }).trim()).toBe(
    "0,1,2,3",
  );
});
