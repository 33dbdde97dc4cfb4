/** Bags: the committee against its definition, what it must not see, its file; the ridge on pooled columns against normal equations and bags really left out; made bags whose columns tell nothing. */
import { describe, expect, it } from "vitest";
import type { BagTable } from "../../src/tasks/index.ts";
import {
  encodeBags,
  fitBags,
  fitPooled,
  madeBags,
  predictCommittee,
  readCommittee,
  scoreClasses,
  scorePooled,
  someBags,
  writeCommittee,
} from "../../src/tasks/index.ts";
import { normals } from "../oracle/index.ts";

function learn(table: BagTable, options: Parameters<typeof fitBags>[1]) {
  const run = fitBags(table, options);
  let next = run.next();
  while (!next.done) next = run.next();
  return next.value;
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe("a committee", () => {
  const table = madeBags({ bags: 40, rows: 3, columns: 5, marks: 2 });
  const quick = { ensemble: 3, training: { epochs: 3 }, network: { module: { heads: 2, hidden: 4 } }, seed: 5 };
  const { committee, count, epochs } = learn(table, { ...quick, bags: range(0, 30) });
  const unseen = encodeBags(someBags(table.data, range(30, 40)), committee.encoding);

  it("says the mean of what its members say", () => {
    const said = predictCommittee(committee, unseen.bags);
    expect([said.rows, said.columns]).toEqual([10, 2]);
    const each = committee.members.map((one) => predictCommittee({ ...committee, members: [one] }, unseen.bags));
    expect(new Set(each.map(({ data }) => data[1])).size).toBe(3);
    for (let i = 0; i < 20; i++)
      expect(said.data[i]).toBeCloseTo(
        each.reduce((sum, { data }) => sum + (data[i] as number) / 3, 0),
        12,
      );
    for (let b = 0; b < 10; b++) expect((said.data[2 * b] as number) + (said.data[2 * b + 1] as number)).toBeCloseTo(1, 12);
    expect(epochs).toBe(3);
    expect(count % 3).toBe(0);
  });

  it("standardises by the training bags, and sees nothing of the others", () => {
    const own = someBags(table.data, range(0, 30)).bags;
    for (let c = 0; c < 5; c++) {
      const column = range(0, own.rows).map((i) => own.data[i * 5 + c] as number);
      const mean = column.reduce((a, x) => a + x, 0) / column.length;
      expect(committee.encoding.mean?.[c]).toBeCloseTo(mean, 6);
      expect(committee.encoding.scale?.[c]).toBeCloseTo(Math.sqrt(column.reduce((a, x) => a + (x - mean) ** 2, 0) / column.length), 6);
    }
    const { bags, targets } = table.data;
    const other: BagTable = {
      ...table,
      data: {
        bags: { ...bags, data: bags.data.map((x, i) => (i < own.data.length ? x : -9 * x)) },
        targets: targets.map((t, b) => (b < 30 ? t : 1 - t)),
      },
    };
    expect(writeCommittee(learn(other, { ...quick, bags: range(0, 30) }).committee)).toEqual(writeCommittee(committee));
    expect(writeCommittee(learn(table, { ...quick, bags: range(0, 30), seed: 6 }).committee)).not.toEqual(writeCommittee(committee));
  });

  it("comes back from its file, and a damaged one is refused", () => {
    const bytes = writeCommittee(committee);
    const back = readCommittee(bytes);
    expect(predictCommittee(back, unseen.bags).data).toEqual(predictCommittee(committee, unseen.bags).data);
    expect(back.classes).toEqual(["0", "1"]);
    const text = new TextDecoder("latin1").decode(bytes);
    const spoilt = (from: string, to: string): Uint8Array => Uint8Array.from(text.replace(from, to), (c) => c.charCodeAt(0));
    expect(() => readCommittee(spoilt('"networks":"3"', '"networks":"4"'))).toThrow(/are not those of 4 networks/);
    expect(() => readCommittee(spoilt("hopfield-bags-1", "hopfield-bags-2"))).toThrow(/holds no networks for bags/);
    expect(() => readCommittee(spoilt("pooling", "poolinq"))).toThrow(/the architecture is refused/);
    expect(() => predictCommittee(committee, { ...unseen.bags, columns: 4 })).toThrow(/4 columns, the networks take 5/);
  });

  it("a few bags are enough to run; three classes have three probabilities; bad numbers are refused", () => {
    const { bags, targets } = table.data;
    const three: BagTable = { ...table, data: { bags, targets: targets.map((_, b) => b % 3) }, classes: ["a", "b", "c"] };
    const said = learn(three, { ...quick, ensemble: 1, bags: [0, 1] });
    expect(predictCommittee(said.committee, unseen.bags).columns).toBe(3);
    expect(() => learn(table, { bags: [] })).toThrow(/no bags to train on/);
    expect(() => learn(table, { ensemble: 0 })).toThrow(/ensemble must be a whole number of at least 1/);
    expect(() => learn(table, { ...quick, training: { learningRate: 1e30 } })).toThrow(/of network 1 is no finite number/);
    expect(() => learn(table, { ...quick, ensemble: 1, network: { module: { support: "window" } } })).not.toThrow();
  });
});

describe("ridge regression on pooled columns", () => {
  const draw = normals(11);
  const lengths = range(0, 14).map((b) => 1 + (b % 4));
  const offsets = Int32Array.from([0, ...lengths.map((_, b) => lengths.slice(0, b + 1).reduce((a, n) => a + n, 0))]);
  const rows = offsets.at(-1) as number;
  const data = Float32Array.from({ length: rows * 3 }, () => draw());
  // The maximum of the second column decides.
  const targets = Float32Array.from(lengths, (n, b) =>
    Math.max(...range(0, n).map((i) => data[((offsets[b] as number) + i) * 3 + 1] as number)) > 0.4 ? 1 : 0,
  );
  const bags = { data, rows, columns: 3, offsets };

  /** Penalised least squares with a free constant, by the normal equations and Gauss's elimination; the definition. */
  function plainRidge(x: number[][], t: number[], penalty: number): (row: number[]) => number {
    const wide = x.map((row) => [...row, 1]);
    const n = (wide[0] as number[]).length;
    const a = range(0, n).map((i) => [
      ...range(0, n).map(
        (j) => wide.reduce((sum, row) => sum + (row[i] as number) * (row[j] as number), 0) + (i === j && i < n - 1 ? penalty : 0),
      ),
      wide.reduce((sum, row, r) => sum + (row[i] as number) * (t[r] as number), 0),
    ]);
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < n; k++) {
        if (k === i) continue;
        const factor = ((a[k] as number[])[i] as number) / ((a[i] as number[])[i] as number);
        a[k] = (a[k] as number[]).map((v, c) => v - factor * ((a[i] as number[])[c] as number));
      }
    }
    const w = a.map((row, i) => (row[n] as number) / (row[i] as number));
    return (row) => [...row, 1].reduce((sum, v, i) => sum + v * (w[i] as number), 0);
  }

  const column = (b: number, c: number): number[] =>
    range(0, lengths[b] as number).map((i) => data[((offsets[b] as number) + i) * 3 + c] as number);
  const mean = (values: number[]): number => values.reduce((a, v) => a + v, 0) / values.length;
  const pooled: Record<string, number[][]> = {
    mean: lengths.map((_, b) => range(0, 3).map((c) => mean(column(b, c)))),
    max: lengths.map((_, b) => range(0, 3).map((c) => Math.max(...column(b, c)))),
    all: lengths.map((_, b) =>
      [mean, (v: number[]) => Math.max(...v), (v: number[]) => Math.min(...v)].flatMap((of) => range(0, 3).map((c) => of(column(b, c)))),
    ),
  };

  it("is that of the definition, with the pooling and penalty of the smallest error on bags that were really left out", () => {
    const t = Array.from(targets);
    const found = fitPooled({ bags, targets }, 2);
    const tried = Object.entries(pooled).flatMap(([name, x]) => {
      const centre = range(0, (x[0] as number[]).length).map((c) => mean(x.map((row) => row[c] as number)));
      const size = mean(x.map((row) => row.reduce((sum, v, c) => sum + (v - (centre[c] as number)) ** 2, 0)));
      return [1e-3, 1e-2, 1e-1, 1, 10].map((share) => {
        const error = t.reduce((sum, own, left) => {
          const others = range(0, t.length).filter((i) => i !== left);
          const of = plainRidge(
            others.map((i) => x[i] as number[]),
            others.map((i) => t[i] as number),
            share * size,
          );
          return sum + (of(x[left] as number[]) - own) ** 2;
        }, 0);
        return { name, penalty: share * size, error };
      });
    });
    const best = tried.reduce((a, b) => (b.error < a.error ? b : a));
    expect(found.pooling).toBe(best.name);
    expect(found.penalty).toBeCloseTo(best.penalty, 8);
    const x = pooled[best.name] as number[][];
    const of = plainRidge(x, t, best.penalty);
    const said = scorePooled(found, bags);
    // f64 on both sides; one minus it for the other class.
    x.forEach((row, b) => {
      expect(said.data[2 * b + 1]).toBeCloseTo(of(row), 9);
      expect(said.data[2 * b]).toBeCloseTo(1 - of(row), 9);
    });
  });

  it("a single bag is refused", () => {
    expect(() => fitPooled(someBags({ bags, targets }, [0]), 2)).toThrow(/needs two bags, got 1/);
  });
});

// That a committee learns them is tested with the claim, test/claims/mil.test.ts.
describe("made bags", () => {
  const table = madeBags({ bags: 600, rows: 6, columns: 8, marks: 3, height: 4, seed: 3 });

  it("column by column the classes are alike; row by row they are not", () => {
    const { bags, targets } = table.data;
    const together = range(0, 600).map((b) =>
      Math.max(...range(0, 6).map((i) => range(0, 3).reduce((sum, k) => sum + (bags.data[(b * 6 + i) * 8 + k] as number), 0))),
    );
    expect(scoreClasses({ data: together.flatMap((x) => [-x, x]), rows: 600, columns: 2 }, targets).auc).toBeGreaterThan(0.9);
    const ridge = fitPooled(someBags(table.data, range(0, 200)), 2);
    const test = someBags(table.data, range(200, 600));
    // 400 bags of two equal classes: a deviation of .029; four of them.
    expect(Math.abs((scoreClasses(scorePooled(ridge, test.bags), test.targets).auc as number) - 0.5)).toBeLessThan(0.116);
    expect(() => madeBags({ marks: 9, columns: 8 })).toThrow(/9 marks do not fit into 8 columns/);
  });
});
