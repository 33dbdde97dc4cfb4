/** @file u64 in bytes, little-endian, for numbers below 2^53; and the refusal of machines with the other byte order. */
import { HopfieldError } from "../core/errors.ts";

export function setU64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
}

/** NaN when it is 2^53 or more. */
export function getU64(view: DataView, at: number): number {
  const value = view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

/** Arrays go to the file as they lie in memory. @throws HopfieldError E_UNSUPPORTED on a big-endian machine. */
export function checkByteOrder(): void {
  if (new Uint8Array(new Uint16Array([1]).buffer)[0] !== 1) {
    throw new HopfieldError("E_UNSUPPORTED", "store: this machine stores the high byte of a number first; stores are little-endian");
  }
}

/** The bytes of a typed array, not a copy. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
