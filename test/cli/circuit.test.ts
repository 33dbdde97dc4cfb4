import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Evaluator, readAag, readAig, readBlif, readBristol, readDocument, readDot, readVerilog } from "../circuits/readers.ts";
import { bitsOf, numbersOf, referenceRetriever } from "../circuits/reference.ts";
import { command, type Folder, openFolder, run } from "./helpers.ts";

let folder: Folder;
const rows = [
  [3, -4, 1],
  [0, 1, -2],
  [-3, 2, 3],
];
beforeAll(() => {
  folder = openFolder();
  folder.npy("x.npy", Int8Array.from(rows.flat()), [3, 3], "i8");
  folder.npy("f.npy", Float32Array.of(1, -0.5, 0.1, 0.7, -1, 0.25), [2, 3]);
  folder.npy("w.npy", Int32Array.of(1, 0, 2, 0, -1, 1), [2, 3], "i32");
  folder.npy("fraction.npy", Float32Array.of(1, 0.5, 2, 0, -1, 1), [2, 3]);
  folder.npy("one.npy", Int8Array.of(1, 2, 3), [1, 3], "i8");
  folder.npy("wide.npy", Int16Array.of(1, 2, 300, 4), [2, 2], "i16");
  folder.text("x.csv", rows.map((row) => row.join()).join("\n"));
});
afterAll(() => folder.remove());

