import { availableParallelism } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type NumericArray, readNpz } from "../../src/data/index.ts";
import { createMemory, type MemoryOptions, type RecallOptions } from "../../src/index.ts";
import { type Folder, normals, openFolder, run } from "./helpers.ts";

const [M, d, B] = [30, 12, 5];
let folder: Folder;
const x = normals(M * d, 1);
const q = normals(B * d, 2);
const patterns = { data: x, rows: M, columns: d };
const queries = { data: q, rows: B, columns: d };

beforeAll(() => {
  folder = openFolder();
  folder.npy("p.npy", x, [M, d]);
  folder.npy("q.npy", q, [B, d]);
  folder.npy("v.npy", normals(M * 3, 3), [M, 3]);
});
afterAll(() => folder.remove());

const recall = (...words: string[]) => run(["recall", "--patterns", "p.npy", "--queries", "q.npy", ...words], { cwd: folder.path });
const numbers = (array: NumericArray | undefined): number[] => Array.from(array?.data ?? []);
const file = (rows: number, columns: number, data: Float32Array | Uint8Array, name: string): string =>
  folder.npy(name, data, [rows, columns], data instanceof Uint8Array ? "u8" : "f32");

test("the JSON document: its fields, their order, the library's figures", async () => {
  const { status, stdout, stderr } = await recall("--json");
  expect(status).toBe(0);
  expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  const document = JSON.parse(stdout);
  const names = ["command", "model", "similarity", "separation", "support", "beta", "patterns", "dimension", "queries", "results"];
  expect(Object.keys(document)).toEqual([...names, "milliseconds", "kernel", "threads"]);
  const memory = createMemory(patterns);
  expect(stderr).toBe(`recall: beta ${memory.beta} (from the patterns; --beta sets it)\n`);
  const { results } = memory.recall(queries, { energy: true });
  expect(document).toMatchObject({
    command: "recall",
    model: "gaussian",
    similarity: "l2",
    separation: "softmax",
    support: "all",
    beta: memory.beta,
  });
  expect(document).toMatchObject({
    patterns: M,
    dimension: d,
    queries: B,
    kernel: "plain",
    threads: Math.min(4, availableParallelism()),
    results,
  });
  expect(Object.keys(document.results[0])).toEqual([
    "steps",
    "converged",
    "energy",
    "label",
    "top",
    "weight",
    "support",
    "margin",
    "bound",
  ]);
});

test("figures that do not exist are null", async () => {
  folder.npy("signs.npy", x.map(Math.sign), [M, d]);
  folder.npy("sign-queries.npy", q.map(Math.sign), [B, d]);
  const words = ["--patterns", "signs.npy", "--queries", "sign-queries.npy", "--model", "hebbian", "--json"];
  const { stdout, stderr } = await run(["recall", ...words], { cwd: folder.path });
  const document = JSON.parse(stdout);
  expect(stderr).toBe("");
  expect(document).toMatchObject({ similarity: null, separation: null, support: null, beta: null, kernel: "js" });
  expect(document.results[0]).toMatchObject({ converged: true, label: "none", bound: null });
  const fixed = JSON.parse((await recall("--beta", "1", "--json")).stdout);
  expect(fixed.results[0].converged).toBeNull();
});

const mask = Uint8Array.from({ length: B * M }, (_, i) => (i % 3 === 0 ? 0 : 1));
const known = Float32Array.from({ length: B * d }, (_, i) => ((i * 7) % 5 < 2 ? 0 : 1));

