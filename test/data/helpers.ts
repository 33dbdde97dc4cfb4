/**
 * @file What the tests of the data room share: refusals with code and words, damaged copies of small files.
 */
import { expect } from "vitest";
import { type ErrorCode, HopfieldError } from "../../src/core/errors.ts";

/** Expects a HopfieldError of this code whose message holds `part`. */
export function expectRefusal(run: () => unknown, code: ErrorCode, part: string | RegExp): void {
  let error: unknown;
  try {
    run();
  } catch (thrown) {
    error = thrown;
  }
  if (error === undefined) throw new Error(`expected ${code} with "${part}", nothing was thrown`);
  expect(error).toBeInstanceOf(HopfieldError);
  if (!(error instanceof HopfieldError)) return;
  if (typeof part === "string") expect(error.message).toContain(part);
  else expect(error.message).toMatch(part);
  expect(error.code, error.message).toBe(code);
}

/** The outcome of a reader on arbitrary bytes: "value" or the error's code. Anything but a HopfieldError is thrown on. */
export function outcome(read: () => unknown): string {
  try {
    read();
    return "value";
  } catch (error) {
    if (error instanceof HopfieldError) return error.code;
    throw error;
  }
}

/** Reads `bytes` cut off at every length; each must be refused. */
export function expectEveryTruncationRefused(bytes: Uint8Array, read: (bytes: Uint8Array) => unknown): void {
  for (let length = 0; length < bytes.length; length++) {
    const result = outcome(() => read(bytes.slice(0, length)));
    if (result === "value") throw new Error(`the first ${length} of ${bytes.length} bytes were accepted`);
  }
}

/** Reads `bytes` with each bit flipped in turn; @returns how many were accepted. */
export function countAcceptedBitFlips(bytes: Uint8Array, read: (bytes: Uint8Array) => unknown): number {
  let accepted = 0;
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const damaged = bytes.slice();
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    if (outcome(() => read(damaged)) === "value") accepted++;
  }
  return accepted;
}

/** The same bytes as a view that starts at an odd place of a larger buffer. */
export function misaligned(bytes: Uint8Array): Uint8Array {
  const larger = new Uint8Array(bytes.length + 9).fill(0xaa);
  larger.set(bytes, 3);
  return larger.subarray(3, 3 + bytes.length);
}

/** Joins numbers, texts (one byte a character) and byte arrays. */
export function bytesOf(...parts: (number | string | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => (typeof part === "number" ? [part] : typeof part === "string" ? [...Buffer.from(part, "latin1")] : [...part])),
  );
}

/** A little-endian u16, u32 or u64. */
export function little(width: 2 | 4 | 8, value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes.slice(0, width);
}

/** A big-endian u32. */
export function big(value: number): Uint8Array {
  return little(4, value).reverse();
}
