/**
 * @file Column scaling for tables, whose columns have units of their own: without it the widest column decides every distance. Missing entries (NaN) are left out of the
 * figures and stay missing.
 */

import { HopfieldError } from "../core/errors.ts";
import { type Matrix, type MatrixLike, toMatrix } from "../core/matrix.ts";
import { square } from "../core/numerics.ts";
import { checkChoice } from "../core/options.ts";

/** scaled = (x - offset) / scale for each of d columns. */
export interface ColumnScaling {
  readonly offset: Float64Array;
  readonly scale: Float64Array;
}

/**
 * Learns a scaling from M x d rows (NaN = missing).
 * @param method "standard": mean 0, standard deviation 1; "range": 0 ... 1. A constant column gets scale 1; a column without any number offset 0, scale 1.
 */
export function columnScaling(rows: MatrixLike, method: "standard" | "range" = "standard"): ColumnScaling {
  checkChoice("columnScaling", "method", method, ["standard", "range"]);
  const { data, rows: count, columns } = toMatrix(rows, "columnScaling: rows", "keep");
  const offset = new Float64Array(columns);
  const scale = new Float64Array(columns).fill(1);
  for (let k = 0; k < columns; k++) {
    const present: number[] = [];
    for (let i = 0; i < count; i++) {
      const x = data[i * columns + k] as number;
      if (!Number.isNaN(x)) present.push(x);
    }
    if (present.length === 0) continue;
    if (method === "range") {
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (const x of present) {
        if (x < low) low = x;
        if (x > high) high = x;
      }
      offset[k] = low;
      scale[k] = high > low ? high - low : 1;
    } else {
      const mean = present.reduce((sum, x) => sum + x, 0) / present.length;
      const variance = present.reduce((sum, x) => sum + square(x - mean), 0) / present.length;
      offset[k] = mean;
      scale[k] = variance > 0 ? Math.sqrt(variance) : 1;
    }
  }
  return { offset, scale };
}

/** Applies a scaling to rows (a copy). @throws HopfieldError E_SHAPE when the columns differ. */
export function scaleColumns(rows: MatrixLike, scaling: ColumnScaling): Matrix {
  return transform("scaleColumns", rows, scaling, (x, offset, scale) => (x - offset) / scale);
}

/** Undoes a scaling (a copy). @throws HopfieldError E_SHAPE when the columns differ. */
export function unscaleColumns(rows: MatrixLike, scaling: ColumnScaling): Matrix {
  return transform("unscaleColumns", rows, scaling, (x, offset, scale) => x * scale + offset);
}

function transform(
  where: string,
  rows: MatrixLike,
  scaling: ColumnScaling,
  map: (x: number, offset: number, scale: number) => number,
): Matrix {
  const matrix = toMatrix(rows, `${where}: rows`, "keep");
  const { data, columns } = matrix;
  if (scaling.offset.length !== columns || scaling.scale.length !== columns) {
    throw new HopfieldError("E_SHAPE", `${where}: rows have ${columns} columns, the scaling has ${scaling.offset.length}`);
  }
  for (let i = 0; i < data.length; i++)
    data[i] = map(data[i] as number, scaling.offset[i % columns] as number, scaling.scale[i % columns] as number);
  return matrix;
}
