/** `hopfield depth` as a user runs it: the fields of the contract, the closed forms to 1e-12, every task, pictures, refusals. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wilson } from "../../src/cli/wilson.ts";
import { command, type Folder, openFolder, run } from "./helpers.ts";

let folder: Folder;
beforeAll(() => {
  folder = openFolder();
});
afterAll(() => folder.remove());

const depth = (...words: string[]) => run(["depth", ...words], { cwd: folder.path });

interface Row {
  n: number;
  layers: number;
  accuracy: number;
  low: number;
  high: number;
  predicted: number | null;
  minLayers: number | null;
  baseline: Record<string, number>;
}

async function rowsOf(...words: string[]): Promise<Row[]> {
  const { status, stdout, stderr } = await depth(...words, "--json");
  expect([status, stderr]).toEqual([0, ""]);
  const document = JSON.parse(stdout);
  expect(Object.keys(document)).toEqual(["command", "task", "note", "rows"]);
  for (const row of document.rows)
    expect(Object.keys(row)).toEqual(["n", "layers", "accuracy", "low", "high", "predicted", "minLayers", "baseline"]);
  // Conditional and asymptotic wording, and nothing stronger.
  expect(document.note).toMatch(/no uniform constant-depth family .* unless TC0 = NC1/);
  expect(document.note).not.toMatch(/cannot|can not|impossible/);
  return document.rows;
}

test("cycles, all pairs: accuracy = 1/2 + min(2r, n - 1) / (2 (n - 1)) to 1e-12 for the three constructions", async () => {
  const reach: Record<string, (layers: number) => number> = { square: (L) => 2 ** L, cube: (L) => 3 ** L, linear: (L) => L + 1 };
  for (const [construction, r] of Object.entries(reach)) {
    const rows = await rowsOf("--construction", construction, "--n", "6,8,16,32", "--layers", "0,1,2,3");
    expect(rows.length).toBe(16);
    for (const { n, layers, accuracy, low, high, predicted, minLayers, baseline } of rows) {
      const expected = 0.5 + Math.min(2 * r(layers), n - 1) / (2 * (n - 1));
      expect(Math.abs(accuracy - expected)).toBeLessThan(1e-12);
      expect(Math.abs((predicted ?? 0) - expected)).toBeLessThan(1e-12);
      expect([low, high]).toEqual([accuracy, accuracy]);
      expect(baseline).toEqual({ unionFind: 1, degree: 0.5 });
      const least = Array.from({ length: n }, (_, L) => L).find((L) => 2 * r(L) >= n - 1);
      expect(minLayers).toBe(least);
    }
  }
});

test("paths, whole graphs, the counting read-out, converge", async () => {
  const paths = await rowsOf("--task", "paths", "--n", "9,17", "--layers", "2,3,4,converge");
  expect(paths.map(({ accuracy, layers }) => [layers, accuracy])).toEqual([
    [2, 0.5],
    [3, 1],
    [4, 1],
    [3, 1],
    [2, 0.5],
    [3, 0.5],
    [4, 1],
    [4, 1],
  ]);
  expect(paths.every(({ accuracy, predicted }) => accuracy === predicted)).toBe(true);
  const least = async (readout: string): Promise<(number | null)[]> =>
    (await rowsOf("--decision", "graph", "--readout", readout, "--n", "8,16,32,64", "--layers", "1")).map(({ minLayers }) => minLayers);
  expect([await least("all"), await least("count")]).toEqual([
    [2, 3, 4, 5],
    [1, 2, 3, 4],
  ]);
});

test("random questions: Wilson's interval, the same bytes for the same seed", async () => {
  const words = ["--task", "random-graph", "--n", "16", "--diameter", "10", "--samples", "40", "--layers", "1,2,converge"];
  const rows = await rowsOf(...words);
  for (const { accuracy, low, high, predicted, baseline } of rows) {
    expect({ low, high }).toEqual(wilson(Math.round(accuracy * 40), 40));
    expect([predicted, baseline.unionFind, baseline.degree]).toEqual([null, 1, 0.5]);
  }
  expect(rows.at(-1)).toMatchObject({ layers: 4, accuracy: 1, minLayers: 4 });
  expect((await depth(...words, "--json")).stdout).toBe((await depth(...words, "--json")).stdout);
  expect(await rowsOf(...words, "--seed", "2")).not.toEqual(rows);
});

test("trees: the deep fork needs n - 3 rounds", async () => {
  const rows = await rowsOf("--task", "trees", "--n", "8,16", "--layers", "4,5,13");
  expect(rows.map(({ accuracy, predicted, minLayers }) => [accuracy, predicted, minLayers])).toEqual([
    [0.5, 0.5, 5],
    [1, 1, 5],
    [1, 1, 5],
    [0.5, 0.5, 13],
    [0.5, 0.5, 13],
    [1, 1, 13],
  ]);
  expect(rows.every(({ baseline }) => baseline.ahu === 1 && baseline.degree === 0.5)).toBe(true);
});

describe("S5", () => {
  test("a chain of thought by threshold: right at 5.7 and 5.66, wrong at 5.65 and 4; by arg-max right at 1", async () => {
    for (const [beta, readout, accuracy] of [
      ["5.7", "threshold", 1],
      ["5.66", "threshold", 1],
      ["5.65", "threshold", 0],
      ["4", "threshold", 0],
      ["1", "argmax", 1],
    ] as const) {
      const words = ["--task", "s5", "--mode", "cot", "--length", "100", "--samples", "3", "--beta", beta, "--readout", readout];
      expect((await rowsOf(...words)).map((row) => [row.n, row.accuracy, row.predicted])).toEqual([[100, accuracy, accuracy]]);
    }
  });

  test("fixed depth: right up to 2^L letters, at chance beyond; looped as often as needed: right", async () => {
    const rows = await rowsOf("--task", "s5", "--length", "8", "--layers", "2,3", "--samples", "200");
    expect(rows.map(({ predicted }) => predicted)).toEqual([1 / 120, 1]);
    // 200 draws at 1/120: more than 10 right has probability below 1e-5.
    expect(rows[0]?.accuracy).toBeLessThan(0.05);
    expect(rows[1]).toMatchObject({ accuracy: 1, minLayers: 3, baseline: { groupProduct: 1, chance: 1 / 120 } });
    expect(await rowsOf("--task", "s5", "--mode", "looped", "--length", "9", "--samples", "50")).toMatchObject([
      { layers: 4, accuracy: 1 },
    ]);
  });
});

test("trained: the closed form of squaring within capacity, chance beyond it", async () => {
  const on = (family: string) => rowsOf("--construction", "trained", "--trained-on", family, "--n", "8,16", "--layers", "1");
  const within = await on("within");
  within.forEach(({ n, accuracy, predicted }) => {
    expect(Math.abs(accuracy - (0.5 + 2 / (n - 1)))).toBeLessThan(1e-12);
    expect(predicted).toBeNull();
  });
  expect((await on("beyond")).map(({ accuracy }) => accuracy)).toEqual([0.5, 0.5]);
});

test("cube in doubles fails where unlimited precision does not", async () => {
  const words = ["--task", "paths", "--construction", "cube", "--n", "90", "--layers", "4,5"];
  const of = async (...more: string[]) => (await rowsOf(...words, ...more)).map(({ accuracy }) => accuracy);
  expect([await of(), await of("--arithmetic", "double")]).toEqual([
    [0.5, 1],
    [0.5, 0.5],
  ]);
});

test("for people: a table and the note; pictures as SVG and CSV", async () => {
  const { status, stdout, stderr } = await depth("--n", "8,16", "--layers", "1,2", "--plot", "cycles.svg");
  expect([status, stderr]).toEqual([0, "wrote cycles.svg\n"]);
  expect(stdout).toMatch(/^ n {2}layers {2}accuracy/);
  expect(stdout).toContain("Conditional and asymptotic");
  const svg = readFileSync(folder.file("cycles.svg"), "utf8");
  expect(svg).toMatch(/^<svg /);
  expect(svg).toContain("L = 2, closed form");
  await depth("--task", "s5", "--length", "4,8", "--samples", "20", "--layers", "2", "--plot", "s5.csv");
  const lines = readFileSync(folder.file("s5.csv"), "utf8")
    .trimEnd()
    .split("\n")
    .filter((line) => !line.startsWith("#"));
  expect(lines.length).toBe(1 + 4);
  expect(lines[0]).toBe("series,x,y,low,high");
});

describe("wrong usage: one line and exit 2", () => {
  test.each<[string, string[], string]>([
    ["odd cycle", ["--n", "7"], "even"],
    ["small cycle", ["--n", "4"], "at least 6"],
    ["no number", ["--n", "8,x"], "--n takes a number"],
    ["half a node", ["--n", "8.5"], "whole"],
    ["too many nodes", ["--n", "2048"], "1024"],
    ["no such task", ["--task", "cycle"], '"cycles"'],
    ["no such construction", ["--construction", "cubic"], '"cube"'],
    ["layers below 0", ["--layers", "-1"], "layers"],
    ["layers of a word", ["--layers", "many"], "--layers takes a number"],
    ["a small fork", ["--task", "trees", "--n", "4"], "at least 5"],
    ["a band without room", ["--task", "random-graph", "--n", "6"], "at least 7"],
    ["every random graph", ["--task", "random-graph", "--samples", "all"], "takes a number"],
    ["beta 0", ["--task", "s5", "--beta", "0"], "beta"],
    ["no letters", ["--task", "s5", "--length", "0"], "length"],
    ["a read-out of graphs for words", ["--task", "s5", "--readout", "count"], "threshold"],
    ["a read-out of words for graphs", ["--readout", "argmax"], "all, count"],
    ["no such precision", ["--arithmetic", "half"], "fixed-P"],
    ["no bits", ["--arithmetic", "fixed-0"], "at least 1"],
    ["trained until it settles", ["--construction", "trained", "--layers", "converge"], "converge"],
    ["seed below 0", ["--seed", "-1"], "seed"],
  ])("%s", async (_, words, expected) => {
    const { status, stdout, stderr } = await depth(...words);
    expect(stderr).toMatch(/^E_[A-Z]+: [^\n]+\n$/);
    expect(stderr).toContain(expected);
    expect([status, stdout]).toEqual([2, ""]);
  });

  test.each<[string, string[]]>([
    ["letters of a graph", ["--length", "8"]],
    ["nodes of a word", ["--task", "s5", "--n", "8"]],
    ["a construction for trees", ["--task", "trees", "--construction", "cube"]],
    ["layers of a chain of thought", ["--task", "s5", "--mode", "cot", "--layers", "2"]],
    ["a family without training", ["--trained-on", "beyond"]],
    ["a picture of another kind", ["--plot", "a.gif"]],
  ])("unsupported: %s", async (_, words) => {
    const { status, stderr } = await depth(...words);
    expect(stderr).toMatch(/^E_UNSUPPORTED: [^\n]+\n$/);
    expect(status).toBe(2);
  });
});

test.skipIf(process.platform === "win32")("every example of docs/depth runs, and its picture is the one that is shown", async () => {
  const pages = readdirSync("docs/depth").filter((name) => name.endsWith(".md"));
  const blocks = pages.flatMap((name) =>
    [...readFileSync(`docs/depth/${name}`, "utf8").matchAll(/```sh\n(.*?)```/gs)].map((match) => match[1] ?? ""),
  );
  expect([pages.length, blocks.length]).toEqual([10, 10]);
  const script = `set -euo pipefail\nhopfield() { '${process.execPath}' '${command}' "$@"; }\n${blocks.join("\n")}`;
  const { stdout } = await promisify(execFile)("bash", ["-c", script], { cwd: folder.path });
  expect(stdout).toContain("1 of 1 claims hold");
  expect(readFileSync(folder.file("cycles.svg"), "utf8")).toBe(readFileSync("docs/depth/cycles.svg", "utf8"));
});
