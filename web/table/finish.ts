/** @file A table with its figures: which rows are complete, mean and deviation of every column. */
import { HopfieldError } from "modern-hopfield";
import type { Table } from "./state.ts";

export type Raw = Pick<Table, "data" | "rows" | "columns" | "names" | "width">;

/** @throws HopfieldError E_NONFINITE for an infinite number, E_SHAPE when every row has a gap. */
export function finishTable({ data, rows, columns, names, width }: Raw, name: string, hash: string): Table {
  const complete: number[] = [];
  for (let i = 0; i < rows; i++) {
    let whole = true;
    for (let k = 0; k < columns; k++) {
      const x = data[i * columns + k] ?? 0;
      if (Number.isNaN(x)) whole = false;
      else if (!Number.isFinite(x))
        throw new HopfieldError("E_NONFINITE", `${name}: row ${i + 1}, column ${k + 1} is infinite or beyond the range of f32`);
    }
    if (whole) complete.push(i);
  }
  if (complete.length === 0) throw new HopfieldError("E_SHAPE", `${name}: every row has a gap, so there is nothing to store`);
  const mean = new Float64Array(columns);
  const deviation = new Float64Array(columns);
  for (const row of complete) for (let k = 0; k < columns; k++) mean[k] = (mean[k] ?? 0) + (data[row * columns + k] ?? 0) / complete.length;
  for (const row of complete)
    for (let k = 0; k < columns; k++)
      deviation[k] = (deviation[k] ?? 0) + ((data[row * columns + k] ?? 0) - (mean[k] ?? 0)) ** 2 / complete.length;
  return {
    name,
    hash,
    rows,
    columns,
    names,
    data,
    complete: Int32Array.from(complete),
    mean,
    deviation: deviation.map((x) => (x > 0 ? Math.sqrt(x) : 1)),
    width,
  };
}
