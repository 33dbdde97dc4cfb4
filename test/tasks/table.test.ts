/** Tables in: inferred types, what is left out, missing and unseen cells, standardisation by the training rows, targets, and every bad table with its error. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCsv } from "../../src/data/index.ts";
import { levelsOf, stratifiedFolds, watchSome } from "../../src/tasks/folds.ts";
import { intervalOf, scoreClasses, scoreNumbers } from "../../src/tasks/metrics.ts";
import { classCount, openTable } from "../../src/tasks/table.ts";
import { inspectColumns } from "../../src/tasks/table-columns.ts";
import { encodeCells, planColumns, readCells, tableLimit } from "../../src/tasks/table-encode.ts";

const csv = (text: string) => readCsv(text, { header: true });
const open = (text: string, target = "y", types = {}) => openTable(csv(text), { target, types });

const mixed =
  '\ufeffid,colour,size,empty,same,note,y\r\n1,red,1.5,,7,"a, ""b""",yes\r\n2,blue,?,NA,7,c,no\r\n3,red,2.5,,7,c,yes\r\n4,,3.5,nan,7,d,no\r\n5,green,4.5,,7,e,\r\n'.replace(
    /$/,
    Array.from({ length: 8 }, (_, i) => `${i + 6},red,${i},,7,f,${i % 2 ? "yes" : "no"}\r\n`).join(""),
  );

describe("columns", () => {
  it("are numbers, categories or left out, with a reason; BOM, CRLF and quotes are read", () => {
    const table = open(mixed);
    expect(table.columns.map(({ name, type, why, missing }) => [name, type, why, missing])).toEqual([
      ["id", "ignored", "numbers its rows", 0],
      ["colour", "categorical", "text", 1],
      ["size", "numeric", "numbers", 1],
      ["empty", "ignored", "empty", 13],
      ["same", "ignored", "constant", 0],
      ["note", "categorical", "text", 0],
    ]);
    expect(table.target).toEqual({ name: "y", kind: "classes", classes: ["no", "yes"] });
    // Row 5 has no target.
    expect(table.rows).toHaveLength(12);
    expect(table.rows).not.toContain(4);
  });

  it("become what the caller says", () => {
    const types = { id: "numeric", colour: "ignored", size: "categorical" } as const;
    expect(
      open(mixed, "y", types)
        .columns.filter(({ why }) => why === "as told")
        .map(({ name, type }) => [name, type]),
    ).toEqual([
      ["id", "numeric"],
      ["colour", "ignored"],
      ["size", "categorical"],
    ]);
    const numbers = `a,y\n${Array.from({ length: 9 }, (_, i) => `${i % 4},${i % 3}`).join("\n")}\n`;
    expect(classCount(open(numbers).target)).toBe(3);
    expect(open(numbers, "y", { y: "numeric" }).target.kind).toBe("number");
    expect(open("a,y\n1,0.5\n2,0.25\n3,1.5\n4,2\n").target.kind).toBe("number");
  });

  it("are standardised by the rows they were planned from; missing and unseen cells are told apart", () => {
    const text = csv("n,c\n1,a\n3,b\n,a\n100,z\n5,\n");
    const reports = inspectColumns("t", text);
    const plan = planColumns("t", text, reports, [0, 1, 2]);
    expect(plan).toEqual([
      { name: "n", type: "numeric", mean: 2, scale: 1, missing: true },
      { name: "c", type: "categorical", categories: ["a", "b"], missing: false },
    ]);
    const { cells, oddities } = readCells("t", text, plan);
    expect(oddities).toEqual({ unseen: { c: 1 }, missing: { n: 1, c: 1 } });
    const { data, columns, group } = encodeCells("t", cells, plan);
    expect(columns).toBe(4);
    expect([...group]).toEqual([0, 0, 1, 1]);
    const rows = Array.from({ length: 5 }, (_, i) => Array.from(data.subarray(4 * i, 4 * i + 4)));
    // A number far out is cut at ten deviations; unseen z and the missing category are no category at all.
    expect(rows).toEqual([
      [-1, 0, 1, 0],
      [1, 0, 0, 1],
      [0, 1, 1, 0],
      [10, 0, 0, 0],
      [3, 0, 0, 0],
    ]);
  });

  it("the encoding of the training rows has mean 0 and deviation 1, whatever the numbers are", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 4, maxLength: 40 }), (numbers) => {
        const text = { names: ["n", "m"], rows: numbers.map((x, i) => [String(x), String(i)]) };
        const plan = planColumns("t", text, [{ name: "n", type: "numeric", why: "", missing: 0, distinct: 2 }]);
        const { data } = encodeCells("t", readCells("t", text, plan).cells, plan);
        const mean = data.reduce((sum, x) => sum + x / data.length, 0);
        const variance = data.reduce((sum, x) => sum + (x - mean) ** 2 / data.length, 0);
        // f32 of standardised numbers, at most ten of them in size.
        expect(Math.abs(mean)).toBeLessThan(1e-5);
        if (Math.max(...numbers) - Math.min(...numbers) > 1e-2) expect(Math.abs(variance - 1)).toBeLessThan(1e-4);
      }),
    );
  });
});

describe("bad tables", () => {
  const many = `${Array.from({ length: 10_002 }, (_, c) => `c${c}`).join(",")}\n${Array(10_002).fill("1").join(",")}\n`;
  it.each([
    ["", /needs a header line/],
    ["a,y\n", /header but no rows/],
    ["a,y\n1,1\n2\n", /line 3 has 1 cells, the first row has 2/],
    ["size,label\n1,1\n", /no column "y"; there are size, label/],
    ["a,y\n1,\n2,NA\n", /no row has a value in the target "y"/],
    ["a,y\n1,x\n2,x\n3,x\n4,x\n", /every target is "x"/],
    ["a,y\n7,0\n7,1\n7,0\n7,1\n", /no column is left to learn from: a \(constant\)/],
    ["a,y\n,0\n,1\n,0\n,1\n", /a \(empty\)/],
    ["y\n0\n1\n0\n1\n", /the target is the only one/],
    ["a,y\n=SUM(B1:B4),0\nb,1\nc,0\nd,1\n", /row 1, column "a" holds the formula/],
    ['a,y\n"1,5",0\n"2,5",1\n"3,5",0\n"1,0",1\n', /row 1, column "a" is "1,5": write a decimal point/],
    ["a,y\n1,0\n2,1\n", /2 rows have a target, at least 4/],
    [
      `a,y\n${Array.from({ length: 40 }, (_, i) => `${i === 30 ? "n.b." : i + 0.5},${i % 2}`).join("\n")}\n`,
      /column "a" holds numbers, but row 31 is "n.b."/,
    ],
    [
      `a,y\n${Array.from({ length: 40 }, (_, i) => `${i},name ${i}`).join("\n")}\n`,
      /40 different values in 40 rows: it does not name classes/,
    ],
    [many.replace("c0", "y"), /every target|at most 10000/],
    ["a,a,y\n1,2,0\n", /columns 1 and 2 are both named/],
  ])("%j", (text, message) => {
    expect(() => open(text)).toThrow(message);
  });

  it("a million columns are refused before anything is made of them", () => {
    const names = Array.from({ length: 1_000_000 }, (_, c) => `c${c}`);
    const row = names.map((_, c) => String(c % 7));
    const text = { names, rows: [row, row.map((x) => `${x}1`), row, row.map((x) => `${x}1`)] };
    expect(() => openTable(text, { target: "c3" })).toThrow(/1000000 columns, at most 10000/);
    const wide = { names: ["a"], rows: { length: tableLimit } as unknown as string[][] };
    expect(() => readCells("t", wide, [{ name: "a", type: "numeric", mean: 0, scale: 1, missing: false }])).toThrow(/MiB, the limit is/);
  });
});

describe("folds and measures", () => {
  it("every row is in one fold, classes are spread evenly, the same seed gives the same folds", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 6, maxLength: 60 }),
        fc.integer({ min: 2, max: 6 }),
        fc.nat(),
        (targets, folds, seed) => {
          const made = stratifiedFolds(targets, folds, seed);
          expect(made.flat().sort((a, b) => a - b)).toEqual(targets.map((_, i) => i));
          for (const c of new Set(targets)) {
            const counts = made.map((fold) => fold.filter((i) => targets[i] === c).length);
            expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
          }
          expect(stratifiedFolds(targets, folds, seed)).toEqual(made);
          const { train, watched } = watchSome([...targets.keys()], targets, 0.2, seed);
          expect([...train, ...watched].sort((a, b) => a - b)).toEqual(targets.map((_, i) => i));
          expect(Math.min(train.length, watched.length)).toBeGreaterThan(0);
        },
      ),
    );
  });

  it("levels of a number have equal sizes and rise with it", () => {
    expect([...levelsOf([5, 1, 3, 2, 4, 6], 3)]).toEqual([2, 0, 1, 0, 1, 2]);
  });

  it("scores are those of their definitions", () => {
    const p = [0.7, 0.3, 0.4, 0.6, 0.2, 0.8, 0.6, 0.4];
    const found = scoreClasses({ data: p, rows: 4, columns: 2 }, [0, 0, 1, 1]);
    expect(found.accuracy).toBe(0.5);
    // Pairs (positive, negative): .8 > .3, .8 > .6, .4 > .3, .4 < .6.
    expect(found.auc).toBe(0.75);
    expect(found.loss).toBeCloseTo(-(Math.log(0.7) + Math.log(0.4) + Math.log(0.8) + Math.log(0.4)) / 4, 12);
    expect(scoreNumbers([1, 2], [2, 4])).toEqual({ count: 2, mse: 2.5, mae: 1.5 });
    const { mean, low, high } = intervalOf([1, 2, 3, 4]);
    // t(0.975, 3) = 3.182, s = 1.2910.
    expect([mean, low, high].map((x) => Number(x.toFixed(3)))).toEqual([2.5, 0.446, 4.554]);
    expect(() => scoreNumbers([1], [1, 2])).toThrow(/1 predictions for 2 rows/);
  });
});
