/** `hopfield manifold`: the document, the sentences, figures, the experiments, refusals. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Folder, openFolder, run } from "./helpers.ts";

let folder: Folder;
beforeAll(() => {
  folder = openFolder();
});
afterAll(() => folder.remove());

const manifold = (...words: string[]) => run(["manifold", ...words], { cwd: folder.path });
const small = ["--n", "16", "--instances", "4"];

test("the document: exactly its fields, a row for each alpha and lambda; twice the same", async () => {
  const words = [...small, "--latent-ratio", "0.5", "--alpha", "0.1,0.3", "--lambda", "0.1:0.3:0.1", "--json"];
  const { status, stdout, stderr } = await manifold(...words);
  expect([status, stderr]).toEqual([0, ""]);
  const found = JSON.parse(stdout);
  expect(Object.keys(found)).toEqual(["command", "rows"]);
  expect(found.rows.map((row: { alpha: number; lambda: number }) => [row.alpha, row.lambda])).toEqual([
    [0.1, 0.1],
    [0.1, 0.2],
    [0.1, 0.3],
    [0.3, 0.1],
    [0.3, 0.2],
    [0.3, 0.3],
  ]);
  for (const row of found.rows) {
    expect(Object.keys(row)).toEqual([
      "alpha",
      "lambda",
      "sigma",
      "relativeError",
      "weightOfSource",
      "offManifold",
      "stable",
      "regime",
      "regimeMeasured",
    ]);
    expect(Object.keys(row.relativeError)).toEqual(["median", "low", "high"]);
    expect(row.offManifold).toBeLessThan(1e-12);
    // 1 / c_max = .1716; alpha_1(lambda) = lambda - 1.5 lambda^2: .085, .14, .165; Sigma = 1.5 lambda^2 is below it up to 1/3.
    expect(row.stable).toBe(row.lambda < 0.17);
    expect(row.regime).toBe(row.alpha < row.lambda - 1.5 * row.lambda ** 2 ? "memory" : "generalisation");
  }
  expect((await manifold(...words)).stdout).toBe(stdout);
});

test("for people: triple point and instability; with the bias none", async () => {
  const plain = await manifold(...small, "--alpha", "0.2", "--lambda", "0.2");
  expect(plain.stdout).toContain("triple point: lambda = 0.333333, alpha = 0.166667");
  expect(plain.stdout).toContain("1 / c_max = 0.171573");
  const norm = await manifold(...small, "--alpha", "0.2", "--lambda", "0.2", "--bias", "norm");
  expect(norm.stdout).toContain("no triple point");
});

test("figures: the plane with its lines, the spectrum with n eigenvalues a lambda", async () => {
  const words = [...small, "--alpha", "0.1,0.2,0.3", "--lambda", "0.1:0.8:0.1", "--plot", "plane.svg", "--spectrum", "s.csv"];
  expect((await manifold(...words)).status).toBe(0);
  const svg = folder.bytes("plane.svg").toString();
  for (const name of ["alpha_1", "Sigma", "1 / c_max", "triple point", "generalisation (measured)"]) expect(svg).toContain(name);
  const rows = folder.bytes("s.csv").toString().split("\n");
  expect(rows.filter((row) => row.startsWith('"lambda 0.1"') || row.startsWith("lambda 0.1,")).length).toBe(16);
});

test("twins and mixtures", async () => {
  const twins = await manifold(
    ...small,
    "--experiment",
    "twins",
    "--activation",
    "relu",
    "--bias",
    "norm",
    "--noise",
    "1",
    "--alpha",
    "0.1,0.4",
    "--lambda",
    "1",
    "--json",
  );
  const rows = JSON.parse(twins.stdout).rows;
  expect(rows[0].weightOfSource).toBeGreaterThan(rows[1].weightOfSource);
  expect(rows[0].difference).toBeGreaterThan(rows[1].difference);
  const mixtures = await manifold(...small, "--experiment", "mixtures", "--activation", "sign", "--alpha", "0.15", "--lambda", "3");
  expect([mixtures.status, mixtures.stderr]).toEqual([0, ""]);
  expect(mixtures.stdout).toContain("overlapNearest");
});

test.each<[string, string[], string]>([
  ["lambda 0", ["--lambda", "0"], "lambda"],
  ["alpha below 0", ["--alpha", "-0.1"], "alpha"],
  ["latent ratio 0", ["--latent-ratio", "0"], "latentRatio"],
  ["noise below 0", ["--noise", "-1"], "noise"],
  ["too many patterns", ["--alpha", "0.7"], "E_LIMIT"],
  ["another activation in the plane", ["--activation", "tanh"], "twins"],
  ["a plot of an experiment", ["--experiment", "twins", "--plot", "x.svg"], "--plot"],
  ["unknown bias", ["--bias", "some"], "bias"],
])("refused: %s", async (_, words, text) => {
  const { status, stdout, stderr } = await manifold(...words, "--json");
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^E_[A-Z]+: [^\n]+\n$/);
  expect(stderr).toContain(text);
});
