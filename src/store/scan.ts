/**
 * @file Going once over the rows of a store, a MiB at a time, in memory that the kernels see. Reading a batch and running kernels over it is a job that the caller and the threads of
 * scan-thread.ts share; what comes of it is looked at by the caller, in the order of the rows, so the answer does not depend on who did what.
 */
import { type Arena, allocate, openArena, roundUp, viewU8 } from "../kernels/arena.ts";
import type { Build } from "../kernels/builds.ts";
import { modulesOf } from "../kernels/load.ts";
import { hasThreads } from "../kernels/pool.ts";
import type { Contents } from "./contents.ts";
import type { Chosen } from "./recall.ts";
import type { Figures } from "./row-figures.ts";
import { batchRowsIn, markChosen, planScan, rowBytesIn, type SectionRead } from "./scan-plan.ts";
import { type Call, openThreads, type Threads } from "./scan-thread.ts";
import { drain, finishFirst, handOut, type Pass } from "./scan-work.ts";

/** What is kept for the scans of one session. */
export interface Scanner {
  readonly arena: Arena;
  readonly threads: Threads | null;
  /** Batches under way at most, each with buffers of its own; the last buffers, number `slots`, are the caller's own. */
  readonly slots: number;
  /** Rows of a batch at most. */
  readonly batchRows: number;
  /** Addresses, one for each slot: raw bytes; f32 rows (f16 only, else empty). And of the mask of the batch that is looked at. */
  readonly buffers: readonly number[];
  readonly widened: readonly number[];
  readonly mask: number;
  /** Kept from one scan to the next, see row-figures.ts; null where that would take too much memory. */
  readonly keepsFigures: boolean;
  readonly figures: Map<string, Figures>;
}

export interface Batch {
  /** Ordinal of its first row, and rows. */
  readonly first: number;
  readonly count: number;
  readonly slot: number;
  /** f32 rows, or codes. */
  readonly address: number;
}

const mostThreads = 8;

/** @param threads above 1, and enough bytes: as many share the work. */
export function openScanner(contents: Contents, build: Build, threads: number, bytes: number, keepsFigures: boolean): Scanner {
  const { dimension, storage } = contents.manifest;
  // Starting a thread costs as much as reading some ten MiB.
  const helpers =
    threads > 1 && hasThreads() && bytes > 2 ** 24 && contents.log.descriptor !== null ? Math.min(threads, mostThreads) - 1 : 0;
  const arena = openArena(build, helpers > 0);
  const sections: SectionRead[] = storage === "int8" ? ["patterns", "codes"] : ["patterns"];
  const batchRows = Math.max(...sections.map((section) => batchRowsIn(contents, section)));
  const size = Math.max(...sections.map((section) => batchRowsIn(contents, section) * rowBytesIn(contents, section)));
  // One that is looked at, one for everybody to work on, and some to go on with; and the caller's own.
  const slots = helpers > 0 ? helpers + 4 : 0;
  const buffers = Array.from({ length: slots + 1 }, () => allocate(arena, size));
  const widened = storage === "f16" ? buffers.map(() => allocate(arena, batchRows * dimension * 4)) : [];
  const mask = allocate(arena, roundUp(batchRows, 64));
  const pool = helpers > 0 ? openThreads(arena.memory, modulesOf(build, true), helpers, slots) : null;
  return { arena, threads: pool, slots, batchRows, buffers, widened, mask, keepsFigures, figures: new Map() };
}

/**
 * Runs the calls over every batch and then calls `visit` with it. Buffers are used again: what a batch holds is gone after the visit.
 * @param queries how many the calls are for: what a thread may take for a batch is measured by it.
 * @param callsOf asked when a batch is handed out, ahead of its visit; once more when the caller does it after all, into other buffers.
 * @param visit gives false to stop. `mask`: address of one byte a row, 0 hides it; 0 when all rows are shown.
 */
export function scan(
  scanner: Scanner,
  contents: Contents,
  chosen: Chosen,
  section: SectionRead,
  queries: number,
  callsOf: (batch: Batch) => readonly Call[],
  visit: (batch: Batch, mask: number) => boolean,
): void {
  const { arena, slots } = scanner;
  const pass: Pass = { scanner, contents, section, queries, callsOf, waiting: [], posted: 0, late: [] };
  const next = (): boolean => {
    const { planned, batch } = finishFirst(pass);
    const hidden = markChosen(chosen, planned, () => viewU8(arena, scanner.mask, planned.count));
    const more = visit(batch, hidden ? scanner.mask : 0);
    pass.waiting.shift();
    return more;
  };
  try {
    for (const planned of planScan(contents, chosen, section)) {
      handOut(pass, planned);
      if (pass.waiting.length >= Math.max(1, slots) && !next()) return;
    }
    while (pass.waiting.length > 0 && next());
  } finally {
    drain(pass);
  }
}
