/** @file createLargeMemory: createMemory without the limit of one WebAssembly memory. */
import type { MatrixLike } from "../core/matrix.ts";
import { createMemoryOfParts } from "./parted-store.ts";
import type { Memory, MemoryOptions } from "./types.ts";

/** Bytes of patterns, keys and values of one part: an arena holds 4 GiB, and scores, norms and packed blocks want room beside them. */
const largestPart = 3.5 * 2 ** 30;

/**
 * createMemory for patterns beyond the 4 GiB of one WebAssembly memory, up to 2^31 - 1 numbers: they are spread over several where one does not take them. Models with similarity dot, l2, cosine or kernel over
 * all patterns or the top-k. Everything but `add` and `remove` is as ever.
 * @throws HopfieldError as createMemory; E_LIMIT for other models where the patterns do not fit.
 */
export function createLargeMemory(patterns: MatrixLike, options: MemoryOptions = {}): Memory {
  return createMemoryOfParts(patterns, options, largestPart);
}
