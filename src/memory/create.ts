/** @file createMemory: patterns and options in, a Memory out. */
import type { MatrixLike } from "../core/matrix.ts";
import { createMemoryIn } from "./facade.ts";
import { openPatternStore } from "./pattern-store.ts";
import type { Memory, MemoryOptions } from "./types.ts";

/**
 * Stores M patterns of dimension d under one model of the family. The patterns are copied: later changes to the input do not reach the memory (unless it came from `allocate`).
 *
 * @param patterns M x d finite numbers: `{data, rows, columns}` row-major, or rows of numbers.
 * @param options see MemoryOptions; without any, the Gaussian memory: softmax over -1/2 |q - x|^2 with beta from the data.
 * @throws HopfieldError E_SHAPE, E_NONFINITE, E_RANGE (options; entries that are not +-1 for the binary models), E_UNSUPPORTED, E_LIMIT.
 */
export function createMemory(patterns: MatrixLike, options: MemoryOptions = {}): Memory {
  return createMemoryIn(patterns, options, (values, settings) =>
    openPatternStore(patterns, values, settings.kernel, settings.build, settings.threads),
  );
}
