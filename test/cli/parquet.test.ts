/** Parquet in and out: files written by Apache Arrow (test/golden/parquet, pyarrow 26.0.1), our exports read again, and files that nobody wrote. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { readParquet } from "../../src/cli/parquet-read.ts";
import { parquetValues } from "../../src/cli/parquet-values.ts";
import { parquetPieces } from "../../src/cli/parquet-write.ts";
import { createStore } from "../../src/store/index.ts";
import { type Folder, openFolder, run } from "./helpers.ts";

const golden = new URL("../golden/parquet/", import.meta.url).pathname;
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(join(golden, `${name}.parquet`)));
const read = (name: string, column: string | null = null, missing: "refuse" | "nan" = "refuse") =>
  parquetValues({ bytes: bytesOf(name), column, missing, exported: false });

/** What was written: row i has ((7 i + 3 k) mod 11) / 4 - 1.25 in column k. */
const value = (i: number, k: number): number => ((i * 7 + k * 3) % 11) / 4 - 1.25;
const rows = (width: number, of: (i: number, k: number) => number): number[] =>
  Array.from({ length: 7 * width }, (_, j) => of(Math.floor(j / width), j % width));

let folder: Folder;
let scratch: string;
let inThread: typeof readParquet;
beforeAll(async () => {
  folder = openFolder();
  scratch = mkdtempSync(join(tmpdir(), "hopfield-parquet-"));
  await build({
    entryPoints: { read: "src/cli/parquet-read.ts" },
    ...{ bundle: true, format: "esm", platform: "node", outdir: scratch, outExtension: { ".js": ".mjs" }, logLevel: "error" },
  });
  inThread = (await import(pathToFileURL(join(scratch, "read.mjs")).href)).readParquet;
});
afterAll(() => {
  folder.remove();
  rmSync(scratch, { recursive: true });
});

test.each([
  // The third column is the whole part of four times the number; the types are f32, f64 and i32.
  ["columns", null, "f64", 3, (i: number, k: number) => (k < 2 ? value(i, k) : value(i, k) * 4)],
  ["columns-gzip-v2", null, "f64", 3, (i: number, k: number) => (k < 2 ? value(i, k) : value(i, k) * 4)],
  ["columns", "x1", "f64", 1, (i: number) => value(i, 1)],
  ["list", null, "f32", 3, value],
  ["list", "vector", "f32", 3, value],
  ["fixed-list", null, "f64", 3, value],
  ["two-lists", "b", "f32", 3, value],
] as const)("%s, column %s", async (name, column, dtype, width, of) => {
  const { array } = await read(name, column);
  expect([array.dtype, array.shape]).toEqual([dtype, [7, width]]);
  expect(Array.from(array.data)).toEqual(rows(width, of));
});

test("whole numbers to 2^53 - 1, truth values, f16; gaps as NaN where they are asked for", async () => {
  expect(Array.from((await read("kinds")).array.data)).toEqual([1, 1, 0.5, 2, 0, -2, 2 ** 53 - 1, 1, 65504]);
  expect(Array.from((await read("missing", null, "nan")).array.data)).toEqual([1, Number.NaN, 3]);
});

