/** @file Fuzz target: tables of numbers and text with every kind of cell, line end and quote, read as text and as numbers. */
import { HopfieldError } from "../../src/core/errors.ts";
import type { RandomStream } from "../../src/core/random.ts";
import { type CsvMatrix, type CsvTable, csvToMatrix, readCsv } from "../../src/data/csv.ts";
import { writeCsv } from "../../src/data/csv-write.ts";
import { expectEqualData } from "./equal.ts";
import { chance, join, mutate, pick, whole } from "./make.ts";
import type { Target } from "./runner.ts";

const numbers = ["0", "-1", "2.5", "1e3", "-.5", "4.", "1E-9", "123456789", " 7 ", "+1", "-0", "0.1"];
const rare = [
  "",
  "nan",
  "NA",
  "1e999",
  "0x10",
  "1,000",
  "inf",
  "1_0",
  "text",
  "\u00fc",
  '"quoted"',
  "a\nb",
  "\r\n",
  "\ufeff",
  "1".repeat(500),
  "x".repeat(5000),
];

function cell(random: RandomStream, oddness: number): string {
  const text = chance(random, oddness) ? pick(random, rare) : pick(random, numbers);
  const quoted = chance(random, 10) || (/[",\r\n]/.test(text) && !chance(random, 10));
  return quoted ? `"${chance(random, 98) ? text.replaceAll('"', '""') : text}"` : text;
}

function table(random: RandomStream): string {
  const columns = whole(random, 1, 6);
  const oddness = pick(random, [0, 0, 2, 30]);
  const lineEnd = pick(random, ["\n", "\n", "\r\n", "\r"]);
  const rows = Array.from({ length: whole(random, 0, 12) }, () =>
    Array.from({ length: chance(random, 1) ? whole(random, 1, 8) : columns }, () => cell(random, oddness)).join(","),
  );
  if (chance(random, 30)) rows.unshift(Array.from({ length: columns }, (_, i) => pick(random, [`c${i}`, `"name ${i}"`, ""])).join(","));
  if (chance(random, 1)) rows.push(pick(random, [",", '"', "\n"]).repeat(pick(random, [100, 10_000, 60_000])));
  return (chance(random, 10) ? "\ufeff" : "") + rows.join(lineEnd) + (chance(random, 70) ? lineEnd : "");
}

interface Both {
  readonly table: CsvTable;
  /** Undefined where the table is not one of numbers. */
  readonly matrix: CsvMatrix | undefined;
}

export const csv: Target<Both> = {
  name: "csv",
  make(random) {
    const bytes = join(table(random));
    return chance(random, 40) ? mutate(random, bytes) : bytes;
  },
  read(bytes, limit) {
    let matrix: CsvMatrix | undefined;
    try {
      matrix = csvToMatrix(bytes, { limit, missing: "nan" });
    } catch (error) {
      if (!(error instanceof HopfieldError)) throw error;
    }
    return { table: readCsv(bytes, { limit, header: false }), matrix };
  },
  check({ table: { rows, columns }, matrix }) {
    if (rows.some((row) => row.length !== columns)) throw new Error("ragged");
    const again = readCsv(writeCsv(rows), { header: false });
    if (JSON.stringify(again.rows) !== JSON.stringify(rows)) throw new Error("cells changed when written and read again");
    if (!matrix) return;
    if (matrix.rows + (matrix.names ? 1 : 0) !== rows.length || matrix.columns !== columns || matrix.data.length !== matrix.rows * columns)
      throw new Error("another shape");
    if (matrix.data.some((x) => Math.abs(x) === Number.POSITIVE_INFINITY)) throw new Error("an infinite number");
    expectEqualData(csvToMatrix(writeCsv(matrix), { missing: "nan" }).data, matrix.data);
  },
};
