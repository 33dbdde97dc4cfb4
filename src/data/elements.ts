/**
 * @file Runs of numbers in bytes: decode from either byte order and any alignment into a fresh typed array, encode into little-endian bytes. The counts have
 * been checked by the caller against the bytes there are and against the limit.
 */
import { allocate, bytesInFile, type Dtype, type NumericArray, type NumericData } from "./array.ts";
import { fail, viewOf } from "./bytes.ts";
import { fromBrain, fromHalf, toBrain, toHalf } from "./half.ts";

const hostIsLittle = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * @param bytes the numbers, `count * bytesInFile(dtype)` bytes at least, at any alignment.
 * @throws HopfieldError E_RANGE for a 64-bit integer beyond 2^53 - 1, E_FORMAT for a bool that is neither 0 nor 1; both name the entry.
 */
export function decodeElements(where: string, bytes: Uint8Array, dtype: Dtype, count: number, littleEndian: boolean): NumericData {
  const data = allocate(dtype, count);
  const source = bytes.subarray(0, count * bytesInFile(dtype));
  if (dtype === "f16" || dtype === "bf16") {
    const view = viewOf(source);
    const decode = dtype === "f16" ? fromHalf : fromBrain;
    for (let i = 0; i < count; i++) data[i] = decode(view.getUint16(2 * i, littleEndian));
  } else if (dtype === "i64" || dtype === "u64") {
    decodeLong(where, viewOf(source), dtype === "i64", data, littleEndian);
  } else {
    const target = new Uint8Array(data.buffer);
    target.set(source);
    if (littleEndian !== hostIsLittle) swapBytes(target, bytesInFile(dtype));
    if (dtype === "bool") checkBooleans(where, data);
  }
  return data;
}

function decodeLong(where: string, view: DataView, signed: boolean, data: NumericData, littleEndian: boolean): void {
  const [low, high] = littleEndian ? [0, 4] : [4, 0];
  for (let i = 0; i < data.length; i++) {
    const upper = signed ? view.getInt32(8 * i + high, littleEndian) : view.getUint32(8 * i + high, littleEndian);
    const value = upper * 2 ** 32 + view.getUint32(8 * i + low, littleEndian);
    if (!Number.isSafeInteger(value)) {
      const exact = signed ? view.getBigInt64(8 * i, littleEndian) : view.getBigUint64(8 * i, littleEndian);
      fail("E_RANGE", where, `entry ${i} is ${exact}, whole numbers beyond 2^53 - 1 are not exact in JavaScript`, { index: i });
    }
    data[i] = value;
  }
}

function checkBooleans(where: string, data: NumericData): void {
  for (let i = 0; i < data.length; i++) {
    const value = data[i] ?? 0;
    if (value > 1) fail("E_FORMAT", where, `entry ${i} of a bool array is ${value}, expected 0 or 1`, { index: i });
  }
}

/** Reverses each run of `size` bytes in place. */
export function swapBytes(bytes: Uint8Array, size: number): void {
  if (size === 1) return;
  for (let start = 0; start < bytes.length; start += size) {
    for (let i = start, j = start + size - 1; i < j; i++, j--) {
      const kept = bytes[i] ?? 0;
      bytes[i] = bytes[j] ?? 0;
      bytes[j] = kept;
    }
  }
}

/**
 * Little-endian bytes of a checked array, written into `target` at `offset`.
 * @throws HopfieldError E_RANGE for an entry its dtype cannot hold: a bool other than 0 and 1, a 64-bit integer that is not whole or beyond 2^53 - 1, a
 * finite number too large for f16 or bf16.
 */
export function encodeElements(where: string, array: NumericArray, target: Uint8Array, offset: number): void {
  const { dtype, data } = array;
  const size = bytesInFile(dtype);
  const view = viewOf(target.subarray(offset, offset + size * data.length));
  if (dtype === "f16" || dtype === "bf16") {
    const [encode, infinite] = dtype === "f16" ? ([toHalf, 0x7c00] as const) : ([toBrain, 0x7f80] as const);
    for (let i = 0; i < data.length; i++) {
      const value = data[i] ?? 0;
      const bits = encode(value);
      if ((bits & 0x7fff) === infinite && Number.isFinite(value))
        fail("E_RANGE", where, `entry ${i} is ${value}, too large for ${dtype}`, { index: i });
      view.setUint16(2 * i, bits, true);
    }
  } else if (dtype === "i64" || dtype === "u64") {
    for (let i = 0; i < data.length; i++) {
      const value = data[i] ?? 0;
      if (!Number.isSafeInteger(value) || (dtype === "u64" && value < 0))
        fail("E_RANGE", where, `entry ${i} is ${value}, not a ${dtype} below 2^53`, { index: i });
      view.setUint32(8 * i, value >>> 0, true);
      view.setUint32(8 * i + 4, Math.floor(value / 2 ** 32) >>> 0, true);
    }
  } else {
    if (dtype === "bool" && data.some((value) => value > 1)) fail("E_RANGE", where, "a bool array may hold only 0 and 1");
    const written = target.subarray(offset, offset + size * data.length);
    written.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    if (!hostIsLittle) swapBytes(written, size);
  }
}