test.each([
  ["missing", null, "E_FORMAT", 'row 1, column "a" has no value'],
  ["ragged", null, "E_FORMAT", 'row 1 has 1 numbers in column "vector", row 0 has 2'],
  ["text", null, "E_FORMAT", 'its column "a" holds no numbers'],
  ["list", "id", "E_FORMAT", 'its column "id" holds no numbers'],
  ["two-lists", null, "E_RANGE", 'it holds the lists "a", "b"; say which'],
  ["columns", "x9", "E_RANGE", 'it has no column "x9"; it holds "x0", "x1", "x2"'],
  ["large-int", null, "E_RANGE", 'row 0, column "a" is 1152921504606846976'],
])("%s, column %s: %s", async (name, column, code, message) => {
  await expect(read(name, column)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
});

test("zstd is read where the engine has it, and named where it has not", async () => {
  const outcome = await read("zstd").then(
    ({ array }) => Array.from(array.data),
    ({ code, message }) => [code, /ZSTD/.test(message)],
  );
  expect([
    [1, 2],
    ["E_UNSUPPORTED", true],
  ]).toContainEqual(outcome);
});

test("an export read again: patterns to the bit, ids and metadata as they were", async () => {
  const path = join(scratch, "store");
  const store = createStore(path, { dimension: 700, durability: "process" });
  // More than one row group.
  const count = 3200;
  const data = Float32Array.from({ length: count * 700 }, (_, i) => Math.fround(Math.sin(i)));
  const ids = Array.from({ length: count }, (_, i) => (i % 5 === 0 ? `n"${i}ü` : i));
  const metadata = ids.map((_, i) => (i % 3 === 0 ? null : { at: i, label: "ö,\n" }));
  store.add({ data, rows: count, columns: 700 }, { ids, metadata });
  const bytes = new Uint8Array(Buffer.concat([...parquetPieces(store)]));
  store.close();
  const { array, exported } = await inThread({ bytes, column: null, missing: "refuse", exported: true }, "");
  expect([array.dtype, array.shape]).toEqual(["f32", [count, 700]]);
  expect(Buffer.from(array.data.buffer).equals(Buffer.from(data.buffer))).toBe(true);
  expect(exported?.ids.map((text) => JSON.parse(text))).toEqual(ids);
  expect(exported?.metadata.map((text) => JSON.parse(text))).toEqual(metadata);
});

test("files that nobody wrote: a value or an error with a code, in a second, whatever they claim", async () => {
  const files = readdirSync(golden).map((name) => new Uint8Array(readFileSync(join(golden, name))));
  let state = 7;
  const draw = (n: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  const tally: Record<string, number> = {};
  for (let i = 0; i < 470; i++) {
    let bytes = (files[draw(files.length)] as Uint8Array).slice();
    if (draw(5) === 0) bytes = bytes.slice(0, draw(bytes.length));
    for (let n = draw(4); n >= 0; n--) if (bytes.length > 0) bytes[draw(bytes.length)] = draw(256);
    // Near 450 is one whose run length keeps the decoder busy for longer than anybody waits.
    if (i < 430) continue;
    const outcome = await inThread({ bytes, column: null, missing: "refuse", exported: true }, "", 1).then(
      () => "value",
      (error) => String(error.code ?? error),
    );
    tally[outcome] = (tally[outcome] ?? 0) + 1;
  }
  expect(Object.keys(tally).filter((name) => !/^(?:value|E_FORMAT|E_RANGE|E_LIMIT|E_UNSUPPORTED)$/.test(name))).toEqual([]);
  expect(tally.E_LIMIT).toBeGreaterThanOrEqual(1);
  expect(tally.value).toBeGreaterThanOrEqual(1);
  expect(tally.E_FORMAT).toBeGreaterThan(10);
});

test("the command: add from parquet, export to it, add that, and recall with it", async () => {
  const memory = (...words: string[]) => run(["memory", ...words, "--json"], { cwd: folder.path });
  for (const name of ["s", "t"]) expect((await memory("create", name, "--dimension", "3")).status).toBe(0);
  expect(JSON.parse((await memory("add", "s", "--patterns", join(golden, "list.parquet"))).stdout)).toMatchObject({ added: 7 });
  expect(JSON.parse((await memory("export", "s", "e.parquet")).stdout)).toEqual({ patterns: 7 });
  expect(JSON.parse((await memory("add", "t", "--patterns", "e.parquet")).stdout)).toEqual({ added: 7, patterns: 7, ids: [0, 6] });
  const asked = await run(
    ["recall", "--patterns", join(golden, "fixed-list.parquet"), "--queries", "e.parquet#pattern", "--beta", "90", "--json"],
    {
      cwd: folder.path,
    },
  );
  expect(JSON.parse(asked.stdout).results.map(({ top }: { top: number }) => top)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  folder.text("wrong.parquet", "nothing of the kind");
  const refused = await run(["recall", "--patterns", "wrong.parquet", "--queries", "e.parquet"], { cwd: folder.path });
  expect([refused.status, refused.stderr]).toEqual([
    3,
    'E_FORMAT: --patterns "wrong.parquet": it is no parquet file: it does not start with PAR1\n',
  ]);
});
