/** The softmax lookup: its leave-one-out loss and gradient against the definition in f64, and what fitting it must and must not do. */
import { describe, expect, it } from "vitest";
import { openWorkspace } from "../../src/layers/workspace.ts";
import { lookUp, pickRows, recallShare } from "../../src/tasks/lookup.ts";
import { fitLookup } from "../../src/tasks/lookup-fit.ts";
import { askRule, fitRule } from "../../src/tasks/lookup-rule.ts";
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

describe("the linear rule", () => {
  /** Mean loss and half the penalty times the squared weights, entry by entry in f64. */
  function objective({ x, y, outputs, kind }: LookupRows, weights: ArrayLike<number>, penalty: number): number {
    const width = x.columns + 1;
    let loss = 0;
    for (let k = 0; k < outputs; k++) for (let f = 0; f < x.columns; f++) loss += 0.5 * penalty * (weights[k * width + f] as number) ** 2;
    for (let i = 0; i < x.rows; i++) {
      const z = Array.from({ length: outputs }, (_, k) => {
        let sum = weights[k * width + x.columns] as number;
        for (let f = 0; f < x.columns; f++) sum += (weights[k * width + f] as number) * (x.data[i * x.columns + f] as number);
        return sum;
      });
      if (kind === "number") loss += (0.5 * ((z[0] as number) - (y[i] as number)) ** 2) / x.rows;
      else {
        const c = y.subarray(i * outputs, (i + 1) * outputs).indexOf(1);
        loss -= ((z[c] as number) - Math.log(z.reduce((sum, each) => sum + Math.exp(each), 0))) / x.rows;
      }
    }
    return loss;
  }

  it.each([
    ["two classes", 2, 0.03],
    ["four classes", 4, 0.3],
    ["a number", null, 0.001],
  ] as const)("%s: no step in any direction makes the objective smaller", (_, classes, penalty) => {
    const rows = problem(13, 60, 4, classes, 2);
    const found = fitRule(w, rows, penalty);
    const least = objective(rows, found, penalty);
    const h = 1e-3;
    found.forEach((__, k) => {
      const at = (step: number): number =>
        objective(
          rows,
          found.map((x, n) => (n === k ? x + step : x)),
          penalty,
        );
      // The fit stops when no entry of the gradient is above 1e-5, in f32; the difference errs by h^2.
      expect(Math.abs((at(h) - at(-h)) / (2 * h))).toBeLessThan(3e-5);
      expect(at(h)).toBeGreaterThan(least);
    });
    const said = askRule(w, found, rows.x, rows.outputs, rows.kind);
    if (classes !== null)
      for (let i = 0; i < 60; i++) expect(said.subarray(classes * i, classes * (i + 1)).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    // Another start ends at the same answers: the objective has one minimum (but for what all classes' intercepts share).
    const again = fitRule(
      w,
      rows,
      penalty,
      Float32Array.from(found, (x) => x + 0.3),
    );
    askRule(w, again, rows.x, rows.outputs, rows.kind).forEach((p, i) => {
      expect(Math.abs(p - (said[i] as number))).toBeLessThan(2e-3);
    });
  });

  it("takes the share that rows left out agree with: much where a plane parts the classes, none where only neighbours tell", () => {
    const draw = normals(17);
    const plane = problem(17, 120, 6, 2, 6);
    const far = fitLookup(plane, { steps: 10 });
    expect(far.rule?.share).toBeGreaterThan(0.5);
    // A ball around 0: every plane has both classes on either side alike.
    const y = new Float32Array(240);
    const data = Float32Array.from({ length: 240 }, draw);
    for (let i = 0; i < 120; i++) y[2 * i + ((data[2 * i] as number) ** 2 + (data[2 * i + 1] as number) ** 2 < 1.4 ? 1 : 0)] = 1;
    const ball: LookupRows = { x: { data, rows: 120, columns: 2, group: Int32Array.of(0, 1) }, y, outputs: 2, kind: "classes" };
    expect(fitLookup(ball, { steps: 10 }).rule?.share ?? 0).toBeLessThan(0.3);
    expect(fitLookup(plane, { steps: 0, rule: false }).rule).toBeNull();
  });

  it("an answer is the mixture of what is recalled and what the rule says", () => {
    const rows = problem(19, 50, 3, 3);
    const { logScales } = fitLookup(rows, { steps: 5 });
    const rule = { weights: fitRule(w, rows, 0.1), share: 0.3 };
    const [both, recalled, said] = [
      lookUp(w, { memory: rows, logScales, rule }, rows.x),
      lookUp(w, { memory: rows, logScales }, rows.x),
      askRule(w, rule.weights, rows.x, 3, "classes"),
    ];
    both.forEach((p, i) => {
      expect(p).toBeCloseTo(0.7 * (recalled[i] as number) + 0.3 * (said[i] as number), 6);
    });
    expect(recallShare({ memory: rows, rule })).toBeCloseTo(0.7 * (1 - priorShare), 12);
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
