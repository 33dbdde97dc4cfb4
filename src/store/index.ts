/**
 * @file modern-hopfield/store: patterns kept on disk, crash-safe, recalled exactly. A store is a directory; docs/store tells its format and what it promises.
 */
export { type ErrorCode, HopfieldError } from "../core/errors.ts";
export type { Matrix, MatrixLike } from "../core/matrix.ts";
export { createLargeMemory } from "../memory/create-large.ts";
export type { MemoryOptions, RecallOptions, RecallResult } from "../memory/types.ts";
export { type ExportFormat, exportPieces } from "./export.ts";
export type { Durability } from "./guarded-disk.ts";
export { type Id, idOf } from "./ids.ts";
export type { Storage } from "./layout.ts";
export type { Metadata } from "./metadata.ts";
export { createStore, openStore, verifyStore } from "./store.ts";
export type * from "./types.ts";
export { predicateOf, type Where } from "./where.ts";
