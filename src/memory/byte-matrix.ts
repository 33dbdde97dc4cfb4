/** @file Masks as bytes: 0 hides, anything else shows. */
import { HopfieldError } from "../core/errors.ts";

export interface ByteMatrix {
  readonly data: Uint8Array;
  readonly rows: number;
  readonly columns: number;
}

type MaskLike =
  | ArrayLike<number | boolean>
  | { readonly data: ArrayLike<number | boolean>; readonly rows: number; readonly columns: number };

/** @param columns entries a row must have; a flat list may hold any whole number of rows. @throws HopfieldError E_SHAPE, E_NONFINITE, E_RANGE (a row that shows nothing). */
export function toByteMatrix(input: MaskLike, columns: number, name: string): ByteMatrix {
  if (input === null || typeof input !== "object")
    throw new HopfieldError("E_SHAPE", `${name}: expected a list of 0 and 1, got ${typeof input}`);
  const shaped = "data" in input && "columns" in input;
  const source: ArrayLike<number | boolean> = shaped ? input.data : (input as ArrayLike<number | boolean>);
  if (shaped && (input.columns !== columns || source.length !== input.rows * columns)) {
    throw new HopfieldError(
      "E_SHAPE",
      `${name}: expected rows of ${columns} entries, got ${input.rows} x ${input.columns} with ${source.length} entries`,
    );
  }
  const rows = source.length / columns;
  if (!Number.isInteger(rows) || rows < 1)
    throw new HopfieldError("E_SHAPE", `${name}: ${source.length} entries are no whole number of rows of ${columns}`);
  const data = new Uint8Array(source.length);
  for (let i = 0; i < rows; i++) {
    let shown = 0;
    for (let j = 0; j < columns; j++) {
      const x = source[i * columns + j];
      if ((typeof x !== "number" && typeof x !== "boolean") || Number.isNaN(x)) {
        throw new HopfieldError("E_NONFINITE", `${name}: row ${i}, entry ${j} is ${String(x)}, expected 0 or 1`, { row: i, column: j });
      }
      if (x) {
        data[i * columns + j] = 1;
        shown++;
      }
    }
    if (shown === 0) throw new HopfieldError("E_RANGE", `${name}: row ${i} hides every pattern`, { row: i });
  }
  return { data, rows, columns };
}
