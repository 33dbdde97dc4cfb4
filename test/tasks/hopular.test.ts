/** Hopular on tables: masking, losses, that it learns, that it repeats itself, what it recalls, and saving. */
import { describe, expect, it } from "vitest";
import { randomStream } from "../../src/core/random.ts";
import { readSafetensors, writeSafetensors } from "../../src/data/index.ts";
import type { HopularState } from "../../src/tasks/hopular-fit.ts";
import { hopularRows, maskedLoss, someRows } from "../../src/tasks/hopular-rows.ts";
import { readHopularState, writeHopularState } from "../../src/tasks/hopular-state.ts";
import { openTable } from "../../src/tasks/table.ts";
import { planColumns, readCells } from "../../src/tasks/table-encode.ts";
import { readTableModel, writeTableModel } from "../../src/tasks/table-file.ts";
import { fitTable, type TableFit, type TableFitOptions } from "../../src/tasks/table-fit.ts";
import { predictLeftOut, predictTable } from "../../src/tasks/table-model.ts";
import { normals, uniforms } from "../oracle/index.ts";

/** The class follows from the sign of a product and from a colour: no single column tells it. */
function text(rows: number, seed = 1, number = false) {
  const [draw, uniform] = [normals(seed), uniforms(seed + 1)];
  return {
    names: ["a", "b", "colour", "noise", "y"],
    rows: Array.from({ length: rows }, () => {
      const [a, b, red] = [draw(), draw(), uniform() < 0.5];
      const y = red ? a + 0.5 : b - 0.5;
      return [
        uniform() < 0.1 ? "" : String(a),
        String(b),
        red ? "red" : "blue",
        String(draw()),
        number ? String(3 * y + 10) : y > 0 ? "yes" : "no",
      ];
    }),
  };
}

function learn(rows: ReturnType<typeof text>, options: TableFitOptions): TableFit {
  const run = fitTable(openTable(rows, { target: "y" }), options);
  let next = run.next();
  while (!next.done) next = run.next();
  return next.value;
}

const quick = { model: "hopular", hopular: { epochs: 40, patience: 40, batch: 32 } } as const;

describe("rows", () => {
  const table = text(12, 3);
  const opened = openTable(table, { target: "y" });
  const plan = planColumns("t", table, opened.columns);
  const { cells } = readCells("t", table, plan);
  const all = hopularRows("t", cells, plan, opened.targets, 2);
  const width = all.data.length / all.rows;

  it("hide the target of every row, and nothing else unless cells are masked", () => {
    const { x, asked } = someRows(all, [3, 5], null, randomStream(1));
    for (const [r, i] of [
      [0, 3],
      [1, 5],
    ] as const) {
      expect(Array.from(x.data.subarray(r * width, (r + 1) * width - 3))).toEqual(
        Array.from(all.data.subarray(i * width, (i + 1) * width - 3)),
      );
      expect(Array.from(x.data.subarray((r + 1) * width - 3, (r + 1) * width))).toEqual([0, 0, 1]);
      expect(Array.from(asked.subarray(r * 5, r * 5 + 5))).toEqual([0, 0, 0, 0, 1]);
    }
  });

  it("are masked and replaced in the given shares", () => {
    const chosen = Array.from({ length: 2000 }, (_, n) => n % 12);
    const { x, asked } = someRows(all, chosen, { mask: 0.3, replace: 0.2 }, randomStream(2));
    let [masked, others] = [0, 0];
    for (let r = 0; r < 2000; r++) {
      // Column b: one number and its mark.
      const b = 3;
      if (x.data[r * width + b + 1] === 1) masked++;
      if (asked[r * 5 + 1]) others++;
    }
    // Binomial deviations are .0102 and .0112: four of them.
    expect(Math.abs(masked / 2000 - 0.3)).toBeLessThan(0.042);
    expect(Math.abs(others / 2000 - 0.5)).toBeLessThan(0.045);
  });

  it("the loss is the mean over masked cells and targets in the given shares, and its slope that of the loss", () => {
    const chosen = [0, 1, 2, 3];
    const { asked } = someRows(all, chosen, { mask: 0.4, replace: 0.2 }, randomStream(5));
    const draw = normals(8);
    const outputs = all.columns.reduce((sum, column) => sum + column.outputs, 0);
    const y = { data: Float32Array.from({ length: 4 * outputs }, draw), rows: 4, columns: outputs };
    const { slope, loss, target } = maskedLoss(all, chosen, asked, y, 0.3);
    const only = maskedLoss(all, chosen, asked, y, 0);
    expect(only.loss).toBeCloseTo(target, 6);
    expect(loss).not.toBeCloseTo(target, 3);
    const h = 1e-2;
    for (let i = 0; i < y.data.length; i += 3) {
      const at = (step: number): number =>
        maskedLoss(all, chosen, asked, { ...y, data: y.data.map((v, k) => (k === i ? v + step : v)) }, 0.3).loss;
      // Differences err by h^2, f32 inputs by 1e-7 / h.
      expect(Math.abs((at(h) - at(-h)) / (2 * h) - (slope[i] as number))).toBeLessThan(1e-4);
    }
  });
});

