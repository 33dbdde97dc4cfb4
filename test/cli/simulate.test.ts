import { afterAll, beforeAll, expect, test } from "vitest";
import { type Folder, openFolder, run } from "./helpers.ts";

let folder: Folder;
beforeAll(() => {
  folder = openFolder();
});
afterAll(() => folder.remove());
const simulate = (...words: string[]) => run(["simulate", ...words], { cwd: folder.path });

test("the JSON has the contract's fields, and the same seed gives the same bytes", async () => {
  const words = ["--ensemble", "spherical", "--n", "40", "--lambda", "1", "--instances", "60", "--alpha", "0.5,0.7", "--json"];
  const { status, stdout, stderr } = await simulate(...words);
  expect([status, stderr]).toEqual([0, ""]);
  const found = JSON.parse(stdout);
  expect(Object.keys(found)).toEqual([
    "command",
    "n",
    "instances",
    "method",
    "alphaStar",
    "theory",
    "theoryFinite",
    "agrees",
    "censored",
    "curve",
  ]);
  expect(found).toMatchObject({ command: "simulate", n: 40, instances: 60, method: "levels", agrees: true, censored: 0 });
  expect(found.alphaStar.low).toBeLessThanOrEqual(found.alphaStar.median);
  expect(found.curve.map((row: { retrieved: number }) => row.retrieved)).toEqual([1, 0]);
  expect((await simulate(...words)).stdout).toBe(stdout);
  expect((await simulate(...words, "--seed", "2")).stdout).not.toBe(stdout);
});

test("more patterns than allowed: E_LIMIT names the largest n", async () => {
  const { status, stderr } = await simulate(
    "--ensemble",
    "hidden-manifold",
    "--activation",
    "tanh",
    "--latent-ratio",
    "1",
    "--n",
    "80",
    "--lambda",
    "1",
  );
  expect(status).toBe(2);
  expect(stderr).toMatch(/^E_LIMIT: .*the largest n is 68.*\n$/);
});

test("a figure of retrieved shares", async () => {
  const words = [
    "--ensemble",
    "binary",
    "--n",
    "20",
    "--lambda",
    "1",
    "--instances",
    "20",
    "--alpha",
    "0.4,0.7",
    "--sizes",
    "40",
    "--plot",
    "r.csv",
  ];
  expect((await simulate(...words)).status).toBe(0);
  expect(folder.bytes("r.csv").toString()).toMatch(/^# .*\n[\s\S]*n = 20,0\.4,1,/);
});

test.each<[string, string[], string]>([
  ["no n", ["--ensemble", "binary", "--lambda", "1"], "--n"],
  ["empirical", ["--ensemble", "empirical", "--n", "20", "--lambda", "1"], "ensemble must be"],
  ["lambda 0", ["--ensemble", "binary", "--n", "20", "--lambda", "0"], "lambda"],
  ["sizes without a figure", ["--ensemble", "binary", "--n", "20", "--lambda", "1", "--sizes", "40"], "--plot"],
])("wrong usage: %s", async (_, words, expected) => {
  const { status, stdout, stderr } = await simulate(...words);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^E_[A-Z]+: [^\n]+\n$/);
  expect(stderr).toContain(expected);
});

test("threads and interruptions change no number; a checkpoint of another run is a conflict", async () => {
  const words = ["--ensemble", "hidden-manifold", "--activation", "tanh", "--n", "20", "--lambda", "1", "--instances", "20", "--json"];
  const alone = await simulate(...words, "--threads", "1");
  expect(alone.status).toBe(0);
  expect((await simulate(...words, "--threads", "2", "--checkpoint", "state.json")).stdout).toBe(alone.stdout);
  // As if the run had been stopped half-way.
  const state = JSON.parse(folder.bytes("state.json").toString());
  expect(state.values.length).toBe(20);
  folder.text("half.json", JSON.stringify({ ...state, values: [...state.values.slice(0, 9), null, state.values[10]] }));
  const resumed = await simulate(...words, "--resume", "half.json");
  expect(resumed.stdout).toBe(alone.stdout);
  expect(resumed.stderr).toContain("10 values");
  const other = await simulate(...words, "--resume", "half.json", "--seed", "2");
  expect([other.status, other.stderr]).toEqual([3, 'E_CONFLICT: --resume "half.json" is of another run: its seed is 1, this one\'s 2\n']);
  folder.text("torn.json", '{"format":"hopfield-simul');
  expect((await simulate(...words, "--resume", "torn.json")).stderr).toBe(
    'E_FORMAT: --resume "torn.json" is not a simulation\'s checkpoint\n',
  );
});

test("--fit takes medians at several n to alpha_1; --basin measures beside cos theta_c; both draw", async () => {
  const words = ["--ensemble", "spherical", "--n", "20", "--lambda", "1", "--instances", "60", "--json"];
  const fitted = await simulate(...words, "--sizes", "40,80", "--fit", "--plot", "fit.svg");
  expect(fitted.status, fitted.stderr).toBe(0);
  const { fit, theory } = JSON.parse(fitted.stdout);
  expect(Object.keys(fit)).toEqual(["alpha1", "error", "slope", "logarithm", "scatter", "deviations", "sizes"]);
  expect(fit.sizes.map(({ n }: { n: number }) => n)).toEqual([20, 40, 80]);
  expect(Math.abs(fit.alpha1 - theory)).toBeLessThan(5 * fit.error);
  expect(folder.bytes("fit.svg").toString()).toContain("Thresholds at finite n");
  const collapse = await simulate(...words, "--sizes", "40,80", "--plot", "collapse.csv", "--figure", "collapse");
  expect(collapse.status, collapse.stderr).toBe(0);
  expect(folder.bytes("collapse.csv").toString()).toContain("n = 40,");
  const basins = await simulate(...words, "--instances=10", "--alpha", "0.2", "--basin").then(({ stderr }) => stderr);
  expect(basins).toContain("--instances is given twice");
  const short = ["--ensemble", "spherical", "--n", "20", "--lambda", "1", "--instances", "10", "--json"];
  const measured = JSON.parse((await simulate(...short, "--alpha", "0.2", "--basin")).stdout).basins;
  expect(measured).toHaveLength(1);
  expect(measured[0]).toMatchObject({ alpha: 0.2, patterns: 55 });
  expect(measured[0].once.median).toBeLessThan(1);
  for (const [more, message] of [
    [["--fit"], "--fit needs --sizes"],
    [["--basin"], "--basin needs --alpha"],
    [["--sizes", "40,80"], "--sizes needs"],
    [["--figure", "fit"], "--figure needs --plot"],
  ] as const) {
    const { status, stderr } = await simulate(...short, ...more);
    expect([status, stderr.includes(message)], stderr).toEqual([2, true]);
  }
});
