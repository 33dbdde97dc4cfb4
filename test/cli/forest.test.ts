/** The random forest beside the models of tables: its splits against the definition of impurity, rules that it must find, and a cost that does not explode. */
import { describe, expect, it } from "vitest";
import { askForest, bestSplit, growForest } from "../../src/cli/forest.ts";
import { randomStream } from "../../src/core/random.ts";
import { normals, uniforms } from "../oracle/index.ts";

const table = (data: ArrayLike<number>, columns: number) => ({
  data: Float32Array.from(data),
  rows: data.length / columns,
  columns,
  group: Int32Array.from({ length: columns }, (_, c) => c),
});
const options = { trees: 60, columns: 2, rows: 5000, smallest: 2, seed: 3 };

/** Gini impurity, or variance, times the rows: pair by pair. */
function impurity(targets: readonly number[], classes: boolean): number {
  let sum = 0;
  for (const a of targets) for (const b of targets) sum += classes ? (a === b ? 0 : 1) : (a - b) ** 2 / 2;
  return targets.length === 0 ? 0 : sum / targets.length;
}

describe("bestSplit", () => {
  it.each([
    ["classes", 3],
    ["numbers", null],
  ] as const)("%s: no column and threshold leaves less impurity", (_, classes) => {
    for (let seed = 1; seed <= 20; seed++) {
      const [draw, uniform] = [normals(seed), uniforms(seed)];
      // Few values, so that equal ones must stay together.
      const x = table(
        Array.from({ length: 72 }, () => Math.round(2 * draw())),
        3,
      );
      const targets = Array.from({ length: 24 }, () => (classes === null ? draw() : Math.floor(3 * uniform())));
      const rows = Int32Array.from({ length: 24 }, (__, i) => i);
      const left = (column: number, threshold: number): number => {
        const below = [...rows].filter((i) => (x.data[i * 3 + column] as number) < threshold);
        const above = [...rows].filter((i) => (x.data[i * 3 + column] as number) >= threshold);
        return [below, above].reduce(
          (sum, side) =>
            sum +
            impurity(
              side.map((i) => targets[i] as number),
              classes !== null,
            ),
          0,
        );
      };
      const found = bestSplit(x, targets, classes, rows, 3, randomStream(seed));
      const all = [0, 1, 2].flatMap((column) =>
        [...new Set([...rows].map((i) => x.data[i * 3 + column] as number))].map((t) => left(column, t)),
      );
      // Sums of two dozen doubles.
      expect(left(found?.column ?? 0, found?.threshold ?? 0)).toBeCloseTo(Math.min(...all), 10);
    }
  });

  it("a pure node, and one without two different rows, stay whole", () => {
    const rows = Int32Array.of(0, 1, 2);
    expect(bestSplit(table([1, 2, 3], 1), [1, 1, 1], 2, rows, 1, randomStream(1))).toBeNull();
    expect(bestSplit(table([2, 2, 2], 1), [0, 1, 1], 2, rows, 1, randomStream(1))).toBeNull();
  });
});

describe("forest", () => {
  const [draw, uniform] = [normals(5), uniforms(6)];
  const x = table(Array.from({ length: 900 }, draw), 3);
  const exclusive = Array.from({ length: 300 }, (_, i) => ((x.data[3 * i] as number) > 0 !== (x.data[3 * i + 1] as number) > 0 ? 1 : 0));
  const some = (from: number, to: number) => ({ ...x, data: x.data.subarray(3 * from, 3 * to), rows: to - from });

  it("finds an exclusive or that no linear rule tells, with shares that sum to 1", () => {
    const answer = askForest(growForest(some(0, 200), exclusive, 2, options), some(200, 300), 2);
    const right = exclusive.slice(200).filter((y, i) => ((answer[2 * i + 1] as number) > 0.5 ? 1 : 0) === y).length;
    expect(right).toBeGreaterThan(85);
    for (let i = 0; i < 100; i++) expect((answer[2 * i] as number) + (answer[2 * i + 1] as number)).toBeCloseTo(1, 10);
  });

  it("predicts numbers, repeats itself for a seed and differs for another", () => {
    const steps = Array.from({ length: 300 }, (_, i) => Math.floor(2 * (x.data[3 * i + 2] as number)) + 0.1 * uniform());
    const ask = (seed: number) => askForest(growForest(some(0, 200), steps, null, { ...options, seed }), some(200, 300), null);
    const answer = ask(1);
    const error = answer.reduce((sum, y, i) => sum + (y - (steps[200 + i] as number)) ** 2 / 100, 0);
    // The variance is above 4.
    expect(error).toBeLessThan(0.6);
    expect(ask(1)).toEqual(answer);
    expect(ask(2)).not.toEqual(answer);
  });

  it("a table of few different rows and many classes ends: a node of n rows costs n log n", () => {
    // As led_display: seven lamps, ten digits, a thousand rows; the library looked at every row as a threshold, and at every row for each.
    const lamps = table(
      Array.from({ length: 7000 }, () => Math.floor(2 * uniform())),
      7,
    );
    const digits = Array.from({ length: 1000 }, (_, i) =>
      uniform() < 0.7 ? (lamps.data[7 * i] as number) * 5 : Math.floor(10 * uniform()),
    );
    const forest = growForest(lamps, digits, 10, { ...options, trees: 20 });
    // At most 128 different rows: leaves cannot be more.
    for (const tree of forest) expect(tree.value.filter((leaf) => leaf !== null).length).toBeLessThanOrEqual(128);
  });
});
