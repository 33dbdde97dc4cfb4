/**
 * @file What every reader needs first: its input as a plain byte view, its limit, and short error helpers. Readers never trust a declared size: `claim`
 * checks it against the limit before anything of that size is allocated.
 */
import { type ErrorCode, HopfieldError } from "../core/errors.ts";
import { checkNames, checkNumber } from "../core/options.ts";

/** Options of every reader. */
export interface ReadOptions {
  /** Most bytes the result may take, whole number 0 ... 2^53 - 1; default 2^31 - 2^16 (just under 2 GiB). */
  readonly limit?: number;
}

export const defaultLimit = 2 ** 31 - 2 ** 16;

/** Throws a HopfieldError whose message starts with the function's name. */
export function fail(code: ErrorCode, where: string, message: string, details: Record<string, unknown> = {}): never {
  throw new HopfieldError(code, `${where}: ${message}`, details);
}

/**
 * The input itself, or a copy of it where another thread could change the memory while it is read.
 * @throws HopfieldError E_SHAPE unless `input` is a Uint8Array (a Node Buffer is one).
 */
export function checkBytes(where: string, input: unknown): Uint8Array {
  if (!(input instanceof Uint8Array)) {
    const got = input === null ? "null" : ArrayBuffer.isView(input) || Array.isArray(input) ? "another kind of array" : typeof input;
    return fail("E_SHAPE", where, `expected the bytes of the file as a Uint8Array, got ${got}`);
  }
  const shared = typeof SharedArrayBuffer !== "undefined" && input.buffer instanceof SharedArrayBuffer;
  return shared ? new Uint8Array(input) : input;
}

/** @throws HopfieldError E_RANGE for unknown options or a limit that is not a whole number. */
export function checkLimit(where: string, options: ReadOptions | undefined, known: readonly string[] = ["limit"]): number {
  checkNames(where, options, known);
  if (options?.limit === undefined) return defaultLimit;
  return checkNumber(where, "limit", options.limit, { atLeast: 0, atMost: Number.MAX_SAFE_INTEGER, whole: true });
}

/** @throws HopfieldError E_LIMIT when a result of `size` bytes would pass the limit. `what` says what takes them. */
export function claim(where: string, what: string, size: number, limit: number): void {
  if (size > limit) fail("E_LIMIT", where, `${what} needs ${size} bytes, the limit is ${limit}`, { needed: size, limit });
}

/** A DataView on exactly the bytes of the view. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @throws HopfieldError E_FORMAT unless the bytes are UTF-8. A byte order mark is kept as a character. */
export function decodeUtf8(where: string, what: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return fail("E_FORMAT", where, `${what} is not valid UTF-8`);
  }
}

/** A short, printable form of foreign text for an error message. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}
