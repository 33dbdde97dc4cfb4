/**
 * @file The one form that the readers give and the writers take: a flat typed array in row-major (C) order, its shape, and the number type it has in the
 * file. JavaScript has no f16, bf16 or exact 64-bit integer arrays, so these are widened: f16 and bf16 to f32 (exact), i64 and u64 to f64 (exact below 2^53,
 * refused beyond), bool to u8 (0 or 1).
 */
import { fail, quote } from "./bytes.ts";

/** Number types of files. `bf16` exists in safetensors only. */
export type Dtype = "bool" | "i8" | "u8" | "i16" | "u16" | "i32" | "u32" | "i64" | "u64" | "f16" | "bf16" | "f32" | "f64";

export type NumericData = Uint8Array | Int8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** `data.length` is the product of `shape`; shape [] is a single number; entries are in row-major order, unscaled. */
export interface NumericArray {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: NumericData;
}

type Constructor = new (buffer: ArrayBuffer) => NumericData;

/** Bytes of one entry in the file, and the array it becomes. */
const kinds: Readonly<Record<Dtype, { readonly bytes: number; readonly array: Constructor; readonly bytesHere: number }>> = {
  bool: { bytes: 1, array: Uint8Array, bytesHere: 1 },
  i8: { bytes: 1, array: Int8Array, bytesHere: 1 },
  u8: { bytes: 1, array: Uint8Array, bytesHere: 1 },
  i16: { bytes: 2, array: Int16Array, bytesHere: 2 },
  u16: { bytes: 2, array: Uint16Array, bytesHere: 2 },
  i32: { bytes: 4, array: Int32Array, bytesHere: 4 },
  u32: { bytes: 4, array: Uint32Array, bytesHere: 4 },
  i64: { bytes: 8, array: Float64Array, bytesHere: 8 },
  u64: { bytes: 8, array: Float64Array, bytesHere: 8 },
  f16: { bytes: 2, array: Float32Array, bytesHere: 4 },
  bf16: { bytes: 2, array: Float32Array, bytesHere: 4 },
  f32: { bytes: 4, array: Float32Array, bytesHere: 4 },
  f64: { bytes: 8, array: Float64Array, bytesHere: 8 },
};

/** Bytes of one entry in a file. */
export function bytesInFile(dtype: Dtype): number {
  return kinds[dtype].bytes;
}

/** Bytes of one entry in memory after reading. */
export function bytesInMemory(dtype: Dtype): number {
  return kinds[dtype].bytesHere;
}

/** A zeroed array for `count` entries. The caller has checked the count. */
export function allocate(dtype: Dtype, count: number): NumericData {
  const kind = kinds[dtype];
  return new kind.array(new ArrayBuffer(count * kind.bytesHere));
}

/** Most dimensions of an array (the figure of NumPy 2). */
export const maximumDimensions = 64;

/**
 * Number of entries of a shape read from a file.
 * @throws HopfieldError E_LIMIT for more than 64 dimensions or a product (zeros left out) above 2^53 - 1; E_FORMAT for a dimension that is not a whole number >= 0.
 */
export function countEntries(where: string, shape: readonly number[]): number {
  if (shape.length > maximumDimensions)
    fail("E_LIMIT", where, `shape has ${shape.length} dimensions, at most ${maximumDimensions} are read`);
  let count = 1;
  let empty = false;
  for (const n of shape) {
    if (!Number.isInteger(n) || n < 0) fail("E_FORMAT", where, `shape has the dimension ${n}, expected a whole number of at least 0`);
    if (n === 0) empty = true;
    else count *= n;
    // Both factors are whole and below 2^53, so a product above 2^53 cannot round down to it unseen.
    if (n > Number.MAX_SAFE_INTEGER || count > Number.MAX_SAFE_INTEGER) {
      fail("E_LIMIT", where, `shape [${shape.slice(0, 8).join(", ")}${shape.length > 8 ? ", ..." : ""}] has more than 2^53 - 1 entries`);
    }
  }
  return empty ? 0 : count;
}

/**
 * Checks what a writer was given.
 * @throws HopfieldError E_SHAPE when shape and data do not fit, E_UNSUPPORTED for an unknown dtype, E_RANGE when the data array cannot hold that dtype.
 */
export function checkArray(where: string, array: NumericArray): void {
  if (array === null || typeof array !== "object" || !Array.isArray(array.shape) || !ArrayBuffer.isView(array.data)) {
    fail("E_SHAPE", where, "expected an array as { dtype, shape, data } with a typed array as data");
  }
  const { dtype, shape, data } = array;
  if (!Object.hasOwn(kinds, dtype))
    fail("E_UNSUPPORTED", where, `dtype ${quote(String(dtype))} is not one of ${Object.keys(kinds).join(", ")}`);
  if (!(data instanceof kinds[dtype].array)) {
    fail("E_SHAPE", where, `dtype ${dtype} needs its data as a ${kinds[dtype].array.name}, got a ${data.constructor.name}`);
  }
  for (const n of shape) {
    if (!Number.isInteger(n) || n < 0) fail("E_SHAPE", where, `shape has the dimension ${n}, expected a whole number of at least 0`);
  }
  const count = countEntries(where, shape);
  if (count !== data.length) fail("E_SHAPE", where, `shape [${shape.join(", ")}] needs ${count} entries, data has ${data.length}`);
}
