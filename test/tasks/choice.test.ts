/** How much Hopular says beside the lookup: shares by watched rows against their definition, and rows that ended the training judging nothing by themselves. */
import { describe, expect, it } from "vitest";
import { affordableEpochs } from "../../src/tasks/hopular-options.ts";
import { openTable } from "../../src/tasks/table.ts";
import { chooseShare } from "../../src/tasks/table-choice.ts";
import { fitTable, type TableFit, type TableFitOptions } from "../../src/tasks/table-fit.ts";
import { predictTable, someText } from "../../src/tasks/table-model.ts";
import { normals, uniforms } from "../oracle/index.ts";

describe("chooseShare", () => {
  const count = 60;
  const sure = Float32Array.from({ length: count }, (_, i) => (i % 3 === 0 ? 0.7 : 0.9));
  const poor = Float32Array.from({ length: count }, (_, i) => (i % 5 === 0 ? 0.1 : 0.5));

  it("a network that is surely better says all, one that is surely worse nothing, an equal one a quarter", () => {
    expect(chooseShare({ lookup: poor, hopular: [sure], truth: null }).share).toBe(1);
    expect(chooseShare({ lookup: sure, hopular: [poor], truth: null }).share).toBe(0);
    expect(chooseShare({ lookup: sure, hopular: [sure], truth: null }).share).toBe(0.25);
    expect(chooseShare({ lookup: poor, hopular: [], truth: null }).share).toBe(0);
    // A few rows prove nothing.
    expect(chooseShare({ lookup: [0.1, 0.2], hopular: [Float32Array.of(0.9, 0.9)], truth: null }).share).toBe(0.25);
    expect(chooseShare({ lookup: [], hopular: [], truth: null }).share).toBe(0.25);
  });

  it("each half is answered by the epoch at which the other half would have stopped", () => {
    // Every epoch is right about one half and wrong about the other: what a half chose for itself looks perfect and is worth nothing.
    const epochs = [0, 1].map((own) => Float32Array.from({ length: count }, (_, i) => (i % 2 === own ? 0.99 : 0.01)));
    const found = chooseShare({ lookup: poor, hopular: epochs, truth: null });
    expect(found.share).toBe(0);
    expect(found.hopular).toBeCloseTo(-Math.log(0.01), 5);
  });

  it("losses are those of the definition, for classes and for numbers", () => {
    const [draw, uniform] = [normals(3), uniforms(4)];
    const truth = Array.from({ length: 9 }, draw);
    const lookup = truth.map((y) => y + 0.5 * draw());
    const hopular = [0, 1, 2].map(() => Float32Array.from(truth, (y) => y + 0.5 * draw()));
    const square = (y: number, i: number): number => 0.5 * (y - (truth[i] as number)) ** 2;
    const stop = (half: number): Float32Array => {
      const totals = hopular.map((said) => [...said].reduce((sum, y, i) => sum + (i % 2 === half ? 0 : square(y, i)), 0));
      return hopular[totals.indexOf(Math.min(...totals))] as Float32Array;
    };
    const found = chooseShare({ lookup, hopular, truth });
    const mean = (share: number): number =>
      truth.reduce((sum, _, i) => sum + square((1 - share) * (lookup[i] as number) + share * (stop(i % 2)[i] as number), i) / 9, 0);
    expect(found.lookup).toBeCloseTo(mean(0), 10);
    expect(found.hopular).toBeCloseTo(mean(1), 10);
    expect(found.loss).toBeCloseTo(mean(found.share), 10);
    const p = Float32Array.from({ length: 8 }, uniform);
    expect(chooseShare({ lookup: p, hopular: [p], truth: null }).loss).toBeCloseTo(-p.reduce((sum, x) => sum + Math.log(x) / 8, 0), 10);
  });
});

describe("auto", () => {
  const [draw, uniform] = [normals(11), uniforms(12)];
  const rows = Array.from({ length: 90 }, () => {
    const [a, b] = [draw(), draw()];
    return [String(a), String(b), a + b > 0 === uniform() < 0.6 ? "yes" : "no"];
  });
  const table = openTable({ names: ["a", "b", "y"], rows }, { target: "y" });
  const learn = (options: TableFitOptions): TableFit => {
    const run = fitTable(table, options);
    let next = run.next();
    while (!next.done) next = run.next();
    return next.value;
  };

  it("answers with the mixture of its parts, recalled rows likewise", () => {
    const { model, choice } = learn({ hopular: { epochs: 8 } });
    const { learned } = model;
    if (learned.model !== "both" || !choice?.hopular) throw new Error(`expected both, got ${learned.model}`);
    const asked = someText(table.text, [0, 1, 2, 3, 4]);
    const [all, one, other] = [model, choice.lookup.model, choice.hopular.model].map((each) => predictTable(each, asked, 90));
    all?.values.forEach((p, i) => {
      const mixed = (1 - learned.share) * (one?.values[i] as number) + learned.share * (other?.values[i] as number);
      expect(p).toBeCloseTo(mixed, 12);
    });
    const weight = (said: typeof one, row: number): number => said?.recalled[2]?.find((each) => each.row === row)?.weight ?? 0;
    for (const row of [3, 40, 77])
      expect(weight(all, row)).toBeCloseTo((1 - learned.share) * weight(one, row) + learned.share * weight(other, row), 6);
  });

  it("leaves out a network that the table cannot afford", () => {
    const column = { inputs: 2, outputs: 1, type: 0 } as const;
    const wide = (count: number) => Array.from({ length: count }, () => column);
    expect(affordableEpochs(200, wide(5), {})).toBe(300);
    // Measured on one core: 4 000 rows of 30 columns half a second an epoch, 800 rows of 300 columns thirteen.
    expect(affordableEpochs(3200, wide(31), {})).toBeGreaterThan(40);
    expect(affordableEpochs(800, wide(301), {})).toBeLessThan(20);
    expect(affordableEpochs(10_000, wide(31), {})).toBeGreaterThan(40);
    expect(affordableEpochs(100_000, wide(31), {})).toBe(0);
    const values = Array.from({ length: 60 }, (_, i) => [
      ...Array.from({ length: 700 }, (__, c) => String((i * (c + 3)) % 17)),
      i % 3 ? "no" : "yes",
    ]);
    const many = openTable({ names: [...Array.from({ length: 700 }, (_, c) => `c${c}`), "y"], rows: values }, { target: "y" });
    const run = fitTable(many, { lookup: { steps: 1 } });
    let next = run.next();
    while (!next.done) next = run.next();
    expect(next.value.model.learned.model).toBe("lookup");
    expect(next.value.choice?.hopular).toBeNull();
  });
});
