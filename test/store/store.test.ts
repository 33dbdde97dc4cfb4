/** What a store does, on a real disk: every operation, what it refuses, and that a second look at the files agrees. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { HopfieldError } from "../../src/core/errors.ts";
import { normal, randomStream } from "../../src/core/random.ts";
import { readSafetensors } from "../../src/data/index.ts";
import { createMemory } from "../../src/index.ts";
import { createStore, openStore, type Store, verifyStore } from "../../src/store/index.ts";
import { heldBy } from "./histories.ts";

let root: string;
let path: string;
let count = 0;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "hopfield-store-"));
});
beforeEach(() => {
  path = join(root, `s${count++}`);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return error instanceof HopfieldError ? `${error.code}: ${error.message}` : `BUG ${String(error)}`;
  }
  return "no error";
};

function closing<T>(store: Store, work: (store: Store) => T): T {
  try {
    return work(store);
  } finally {
    store.close();
  }
}

const rows = (n: number, d: number, stream = 1): number[][] => {
  const random = randomStream(5, stream);
  return Array.from({ length: n }, () => Array.from({ length: d }, () => Math.fround(normal(random))));
};

test("add, get, remove, upsert, compact, and the same after opening again", () => {
  const x = rows(4, 3);
  const store = createStore(path, { dimension: 3 });
  expect(store.add(x.slice(0, 2), { metadata: [{ label: "a" }, null] })).toEqual({ added: 2, patterns: 2, ids: [0, 1] });
  expect(store.add([x[2] as number[]], { ids: ["käse"], metadata: [{ label: "b", n: 1.5 }] })).toEqual({
    added: 1,
    patterns: 3,
    ids: ["käse", "käse"],
  });
  expect(codeOf(() => store.add([x[3] as number[]], { ids: ["käse"] }))).toMatch(/E_CONFLICT.*käse.*upsert/);
  expect(store.add([x[3] as number[]], { ids: ["käse"], upsert: true })).toEqual({ added: 1, patterns: 3, ids: ["käse", "käse"] });
  expect(store.get("käse")).toEqual({ id: "käse", pattern: Float32Array.from(x[3] as number[]), metadata: null });
  expect(store.remove({ ids: [0, 99, "käse"] })).toEqual({ removed: 2, missing: [99] });
  expect(store.get(0)).toBeNull();
  // A number that was given away is never given again, not even after its pattern is gone.
  expect(store.add([x[0] as number[]]).ids).toEqual([2, 2]);
  const held = heldBy(store);
  const { before, after } = store.compact();
  expect(after).toBeLessThan(before);
  expect(heldBy(store)).toBe(held);
  expect(store.add([x[0] as number[]]).ids).toEqual([3, 3]);
  const before2 = heldBy(store);
  store.close();
  closing(openStore(path), (again) => expect(heldBy(again)).toBe(before2));
  expect(verifyStore(path)).toEqual({ ok: true, patterns: 3, tornBytes: 0, damaged: [] });
});

test("one add is one transaction: one bad row, id or metadata and nothing is added", () => {
  const store = createStore(path, { dimension: 2 });
  store.add([[1, 2]], { ids: [7] });
  const wrong: [string, () => unknown][] = [
    [
      "E_NONFINITE",
      () =>
        store.add([
          [1, 2],
          [1, Number.NaN],
        ]),
    ],
    ["E_SHAPE", () => store.add([[1, 2, 3]])],
    [
      "E_CONFLICT",
      () =>
        store.add(
          [
            [1, 2],
            [3, 4],
          ],
          { ids: [8, 7] },
        ),
    ],
    [
      "E_CONFLICT",
      () =>
        store.add(
          [
            [1, 2],
            [3, 4],
          ],
          { ids: [8, 8], upsert: true },
        ),
    ],
    ["E_RANGE", () => store.add([[1, 2]], { ids: [-1] })],
    ["E_RANGE", () => store.add([[1, 2]], { ids: [2 ** 52] })],
    ["E_RANGE", () => store.add([[1, 2]], { ids: [""] })],
    ["E_RANGE", () => store.add([[1, 2]], { ids: ["a\0b"] })],
    ["E_SHAPE", () => store.add([[1, 2]], { ids: [1, 2] })],
    ["E_SHAPE", () => store.add([[1, 2]], { metadata: [] })],
    ["E_RANGE", () => store.add([[1, 2]], { metadata: [JSON.parse('{"__proto__":1}')] })],
    ["E_RANGE", () => store.add([[1, 2]], { metadata: [{ a: Number.NaN }] })],
    ["E_RANGE", () => store.add([[1, 2]], { metadata: [[1] as never] })],
    ["E_RANGE", () => store.add([[1, 2]], { metdata: [] } as never)],
    ["E_RANGE", () => store.remove({} as never)],
    ["E_RANGE", () => store.remove({ where: "label" })],
  ];
  const bytes = () =>
    readdirSync(path)
      .map((name) => `${name} ${readFileSync(join(path, name)).length}`)
      .join();
  const before = bytes();
  for (const [code, work] of wrong) expect(codeOf(work)).toMatch(new RegExp(`^${code}: `));
  expect(bytes()).toBe(before);
  store.close();
  expect(codeOf(() => store.add([[1, 2]]))).toMatch(/^E_CONFLICT.*closed/);
  closing(openStore(path), (reader) => {
    expect(codeOf(() => reader.add([[1, 2]]))).toMatch(/^E_UNSUPPORTED.*reading/);
    expect(reader.patterns).toBe(1);
  });
});

test("conditions on metadata", () => {
  const store = createStore(path, { dimension: 1 });
  const metadata = [
    { label: 3 },
    { label: "3", year: 2020 },
    { label: "cat", deep: { a: [1, 2] } },
    null,
    { label: "a, b", year: 1999 },
    { "odd name": true },
  ];
  store.add(
    metadata.map((_, i) => [i]),
    { metadata },
  );
  const matching = (where: never): number[] => [...store.batches(10, where)].flatMap(({ ids }) => ids as number[]);
  const cases: [unknown, number[]][] = [
    ["label=3", [0, 1]],
    ['label = "3"', [1]],
    ["label == cat", [2]],
    ["label != 3", [2, 4]],
    ["year >= 2000, label=3", [1]],
    ["year < 2000 and year > 1990", [4]],
    ["year<=2020 && year>=2020", [1]],
    ['label = "a, b"', [4]],
    ['"odd name" = true', [5]],
    ["deep.a = [1]", []],
    [{ deep: { a: [1, 2] } }, [2]],
    ['{"label":"cat"}', [2]],
    [(each: Record<string, unknown>) => typeof each.year === "number", [1, 4]],
    ["constructor = 1", []],
  ];
  for (const [where, ids] of cases) expect(matching(where as never), String(where)).toEqual(ids);
  for (const where of ["", "label", "=3", "label=", "{bad", "a=1 b=2", 'a="x" "y"'] as never[])
    expect(
      codeOf(() => matching(where)),
      where,
    ).toMatch(/^E_RANGE/);
  expect(store.remove({ where: "label=3" })).toEqual({ removed: 2, missing: [] });
  expect(store.info()).toMatchObject({ patterns: 4, metadataKeys: ["deep", "label", "odd name", "year"], format: 1, storage: "f32" });
  store.close();
});

test("readers take no lock, see what was acknowledged when they opened, and move on with refresh, over a compaction too", () => {
  const store = createStore(path, { dimension: 2 });
  store.add([[1, 2]]);
  const reader = openStore(path);
  store.add([[3, 4]]);
  expect(reader.patterns).toBe(1);
  expect([reader.refresh(), reader.patterns, reader.refresh()]).toEqual([true, 2, false]);
  const before = heldBy(reader);
  store.remove({ ids: [0] });
  store.compact();
  store.add([[5, 6]]);
  // The files it has open are gone from the directory and still whole.
  expect(heldBy(reader)).toBe(before);
  expect([reader.refresh(), heldBy(reader)]).toEqual([true, heldBy(store)]);
  reader.close();
  store.close();
});

test("one writer: E_LOCKED names the holder, the lock goes back at close, breakLock takes it and the old holder notices", () => {
  const store = createStore(path, { dimension: 2 });
  store.add([[1, 2]]);
  expect(codeOf(() => openStore(path, { mode: "write" }))).toBe(
    `E_LOCKED: store ${JSON.stringify(path)} is locked by process ${process.pid} on ${readLock().host}`,
  );
  const thief = openStore(path, { mode: "write", breakLock: true });
  expect(codeOf(() => store.add([[3, 4]]))).toMatch(/^E_LOCKED.*taken over/);
  store.close();
  thief.add([[5, 6]]);
  thief.close();
  expect(readdirSync(path).sort()).toEqual(["acknowledged", "log-1.bin", "store.json"]);
  closing(openStore(path, { mode: "write" }), (next) => expect(next.patterns).toBe(2));
});

function readLock(): { host: string; pid: number; bootId: string; started: string; token: string } {
  return JSON.parse(readFileSync(join(path, "lock"), "utf8"));
}

test.each([
  ["a process that is gone", { pid: 2 ** 22 + 1 }],
  ["another start of the system", { bootId: "00000000-0000-0000-0000-000000000000" }],
  ["another process with the same number", { started: "1" }],
])("a stale lock is taken over at once: %s", (_, change) => {
  const store = createStore(path, { dimension: 1 });
  const mine = readLock();
  store.close();
  writeFileSync(join(path, "lock"), JSON.stringify({ ...mine, token: "11111111-1111-1111-1111-111111111111", ...change }));
  closing(openStore(path, { mode: "write" }), () => expect(readLock().token).not.toMatch(/^1111/));
  expect(readdirSync(path).filter((name) => name.includes("lock") || name.includes("take"))).toEqual([]);
});

test.each([
  ["a host that cannot be asked", { host: "elsewhere", pid: 2 ** 22 + 1 }, /by process 4194305 on elsewhere/],
  ["a token that leads out of the directory", { token: "../../evil", pid: 2 ** 22 + 1 }, /by process 4194305/],
  ["no JSON", null, /says not by whom/],
])("a lock that cannot be judged stays: %s", (_, change, message) => {
  const store = createStore(path, { dimension: 1 });
  const mine = readLock();
  store.close();
  writeFileSync(join(path, "lock"), change ? JSON.stringify({ ...mine, ...change }) : "lock");
  expect(codeOf(() => openStore(path, { mode: "write" }))).toMatch(message);
  expect(readdirSync(root).includes("evil")).toBe(false);
});

test("what is no store is told apart, and nothing is written there", () => {
  expect(codeOf(() => openStore(join(root, "absent")))).toMatch(/^E_IO.*does not exist/);
  expect(codeOf(() => openStore(join(root, "absent"), { mode: "write" }))).toMatch(/^E_IO.*does not exist/);
  mkdirSync(path);
  expect(codeOf(() => openStore(path, { mode: "write" }))).toMatch(/^E_IO.*no store/);
  expect(readdirSync(path)).toEqual([]);
  writeFileSync(join(path, "letter.txt"), "mine");
  expect(codeOf(() => createStore(path, { dimension: 2 }))).toMatch(/^E_CONFLICT.*letter.txt/);
  expect(readdirSync(path)).toEqual(["letter.txt"]);
  const file = join(path, "letter.txt");
  expect(codeOf(() => openStore(file))).toMatch(/^E_IO/);
  expect(codeOf(() => createStore(file, { dimension: 2 }))).toMatch(/^E_IO/);
  expect(codeOf(() => createStore("a\0b", { dimension: 2 }))).toMatch(/^E_RANGE/);
  for (const dimension of [0, -1, 1.5, Number.NaN, 2 ** 25, "3"])
    expect(codeOf(() => createStore(join(root, "never"), { dimension } as never))).toMatch(/^E_RANGE/);
});

test("symbolic links and pipes in place of a store's files are refused, never followed", () => {
  createStore(path, { dimension: 2 }).close();
  const victim = join(root, "victim");
  writeFileSync(victim, readFileSync(join(path, "log-1.bin")));
  rmSync(join(path, "log-1.bin"));
  symlinkSync(victim, join(path, "log-1.bin"));
  expect(codeOf(() => openStore(path))).toMatch(/^E_IO.*symbolic link/);
  expect(codeOf(() => openStore(path, { mode: "write" }))).toMatch(/^E_IO.*symbolic link/);
  rmSync(join(path, "log-1.bin"));
  symlinkSync("/dev/zero", join(path, "log-1.bin"));
  expect(codeOf(() => openStore(path))).toMatch(/^E_IO/);
});

test("f16 keeps the nearest half, refuses what it cannot hold; int8 keeps the exact rows beside its bytes", () => {
  const x = rows(50, 20);
  closing(createStore(path, { dimension: 20, storage: "f16" }), (store) => {
    store.add(x);
    const kept = [...store.batches()].flatMap(({ rows: each }) => Array.from(each.data));
    // Half an ulp of 11 bits, relative.
    x.flat().forEach((value, i) => {
      expect(Math.abs(value - (kept[i] as number))).toBeLessThanOrEqual(Math.abs(value) * 2 ** -11 + 2 ** -25);
    });
    expect(codeOf(() => store.add([new Array(20).fill(1e5)]))).toMatch(/^E_RANGE.*65504/);
  });
  path = join(root, `s${count++}`);
  closing(createStore(path, { dimension: 20, storage: "int8" }), (store) => {
    store.add(x);
    store.compact();
    expect([...store.batches()].flatMap(({ rows: each }) => Array.from(each.data))).toEqual(x.flat());
  });
});

test("a snapshot is a safetensors file that the reader of this package reads", () => {
  const x = rows(10, 4);
  closing(createStore(path, { dimension: 4 }), (store) => {
    store.add(x, { ids: x.map((_, i) => (i === 3 ? "three" : i * 10)), metadata: x.map((_, i) => ({ i })) });
    store.remove({ ids: [20] });
    store.compact();
  });
  const { tensors, metadata } = readSafetensors(readFileSync(join(path, "snapshot-2.safetensors")));
  expect(metadata.get("format")).toBe("hopfield store 1");
  const kept = x.filter((_, i) => i !== 2);
  expect(Array.from(tensors.get("patterns")?.data ?? [])).toEqual(kept.flat());
  expect(Array.from(tensors.get("ids")?.data ?? []).slice(0, 2)).toEqual([0, 10]);
  expect(new TextDecoder().decode(tensors.get("metadata")?.data as Uint8Array)).toMatch(/^\{"i":0\}\{"i":1\}\{"i":3\}/);
});

test("the newest format is told from damage", () => {
  createStore(path, { dimension: 2 }).close();
  const file = join(path, "store.json");
  writeFileSync(file, readFileSync(file, "utf8").replace('"format":1', '"format":3'));
  expect(codeOf(() => openStore(path))).toMatch(/^E_UNSUPPORTED.*format 3, this version reads format 1/);
});

describe("recall", () => {
  test("is that of a memory over the live patterns, with ids, weights and metadata of the leaders", () => {
    const x = rows(60, 16);
    closing(createStore(path, { dimension: 16 }), (store) => {
      store.add(x, { metadata: x.map((_, i) => ({ even: i % 2 === 0 })) });
      store.remove({ ids: [0, 5, 59] });
      const live = x.filter((_, i) => ![0, 5, 59].includes(i));
      const queries = live.slice(3, 6).map((row) => row.map((value) => value + 0.1));
      const expected = createMemory(live, { beta: 0.3 }).recall(queries, { alternatives: 5 });
      const got = store.recall(queries, { memory: { beta: 0.3 }, nearest: 4 });
      expect(got.states).toEqual(expected.states);
      expect(got).toMatchObject({ patterns: 57, streamed: false });
      const ids = x.map((_, i) => i).filter((i) => ![0, 5, 59].includes(i));
      got.nearest.forEach((leaders, b) => {
        expect(leaders).toEqual(
          expected.results[b]?.alternatives
            ?.slice(0, 4)
            .map(({ index, weight }) => ({ id: ids[index], weight, metadata: { even: (ids[index] as number) % 2 === 0 } })),
        );
      });
      const even = store.recall(queries, { where: "even=true", memory: { beta: 0.3 } });
      expect(even.patterns).toBe(29);
      expect(even.nearest.flat().every(({ metadata }) => metadata?.even === true)).toBe(true);
      expect(codeOf(() => store.recall(queries, { where: "even=5" }))).toMatch(/^E_RANGE.*no pattern matches/);
      // Kept between recalls, and never when the store has changed.
      store.add([queries[0] as number[]]);
      expect(store.recall(queries.slice(0, 1), { memory: { beta: 100 } }).nearest[0]?.[0]?.id).toBe(60);
    });
  });
});

test("ids, metadata and patterns come back as they were, whatever they are", () => {
  const id = fc.oneof(
    fc.integer({ min: 0, max: 2 ** 52 - 1 }).map((n) => n),
    fc.string({ minLength: 1, maxLength: 30, unit: "grapheme" }).filter((text) => !text.includes("\0")),
  );
  const metadata = fc.option(
    fc
      .dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue({ maxDepth: 3 }))
      .filter((object) => !/"(?:__proto__|constructor|prototype)":/.test(JSON.stringify(object))),
  );
  const value = fc.float({ noNaN: true, noDefaultInfinity: true });
  const entries = fc.uniqueArray(fc.record({ id, metadata, pattern: fc.array(value, { minLength: 3, maxLength: 3 }) }), {
    selector: (each) => each.id,
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(fc.array(entries, { minLength: 1, maxLength: 3 }), fc.boolean(), (batches, compact) => {
      const folder = join(root, `s${count++}`);
      const model = new Map<unknown, unknown>();
      closing(createStore(folder, { dimension: 3, durability: "process" }), (store) => {
        for (const batch of batches) {
          store.add(
            batch.map(({ pattern }) => pattern),
            { ids: batch.map((each) => each.id), metadata: batch.map((each) => each.metadata as never), upsert: true },
          );
          for (const each of batch) model.set(each.id, JSON.stringify([each.pattern.map(Math.fround), each.metadata]));
        }
        if (compact) store.compact();
      });
      closing(openStore(folder), (store) => {
        expect(store.patterns).toBe(model.size);
        for (const [key, text] of model) {
          const there = store.get(key as never);
          expect(there && JSON.stringify([Array.from(there.pattern), there.metadata])).toBe(text);
          expect(
            there?.pattern.every((x, i) => Object.is(x, Math.fround((JSON.parse(text as string)[0] as number[])[i] as number)) || x === 0),
          ).toBe(true);
        }
      });
      rmSync(folder, { recursive: true });
    }),
    { numRuns: 60 },
  );
});