describe("every option reaches the library", () => {
  const kernel = normals(6 * d, 4);
  const frequencies = normals(20 * d, 5);
  const wide = (data: Float32Array | Uint8Array, rows: number, columns: number) => ({ data, rows, columns });
  test.each<[string, string[], MemoryOptions, RecallOptions]>([
    ["dense", ["--model", "dense", "--beta", "0.5"], { model: "dense", beta: 0.5 }, {}],
    [
      "axes",
      ["--similarity", "cosine", "--separation", "entmax", "--alpha", "1.2", "--beta", "9"],
      { similarity: "cosine", separation: "entmax", alpha: 1.2, beta: 9 },
      {},
    ],
    ["top-k", ["--model", "top-k", "--k", "3", "--beta", "1"], { model: "top-k", k: 3, beta: 1 }, {}],
    [
      "random",
      ["--model", "random-masked", "--keep", "0.3", "--seed", "5", "--beta", "1"],
      { model: "random-masked", keep: 0.3, seed: 5, beta: 1 },
      {},
    ],
    ["post", ["--post", "l2norm", "--beta", "1"], { post: "l2norm", beta: 1 }, {}],
    [
      "converge",
      ["--steps", "converge", "--tolerance", "0.01", "--max-steps", "7", "--beta", "0.1"],
      { steps: "converge", tolerance: 0.01, maxSteps: 7, beta: 0.1 },
      {},
    ],
    [
      "lambda",
      ["--model", "kernel-regression", "--lambda", "0.5", "--beta", "0.1"],
      { model: "kernel-regression", lambda: 0.5, beta: 0.1 },
      {},
    ],
    [
      "features",
      ["--model", "random-features", "--features", "64", "--beta", "0.1"],
      { model: "random-features", features: 64, beta: 0.1 },
      {},
    ],
    [
      "kernel",
      ["--similarity", "kernel", "--kernel", "w.npy", "--beta", "0.1"],
      { similarity: "kernel", kernel: wide(kernel, 6, d), beta: 0.1 },
      {},
    ],
    [
      "mask",
      ["--model", "masked", "--support-mask", "s.npy", "--beta", "1"],
      { model: "masked", supportMask: wide(mask, B, M), beta: 1 },
      {},
    ],
    [
      "features-file",
      ["--model", "random-features", "--features-file", "o.npy", "--beta", "0.1"],
      { model: "random-features", featureMatrix: wide(frequencies, 20, d), beta: 0.1 },
      {},
    ],
    [
      "window, positions",
      ["--model", "window", "--window", "2", "--positions", "i.npy", "--beta", "1"],
      { model: "window", window: 2, beta: 1 },
      { positions: [20, 3, 29, 0, 7] },
    ],
    [
      "known, clamp",
      ["--known", "k.npy", "--clamp", "--steps", "3", "--beta", "1"],
      { beta: 1, steps: 3 },
      { known: wide(known, B, d), clamp: true },
    ],
    [
      "labels, alternatives",
      ["--labels", "l.txt", "--alternatives", "4", "--minimum-weight", "0.6", "--beta", "0.2"],
      { beta: 0.2, labels: Array.from({ length: M }, (_, i) => `class ${i % 3}`) },
      { alternatives: 4, minimumWeight: 0.6 },
    ],
    ["numeric labels", ["--labels", "l.npy", "--beta", "0.2"], { beta: 0.2, labels: Array.from({ length: M }, (_, i) => i % 3) }, {}],
  ])("%s", async (name, words, memoryOptions, recallOptions) => {
    file(6, d, kernel, "w.npy");
    file(B, M, mask, "s.npy");
    file(20, d, frequencies, "o.npy");
    file(B, d, known, "k.npy");
    folder.npy("i.npy", Int32Array.of(20, 3, 29, 0, 7), [B], "i32");
    folder.text("l.txt", Array.from({ length: M }, (_, i) => `class ${i % 3}\n`).join(""));
    folder.npy(
      "l.npy",
      Uint8Array.from({ length: M }, (_, i) => i % 3),
      [M],
      "u8",
    );
    const out = `${name.replace(/\W/g, "")}.npy`;
    const { status, stdout, stderr } = await recall(...words, "--json", "--out", out);
    expect([status, stderr]).toEqual([0, ""]);
    const { states, results } = createMemory(patterns, memoryOptions).recall(queries, { ...recallOptions, energy: true });
    expect(JSON.parse(stdout).results).toEqual(JSON.parse(JSON.stringify(results)));
    expect(numbers(folder.read(out))).toEqual(Array.from(states.data));
  });

  test("NaN entries are missing when it is said", async () => {
    const holes = q.map((value, i) => (i % 4 === 0 ? Number.NaN : value));
    folder.npy("holes.npy", holes, [B, d]);
    folder.text(
      "holes.csv",
      Array.from({ length: B }, (_, b) => [...holes.slice(b * d, (b + 1) * d)].map((v) => (Number.isNaN(v) ? "" : v)).join()).join("\n"),
    );
    const { states } = createMemory(patterns, { beta: 1 }).recall({ ...queries, data: holes }, { missing: "nan" });
    for (const name of ["holes.npy", "holes.csv"]) {
      const words = ["--patterns", "p.npy", "--queries", name, "--missing", "nan", "--beta", "1", "--out", "filled.npy"];
      expect((await run(["recall", ...words], { cwd: folder.path })).status).toBe(0);
      expect(numbers(folder.read("filled.npy"))).toEqual(Array.from(states.data));
    }
  });
});

