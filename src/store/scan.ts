/**
 * @file Going once over the rows of a store, a MiB at a time, in memory that the kernels see. Reading a batch and running kernels over it is a job that the caller and the threads of
 * scan-thread.ts share; what comes of it is looked at by the caller, in the order of the rows, so the answer does not depend on who did what.
 */
import { type Arena, allocate, openArena, roundUp, viewF32, viewU8 } from "../kernels/arena.ts";
import type { Build } from "../kernels/builds.ts";
import { modulesOf } from "../kernels/load.ts";
import { hasThreads } from "../kernels/pool.ts";
import type { Contents } from "./contents.ts";
import { acceptBlock, isChecked, partSection, readSection, widen } from "./part.ts";
import type { Chosen } from "./recall.ts";
import type { Figures } from "./row-figures.ts";
import { batchRowsIn, markChosen, type Piece, type Planned, planScan, rowBytesIn, type SectionRead } from "./scan-plan.ts";
import { type Call, openThreads, type Threads } from "./scan-thread.ts";

/** What is kept for the scans of one session. */
export interface Scanner {
  readonly arena: Arena;
  readonly threads: Threads | null;
  /** Batches under way at most, each with buffers of its own. */
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
  // One that is looked at, one for everybody to work on, and one to go on with.
  const slots = helpers > 0 ? helpers + 4 : 1;
  const buffers = Array.from({ length: slots }, () => allocate(arena, size));
  const widened = storage === "f16" ? buffers.map(() => allocate(arena, batchRows * dimension * 4)) : [];
  const mask = allocate(arena, roundUp(batchRows, 64));
  const pool = helpers > 0 ? openThreads(arena.memory, modulesOf(build, true), helpers, slots) : null;
  return { arena, threads: pool, slots, batchRows, buffers, widened, mask, keepsFigures, figures: new Map() };
}

interface Waiting {
  readonly planned: Planned;
  readonly batch: Batch;
  readonly calls: readonly Call[];
  /** Number of its job; -1: none, the caller does it. */
  readonly job: number;
  /** The caller did it. */
  here: boolean;
}

/**
 * Runs the calls over every batch and then calls `visit` with it. Buffers are used again: what a batch holds is gone after the visit.
 * @param callsOf asked when a batch is handed out, ahead of its visit. @param visit gives false to stop. `mask`: address of one byte a row, 0 hides it; 0 when all rows are shown.
 */
export function scan(
  scanner: Scanner,
  contents: Contents,
  chosen: Chosen,
  section: SectionRead,
  callsOf: (batch: Batch) => readonly Call[],
  visit: (batch: Batch, mask: number) => boolean,
): void {
  const { arena, threads, slots } = scanner;
  const waiting: Waiting[] = [];
  const next = (): boolean => {
    const first = waiting[0] as Waiting;
    finish(scanner, contents, section, waiting);
    const { batch, planned } = first;
    const hidden = markChosen(chosen, planned, () => viewU8(arena, scanner.mask, planned.count));
    const more = visit(batch, hidden ? scanner.mask : 0);
    waiting.shift();
    return more;
  };
  let count = 0;
  try {
    for (const planned of planScan(contents, chosen, section)) {
      const slot = count++ % slots;
      const address = (section === "codes" ? undefined : scanner.widened[slot]) ?? (scanner.buffers[slot] as number);
      const batch = { first: planned.first, count: planned.count, slot, address };
      const calls = callsOf(batch);
      waiting.push({ planned, batch, calls, job: post(scanner, contents, planned, batch, section, calls), here: false });
      if (waiting.length === slots && !next()) return;
    }
    while (waiting.length > 0 && next());
  } finally {
    // After an error or a stop jobs may be under way: they end before their buffers are used again.
    drain(threads, waiting);
  }
}

/** Hands a batch that lies in one place to whoever is free; its number, or -1. */
function post(
  { threads, buffers }: Scanner,
  contents: Contents,
  { pieces }: Planned,
  batch: Batch,
  section: SectionRead,
  calls: readonly Call[],
): number {
  const [piece] = pieces;
  const descriptor = piece?.part.file.descriptor ?? null;
  if (!threads || !piece || pieces.length > 1 || descriptor === null) return -1;
  const { part, first, count } = piece;
  const { block, offset } = partSection(part, section);
  const rowBytes = rowBytesIn(contents, section);
  const address = buffers[batch.slot] as number;
  return threads.post({
    ...{ descriptor, at: part.base + offset + first * rowBytes, bytes: count * rowBytes, address },
    checksum: !isChecked(part, section, (first * rowBytes) / block),
    widened: batch.address === address ? 0 : batch.address,
    calls,
  });
}

/** Returns when the batch that comes next is read, checked and computed; does others in the meantime. */
function finish(scanner: Scanner, contents: Contents, section: SectionRead, waiting: readonly Waiting[]): void {
  const { threads } = scanner;
  const first = waiting[0] as Waiting;
  if (first.job < 0 || !threads) {
    doHere(scanner, contents, section, first);
    return;
  }
  while (!first.here && !threads.isDone(first.job)) {
    const job = threads.take();
    const taken = waiting.find((each) => each.job === job);
    if (job < 0 || !taken) threads.wait(first.job);
    else {
      taken.here = true;
      doHere(scanner, contents, section, taken);
    }
  }
  if (first.here) return;
  const { part, first: row, count } = first.planned.pieces[0] as Piece;
  const rowBytes = rowBytesIn(contents, section);
  const { bytes, checksum } = threads.outcome(first.job);
  // What went wrong in a thread goes wrong here again, and is told in words.
  if (bytes !== count * rowBytes) doHere(scanner, contents, section, first);
  else {
    const block = (row * rowBytes) / partSection(part, section).block;
    if (!isChecked(part, section, block)) acceptBlock(part, section, block, checksum);
  }
}

function doHere({ arena, buffers }: Scanner, contents: Contents, section: SectionRead, { planned, batch, calls }: Waiting): void {
  const rowBytes = rowBytesIn(contents, section);
  const raw = buffers[batch.slot] as number;
  let at = raw;
  for (const { part, first, count } of planned.pieces) {
    readSection(part, section, first * rowBytes, (first + count) * rowBytes, viewU8(arena, at, count * rowBytes));
    at += count * rowBytes;
  }
  if (batch.address !== raw) widen(viewU8(arena, raw, at - raw), viewF32(arena, batch.address, (at - raw) / 2));
  runCalls(arena, calls);
}

export function runCalls({ kernels }: Arena, calls: readonly Call[]): void {
  for (const [name, ...args] of calls) (kernels[name] as (...args: number[]) => void)(...args);
}

function drain(threads: Threads | null, waiting: readonly Waiting[]): void {
  if (!threads) return;
  const nobodys = new Set<number>();
  for (let job = threads.take(); job >= 0; job = threads.take()) nobodys.add(job);
  for (const { job, here } of waiting) if (job >= 0 && !here && !nobodys.has(job)) threads.wait(job);
}
