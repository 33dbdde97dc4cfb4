/** `hopfield diffusion`: the document's fields and numbers, experiments, own patterns, the strip, refusals. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPng } from "../../src/data/index.ts";
import { type Folder, normals, openFolder, run } from "./helpers.ts";

let folder: Folder;
beforeAll(() => {
  folder = openFolder();
  folder.npy("p.npy", Float64Array.from(normals(40 * 9, 3)), [40, 9], "f64");
  const copies = normals(6 * 9, 4);
  copies.copyWithin(9, 0, 9);
  folder.npy("copies.npy", copies, [6, 9]);
});
afterAll(() => folder.remove());

const diffusion = (...words: string[]) => run(["diffusion", ...words], { cwd: folder.path });
const fields = ["command", "collapseTime", "onsetTime", "speciationTime", "identityError", "nearestPatternRms", "weightOfSource"];
const ratios = [0.4, 0.6, 0.8, 1, 1.25, 1.6, 2.5];
interface Row {
  ratio: number;
  mean: number;
  low: number;
  high: number;
}

test("the document: exactly its fields, the identity, the ends, the crossing; twice the same", async () => {
  const words = ["--ensemble", "spherical", "--n", "20", "--alpha", "0.3", "--chains", "30", "--json"];
  const { status, stdout, stderr } = await diffusion(...words);
  expect([status, stderr]).toEqual([0, ""]);
  const found = JSON.parse(stdout);
  expect(Object.keys(found)).toEqual(fields);
  expect(found).toMatchObject({ command: "diffusion", speciationTime: 1 });
  expect(found.collapseTime).toBeCloseTo(1 / (Math.exp(0.6) - 1), 12);
  expect(found.onsetTime).toBeCloseTo(2.764287462309479, 9);
  expect(found.identityError).toBeLessThanOrEqual(1e-12);
  expect(found.nearestPatternRms).toBeLessThan(0.05);
  const rows: Row[] = found.weightOfSource;
  expect(rows.map(({ ratio }) => ratio)).toEqual(ratios);
  for (const row of rows) {
    expect(Object.keys(row)).toEqual(["ratio", "mean", "low", "high"]);
    expect(row.low <= row.mean && row.mean <= row.high && row.low >= 0 && row.high <= 1).toBe(true);
  }
  expect(rows[1]?.mean).toBeGreaterThan(0.7);
  expect(Math.abs((rows[3]?.mean ?? 0) - 0.5)).toBeLessThan(0.15);
  expect(rows[5]?.mean).toBeLessThan(0.45);
  expect((await diffusion(...words)).stdout).toBe(stdout);
  expect((await diffusion(...words, "--seed", "2")).stdout).not.toBe(stdout);
});

describe("ensembles and experiments", () => {
  test.each([
    ["binary", "cloning"],
    ["spherical", "u-turn"],
    ["hidden-manifold", "speciation"],
    ["hidden-manifold", "sample"],
  ])("%s, %s", async (ensemble, experiment) => {
    const { status, stdout } = await diffusion("--ensemble", ensemble, "--n", "16", "--chains", "20", "--experiment", experiment, "--json");
    expect(status).toBe(0);
    const found = JSON.parse(stdout);
    expect(found.identityError).toBeLessThanOrEqual(1e-12);
    expect(found.nearestPatternRms).toBeLessThan(0.05);
    expect(found.onsetTime).toBeGreaterThan(found.collapseTime);
    const extra = { cloning: [], sample: [], "u-turn": ["uTurn"], speciation: ["speciation"] }[experiment] ?? [];
    expect(Object.keys(found)).toEqual([...fields, ...extra]);
    if (found.uTurn) {
      const shares = (found.uTurn as { returned: number }[]).map(({ returned }) => returned);
      expect(shares[0]).toBeGreaterThan(0.8);
      expect(shares[6]).toBeLessThan(0.4);
    }
    if (found.speciation) {
      const means = (found.speciation as Row[]).map(({ mean }) => mean);
      expect(means[0]).toBeGreaterThan(0.9);
      expect(means.at(-1)).toBeLessThan(0.6);
    }
  });

  test("the memory without the bias is not the diffusion where norms differ: the error is reported", async () => {
    const { stdout } = await diffusion("--ensemble", "hidden-manifold", "--n", "16", "--bias", "none", "--experiment", "cloning", "--json");
    expect(JSON.parse(stdout).identityError).toBeGreaterThan(1e-3);
  });
});

describe("the caller's own patterns", () => {
  test("times are measured, copies are left out and said so, the strip is drawn", async () => {
    const found = await diffusion("--patterns", "p.npy", "--chains", "10", "--strip", "s.png", "--json");
    expect(found.status).toBe(0);
    const document = JSON.parse(found.stdout);
    expect(document.identityError).toBeLessThanOrEqual(1e-12);
    expect(document.nearestPatternRms).toBeLessThan(0.05);
    // At the measured collapse the weight is one half by definition; other trials than those that found it: four standard errors of 1000.
    expect(Math.abs(document.weightOfSource[3].mean - 0.5)).toBeLessThan(0.06);
    const image = readPng(folder.bytes("s.png"));
    expect(image.channels).toBe(3);
    // The orange of the collapse is there; no grey has it.
    const pixels = Array.from({ length: image.width * image.height }, (_, i) => Array.from(image.data.subarray(3 * i, 3 * i + 3)).join());
    expect(pixels.filter((pixel) => pixel === "230,159,0").length).toBeGreaterThan(50);
    const copies = await diffusion("--ensemble", "patterns", "--patterns", "copies.npy", "--experiment", "cloning", "--chains", "5");
    expect(copies.stderr).toBe("1 patterns are exact copies of earlier ones and are left out\n");
    expect(copies.stdout).toContain("5 patterns of 9 entries (your own)");
  });

  test("figures: weights with their intervals, times over alpha", async () => {
    const words = ["--n", "12", "--alpha", "0.4", "--chains", "5", "--experiment", "cloning"];
    expect((await diffusion(...words, "--plot", "w.csv")).status).toBe(0);
    const weights = folder.bytes("w.csv").toString().split("\n");
    expect(weights.filter((row) => row.startsWith("weight of the source,")).length).toBe(7);
    expect((await diffusion(...words, "--plot", "t.csv", "--figure", "times")).status).toBe(0);
    const points = folder
      .bytes("t.csv")
      .toString()
      .split("\n")
      .filter((row) => row.startsWith("collapse,"))
      .map((row) => row.split(",").map(Number));
    expect(points.length).toBe(25);
    for (const [, alpha = 0, t = 0] of points) expect(Math.abs(t * Math.expm1(2 * alpha) - 1)).toBeLessThan(1e-9);
  });

  test("digits", async () => {
    const { status, stdout } = await diffusion("--digits", "30", "--chains", "4", "--json");
    expect(status).toBe(0);
    expect(JSON.parse(stdout).nearestPatternRms).toBeLessThan(0.05);
  });
});

test.each<[string, string[], number, string]>([
  ["alpha 0", ["--alpha", "0"], 2, "alpha"],
  ["too many patterns", ["--n", "40", "--alpha", "0.6"], 2, "E_LIMIT"],
  ["one pattern", ["--n", "4", "--alpha", "0.05"], 2, "at least 2"],
  ["binary beyond log 2", ["--ensemble", "binary", "--n", "10", "--alpha", "0.7"], 2, "told apart up to"],
  ["patterns without a file", ["--ensemble", "patterns"], 2, "--patterns"],
  ["file with another ensemble", ["--ensemble", "binary", "--patterns", "p.npy"], 2, "--patterns"],
  ["unknown experiment", ["--experiment", "u-trun"], 2, '"u-turn"'],
  ["activation of a sphere", ["--activation", "relu"], 2, "E_UNSUPPORTED"],
  ["latent ratio 0", ["--ensemble", "hidden-manifold", "--latent-ratio", "0"], 2, "latentRatio"],
  ["no picture", ["--n", "24", "--strip", "x.png"], 2, "--shape"],
  ["strip of another kind", ["--strip", "x.jpg"], 2, ".png"],
  ["missing file", ["--patterns", "none.npy"], 3, "E_IO"],
  ["shape that does not fit", ["--patterns", "p.npy", "--strip", "x.png", "--shape", "2x3"], 2, "--shape"],
  ["times of own patterns", ["--patterns", "p.npy", "--plot", "x.svg", "--figure", "times"], 2, "--figure"],
])("refused: %s", async (_, words, exit, text) => {
  const { status, stdout, stderr } = await diffusion(...words, "--json");
  expect([status, stdout]).toEqual([exit, ""]);
  expect(stderr).toMatch(/^E_[A-Z]+: [^\n]+\n$/);
  expect(stderr).toContain(text);
});
