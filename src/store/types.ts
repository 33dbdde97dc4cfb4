/** @file The vocabulary of the store: what is asked for and what comes back. */
import type { Matrix, MatrixLike } from "../core/matrix.ts";
import type { Memory, MemoryOptions, Recall, RecallOptions } from "../memory/types.ts";
import type { Durability } from "./guarded-disk.ts";
import type { Id } from "./ids.ts";
import type { Storage } from "./layout.ts";
import type { Metadata } from "./metadata.ts";
import type { Where } from "./where.ts";

export interface CreateOptions {
  /** Entries of a pattern, whole, 1 ... 2^24. */
  readonly dimension: number;
  /** "f32", the default; "f16" rounds patterns to 16 bits (at most 65504) and takes half the room; "int8" keeps bytes beside f32 patterns: a quarter more room, scans read a quarter. */
  readonly storage?: Storage;
  /** "disk", the default: acknowledged means on the disk; "process": handed to the system. */
  readonly durability?: Durability;
}

export interface OpenOptions {
  /** "read", the default, takes no lock; "write" holds the lock until close(). */
  readonly mode?: "read" | "write";
  readonly durability?: Durability;
  /** Seconds to wait for the lock of another writer, at least 0; default 0. */
  readonly wait?: number;
  /** Take the lock from a live holder, which then can commit nothing more; default false. */
  readonly breakLock?: boolean;
}

export interface AddOptions {
  /** One id a row: whole numbers 0 ... 2^52 - 1 or texts. Without them rows get new rising numbers, never used before. */
  readonly ids?: ArrayLike<Id>;
  /** One JSON object (or null) a row. */
  readonly metadata?: ArrayLike<Metadata | null | undefined>;
  /** Replace patterns whose id is there already, instead of E_CONFLICT; default false. */
  readonly upsert?: boolean;
}

export interface Added {
  /** Rows added, and patterns in the store after it. */
  readonly added: number;
  readonly patterns: number;
  /** Ids of the first and the last row. */
  readonly ids: readonly [Id, Id];
}

export interface Removed {
  readonly removed: number;
  /** Ids that were not there. */
  readonly missing: readonly Id[];
}

export interface StoreInfo {
  readonly patterns: number;
  readonly dimension: number;
  readonly storage: Storage;
  /** Of the files, and of what is live in them; the rest goes with compact(). */
  readonly bytes: number;
  readonly liveBytes: number;
  readonly format: number;
  /** Names in the metadata of live patterns, sorted. */
  readonly metadataKeys: readonly string[];
}

export interface Verification {
  /** Nothing that was acknowledged is damaged. */
  readonly ok: boolean;
  readonly patterns: number;
  /** Bytes of a transaction that was never acknowledged; the next writer cuts them. */
  readonly tornBytes: number;
  /** What is damaged, in words. */
  readonly damaged: readonly string[];
}

export interface StoredPattern {
  readonly id: Id;
  readonly pattern: Float32Array;
  readonly metadata: Metadata | null;
}

export interface StoreRecallOptions extends RecallOptions {
  /** Model and everything else of createMemory; labels and values have one entry for each pattern recalled from, in order. */
  readonly memory?: MemoryOptions;
  /** Only patterns whose metadata match. */
  readonly where?: Where;
  /** Also give the best so many patterns of each query with id, weight and metadata; whole, at least 0; default 5. */
  readonly nearest?: number;
  /** Bytes that patterns may take in memory; a larger store is streamed from the disk. Default 2^30. Streaming takes some 20 MiB of its own. */
  readonly memoryLimit?: number;
}

/** One of the leaders of a query. */
export interface Nearest {
  readonly id: Id;
  readonly weight: number;
  readonly metadata: Metadata | null;
}

export interface StoreRecall extends Recall {
  /** For each query, heaviest first. */
  readonly nearest: readonly (readonly Nearest[])[];
  /** What was recalled from: indices in the results count these patterns. */
  readonly patterns: number;
  /** Whether they were streamed from the disk. */
  readonly streamed: boolean;
  /** What the memory was: its beta, its kernel build, its threads. */
  readonly memory: {
    readonly model: string;
    readonly similarity: string | null;
    readonly separation: string | null;
    readonly support: string | null;
    readonly beta: number | null;
    readonly betaSource: "given" | "advised" | "none";
    readonly kernel: string;
    readonly threads: number;
  };
}

/** A directory of patterns. Everything is synchronous; a store keeps no process alive. */
export interface Store {
  readonly path: string;
  readonly mode: "read" | "write";
  readonly dimension: number;
  readonly storage: Storage;
  /** Live patterns. */
  readonly patterns: number;
  /**
   * One transaction: all rows or none. Returns when they are on the disk.
   * @throws HopfieldError E_SHAPE, E_NONFINITE, E_RANGE, E_CONFLICT (an id that is there, or twice among the rows), E_LOCKED (the lock was taken over), E_IO, E_LIMIT, E_UNSUPPORTED (mode "read").
   */
  add(rows: MatrixLike, options?: AddOptions): Added;
  /** Takes patterns out, by ids or by a condition; one transaction. Errors as add. */
  remove(what: { readonly ids: ArrayLike<Id> } | { readonly where: Where }): Removed;
  /** One pattern by its id; null when it is not there. */
  get(id: Id): StoredPattern | null;
  /** All live patterns (or those that match) in order, `size` rows at a time. */
  batches(
    size?: number,
    where?: Where,
  ): Iterable<{ readonly rows: Matrix; readonly ids: readonly Id[]; readonly metadata: readonly (Metadata | null)[] }>;
  /** Completes queries; see recall of the library. */
  recall(queries: MatrixLike, options?: StoreRecallOptions): StoreRecall;
  /**
   * The live patterns (or those that match) as a memory of any model: the one recall() uses, kept while the store does not change. Its indices count these patterns in order.
   * @throws HopfieldError as createMemory, E_RANGE when there is none.
   */
  load(options?: MemoryOptions, where?: Where): Memory;
  info(): StoreInfo;
  /** Reads everything and compares it with its checksums. Takes no lock, writes nothing. */
  verify(): Verification;
  /** Writes the live patterns anew and drops the rest; bytes before and after. */
  compact(): { readonly before: number; readonly after: number };
  /** mode "read": sees what was acknowledged since. Returns whether anything changed. */
  refresh(): boolean;
  /** Gives files and lock back; later calls throw E_CONFLICT. */
  close(): void;
}
