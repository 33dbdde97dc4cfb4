/**
 * @file Arrays of any shape as patterns, one a row, and the known data set that the examples use. No scaling unless asked for.
 */
import type { Matrix } from "../core/matrix.ts";
import { checkNames, checkNumber } from "../core/options.ts";
import { checkArray, type NumericArray } from "./array.ts";
import { checkBytes, defaultLimit, fail } from "./bytes.ts";
import { parseIdx } from "./idx.ts";

/**
 * Rows of f32: shape (d,) is one row, (rows, a, b, ...) becomes rows x (a * b * ...), in the array's own order. f32 data is copied, other types are rounded to f32 (an f64 beyond its range becomes
 * infinite, which the functions that take patterns refuse).
 * @throws HopfieldError E_SHAPE for a single number (shape []) or an array without entries.
 */
export function toRows(array: NumericArray): Matrix {
  checkArray("toRows", array);
  const { shape, data } = array;
  if (shape.length === 0) fail("E_SHAPE", "toRows", "a single number is not a row; expected at least one dimension");
  if (data.length === 0) fail("E_SHAPE", "toRows", `the array of shape [${shape.join(", ")}] has no entries`);
  const rows = shape.length === 1 ? 1 : (shape[0] ?? 1);
  return { data: new Float32Array(data), rows, columns: data.length / rows };
}

export interface MnistOptions {
  /** Take the first `count` images, whole number of at least 1. Default all; more than there are is E_RANGE. */
  readonly count?: number;
  /** "unit" (default): pixels / 255, in [0, 1]; "raw": 0 ... 255 as stored. */
  readonly scale?: "unit" | "raw";
}

/**
 * Images and labels of MNIST, or of any data set in its two IDX files (u8 images of shape (n, height, width), u8 labels of shape (n)).
 * @returns `images` n x (height * width), `labels` n numbers as stored.
 * @throws HopfieldError E_FORMAT as readIdx, E_SHAPE (other shapes or types, counts that differ), E_RANGE (options).
 */
export function mnistFromIdx(images: Uint8Array, labels: Uint8Array, options?: MnistOptions): { images: Matrix; labels: Uint8Array } {
  const where = "mnistFromIdx";
  checkNames(where, options, ["count", "scale"]);
  const scale = options?.scale ?? "unit";
  if (scale !== "unit" && scale !== "raw") fail("E_RANGE", where, 'scale must be "unit" or "raw"');
  const pixels = parseIdx(`${where}: images`, checkBytes(where, images), defaultLimit);
  const digits = parseIdx(`${where}: labels`, checkBytes(where, labels), defaultLimit);
  const [there = 0, height = 0, width = 0] = pixels.shape;
  if (pixels.dtype !== "u8" || pixels.shape.length !== 3)
    fail("E_SHAPE", where, `images are ${pixels.dtype} of shape [${pixels.shape.join(", ")}], expected u8 (n, height, width)`);
  if (digits.dtype !== "u8" || digits.shape.length !== 1)
    fail("E_SHAPE", where, `labels are ${digits.dtype} of shape [${digits.shape.join(", ")}], expected u8 (n)`);
  if (digits.data.length !== there) fail("E_SHAPE", where, `${there} images but ${digits.data.length} labels`);
  if (pixels.data.length === 0) fail("E_SHAPE", where, "the file has no images");
  const count = checkNumber(where, "count", options?.count ?? there, { atLeast: 1, atMost: there, whole: true });
  const columns = height * width;
  const divisor = scale === "unit" ? 255 : 1;
  const data = new Float32Array(count * columns);
  for (let i = 0; i < data.length; i++) data[i] = (pixels.data[i] ?? 0) / divisor;
  return { images: { data, rows: count, columns }, labels: new Uint8Array(digits.data.subarray(0, count)) };
}
