/** Adding, removing, copying, handing over: a memory after any changes equals one made from the rows it holds. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { allocate, createMemory, type MemoryOptions } from "../../src/index.ts";
import { gaussianRows, stream } from "./problems.ts";

const variants: MemoryOptions[] = [
  { beta: 2 },
  {},
  { model: "entmax", beta: 3 },
  { model: "linear", beta: 1 },
  { model: "random-features", features: 24, beta: 0.5 },
  { model: "kernel-regression", similarity: "l2", beta: 1 },
];

it("any order of add and remove gives the memory of the rows that are left", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 1000 })), { maxLength: 8 }),
      fc.constantFrom(...variants),
      (changes, options) => {
        const random = stream(51);
        let rows = gaussianRows(random, 4, 3);
        let values = gaussianRows(random, 4, 2);
        let labels = ["a", "b", "a", "c"];
        const memory = createMemory(rows, { ...options, values, labels });
        for (const [add, n] of changes) {
          if (add) {
            const more = gaussianRows(random, 1 + (n % 3), 3);
            const moreValues = gaussianRows(random, more.length, 2);
            const moreLabels = more.map((_, i) => `new${i}`);
            expect(memory.add(more, { values: moreValues, labels: moreLabels })).toBe(rows.length);
            rows = [...rows, ...more];
            values = [...values, ...moreValues];
            labels = [...labels, ...moreLabels];
          } else if (rows.length > 1) {
            const gone = n % rows.length;
            expect(memory.remove([gone, gone])).toBe(1);
            rows = rows.filter((_, i) => i !== gone);
            values = values.filter((_, i) => i !== gone);
            labels = labels.filter((_, i) => i !== gone);
          }
          // Recalling in between makes derived figures that the next change must drop.
          memory.recall(rows[0] as number[]);
        }
        const fresh = createMemory(rows, { ...options, values, labels });
        const Q = gaussianRows(stream(52), 5, 3);
        expect(memory.patterns).toBe(rows.length);
        expect(memory.beta).toBe(fresh.beta);
        expect(memory.recall(Q)).toEqual(fresh.recall(Q));
        rows.forEach((row, i) => {
          expect(Array.from(memory.pattern(i))).toEqual(row);
        });
      },
    ),
    { numRuns: 60, seed: 7 },
  );
});

it("the kernel similarity projects added rows too", () => {
  const options: MemoryOptions = {
    model: "dense",
    similarity: "kernel",
    kernel: [
      [1, 2, 0],
      [0, 1, -1],
    ],
    beta: 1,
  };
  const rows = gaussianRows(stream(53), 6, 3);
  const memory = createMemory(rows.slice(0, 2), options);
  memory.add(rows.slice(2));
  memory.remove([1]);
  expect(memory.recall(rows)).toEqual(createMemory([rows[0] as number[], ...rows.slice(2)], options).recall(rows));
});

it("binary memories too", () => {
  const rows = [
    [1, 1, -1, -1],
    [1, -1, 1, -1],
    [-1, 1, 1, 1],
  ];
  const memory = createMemory(rows.slice(0, 1), { model: "exponential" });
  memory.add(rows.slice(1));
  expect(memory.recall(rows)).toEqual(createMemory(rows, { model: "exponential" }).recall(rows));
});

it("a memory is a snapshot: later changes to the input do not reach it", () => {
  const data = Float32Array.of(1, 0, 0, 1);
  const memory = createMemory({ data, rows: 2, columns: 2 }, { beta: 1000 });
  data.fill(9);
  expect(Array.from(memory.recall([1, 0]).states.data)).toEqual([1, 0]);
  const row = memory.pattern(0);
  row.fill(5);
  expect(Array.from(memory.pattern(0))).toEqual([1, 0]);
});

it("allocate gives rows that are not copied, and that may be given to one memory only once", () => {
  const matrix = allocate(2, 3);
  matrix.data.set([1, 2, 3, 4, 5, 6]);
  const memory = createMemory(matrix, { beta: 10 });
  expect(Array.from(memory.recall([4, 5, 6]).states.data)).toEqual([4, 5, 6]);
  memory.add([[7, 8, 9]]);
  expect(Array.from(memory.recall([7, 8, 9]).states.data)).toEqual([7, 8, 9]);
  const bad = allocate(1, 2);
  bad.data.set([1, Number.NaN]);
  expect(() => createMemory(bad)).toThrow(/row 0, column 1 is NaN/);
});

it("does not change its inputs", () => {
  const Q = [[1, Number.NaN, 3]];
  const X = gaussianRows(stream(54), 4, 3);
  const copy = structuredClone(X);
  createMemory(X).recall(Q, { missing: "nan", clamp: true });
  expect(X).toEqual(copy);
  expect(Q).toEqual([[1, Number.NaN, 3]]);
  const typed = { data: Float32Array.of(1, Number.NaN, 3), rows: 1, columns: 3 };
  createMemory(X).recall(typed, { missing: "nan" });
  expect(Number.isNaN(typed.data[1] as number)).toBe(true);
});
