/**
 * @file Decompression of deflate streams whose size is known beforehand (zip entries, png images), by fflate, fed in small pieces so that a stream that gives
 * more than it declared is stopped within one piece. Source of the format: RFC 1951. The result's checksum is the caller's to check.
 */
import { Inflate } from "fflate/browser";
import { HopfieldError } from "../core/errors.ts";
import { fail } from "./bytes.ts";

/** No deflate stream expands by more: one match of 258 bytes takes two bits at least. */
const largestRatio = 1032;

/**
 * Exactly `size` bytes out of `packed`. Takes `size` bytes and a working space of a few MiB (5, or 20 for results above that); `size` is first checked against what `packed` could give.
 * @throws HopfieldError E_FORMAT when the stream is malformed or gives fewer or more bytes.
 */
export function inflate(where: string, what: string, packed: Uint8Array, size: number): Uint8Array {
  if (size > packed.length * largestRatio) {
    fail(
      "E_FORMAT",
      where,
      `${what} declares ${size} bytes, ${packed.length} compressed bytes cannot give more than ${packed.length * largestRatio}`,
    );
  }
  const result = new Uint8Array(size);
  let filled = 0;
  let silent = 0;
  const stream = new Inflate((piece) => {
    if (filled + piece.length > size) fail("E_FORMAT", where, `${what} gives more than the ${size} bytes it declares`);
    result.set(piece, filled);
    filled += piece.length;
    if (piece.length > 0) silent = 0;
  });
  for (let start = 0; start < packed.length; ) {
    // Pieces become small near the end, where too much output would be a lie and not progress.
    const length = Math.min(8192, 2048 + Math.ceil((size - filled) / largestRatio));
    const end = Math.min(start + length, packed.length);
    silent += end - start;
    // A block without output ends within 64 KiB; longer silence means bytes after the stream's end, which fflate would hoard.
    if (silent > 2 ** 17) fail("E_FORMAT", where, `${what} goes on after the end of its compressed stream`);
    try {
      stream.push(packed.subarray(start, end), end === packed.length);
    } catch (error) {
      if (error instanceof HopfieldError) throw error;
      const reason = error instanceof Error ? error.message : "unknown error";
      fail("E_FORMAT", where, `${what} is not a valid deflate stream (${reason}, compressed bytes ${start} to ${end})`);
    }
    start = end;
  }
  if (filled !== size) fail("E_FORMAT", where, `${what} declares ${size} bytes, its compressed stream gives ${filled}`);
  return result;
}
