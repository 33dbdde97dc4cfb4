/**
 * @file Who does what in a scan. Batches are handed out ahead of their visit; the caller does those that no thread has taken, and those that a thread has but does not come to an end with:
 * on a busy machine a thread may be put aside in the middle of one, and waiting for it would take longer than the batch.
 */
import { type Arena, viewF32, viewU8 } from "../kernels/arena.ts";
import type { Contents } from "./contents.ts";
import { acceptBlock, isChecked, partSection, readSection, widen } from "./part.ts";
import type { Batch, Scanner } from "./scan.ts";
import { type Piece, type Planned, rowBytesIn, type SectionRead } from "./scan-plan.ts";
import type { Call } from "./scan-thread.ts";

interface Waiting {
  readonly planned: Planned;
  batch: Batch;
  calls: readonly Call[];
  /** Number of its job; -1: the caller does it when its turn comes. */
  readonly job: number;
  /** The caller did it. */
  here: boolean;
}

/** One scan under way. */
export interface Pass {
  readonly scanner: Scanner;
  readonly contents: Contents;
  readonly section: SectionRead;
  readonly queries: number;
  readonly callsOf: (batch: Batch) => readonly Call[];
  /** Handed out and not visited yet, in order. */
  readonly waiting: Waiting[];
  posted: number;
  /** Jobs that a thread still has although the caller did their batch: until they end their buffers are not used, and nothing is posted. */
  late: number[];
}

function batchIn({ scanner, section }: Pass, { first, count }: Planned, slot: number): Batch {
  const address = (section === "codes" ? undefined : scanner.widened[slot]) ?? (scanner.buffers[slot] as number);
  return { first, count, slot, address };
}

/** A batch that lies in one place goes to whoever is free. */
export function handOut(pass: Pass, planned: Planned): void {
  const { scanner, contents, section, waiting } = pass;
  const { threads, buffers, slots } = scanner;
  const [piece] = planned.pieces;
  const descriptor = piece?.part.file.descriptor ?? null;
  pass.late = pass.late.filter((job) => threads && !threads.isDone(job));
  if (!threads || !piece || planned.pieces.length > 1 || descriptor === null || pass.late.length > 0) {
    waiting.push({ planned, batch: batchIn(pass, planned, slots), calls: [], job: -1, here: false });
    return;
  }
  const batch = batchIn(pass, planned, pass.posted++ % slots);
  const calls = pass.callsOf(batch);
  const { part, first, count } = piece;
  const { block, offset } = partSection(part, section);
  const rowBytes = rowBytesIn(contents, section);
  const address = buffers[batch.slot] as number;
  const job = threads.post({
    ...{ descriptor, at: part.base + offset + first * rowBytes, bytes: count * rowBytes, address, calls },
    checksum: !isChecked(part, section, (first * rowBytes) / block),
    widened: batch.address === address ? 0 : batch.address,
  });
  waiting.push({ planned, batch, calls, job, here: false });
}

/** The batch that comes next, read, checked and computed; others are done in the meantime. */
export function finishFirst(pass: Pass): { readonly planned: Planned; readonly batch: Batch } {
  const { waiting } = pass;
  const { threads } = pass.scanner;
  const first = waiting[0] as Waiting;
  if (first.job < 0 || !threads) return doAnew(pass, first);
  while (!first.here && !threads.isDone(first.job)) {
    const job = threads.take();
    const taken = waiting.find((each) => each.job === job);
    if (taken) {
      taken.here = true;
      doHere(pass, taken);
    } else if (!threads.wait(first.job, patience(pass, first))) {
      pass.late.push(first.job);
      return doAnew(pass, first);
    }
  }
  if (!first.here) accept(pass, first, threads.outcome(first.job));
  return first;
}

/** In units of a batch that is only read and compared with one query. */
function patience({ scanner, queries }: Pass, { batch, planned }: Waiting): number {
  const widening = scanner.buffers[batch.slot] === batch.address ? 0 : 4;
  const checking = planned.pieces[0]?.part.details?.checked.includes(0) ? 4 : 0;
  return 2 + queries / 2 + widening + checking;
}

/** Takes in what a thread did. What went wrong there goes wrong here again, and is told in words. */
function accept(pass: Pass, first: Waiting, { bytes, checksum }: { readonly bytes: number; readonly checksum: number }): void {
  const { contents, section } = pass;
  const { part, first: row, count } = first.planned.pieces[0] as Piece;
  const rowBytes = rowBytesIn(contents, section);
  if (bytes !== count * rowBytes) doHere(pass, first);
  else {
    const block = (row * rowBytes) / partSection(part, section).block;
    if (!isChecked(part, section, block)) acceptBlock(part, section, block, checksum);
  }
}

/** In the caller's own buffers. */
function doAnew(pass: Pass, waiting: Waiting): Waiting {
  waiting.here = true;
  waiting.batch = batchIn(pass, waiting.planned, pass.scanner.slots);
  waiting.calls = pass.callsOf(waiting.batch);
  doHere(pass, waiting);
  return waiting;
}

function doHere({ scanner, contents, section }: Pass, { planned, batch, calls }: Waiting): void {
  const { arena, buffers } = scanner;
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

/** At the end, and after an error or a stop: jobs under way end before their buffers are used for something else. */
export function drain({ scanner: { threads }, waiting, late }: Pass): void {
  if (!threads) return;
  const nobodys = new Set<number>();
  for (let job = threads.take(); job >= 0; job = threads.take()) nobodys.add(job);
  for (const { job, here } of waiting) if (job >= 0 && !here && !nobodys.has(job)) threads.wait(job, Number.POSITIVE_INFINITY);
  for (const job of late) threads.wait(job, Number.POSITIVE_INFINITY);
}
