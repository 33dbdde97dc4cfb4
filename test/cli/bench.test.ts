/** The built command runs the repository's benchmark; a package without it says so; the pieces of the benchmark compute what they say. */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { command, ended, type Folder, openFolder, run } from "./helpers.ts";

let folder: Folder;
beforeAll(() => {
  folder = openFolder();
});
afterAll(() => folder.remove());

test("one JSON document: ours beside plain loops, checked and timed", async () => {
  const { status, stdout, stderr } = await run(["bench", "--shapes", "D", "--repeats", "2", "--build", "plain", "--json"]);
  expect(status, stderr).toBe(0);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ command: "bench", build: "plain", threads: 1, clock: "cpu", repeats: 2, seed: 1, beta: 8 });
  const [shape] = report.shapes;
  expect(shape).toMatchObject({ shape: "D", size: [1024, 1024, 64], missing: [] });
  expect(shape.engines.map(({ name }: { name: string }) => name)).toEqual(["modern-hopfield", "plain loops"]);
  for (const { minimum, median, ratio, difference } of shape.engines) {
    expect(minimum).toBeGreaterThan(0);
    expect(median).toBeGreaterThanOrEqual(minimum);
    expect(ratio).toBeCloseTo(minimum / shape.engines[0].minimum, 12);
    // f32 sums of 1024 patterns of norm 1.
    expect(difference).toBeLessThan(1e-5);
  }
  // 4 B M d operations.
  expect(shape.rate).toBeCloseTo((4 * 1024 * 1024 * 64) / shape.engines[0].minimum / 1e6, 6);
  expect(shape.shareOfPeak).toBeCloseTo(shape.rate / report.roofline.peak, 12);
});

test.each([
  [["--shapes", "F"], "E_RANGE: bench: shapes must be one of A, B, C, D, E"],
  [["--build", "plane"], 'did you mean "plain"'],
  [["--threads", "0"], "E_RANGE: bench: threads must be a whole number of at least 1"],
  [["--repeats", "1.5"], "E_RANGE: bench: repeats"],
  [["--seed", "-1"], "E_RANGE: bench: seed"],
])("refuses %j with exit 2 and one line", async (words, message) => {
  const { status, stdout, stderr } = await run(["bench", ...words]);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(message);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
});

test("help has an example; an installed package without bench/ says what to do", async () => {
  expect((await run(["bench", "--help"])).stdout).toContain("hopfield bench --peers");
  mkdirSync(folder.file("installed"));
  cpSync(dirname(command), folder.file("installed/dist/cli"), { recursive: true });
  // A file below dist that ends in .js is a module only with a package.json above it.
  folder.text("installed/package.json", '{"type":"module"}');
  const moved = await ended(spawn(process.execPath, [folder.file("installed/dist/cli/main.js"), "bench"]));
  expect(moved.status).toBe(2);
  expect(moved.stderr).toMatch(/^E_UNSUPPORTED: bench: this is an installed package.*clone the repository/);
});

describe("the pieces", () => {
  it("a line a program for people; what is not there is named", async () => {
    // @ts-expect-error a module of the benchmark, without types
    const { updateLines } = await import("../../bench/results.mjs");
    const engine = { version: "1", threads: 1, median: 3, difference: 0 };
    const engines = [
      { ...engine, name: "modern-hopfield", minimum: 2, ratio: 1 },
      { ...engine, name: "numpy", minimum: 3, ratio: 1.5, difference: 2e-7 },
    ];
    const row = {
      shape: "A",
      size: [1, 2, 3],
      rate: 12,
      shareOfPeak: 0.25,
      shareOfStream: 0.5,
      engines,
      missing: ["jax-js: not installed"],
    };
    const [head, ours, other, last] = updateLines([row]);
    expect(head).toBe("A (1, 2, 3): 12.0 GFLOP/s, 25 % of the peak, memory read at 50 % of the stream");
    expect(ours).toMatch(/modern-hopfield +2\.00 ms \(median 3\.00\) +1\.00 x/);
    expect(other).toMatch(/numpy +3\.00 ms.*1\.50 x +largest difference 2e-7/);
    expect(last).toBe("  left out: jax-js: not installed");
  });
  it("a program that is not there is left out, one that answers something else stops the run", async () => {
    // @ts-expect-error a module of the benchmark, without types
    const { openPeers, plainLoops } = await import("../../bench/peers.mjs");
    // @ts-expect-error a module of the benchmark, without types
    const { problemOf } = await import("../../bench/shapes.mjs");
    const problem = problemOf([2, 20, 8], 1);
    const found = await openPeers(problem, new Float32Array(16), { threads: 1, python: "no-such-python", only: ["numpy"] });
    expect(found).toEqual({ engines: [], missing: ["numpy: no no-such-python here"] });
    await expect(plainLoops(problem, new Float32Array(16), 2)).rejects.toThrow("answer something else");
  });
  it("the problem: patterns of norm 1, queries at distance .3 of one of them, the same for the same seed", async () => {
    // @ts-expect-error a module of the benchmark, without types
    const { problemOf } = await import("../../bench/shapes.mjs");
    const { Q, X, beta } = problemOf([5, 40, 16], 1);
    expect(beta).toBe(8);
    const row = (matrix: { data: Float32Array }, i: number) => Array.from(matrix.data.subarray(16 * i, 16 * i + 16));
    const distance = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((x, k) => x - (b[k] ?? 0)));
    // f32 rounding of 16 entries.
    for (let i = 0; i < 40; i++) expect(Math.hypot(...row(X, i))).toBeCloseTo(1, 6);
    for (let b = 0; b < 5; b++) {
      const nearest = Math.min(...Array.from({ length: 40 }, (_, i) => distance(row(Q, b), row(X, i))));
      expect(nearest).toBeCloseTo(0.3, 6);
    }
    expect(problemOf([5, 40, 16], 1).X.data).toEqual(X.data);
    expect(problemOf([5, 40, 16], 2).X.data).not.toEqual(X.data);
    const mean = X.data.reduce((sum: number, x: number) => sum + x, 0) / X.data.length;
    // 640 entries of variance 1/16: standard error .01.
    expect(Math.abs(mean)).toBeLessThan(0.04);
  });
  it("the slope of c n^p is p", async () => {
    // @ts-expect-error a module of the benchmark, without types
    const { slopeOf } = await import("../../bench/cost.mjs");
    for (const p of [0.5, 1, 2]) {
      expect(slopeOf([720, 1440, 2880].map((size) => ({ size, milliseconds: 3 * size ** p })))).toBeCloseTo(p, 12);
    }
  });
  it("the ONNX model is a protocol buffer whose lengths add up", async () => {
    // @ts-expect-error a module of the benchmark, without types
    const { retrievalModel } = await import("../../bench/peers/onnx-model.mjs");
    const model: Uint8Array = retrievalModel(3, { data: Float32Array.of(1, 2, 3, 4), rows: 2, columns: 2 }, 8);
    const fields: number[] = [];
    for (let at = 0; at < model.length; ) {
      const tag = model[at++] ?? 0;
      fields.push(tag >> 3);
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = model[at++] ?? 0;
        value += (byte & 127) * 2 ** shift;
        if (byte < 128) break;
      }
      if ((tag & 7) === 2) at += value;
      expect(at).toBeLessThanOrEqual(model.length);
    }
    // ir_version, graph, opset_import.
    expect(fields).toEqual([1, 7, 8]);
  });
});