describe("Hopular", () => {
  const trained = text(120, 1);
  const fresh = text(80, 50);
  const found = learn(trained, quick);

  it("learns a rule that no single column tells, missing cells and all", () => {
    const said = predictTable(found.model, fresh, 3);
    const right = fresh.rows.filter((row, i) => ((said.values[2 * i + 1] as number) > 0.5 ? "yes" : "no") === row[4]).length;
    // The classes are about even; a missing a (10 %) leaves half of the red rows to chance.
    expect(right / 80).toBeGreaterThan(0.75);
    for (let i = 0; i < 80; i++) expect((said.values[2 * i] as number) + (said.values[2 * i + 1] as number)).toBeCloseTo(1, 6);
  });

  it("says which training rows it recalled: existing rows, weights falling, none above 1; of its own rows never the row itself", () => {
    const { recalled } = predictTable(found.model, fresh, 4);
    for (const rows of recalled) {
      expect(rows).toHaveLength(4);
      expect(rows.every(({ row }) => row >= 0 && row < 120)).toBe(true);
      const weights = rows.map(({ weight }) => weight);
      expect(weights).toEqual([...weights].sort((a, b) => b - a));
      expect(weights.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(1.000001);
    }
    expect(predictLeftOut(found.model)).toHaveLength(240);
  });

  it("repeats itself for the same seed, and differs for another", () => {
    const short = { ...quick, hopular: { epochs: 2, batch: 32 } };
    const bytes = (seed: number): Uint8Array => writeTableModel(learn(trained, { ...short, seed }).model);
    expect(Buffer.from(bytes(3)).equals(Buffer.from(bytes(3)))).toBe(true);
    expect(Buffer.from(bytes(3)).equals(Buffer.from(bytes(4)))).toBe(false);
  });

  it("an interrupted run that goes on from its saved state ends with the same bytes", () => {
    const options = { model: "hopular", seed: 3, hopular: { epochs: 4, batch: 32 } } as const;
    const run = fitTable(openTable(trained, { target: "y" }), options);
    run.next();
    const second = run.next();
    if (second.done) throw new Error("four epochs were asked for");
    const kept = writeHopularState(second.value.state?.() ?? null, "words");
    run.return(undefined as never);
    const { state, about } = readHopularState(kept);
    expect([about, state?.epoch, state?.heard.length]).toEqual(["words", 2, 2]);
    const whole = writeTableModel(learn(trained, options).model);
    expect(
      Buffer.from(writeTableModel(learn(trained, { ...options, resume: state as HopularState }).model)).equals(Buffer.from(whole)),
    ).toBe(true);
    expect(readHopularState(writeHopularState(null, "between")).state).toBeNull();
    expect(() => readHopularState(whole)).toThrow(/holds no training run/);
    expect(() => readHopularState(kept.subarray(0, kept.length - 4))).toThrow(/./);
    const other = learn.bind(null, text(60, 9, true), { ...options, resume: state as HopularState });
    expect(other).toThrow(/a state of \d+ numbers for \d+ parameters/);
  });

  it("predicts numbers in their own units", () => {
    const numbers = text(120, 1, true);
    const said = predictTable(learn(numbers, quick).model, text(60, 50, true), 0);
    const truth = text(60, 50, true).rows.map((row) => Number(row[4]));
    const mean = truth.reduce((a, b) => a + b / 60, 0);
    const errors = truth.reduce((sum, y, i) => sum + (y - (said.values[i] as number)) ** 2, 0);
    expect(errors).toBeLessThan(0.6 * truth.reduce((sum, y) => sum + (y - mean) ** 2, 0));
  });

  it.each(["hopular", "lookup", "auto"] as const)("%s: a saved model predicts the same", (model) => {
    const { model: own } = learn(trained, { model, hopular: { epochs: 2 }, lookup: { steps: 5 } });
    const again = readTableModel(writeTableModel(own));
    expect(predictTable(again, fresh, 2)).toEqual(predictTable(own, fresh, 2));
  });

  it("files of something else, or damaged ones, are refused", () => {
    const bytes = writeTableModel(found.model);
    const format = expect.objectContaining({ name: "HopfieldError", code: "E_FORMAT" });
    expect(() => readTableModel(bytes.subarray(0, bytes.length - 8))).toThrow(format);
    expect(() => readTableModel(new Uint8Array(20))).toThrow(format);
    const text = Buffer.from(bytes).toString("latin1").replace("hopfield-table-1", "hopfield-table-9");
    expect(() => readTableModel(Uint8Array.from(Buffer.from(text, "latin1")))).toThrow(/holds no model of a table/);
  });

  it("metadata that are no object are refused by their key, not by a fault of the reader", () => {
    const { tensors, metadata } = readSafetensors(writeTableModel(found.model));
    for (const key of ["columns", "target", "network"]) {
      for (const value of ["null", "7", "{", ""]) {
        const file = writeSafetensors(tensors, { metadata: new Map([...metadata, [key, value]]) });
        const refused = expect.objectContaining({ code: "E_FORMAT", message: `readTableModel: the metadata has no readable "${key}"` });
        expect(() => readTableModel(file)).toThrow(refused);
      }
    }
    const file = writeSafetensors(tensors, { metadata: new Map([...metadata, ["network", '{"feature": -1}']]) });
    expect(() => readTableModel(file)).toThrow(/^readTableModel: the network (is refused|cannot be read): /);
  });

  it("refuses unknown options and new rows without a column", () => {
    expect(() => learn(trained, { model: "hopular", hopular: { epoch: 3 } as never })).toThrow(/did you mean "epochs"/);
    expect(() => predictTable(found.model, { names: ["a", "b"], rows: [["1", "2"]] })).toThrow(/no column "colour"/);
    expect(() => predictTable(found.model, { ...fresh, rows: [["x", "1", "red", "0", "yes"]] })).toThrow(
      /row 1, column "a" is "x", expected a number/,
    );
  });
});
