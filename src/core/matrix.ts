/**
 * @file Matrices as plain data: `{ data, rows, columns }`, row-major. Everything the public functions accept is turned into this form here, once, with the
 * shape and the finiteness checked; nothing below this file checks shapes again.
 */
import { HopfieldError } from "./errors.ts";

/** Row-major matrix: entry (i, j) is `data[i * columns + j]`; `data.length === rows * columns`. */
export interface Matrix {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** What a caller may give where a matrix is expected: a Matrix, an array of equally long rows, one row, or any other numeric typed array with its shape. */
export type MatrixLike =
  | Matrix
  | { readonly data: ArrayLike<number>; readonly rows: number; readonly columns: number }
  | ReadonlyArray<ArrayLike<number>>
  | ArrayLike<number>;

/** Longest list of entries a matrix may have: 2^31 - 1. */
const maximumEntries = 2 ** 31 - 1;

/**
 * Copies `input` into a fresh f32 Matrix.
 *
 * @param input rows x columns numbers in any accepted form; a flat list is one row.
 * @param name words for the error messages, for example "recall: queries".
 * @param nan "refuse": every entry must be finite; "keep": NaN entries pass (they mark missing entries), infinities never do.
 * @throws HopfieldError E_SHAPE (empty, ragged, not numbers), E_NONFINITE (with row and column; also a number beyond the f32 range), E_LIMIT.
 */
export function toMatrix(input: MatrixLike, name: string, nan: "refuse" | "keep" = "refuse"): Matrix {
  const { rows, columns } = shapeOf(input, name);
  const data = new Float32Array(rows * columns);
  if (isShaped(input)) {
    copyChecked(data, 0, input.data, rows * columns, name);
  } else if (isFlat(input)) {
    copyChecked(data, 0, input, columns, name);
  } else {
    for (let i = 0; i < rows; i++) copyChecked(data, i * columns, input[i] as ArrayLike<number>, columns, name);
  }
  checkFinite({ data, rows, columns }, name, nan);
  return { data, rows, columns };
}

/**
 * The shape of an accepted form, without copying it.
 * @throws HopfieldError E_SHAPE, E_LIMIT.
 */
export function shapeOf(input: MatrixLike, name: string): { rows: number; columns: number } {
  if (input === null || typeof input !== "object") {
    throw new HopfieldError("E_SHAPE", `${name}: expected rows of numbers, got ${input === null ? "null" : typeof input}`);
  }
  if (isShaped(input)) {
    const { rows, columns, data } = input;
    if (!isCount(rows) || !isCount(columns)) {
      throw new HopfieldError("E_SHAPE", `${name}: rows and columns must be whole numbers of at least 1, got ${rows} x ${columns}`);
    }
    checkCount(rows, columns, name);
    if (data.length !== rows * columns) {
      throw new HopfieldError("E_SHAPE", `${name}: ${rows} x ${columns} needs ${rows * columns} numbers, data has ${data.length}`);
    }
    return { rows, columns };
  }
  if (isFlat(input)) {
    if (input.length === 0) throw new HopfieldError("E_SHAPE", `${name}: expected at least one number, got an empty list`);
    return { rows: 1, columns: input.length };
  }
  const rows = input.length;
  const columns = (input[0] as ArrayLike<number>).length;
  if (!isCount(columns)) throw new HopfieldError("E_SHAPE", `${name}: row 0 is empty`);
  checkCount(rows, columns, name);
  for (let i = 0; i < rows; i++) {
    const row: unknown = input[i];
    if (row === null || typeof row !== "object" || (row as ArrayLike<number>).length !== columns) {
      const got = row !== null && typeof row === "object" ? `${(row as ArrayLike<number>).length}` : `${typeof row}`;
      throw new HopfieldError("E_SHAPE", `${name}: row ${i} has ${got} entries, row 0 has ${columns}`, { row: i });
    }
  }
  return { rows, columns };
}

/**
 * @throws HopfieldError E_NONFINITE naming row and column of the first entry that is infinite, or NaN unless `nan` is "keep".
 */
export function checkFinite(matrix: Matrix, name: string, nan: "refuse" | "keep" = "refuse"): void {
  const { data, columns } = matrix;
  // x - x is 0 for finite x and NaN otherwise: one branch-free sum finds out whether a careful look is needed.
  if (allFinite(data)) return;
  for (let i = 0; i < data.length; i++) {
    const x = data[i] as number;
    if (Number.isFinite(x) || (Number.isNaN(x) && nan === "keep")) continue;
    const row = Math.floor(i / columns);
    const column = i % columns;
    const hint = Number.isNaN(x) && name.includes("quer") ? ' (if it marks a missing entry, say so with missing: "nan")' : "";
    const what = Number.isNaN(x) ? "NaN" : "infinite (beyond the f32 range)";
    throw new HopfieldError("E_NONFINITE", `${name}: row ${row}, column ${column} is ${what}${hint}`, { row, column });
  }
}

/** Four sums side by side, because one alone waits for each addition. */
function allFinite(data: Float32Array): boolean {
  const { length } = data;
  const whole = length - (length % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < whole; i += 4) {
    a += (data[i] as number) - (data[i] as number);
    b += (data[i + 1] as number) - (data[i + 1] as number);
    c += (data[i + 2] as number) - (data[i + 2] as number);
    d += (data[i + 3] as number) - (data[i + 3] as number);
  }
  for (let i = whole; i < length; i++) a += (data[i] as number) - (data[i] as number);
  return a + b + c + d === 0;
}

type Shaped = Extract<MatrixLike, { readonly rows: number }>;

function isShaped(input: MatrixLike): input is Shaped {
  return "rows" in input && "columns" in input && "data" in input;
}

function isFlat(input: Exclude<MatrixLike, Shaped>): input is ArrayLike<number> {
  if (ArrayBuffer.isView(input)) return true;
  if (!Array.isArray(input)) throw new HopfieldError("E_SHAPE", "expected an array, a typed array or { data, rows, columns }");
  return input.length === 0 || typeof input[0] === "number" || input[0] === undefined || typeof input[0] !== "object";
}

function isCount(n: unknown): n is number {
  return typeof n === "number" && Number.isInteger(n) && n >= 1;
}

function checkCount(rows: number, columns: number, name: string): void {
  if (rows * columns > maximumEntries) {
    throw new HopfieldError("E_LIMIT", `${name}: ${rows} x ${columns} is more than ${maximumEntries} numbers`);
  }
}

function copyChecked(target: Float32Array, offset: number, source: ArrayLike<number>, count: number, name: string): void {
  if (source instanceof Float32Array || source instanceof Float64Array || source instanceof Uint8Array) {
    target.set(source, offset);
    return;
  }
  for (let j = 0; j < count; j++) {
    const x: unknown = source[j];
    if (typeof x !== "number") {
      throw new HopfieldError("E_SHAPE", `${name}: entry ${offset + j} is ${x === undefined ? "missing" : typeof x}, expected a number`);
    }
    target[offset + j] = x;
  }
}
