import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drawFigure, type Figure } from "../../src/cli/figure.ts";
import { figureCsv } from "../../src/cli/figure-output.ts";
import { ticksOf } from "../../src/cli/figure-ticks.ts";
import { pngToGrey, readPng } from "../../src/data/index.ts";
import { type Folder, normals, openFolder, run } from "./helpers.ts";

let folder: Folder;
beforeAll(() => {
  folder = openFolder();
  folder.npy("p.npy", normals(300 * 12, 5), [300, 12]);
  folder.text("relu.csv", "-1,0\n0,0\n2,2\n");
});
afterAll(() => folder.remove());
const capacity = (...words: string[]) => run(["capacity", ...words], { cwd: folder.path });
const json = async (...words: string[]) => JSON.parse((await capacity(...words, "--json")).stdout);

test("Gaussian: fields, both channels, nulls", async () => {
  const found = await json("--ensemble", "gaussian", "--lambda", "1,2");
  expect(Object.keys(found)).toEqual(["command", "ensemble", "rows", "lambdaSaturation", "alphaMax", "alphaAll", "alphaAllNorm"]);
  expect(found).toMatchObject({ lambdaSaturation: 1, alphaMax: 0.5 });
  expect(found.rows[1]).toEqual({ lambda: 2, zeta: 2, zetaPrime: 2, alpha1: 0.5, condensed: true });
  expect(found.alphaAll[1]).toBeCloseTo(Math.LN2 / 4, 14);
  expect(found.alphaAllNorm[1]).toBeCloseTo(1 / (2 * Math.E), 12);
});

test("binary and spherical: alphaAll is alpha1; alphaMax log 2 and null", async () => {
  const binary = await json("--ensemble", "binary", "--lambda", "0.5,1");
  expect(binary).toMatchObject({ lambdaSaturation: null, alphaMax: Math.LN2, alphaAllNorm: null });
  expect(binary.alphaAll).toEqual(binary.rows.map((row: { alpha1: number }) => row.alpha1));
  expect(await json("--ensemble", "spherical", "--lambda", "1")).toMatchObject({ alphaMax: null });
});

test("--alpha adds phi, lambdaStar, basin and participation", async () => {
  const [row] = (await json("--ensemble", "spherical", "--lambda", "5", "--alpha", "0.3")).rows;
  expect(row.basin).toBeCloseTo(Math.sqrt(1 - Math.exp(-0.6)), 12);
  expect(row.phi).toBeCloseTo(5 * row.basin, 12);
  expect(row.participation).toBeCloseTo(1 - row.lambdaStar / 5, 12);
});

test("hidden manifold: saddle, no formula for all patterns; a table of relu is relu", async () => {
  const words = ["--ensemble", "hidden-manifold", "--latent-ratio", "0.5", "--lambda", "0.3"];
  const named = await json(...words, "--activation", "relu");
  const [row] = named.rows;
  expect(row.zeta).toBeCloseTo(0.069025332021, 10);
  expect(row.residual).toBeLessThan(1e-10);
  expect(Object.keys(row)).toEqual(expect.arrayContaining(["m", "q", "r", "residual", "replicon"]));
  expect(named).toMatchObject({ alphaAll: null, alphaAllNorm: null });
  expect((await json(...words, "--activation-file", "relu.csv")).rows[0].zeta).toBeCloseTo(row.zeta, 9);
});

test("empirical: null beyond the range, alpha1 never", async () => {
  const { rows } = await json("--ensemble", "empirical", "--patterns", "p.npy", "--lambda", "0.05,20");
  expect(rows[0].zeta).toBeGreaterThan(0);
  expect(rows[1].zeta).toBeNull();
  expect(rows[1].alpha1).toBeGreaterThanOrEqual(rows[0].alpha1);
});

