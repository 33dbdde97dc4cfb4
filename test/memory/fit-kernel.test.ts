/** The learned kernel: equal to Adam on the definition of the loss, and lawful. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMemory, fitKernel, HopfieldError, type MatrixLike, separationLoss, separations } from "../../src/index.ts";
import { matrix, seed as seeds } from "../oracle/arbitraries.ts";
import { at, type Rows } from "../oracle/arrays.ts";
import { separationLossGradient } from "../oracle/separation-loss.ts";

/** Adam as its paper writes it (arXiv 1412.6980, Algorithm 1), with powers of the decays, on the oracle's gradient. */
function adamByDefinition(X: Rows, start: Rows, steps: number, learningRate: number, normalized: boolean, t: number): number[][] {
  let W = start.map((row) => [...row]);
  const [b1, b2] = [0.9, 0.999];
  let m = W.map((row) => row.map(() => 0));
  let v = W.map((row) => row.map(() => 0));
  for (let n = 1; n <= steps; n++) {
    const g = separationLossGradient(X, W, { t, normalized });
    m = m.map((row, a) => row.map((value, k) => b1 * value + (1 - b1) * at(at(g, a), k)));
    v = v.map((row, a) => row.map((value, k) => b2 * value + (1 - b2) * at(at(g, a), k) ** 2));
    W = W.map((row, a) =>
      row.map((value, k) => {
        const mean = at(at(m, a), k) / (1 - b1 ** n);
        const square = at(at(v, a), k) / (1 - b2 ** n);
        return value - (learningRate * mean) / (Math.sqrt(square) + 1e-8);
      }),
    );
  }
  return W;
}

const patterns = [
  [1, 0.9, 0.8, 0.2],
  [0.9, 1, 0.7, 0.3],
  [0.8, 0.9, 1, 0.1],
  [1, 1, 0.9, 0.4],
  [0.7, 0.9, 0.9, 0.2],
];
const start = [
  [1, -0.2, 0.3, 0],
  [0.1, 0.8, -0.4, 0.5],
  [-0.3, 0.2, 0.9, 0.7],
];

/** Distinct directions: no pattern a multiple of another, none zero. */
const problem = fc
  .tuple(matrix(5, 4), matrix(3, 4))
  .filter(
    ([X, W]) =>
      X.every((x) => x.some((value) => value !== 0)) &&
      X.every((x) => W.some((w) => Math.abs(w.reduce((s, value, k) => s + value * at(x, k), 0)) > 0.01)),
  );

describe("against the definition", () => {
  it.each([
    { normalised: true, t: 2 },
    { normalised: false, t: 0.5 },
  ])("8 steps of Adam, %o", ({ normalised, t }) => {
    const options = { rows: 3, start, steps: 8, learningRate: 0.02, normalised, t };
    const expected = adamByDefinition(
      patterns.map((x) => x.map(Math.fround)),
      start.map((w) => w.map(Math.fround)),
      8,
      0.02,
      normalised,
      t,
    ).flat();
    const { kernel, steps, losses } = fitKernel(patterns, options);
    expect([steps, losses.length, kernel.rows, kernel.columns]).toEqual([8, 10, 3, 4]);
    // The loss falls at each of these steps, so the best kernel is the last; f32 rounding of entries of about 1 is 6e-8.
    expected.forEach((value, i) => {
      expect(Math.abs((kernel.data[i] as number) - value)).toBeLessThanOrEqual(2e-7 * Math.max(1, Math.abs(value)));
    });
  });
});