const circuit = (...words: string[]) => run(["circuit", ...words], { cwd: folder.path });
const rowsOf = async (...words: string[]): Promise<Record<string, number>[]> => {
  const { status, stdout, stderr } = await circuit(...words, "--json");
  expect([status, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout).rows;
};

test("the JSON: these fields and no others, the same bytes for the same seed", async () => {
  const words = ["--patterns-count", "8", "--dimension", "8", "--bits", "4", "--json"];
  const { status, stdout } = await circuit(...words);
  const document = JSON.parse(stdout);
  expect(status).toBe(0);
  expect(Object.keys(document)).toEqual(["command", "rows"]);
  const names = "n d p beta layers depth gates gatesUnpruned wires maxWeight majorityEdges tableSupport unit checked mismatches";
  expect(Object.keys(document.rows[0]).join(" ")).toBe(names);
  expect(document.rows[0]).toMatchObject({ n: 8, d: 8, p: 4, beta: 8 / Math.sqrt(8), layers: 1, depth: 4, checked: 200, mismatches: 0 });
  expect((await circuit(...words)).stdout).toBe(stdout);
  expect((await circuit(...words, "--seed", "2")).stdout).not.toBe(stdout);
});

test("a sweep: the depth stays, the gates grow about linearly", async () => {
  const found = await rowsOf("--dimension", "8", "--bits", "4", "--sweep", "n=2,4,8,16,32,64", "--check", "50");
  expect(found.map((row) => row.n)).toEqual([2, 4, 8, 16, 32, 64]);
  for (const row of found) expect(row).toMatchObject({ depth: 4, checked: 50, mismatches: 0 });
  const [, , , , half, whole] = found.map((row) => row.gates as number) as [number, number, number, number, number, number];
  expect(whole / half).toBeLessThan(2.1);
  const inputs = await rowsOf("--dimension", "2", "--bits", "3", "--memory", "input", "--sweep", "n=2,16", "--check", "20");
  expect(inputs.map((row) => row.depth)).toEqual([7, 7]);
  const layers = await rowsOf("--dimension", "4", "--bits", "3", "--sweep", "layers=1,2,3", "--check", "20");
  expect(layers.map((row) => row.depth)).toEqual([4, 8, 12]);
});

test("exhaustive: every input, patterns as they are in the file", async () => {
  const [row] = await rowsOf("--patterns", "x.npy", "--bits", "3", "--beta", "0.5", "--check", "exhaustive");
  expect(row).toMatchObject({ n: 3, d: 3, p: 3, checked: 512, mismatches: 0 });
  const [kernelised] = await rowsOf("--patterns", "x.csv", "--bits", "3", "--kernelized", "--kernel", "w.npy", "--check", "exhaustive");
  expect(kernelised).toMatchObject({ checked: 512, mismatches: 0 });
  const [input] = await rowsOf("--patterns-count", "2", "--dimension", "2", "--bits", "3", "--memory", "input", "--check", "exhaustive");
  expect(input).toMatchObject({ depth: 7, checked: 2 ** 18, mismatches: 0 });
});

describe("files", () => {
  const retrieve = referenceRetriever({ p: 3, X: rows, beta: 0.5 });
  const readers: Record<string, (name: string) => Evaluator> = {
    v: (name) => readVerilog(folder.bytes(name).toString()),
    aag: (name) => readAag(folder.bytes(name).toString()),
    aig: (name) => readAig(folder.bytes(name)),
    blif: (name) => readBlif(folder.bytes(name).toString()),
    bristol: (name) => readBristol(folder.bytes(name).toString()),
    dot: (name) => readDot(folder.bytes(name).toString()),
    json: (name) => readDocument(folder.bytes(name).toString()),
  };
  test.each(Object.keys(readers))("%s and its vectors agree with the reference", async (format) => {
    const name = `c.${format}`;
    await rowsOf("--patterns", "x.npy", "--bits", "3", "--beta", "0.5", "--check", "30", "--export", name, "--vectors", "v.json");
    const vectors = JSON.parse(folder.bytes("v.json").toString());
    expect(vectors).toMatchObject({ format: "hopfield-vectors", version: 1, patterns: rows });
    expect(vectors.inputs).toHaveLength(30);
    const evaluator = (readers[format] as (name: string) => Evaluator)(name);
    vectors.inputs.forEach((text: string, t: number) => {
      const bits = Array.from(text, Number);
      const expected = retrieve(numbersOf(bits, 3, 3));
      expect(vectors.integers[t]).toEqual(expected);
      expect(vectors.outputs[t]).toBe(bitsOf(expected, 3).join(""));
      expect(evaluator(bits)).toEqual(format === "dot" || format === "json" ? expected : bitsOf(expected, 3));
    });
  });

  test("the JSON circuit has the fields of its format", async () => {
    await rowsOf("--patterns", "f.npy", "--bits", "4", "--export", "f.json", "--check", "5");
    const file = JSON.parse(folder.bytes("f.json").toString());
    expect(Object.keys(file).join(" ")).toBe("format version n d p beta layers patterns table unit S inputs gates outputs");
    // M = 1, qm - 1 = 7: 0.1 -> 0.7, -0.5 -> -3.5 and so on, halves away from zero.
    expect(file.patterns).toEqual([
      [7, -4, 1],
      [5, -7, 2],
    ]);
    expect(file.inputs).toBe(12);
  });
});

describe("pictures", () => {
  test("one circuit: its layers, every gate and wire of it", async () => {
    await rowsOf("--patterns", "x.npy", "--bits", "3", "--beta", "0.5", "--plot", "layers.svg", "--export", "c.json", "--check", "5");
    const svg = folder.bytes("layers.svg").toString();
    const { inputs, gates, outputs } = JSON.parse(folder.bytes("c.json").toString());
    const count = (pattern: RegExp): number => [...svg.matchAll(pattern)].length;
    expect([count(/<rect x=/g), count(/<circle /g)]).toEqual([inputs, gates.length]);
    const wiresOf = (list: { wires: unknown[] }[]): number => list.reduce((sum, { wires }) => sum + wires.length, 0);
    expect(count(/stroke-opacity/g)).toBe(wiresOf(gates) + wiresOf(outputs));
    for (const name of ["inputs: 9", "layer 1:", "layer 4:", "results: 3"]) expect(svg).toContain(name);
    expect(svg).not.toContain("layer 5:");
  });

  test("a sweep: depth, gates and wires with the theorem's formula and fitted exponents", async () => {
    const rows = await rowsOf("--dimension", "4", "--sweep", "n=4:64:4", "--check", "1", "--plot", "sweep.csv");
    expect(rows.map(({ n }) => n)).toEqual(Array.from({ length: 16 }, (_, i) => 4 * (i + 1)));
    const lines = folder
      .bytes("sweep.csv")
      .toString()
      .split("\n")
      .filter((line) => line && !line.startsWith("#"));
    expect(lines).toHaveLength(1 + 5 * 16);
    for (const row of rows) {
      expect(lines.find((line) => line.startsWith(`depth,${row.n},`))).toBe(`depth,${row.n},4,,`);
      expect(lines.find((line) => line.startsWith("gates n") || line.includes(`,${row.n},${row.gates},`))).toBeDefined();
    }
    await rowsOf("--dimension", "4", "--sweep", "n=4,8", "--check", "1", "--plot", "sweep.svg");
    expect(folder.bytes("sweep.svg").toString()).toMatch(/^<svg [\s\S]*depth, theorem[\s\S]*<\/svg>\n$/);
  });
});

describe("other networks", () => {
  test.each([
    ["attention", 7],
    ["pooling", 6],
    ["top-k", 5],
    ["sparsemax", 5],
    ["entmax", 4],
    ["relu-features", 5],
    ["random-features", 2],
    ["feed-forward", 5],
  ])("%s: depth %i for every n, no mismatch", async (network, depth) => {
    const rows = await rowsOf("--network", network, "--sweep", "n=4,8", "--dimension", "3", "--beta", "0.5", "--check", "100");
    expect(rows.map((row) => [row.n, row.depth, row.checked, row.mismatches])).toEqual([
      [4, depth, 100, 0],
      [8, depth, 100, 0],
    ]);
  });

  test("square and cube: 2 and 6 layers of gates an update, distances 2^L and 3^L; the files are the circuit", async () => {
    const rows = await rowsOf("--network", "square", "--patterns-count", "6", "--sweep", "layers=1,2,3", "--check", "50");
    expect(rows.map((row) => [row.depth, row.gates, row.mismatches])).toEqual([1, 2, 3].map((L) => [2 * L, L * (216 + 36), 0]));
    expect(await rowsOf("--network", "cube", "--patterns-count", "6", "--layers", "2", "--check", "50")).toMatchObject([
      { depth: 12, mismatches: 0, tableSupport: 6 },
    ]);
    await rowsOf("--network", "square", "--patterns-count", "4", "--check", "5", "--export", "square.aag");
    // The path 0-1-2-3: after one update all within distance 2.
    const near = (distance: number): number[] =>
      Array.from({ length: 16 }, (_, at) => (Math.abs(Math.floor(at / 4) - (at % 4)) <= distance ? 1 : 0));
    expect(readAag(folder.bytes("square.aag").toString())(near(1))).toEqual(near(2));
  });

  test("a graph's files have its answers in bits", async () => {
    const words = ["--network", "entmax", "--patterns", "x.npy", "--bits", "3", "--beta", "0.5", "--check", "exhaustive"];
    expect(await rowsOf(...words, "--export", "entmax.v")).toMatchObject([{ checked: 512, mismatches: 0 }]);
    await rowsOf(...words, "--export", "entmax.blif");
    const [verilog, blif] = [readVerilog(folder.bytes("entmax.v").toString()), readBlif(folder.bytes("entmax.blif").toString())];
    for (let code = 0; code < 512; code += 3) {
      const bits = Array.from({ length: 9 }, (_, i) => (code >> i) & 1);
      expect(verilog(bits)).toEqual(blif(bits));
    }
  });
});

test("quality: fewer errors with every bit; bits that grow with log n", async () => {
  const words = ["--dimension", "8", "--beta", "2", "--patterns-count", "16", "--quality", "100", "--check", "1"];
  const errors = (await rowsOf(...words, "--sweep", "p=3:7:2")).map((row) => row.error as number);
  expect(errors.every((error, i) => i === 0 || error < (errors[i - 1] as number) / 2)).toBe(true);
  const rows = await rowsOf("--dimension", "4", "--bits", "log", "--sweep", "n=2,5,16", "--check", "1");
  expect(rows.map(({ p }) => p)).toEqual([2, 4, 5]);
});

describe("wrong usage ends with 2, bad files with 3: one line, nothing written", () => {
  test.each<[string, string[], number, string, string]>([
    ["one pattern", ["--patterns-count", "1"], 2, "E_RANGE", "at least 2"],
    ["p = 1", ["--bits", "1"], 2, "E_RANGE", "bits"],
    ["p = 11", ["--bits", "11"], 2, "E_RANGE", "bits"],
    ["p = 2.5", ["--bits", "2.5"], 2, "E_RANGE", "whole"],
    ["d = 0", ["--dimension", "0"], 2, "E_RANGE", "dimension"],
    ["beta below 0", ["--beta", "-1"], 2, "E_RANGE", "beta"],
    ["beta that overflows", ["--beta", "1e999"], 2, "E_RANGE", "beta"],
    ["no layer", ["--layers", "0"], 2, "E_RANGE", "layers"],
    ["unknown memory", ["--memory", "ram"], 2, "E_RANGE", "fixed or input"],
    ["an unknown sweep", ["--sweep", "q=1,2"], 2, "E_RANGE", "--sweep"],
    ["a sweep to n = 1", ["--sweep", "n=1,2"], 2, "E_RANGE", "at least 2"],
    ["a sweep that goes down", ["--sweep", "n=9:3"], 2, "E_RANGE", "from:to"],
    ["an unknown network", ["--network", "transformer"], 2, "E_RANGE", "attention, pooling"],
    ["updates of attention", ["--network", "attention", "--layers", "2"], 2, "E_UNSUPPORTED", "--layers"],
    ["bits of a graph", ["--network", "square", "--bits", "3"], 2, "E_UNSUPPORTED", "--bits"],
    ["too many nodes", ["--network", "cube", "--patterns-count", "100"], 2, "E_RANGE", "at most 28"],
    ["too many updates of a graph", ["--network", "square", "--patterns-count", "100", "--layers", "16"], 2, "E_LIMIT", "wires"],
    ["too many tokens", ["--network", "attention", "--patterns-count", "300"], 2, "E_LIMIT", "at most"],
    ["a document of another network", ["--network", "square", "--export", "c.json"], 2, "E_UNSUPPORTED", "json"],
    ["quality of inputs", ["--memory", "input", "--quality", "10"], 2, "E_UNSUPPORTED", "--quality"],
    ["a picture of too large a circuit", ["--patterns-count", "64", "--bits", "6", "--plot", "c.svg"], 2, "E_LIMIT", "20000"],
    ["one circuit as points", ["--plot", "c.csv"], 2, "E_UNSUPPORTED", "--plot"],
    ["too many bits for log n", ["--bits", "log", "--patterns-count", "600"], 2, "E_RANGE", "bits"],
    ["an unknown check", ["--check", "all"], 2, "E_RANGE", "--check"],
    ["all inputs of too many bits", ["--check", "exhaustive"], 2, "E_LIMIT", "input bits"],
    ["an unknown format", ["--export", "c.vhdl"], 2, "E_UNSUPPORTED", "--export"],
    ["a file of a sweep", ["--sweep", "n=2,3", "--export", "c.v"], 2, "E_RANGE", "sweep"],
    ["a kernel that nobody reads", ["--kernel", "w.npy"], 2, "E_RANGE", "--kernelized"],
    ["too large for memory", ["--patterns-count", "60000", "--dimension", "1000", "--bits", "10"], 2, "E_LIMIT", "at most"],
    ["too many patterns to draw", ["--patterns-count", "60000000", "--dimension", "1000"], 2, "E_LIMIT", "at most"],
    [
      "too large to write",
      ["--patterns-count", "64", "--dimension", "16", "--bits", "8", "--check", "1", "--export", "c.v"],
      2,
      "E_LIMIT",
      "wires",
    ],
    ["a file of one pattern", ["--patterns", "one.npy"], 3, "E_RANGE", "at least 2"],
    ["an entry outside the range", ["--patterns", "wide.npy", "--bits", "8"], 3, "E_RANGE", "300"],
    ["another width", ["--patterns", "x.npy", "--dimension", "4"], 3, "E_SHAPE", "3 columns"],
    ["more rows than there are", ["--patterns", "x.npy", "--patterns-count", "4"], 3, "E_SHAPE", "3 rows"],
    ["a kernel with fractions", ["--patterns", "x.npy", "--kernelized", "--kernel", "fraction.npy"], 3, "E_RANGE", "whole"],
    ["a kernel of another width", ["--kernelized", "--kernel", "w.npy"], 3, "E_SHAPE", "kernel has 3"],
    ["a missing file", ["--patterns", "no.npy"], 3, "E_IO", "no such file"],
    ["a folder that is not there", ["--export", "no/c.v"], 3, "E_IO", "cannot be written"],
  ])("%s", async (_, words, exit, code, text) => {
    const before = readdirSync(folder.path);
    const { status, stdout, stderr } = await circuit(...words);
    expect(stderr).toMatch(new RegExp(`^${code}: [^\n]+\n$`));
    expect(stderr).toContain(text);
    expect([status, stdout]).toEqual([exit, ""]);
    expect(readdirSync(folder.path)).toEqual(before);
  });
});

test("for people: a table and the conditional wording; help with examples", async () => {
  const { stdout } = await circuit("--patterns", "x.npy", "--bits", "3", "--check", "exhaustive");
  expect(stdout).toMatch(/n +d +p +beta +L +depth/);
  expect(stdout).toContain("unless TC0 = NC1");
  expect((await circuit("--help")).stdout).toContain("hopfield circuit --patterns-count 3");
});

test.skipIf(process.platform === "win32")(
  "every example of docs/circuits runs, and its pictures are those that are shown",
  async () => {
    const pages = readdirSync("docs/circuits").filter((name) => name.endsWith(".md"));
    const blocks = pages.flatMap((name) =>
      [...readFileSync(`docs/circuits/${name}`, "utf8").matchAll(/```sh\n(.*?)```/gs)].map((match) => match[1] ?? ""),
    );
    expect([pages.length, blocks.length]).toEqual([12, 3]);
    const script = `set -euo pipefail\nhopfield() { '${process.execPath}' '${command}' "$@"; }\n${blocks.join("\n")}`;
    await promisify(execFile)("bash", ["-c", script], { cwd: folder.path });
    for (const name of ["layers.svg", "size.svg"])
      expect(folder.bytes(name).toString()).toBe(readFileSync(`docs/circuits/${name}`, "utf8"));
  },
  60_000,
);