test("figures are written; the SVG is the same every time", async () => {
  const words = ["--ensemble", "hidden-manifold", "--activation", "linear", "--sweep-latent", "0.5,inf", "--lambda", "0.2,0.4", "--plot"];
  for (const name of ["a.svg", "b.svg", "c.csv"]) expect((await capacity(...words, name)).status).toBe(0);
  expect(folder.bytes("a.svg").equals(folder.bytes("b.svg"))).toBe(true);
  expect(folder.bytes("a.svg").toString()).toContain("D/N = inf");
  expect(folder.bytes("c.csv").toString()).toMatch(/^# [\s\S]*\nseries,x,y,low,high\nD\/N = 0\.5,0\.2,/);
});

test.each<[string, string[], string]>([
  ["no ensemble", [], "--ensemble"],
  ["lambda 0", ["--ensemble", "binary", "--lambda", "0"], "lambda"],
  ["ratio 0", ["--ensemble", "hidden-manifold", "--activation", "relu", "--latent-ratio", "0"], "--latent-ratio"],
  ["a backward range", ["--ensemble", "binary", "--lambda", "2:1:0.1"], "from <= to"],
  ["an activation of signs", ["--ensemble", "binary", "--activation", "relu"], "hidden-manifold"],
  ["a manifold without one", ["--ensemble", "hidden-manifold"], "--activation"],
  ["a phase diagram without loads", ["--ensemble", "binary", "--figure", "phase", "--plot", "x.svg"], "--alpha"],
  ["a figure of no format", ["--ensemble", "binary", "--plot", "x.pdf"], ".svg"],
])("wrong usage: %s", async (_, words, expected) => {
  const { status, stdout, stderr } = await capacity(...words);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^E_[A-Z]+: [^\n]+\n$/);
  expect(stderr).toContain(expected);
});

describe("figure", () => {
  const figure: Figure = {
    title: "a < b",
    x: { label: "x" },
    y: { label: "y", log: true },
    series: [
      {
        kind: "line",
        name: "l",
        points: [
          [0, 1],
          [1, null],
          [2, 100],
          [3, 10],
        ],
      },
      { kind: "dots", name: "d", points: [{ x: 1, y: 10, low: 5, high: 20 }] },
    ],
    notes: ["n"],
  };
  test("gaps lift the pen, text is escaped, axes leave room for whole dots at their ends", () => {
    const svg = drawFigure(figure);
    expect(svg).toContain("a &lt; b");
    // x from 74 to 540, y (1 to 100, log) from 424 to 48, a fiftieth of each span free at both ends: 466 * .02 / 1.04 = 8.96, 376 * .02 / 1.04 = 7.23.
    expect(svg).toContain('d="M82.96 416.77M381.68 55.23L531.04 236"');
    expect(svg).not.toContain("NaN");
  });
  test("CSV: a header of conventions, an empty cell for what does not exist", () => {
    expect(figureCsv(figure)).toBe(
      "# a < b\n# x: x\n# y: y\n# n\nseries,x,y,low,high\nl,0,1,,\nl,1,,,\nl,2,100,,\nl,3,10,,\nd,1,10,5,20\n",
    );
  });
  test("ticks are round", () => {
    expect(ticksOf(0, 1, false)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticksOf(0.1, 10, true)).toEqual([0.1, 0.2, 0.5, 1, 2, 5, 10]);
  });
});

test("--convention: lambda of unit patterns is that of raw ones times n; --top-k-rate adds what the K largest alone hold", async () => {
  const raw = await json("--ensemble", "spherical", "--lambda", "0.5,2");
  expect(await json("--ensemble", "spherical", "--convention", "unit", "--n", "64", "--lambda", "32,128")).toEqual(raw);
  const { rows } = await json("--ensemble", "binary", "--lambda", "0.5", "--top-k-rate", "0.05");
  // kappa + I(1 - kappa / lambda) of signs.
  const e = 0.9;
  expect(rows[0].alpha1TopK).toBeCloseTo(0.05 + 0.5 * ((1 + e) * Math.log(1 + e) + (1 - e) * Math.log(1 - e)), 9);
  for (const [words, message] of [
    [["--convention", "unti"], 'did you mean "unit"?'],
    [["--convention", "unit"], "n must be"],
    [["--n", "4"], "--n goes with"],
    [["--top-k-rate", "-1"], "top-k-rate"],
  ] as const) {
    const { status, stderr } = await capacity("--ensemble", "binary", "--lambda", "1", ...words);
    expect([status, stderr.includes(message)], stderr).toEqual([2, true]);
  }
});

test("a PNG has its words: dark pixels in the title, drawn with the font beside the command", async () => {
  const { status, stderr } = await capacity("--ensemble", "binary", "--lambda", "0.5:2:0.5", "--plot", "curve.png");
  if (status === 2 && stderr.includes("npm install @resvg/resvg-js")) return;
  expect(status, stderr).toBe(0);
  const { data, rows, columns } = pngToGrey(readPng(folder.bytes("curve.png")));
  expect([rows, columns]).toEqual([960, 1520]);
  // The title lies above the frame (48 of 480), where there is nothing else; without a font there is no ink at all.
  const dark = data.subarray(0, 80 * columns).reduce((count, grey) => count + (grey < 0.3 ? 1 : 0), 0);
  expect(dark).toBeGreaterThan(500);
});