describe("laws", () => {
  it("the loss returned is never above that of the start, and is the loss of the kernel returned", () => {
    fc.assert(
      fc.property(problem, seeds, ([X, W], seed) => {
        const { kernel, losses } = fitKernel(X, { rows: 3, start: W, steps: 15, seed });
        const last = losses.at(-1) as number;
        // The kernel is rounded to f32 after the fit: relative 6e-8 of W, times the slope of the loss where a pattern is mapped close to 0.
        expect(last).toBeLessThanOrEqual((losses[0] as number) + 1e-4);
        expect(last).toBe(separationLoss(X, kernel).loss);
      }),
      { seed: 4, numRuns: 60 },
    );
  });
  it("patterns twice as long give the same bytes: the loss sees directions only", () => {
    fc.assert(
      fc.property(problem, ([X, W]) => {
        const options = { rows: 3, start: W, steps: 10 };
        const doubled = X.map((x) => x.map((value) => 2 * value));
        // Adam divides by the root of the mean square plus 1e-8, which is all that is not homogeneous: nothing here, for the gradient in W does not change at all.
        expect(fitKernel(doubled, options).kernel.data).toEqual(fitKernel(X, options).kernel.data);
      }),
      { seed: 5, numRuns: 40 },
    );
  });
  it("one seed, one kernel; another seed, another", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const fitted = () => fitKernel(patterns, { steps: 3, seed }).kernel.data;
        expect(fitted()).toEqual(fitted());
        expect(fitted()).not.toEqual(fitKernel(patterns, { steps: 3, seed: seed + 1 }).kernel.data);
      }),
      { seed: 6, numRuns: 20 },
    );
  });
  it("pushes the patterns apart: the smallest separation of the directions rises", () => {
    const { kernel } = fitKernel(patterns, { steps: 200, seed: 3 });
    const first = fitKernel(patterns, { steps: 0, seed: 3 }).kernel;
    const smallest = (W: typeof kernel): number => {
      const U = patterns.map((x) =>
        Array.from({ length: W.rows }, (_, a) => x.reduce((sum, value, k) => sum + value * (W.data[a * 4 + k] as number), 0)),
      );
      return Math.min(...separations(U.map((u) => u.map((value) => value / Math.hypot(...u)))).separations);
    };
    expect(smallest(kernel)).toBeGreaterThan(5 * smallest(first));
  });
});

it("stops when the loss no longer falls, and looks at a sample only", () => {
  const patient = fitKernel(patterns, { steps: 5000, patience: 10, tolerance: 1e-3 });
  expect(patient.converged).toBe(true);
  expect(patient.steps).toBeLessThan(2000);
  const { losses, steps } = patient;
  expect((losses[steps - 10] as number) - Math.min(...losses.slice(0, steps + 1))).toBeLessThan(1e-3);
  expect(fitKernel(patterns, { steps: 7, tolerance: 0, patience: 100 })).toMatchObject({ steps: 7, converged: false });
  // Of two patterns only: the loss is that of one pair, at least -4t.
  const pair = fitKernel(patterns, { sample: 2, steps: 300, tolerance: 0, patience: 300 });
  expect(pair.losses.at(-1)).toBeCloseTo(-8, 3);
});

it("rows of norm 1 when asked for, and a kernel that a memory takes", () => {
  const { kernel } = fitKernel(patterns, { rows: 2, unitRows: true, steps: 20 });
  expect([kernel.rows, kernel.columns]).toEqual([2, 4]);
  // f32 rounding of four entries.
  for (const a of [0, 1]) expect(Math.hypot(...kernel.data.subarray(a * 4, a * 4 + 4))).toBeCloseTo(1, 6);
  const full = fitKernel(patterns, { steps: 300 }).kernel;
  const memory = createMemory(patterns, { similarity: "kernel", kernel: full, beta: 200 });
  expect(memory.recall(patterns).results.map(({ top }) => top)).toEqual([0, 1, 2, 3, 4]);
});

it.each<[MatrixLike, Record<string, unknown>, string, RegExp]>([
  [[[1, 2]], {}, "E_SHAPE", /at least 2 patterns, got 1/],
  [
    [
      [1, Number.NaN],
      [1, 2],
    ],
    {},
    "E_NONFINITE",
    /row 0, column 1/,
  ],
  [patterns, { stepps: 3 }, "E_RANGE", /did you mean "steps"/],
  [patterns, { steps: -1 }, "E_RANGE", /steps/],
  [patterns, { learningRate: 0 }, "E_RANGE", /learningRate/],
  [patterns, { rows: 0 }, "E_RANGE", /rows/],
  [patterns, { sample: 1 }, "E_RANGE", /sample/],
  [patterns, { t: Number.POSITIVE_INFINITY }, "E_RANGE", /finite/],
  [patterns, { seed: 0.5 }, "E_RANGE", /seed/],
  [patterns, { start: [[1, 2, 3, 4]] }, "E_SHAPE", /start is 1 x 4, expected 4 x 4/],
  [
    [
      [0, 0],
      [1, 2],
    ],
    {},
    "E_RANGE",
    /pattern 0 to 0/,
  ],
])("refuses %j %o", (X, options, code, message) => {
  expect(() => fitKernel(X, options)).toThrow(HopfieldError);
  expect(() => fitKernel(X, options)).toThrow(message);
  try {
    fitKernel(X, options);
  } catch (error) {
    expect((error as HopfieldError).code).toBe(code);
  }
});
