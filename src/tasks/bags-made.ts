/**
 * @file Made bags of known structure: in every bag each of a few marks stands in one of the rows, in positive bags all of them in the same row. Taken column by column, bags of both classes are
 * drawn from one distribution, so nothing made of each column's mean, maximum or minimum tells them apart: a row has to be looked at as a whole.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNames, checkNumber } from "../core/options.ts";
import { normal, randomStream, uniform, uniformInteger } from "../core/random.ts";
import type { BagTable } from "./bags-csv.ts";

export interface MadeBagOptions {
  /** Default 200. */
  readonly bags?: number;
  /** Rows of a bag; default 8. */
  readonly rows?: number;
  /** Default 32. */
  readonly columns?: number;
  /** Columns that are marked, at most `columns`; default 4. */
  readonly marks?: number;
  /** What a mark adds, where the noise has deviation 1; default 3. */
  readonly height?: number;
  readonly seed?: number;
}

/** Half of the bags (by a fair coin each) are positive. @throws HopfieldError E_RANGE. */
export function madeBags(options: MadeBagOptions = {}): BagTable {
  const where = "madeBags";
  checkNames(where, options, ["bags", "rows", "columns", "marks", "height", "seed"]);
  const whole = (name: "bags" | "rows" | "columns" | "marks", fallback: number, atLeast: number): number =>
    checkNumber(where, name, options[name] ?? fallback, { atLeast, atMost: 1e5, whole: true });
  const [bags, rows, columns, marks] = [whole("bags", 200, 1), whole("rows", 8, 2), whole("columns", 32, 1), whole("marks", 4, 2)];
  if (marks > columns) throw new HopfieldError("E_RANGE", `${where}: ${marks} marks do not fit into ${columns} columns`);
  const height = checkNumber(where, "height", options.height ?? 3, { above: 0 });
  const random = randomStream(options.seed ?? 1, 0x6d696c73);
  const data = Float32Array.from({ length: bags * rows * columns }, () => normal(random));
  const targets = new Float32Array(bags);
  for (let b = 0; b < bags; b++) {
    const positive = uniform(random) < 0.5;
    targets[b] = positive ? 1 : 0;
    const first = uniformInteger(random, rows);
    for (let k = 0; k < marks; k++) {
      // In a negative bag the first two marks never meet, so that no row has all.
      const row =
        positive || k === 0 ? first : k === 1 ? (first + 1 + uniformInteger(random, rows - 1)) % rows : uniformInteger(random, rows);
      const at = (b * rows + row) * columns + k;
      data[at] = (data[at] as number) + height;
    }
  }
  return {
    data: { bags: { data, rows: bags * rows, columns, offsets: Int32Array.from({ length: bags + 1 }, (_, b) => b * rows) }, targets },
    bags: Array.from({ length: bags }, (_, b) => String(b)),
    columns: Array.from({ length: columns }, (_, c) => `f${c + 1}`),
    classes: ["0", "1"],
  };
}
