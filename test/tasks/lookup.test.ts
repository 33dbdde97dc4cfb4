/** The softmax lookup: its leave-one-out loss and gradient against the definition in f64, and what fitting it must and must not do. */
import { describe, expect, it } from "vitest";
import { openWorkspace } from "../../src/layers/workspace.ts";
import { lookUp, pickRows } from "../../src/tasks/lookup.ts";
import { fitLookup } from "../../src/tasks/lookup-fit.ts";
import { type LookupRows, leaveOneOut, priorShare } from "../../src/tasks/lookup-scales.ts";
import { normals, uniforms } from "../oracle/index.ts";

const w = openWorkspace();

function problem(seed: number, rows: number, features: number, classes: number | null, informative = 1): LookupRows {
  const [draw, uniform] = [normals(seed), uniforms(seed)];
  const data = Float32Array.from({ length: rows * features }, draw);
  const outputs = classes ?? 1;
  const y = new Float32Array(rows * outputs);
  for (let i = 0; i < rows; i++) {
    const level = data.subarray(i * features, i * features + informative).reduce((a, b) => a + b, 0);
    if (classes === null) y[i] = level + 0.1 * draw();
    else
      y[
        i * outputs +
          (uniform() < 0.9 ? Math.max(0, Math.min(classes - 1, Math.floor(level + classes / 2))) : Math.floor(uniform() * classes))
      ] = 1;
  }
  return {
    x: { data, rows, columns: features, group: Int32Array.from({ length: features }, (_, f) => f) },
    y,
    outputs,
    kind: classes === null ? "number" : "classes",
  };
}

/** Row by row, weight by weight, in f64. */
function definition({ x, y, outputs, kind }: LookupRows, logScales: ArrayLike<number>): number {
  let loss = 0;
  const value = (i: number, f: number): number => x.data[i * x.columns + f] as number;
  const prior = Array.from(
    { length: outputs },
    (_, c) => Array.from({ length: x.rows }, (_, i) => y[i * outputs + c] as number).reduce((a, b) => a + b, 0) / x.rows,
  );
  for (let i = 0; i < x.rows; i++) {
    const z = Array.from({ length: x.rows }, (_, j) => {
      let sum = 0;
      for (let f = 0; f < x.columns; f++) sum += Math.exp(logScales[x.group[f] as number] as number) * (value(i, f) - value(j, f)) ** 2;
      return j === i ? Number.NEGATIVE_INFINITY : -sum / 2;
    });
    const top = Math.max(...z);
    const e = z.map((each) => Math.exp(each - top));
    const total = e.reduce((a, b) => a + b, 0);
    const read = Array.from({ length: outputs }, (_, c) =>
      e.reduce((sum, each, j) => sum + (each / total) * (y[j * outputs + c] as number), 0),
    );
    if (kind === "number") loss += (0.5 * ((read[0] as number) - (y[i] as number)) ** 2) / x.rows;
    else {
      const c = y.subarray(i * outputs, (i + 1) * outputs).indexOf(1);
      loss -= Math.log((1 - priorShare) * (read[c] as number) + priorShare * (prior[c] as number)) / x.rows;
    }
  }
  return loss;
}

describe("leave-one-out loss", () => {
  it.each([
    ["two classes", 2],
    ["four classes", 4],
    ["a number", null],
  ] as const)("%s: value and gradient are those of the definition", (_, classes) => {
    const rows = problem(3, 30, 4, classes);
    const logScales = Float64Array.of(0.3, -1, 0.5, -0.2);
    const found = leaveOneOut(w, rows, logScales);
    // f32 weights, and sums of thirty of them.
    expect(Math.abs(found.loss - definition(rows, logScales))).toBeLessThan(1e-5);
    const h = 1e-4;
    found.gradient.forEach((g, f) => {
      const at = (step: number): number =>
        definition(
          rows,
          logScales.map((a, k) => (k === f ? a + step : a)),
        );
      const slope = (at(h) - at(-h)) / (2 * h);
      // Differences err by h^2 = 1e-8, f32 by about 1e-5 of the largest slope.
      expect(Math.abs(g - slope)).toBeLessThan(2e-5);
    });
  });

  it("columns of one feature share its scale", () => {
    const rows = problem(5, 20, 4, 2);
    const grouped = { ...rows, x: { ...rows.x, group: Int32Array.of(0, 0, 1, 1) } };
    const both = leaveOneOut(w, grouped, Float64Array.of(0.2, -0.4)).gradient;
    const single = leaveOneOut(w, rows, Float64Array.of(0.2, 0.2, -0.4, -0.4)).gradient;
    expect(both[0]).toBeCloseTo((single[0] as number) + (single[1] as number), 5);
    expect(both[1]).toBeCloseTo((single[2] as number) + (single[3] as number), 5);
  });
});

describe("fitting", () => {
  it("widens what does not matter: scales of noise fall behind those of the signal", () => {
    const rows = problem(7, 160, 5, 2, 1);
    const { logScales, steps } = fitLookup(rows);
    expect(steps).toBeGreaterThan(0);
    for (let f = 1; f < 5; f++) expect(logScales[0] as number).toBeGreaterThan((logScales[f] as number) + 1);
  });

  it("predicts numbers, and rows it never saw better than their mean", () => {
    const all = problem(9, 200, 3, null);
    const [train, test] = [
      pickRows(
        all,
        Array.from({ length: 150 }, (_, i) => i),
      ),
      pickRows(
        all,
        Array.from({ length: 50 }, (_, i) => 150 + i),
      ),
    ];
    const found = lookUp(w, { memory: train, logScales: fitLookup(train, { steps: 30 }).logScales }, test.x);
    const error = found.reduce((sum, y, i) => sum + (y - (test.y[i] as number)) ** 2 / 50, 0);
    expect(error).toBeLessThan(0.2);
  });

  it("the same seed gives the same scales; probabilities sum to 1", () => {
    const rows = problem(11, 60, 3, 3);
    const [a, b] = [fitLookup(rows, { seed: 4, steps: 10 }), fitLookup(rows, { seed: 4, steps: 10 })];
    expect(a).toEqual(b);
    const p = lookUp(w, { memory: rows, logScales: a.logScales }, rows.x);
    for (let i = 0; i < 60; i++) expect(p.subarray(3 * i, 3 * i + 3).reduce((x, y) => x + y, 0)).toBeCloseTo(1, 5);
  });

  it("refuses queries of another width and impossible options", () => {
    const rows = problem(1, 10, 3, 2);
    expect(() => lookUp(w, { memory: rows, logScales: new Float64Array(3) }, problem(1, 5, 2, 2).x)).toThrow(/2 columns, the memory has 3/);
    expect(() => fitLookup(rows, { steps: -1 })).toThrow(/steps must be/);
    expect(() => fitLookup(rows, { step: 1 } as never)).toThrow(/did you mean "steps"/);
  });
});
