/**
 * @file The IDX format of the MNIST files: two zero bytes, a type byte, the number of dimensions, the dimensions (u32), the numbers, all big-endian.
 * Source: "The IDX file format" at the end of http://yann.lecun.com/exdb/mnist/.
 */
import { bytesInFile, bytesInMemory, checkArray, countEntries, type Dtype, type NumericArray } from "./array.ts";
import { checkBytes, checkLimit, claim, fail, type ReadOptions, viewOf } from "./bytes.ts";
import { decodeElements, encodeElements, swapBytes } from "./elements.ts";

const types: readonly (readonly [number, Dtype])[] = [
  [0x08, "u8"],
  [0x09, "i8"],
  [0x0b, "i16"],
  [0x0c, "i32"],
  [0x0d, "f32"],
  [0x0e, "f64"],
];

/** Whether the bytes start as an IDX file does. */
export function isIdx(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && bytes[1] === 0 && types.some(([code]) => code === bytes[2]) && (bytes[3] ?? 0) > 0;
}

/**
 * Reads one IDX file (not gzip-compressed).
 * @param options.limit most bytes of the result.
 * @throws HopfieldError E_FORMAT (wrong magic or type, no dimensions, more or fewer bytes than the dimensions need), E_UNSUPPORTED (gzip), E_LIMIT.
 */
export function readIdx(bytes: Uint8Array, options?: ReadOptions): NumericArray {
  const limit = checkLimit("readIdx", options);
  return parseIdx("readIdx", checkBytes("readIdx", bytes), limit);
}

/** readIdx under another name in the messages. */
export function parseIdx(where: string, bytes: Uint8Array, limit: number): NumericArray {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) fail("E_UNSUPPORTED", where, "the file is gzip-compressed; decompress it first");
  if (bytes.length < 4) fail("E_FORMAT", where, `the file has ${bytes.length} bytes, at least 4 are needed`);
  if (bytes[0] !== 0 || bytes[1] !== 0) fail("E_FORMAT", where, "not an IDX file: its first two bytes are not zero");
  const dtype = types.find(([code]) => code === bytes[2])?.[1];
  if (!dtype)
    return fail("E_FORMAT", where, `type byte 0x${(bytes[2] ?? 0).toString(16).padStart(2, "0")} is not one of 08, 09, 0b, 0c, 0d, 0e`);
  const dimensions = bytes[3] ?? 0;
  if (dimensions === 0) fail("E_FORMAT", where, "the file declares no dimensions");
  const start = 4 + 4 * dimensions;
  if (bytes.length < start) fail("E_FORMAT", where, `${dimensions} dimensions need ${start} bytes, ${bytes.length} are there`);
  const view = viewOf(bytes);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const count = countEntries(where, shape);
  const needed = count * bytesInFile(dtype);
  if (bytes.length - start !== needed) {
    fail(
      "E_FORMAT",
      where,
      `shape [${shape.join(", ")}] of ${dtype} needs ${needed} bytes, ${bytes.length - start} are there (from byte ${start})`,
    );
  }
  claim(where, `the array [${shape.join(", ")}]`, count * bytesInMemory(dtype), limit);
  return { dtype, shape, data: decodeElements(where, bytes.subarray(start), dtype, count, false) };
}

/**
 * The bytes of an IDX file.
 * @throws HopfieldError E_SHAPE (shape and data differ, no dimensions), E_UNSUPPORTED (a dtype that IDX does not have), E_RANGE (a dimension above 2^32 - 1).
 */
export function writeIdx(array: NumericArray): Uint8Array {
  checkArray("writeIdx", array);
  const { dtype, shape, data } = array;
  const code = types.find(([, name]) => name === dtype)?.[0];
  if (code === undefined)
    return fail("E_UNSUPPORTED", "writeIdx", `IDX has no ${dtype}; it has ${types.map(([, name]) => name).join(", ")}`);
  if (shape.length === 0) fail("E_SHAPE", "writeIdx", "IDX needs at least one dimension");
  const start = 4 + 4 * shape.length;
  const bytes = new Uint8Array(start + data.length * bytesInFile(dtype));
  bytes.set([0, 0, code, shape.length]);
  const view = viewOf(bytes);
  shape.forEach((n, i) => {
    if (n >= 2 ** 32) fail("E_RANGE", "writeIdx", `dimension ${i} is ${n}, at most 2^32 - 1 can be written`);
    view.setUint32(4 + 4 * i, n);
  });
  encodeElements("writeIdx", array, bytes, start);
  swapBytes(bytes.subarray(start), bytesInFile(dtype));
  return bytes;
}