describe("files", () => {
  test("values, every format, f64", async () => {
    const values = folder.read("v.npy").data;
    const { states } = createMemory(patterns, { beta: 0.2, values: { data: values, rows: M, columns: 3 } }).recall(queries);
    for (const name of ["y.npy", "y.npz#answers", "y.safetensors#answers", "y.csv"]) {
      const { status, stdout } = await recall("--values", "v.npy", "--beta", "0.2", "--out", name, "--dtype", "f64");
      expect(status).toBe(0);
      expect(stdout).toContain("wrote y.");
      const array = folder.read(name);
      expect([array.dtype, ...array.shape]).toEqual(["f64", B, 3]);
      expect(numbers(array)).toEqual(Array.from(states.data));
    }
  });

  test("weights of one step are those of the queries", async () => {
    await recall("--beta", "0.2", "--weights", "w1.npy");
    const array = folder.read("w1.npy");
    expect(array.shape).toEqual([B, M]);
    expect(numbers(array)).toEqual(Array.from(createMemory(patterns, { beta: 0.2 }).weights(queries).data));
  });

  test("weights of several steps lead from the state before the last to the answer", async () => {
    const words = ["--model", "dense", "--beta", "0.3", "--steps", "converge", "--max-steps", "9"];
    const { status, stdout } = await recall(...words, "--weights", "wn.npy", "--trace", "t.npz", "--out", "yn.npy", "--json");
    expect(status).toBe(0);
    const steps: number[] = JSON.parse(stdout).results.map((result: { steps: number }) => result.steps);
    const trace = readNpz(folder.bytes("t.npz"));
    const states = trace.get("states");
    const energies = trace.get("energies");
    const count = Math.max(...steps) + 1;
    expect(states?.shape).toEqual([count, B, d]);
    expect(energies?.shape).toEqual([count, B]);
    expect(energies?.dtype).toBe("f64");
    const answers = numbers(folder.read("yn.npy"));
    expect(numbers(states).slice(0, B * d)).toEqual(Array.from(q));
    expect(numbers(states).slice(-B * d)).toEqual(answers);
    const weights = numbers(folder.read("wn.npy"));
    for (let b = 0; b < B; b++) {
      for (let k = 0; k < d; k++) {
        const blend = x.reduce((sum, value, i) => (i % d === k ? sum + (weights[b * M + Math.floor(i / d)] ?? 0) * value : sum), 0);
        expect(blend).toBeCloseTo(answers[b * d + k] ?? Number.NaN, 4);
      }
      const levels = Array.from({ length: count }, (_, t) => energies?.data[t * B + b] ?? Number.NaN);
      for (const [t, level] of levels.entries()) if (t > 0) expect(level).toBeLessThanOrEqual((levels[t - 1] ?? 0) + 1e-6);
    }
  });

  test("a trace with values ends before they are read", async () => {
    const { stdout } = await recall(
      "--values",
      "v.npy",
      "--beta",
      "0.2",
      "--steps",
      "3",
      "--trace",
      "tv.npz",
      "--weights",
      "wv.npy",
      "--out",
      "yv.npy",
      "--json",
    );
    expect(JSON.parse(stdout).results[0].steps).toBe(3);
    expect(readNpz(folder.bytes("tv.npz")).get("states")?.shape).toEqual([3, B, d]);
    const weights = numbers(folder.read("wv.npy"));
    const values = numbers(folder.read("v.npy"));
    const first = Array.from({ length: M }, (_, i) => (weights[i] ?? 0) * (values[3 * i] ?? 0)).reduce((a, b) => a + b);
    expect(first).toBeCloseTo(numbers(folder.read("yv.npy"))[0] ?? Number.NaN, 5);
  });

  test("partial cues that stop at different steps keep their weights", async () => {
    const holes = Float32Array.from(x.slice(0, 2 * d), (v, i) => (i < 4 ? Number.NaN : v));
    folder.npy("mixed.npy", Float32Array.of(...holes, ...q.slice(0, d)), [3, d]);
    const words = ["--patterns", "p.npy", "--queries", "mixed.npy", "--missing", "nan", "--beta", "0.5", "--steps", "converge"];
    const { status, stdout } = await run(["recall", ...words, "--weights", "wm.npy", "--out", "ym.npy", "--json"], { cwd: folder.path });
    expect(status).toBe(0);
    const results: { top: number; weight: number }[] = JSON.parse(stdout).results;
    const weights = numbers(folder.read("wm.npy"));
    for (const [b, { top, weight }] of results.entries()) expect(weights[b * M + top]).toBeCloseTo(weight, 5);
  });

  test("the same seed writes the same bytes, another does not", async () => {
    const words = ["--model", "random-masked", "--beta", "0.4", "--steps", "2"];
    const once = async (name: string, seed: string): Promise<Buffer> => {
      await recall(...words, "--seed", seed, "--out", name, "--trace", `${name}.npz`);
      return Buffer.concat([folder.bytes(name), folder.bytes(`${name}.npz`)]);
    };
    const first = await once("s1.npy", "3");
    expect(first.equals(await once("s2.npy", "3"))).toBe(true);
    expect(first.equals(await once("s3.npy", "4"))).toBe(false);
  });
});

test("the table shows twenty queries and counts the rest", async () => {
  folder.npy("many.npy", normals(23 * d, 9), [23, d]);
  const { stdout } = await run(["recall", "--patterns", "p.npy", "--queries", "many.npy", "--beta", "1"], { cwd: folder.path });
  expect(stdout).toContain("... and 3 more");
  expect(stdout.split("\n").filter((line) => /^ *\d+ +\d+ /.test(line))).toHaveLength(20);
  expect(stdout).not.toContain("\u001b");
});
