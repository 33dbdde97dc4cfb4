/**
 * @file The everyday surface of modern-hopfield: create a memory, recall from it, and read what it says about the answer.
 */
export { type ErrorCode, HopfieldError } from "./core/errors.ts";
export type { Matrix, MatrixLike } from "./core/matrix.ts";
export { createMemory } from "./memory/create.ts";
export { allocateMatrix as allocate } from "./memory/pattern-store.ts";
export { models } from "./memory/presets.ts";
export type * from "./memory/types.ts";
