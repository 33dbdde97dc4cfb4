/**
 * @file Going once over the rows of a store, a MiB at a time, in memory that the kernels see; read ahead by a thread where there is one. Rows that are gone or not chosen are passed over
 * (whole blocks) or marked hidden (single rows).
 */
import { type Arena, allocate, openArena, roundUp, viewF32, viewU8 } from "../kernels/arena.ts";
import type { Build } from "../kernels/builds.ts";
import { hasThreads } from "../kernels/pool.ts";
import type { Contents } from "./contents.ts";
import { codeStride, rowBytesOf } from "./layout.ts";
import { acceptBlock, isChecked, type Part, partSection, readSection, widen } from "./part.ts";
import { openReadAhead, type ReadAhead, slots } from "./read-ahead.ts";
import type { Chosen } from "./recall.ts";

/** What is kept for the scans of one session. */
export interface Scanner {
  readonly arena: Arena;
  readonly ahead: ReadAhead | null;
  /** Rows of a batch at most. */
  readonly batchRows: number;
  /** Slot of the thread's next read. */
  nextSlot: number;
  /** Addresses of a buffer of raw bytes for each slot and one for reads of our own, one of f32 rows (f16 only), one of the mask. */
  readonly buffers: readonly number[];
  readonly widened: number;
  readonly mask: number;
  /** Address of the biases of a batch; d zeros; d ones. */
  readonly bias: number;
  readonly zero: number;
  readonly ones: number;
  /** -1/2 |x|^2 of every row met so far, NaN before; null where keeping them would take too much memory. */
  biases: Float32Array | null;
}

export interface Batch {
  /** Ordinal of its first row, and rows. */
  readonly first: number;
  readonly count: number;
  /** f32 rows, or codes. */
  readonly address: number;
  /** Address of one byte a row, 0 hides it; 0 when all rows are shown. */
  readonly mask: number;
}

/** @param threads above 1 a thread reads ahead. */
export function openScanner(contents: Contents, build: Build, threads: number, bytes: number, keepBiases: boolean): Scanner {
  const { manifest } = contents;
  const shared = threads > 1 && hasThreads();
  const arena = openArena(build, shared);
  const rowBytes = rowBytesOf(manifest);
  const batchRows = Math.max(1, Math.floor(2 ** 20 / rowBytes));
  const codes = manifest.storage === "int8" ? Math.max(1, Math.floor(2 ** 20 / codeStride(manifest.dimension))) : 0;
  const size = Math.max(batchRows * rowBytes, codes * codeStride(manifest.dimension));
  const buffers = Array.from({ length: slots + 1 }, () => allocate(arena, size));
  const widened = manifest.storage === "f16" ? allocate(arena, batchRows * manifest.dimension * 4) : 0;
  const mask = allocate(arena, roundUp(Math.max(batchRows, codes), 64));
  const longest = Math.max(batchRows, codes);
  const { dimension } = manifest;
  const [bias, zero, ones] = [allocate(arena, roundUp(longest, 64) * 4), allocate(arena, dimension * 4), allocate(arena, dimension * 4)];
  viewF32(arena, zero, dimension).fill(0);
  viewF32(arena, ones, dimension).fill(1);
  // Starting a thread costs as much as reading some ten MiB.
  const ahead = shared && bytes > 2 ** 24 && contents.log.descriptor !== null ? openReadAhead(arena.memory) : null;
  const biases = keepBiases ? new Float32Array(contents.rows).fill(Number.NaN) : null;
  return { arena, ahead, batchRows: longest, nextSlot: 0, buffers, widened, mask, bias, zero, ones, biases };
}

/** The sections that are scanned. */
export type SectionRead = "patterns" | "codes";

interface Piece {
  readonly part: Part;
  readonly first: number;
  readonly count: number;
}

/** One read into one buffer, or several small ones side by side. */
interface Planned {
  readonly first: number;
  count: number;
  readonly pieces: Piece[];
}

/** Batches in order; small neighbouring parts share one. Blocks without a chosen row are left out. */
function* plan(contents: Contents, { rows }: Chosen, section: SectionRead): Generator<Planned> {
  const rowBytes = rowBytesIn(contents, section);
  const most = Math.max(1, Math.floor(2 ** 20 / rowBytes));
  let open: Planned | null = null;
  for (const part of contents.parts) {
    for (let first = 0; first < part.rows; first += most) {
      const count = Math.min(most, part.rows - first);
      const ordinal = part.firstRow + first;
      if (rows && lowerBound(rows, ordinal) === lowerBound(rows, ordinal + count)) continue;
      if (open && open.first + open.count === ordinal && open.count + count <= most) {
        open.pieces.push({ part, first, count });
        open.count += count;
        continue;
      }
      if (open) yield open;
      open = { first: ordinal, count, pieces: [{ part, first, count }] };
    }
  }
  if (open) yield open;
}

interface Waiting extends Planned {
  /** Slot it is read into by the thread; -1: nobody reads it yet. */
  readonly slot: number;
}

/** Calls `visit` with every batch until it gives false. Buffers are used again: what a batch holds is gone after the call. */
export function scan(scanner: Scanner, contents: Contents, chosen: Chosen, section: SectionRead, visit: (batch: Batch) => boolean): void {
  const waiting: Waiting[] = [];
  const take = (): boolean => {
    const next = waiting.shift() as Waiting;
    const address = receive(scanner, contents, next, section);
    return visit({ first: next.first, count: next.count, address, mask: maskOf(scanner, chosen, next) });
  };
  try {
    for (const planned of plan(contents, chosen, section)) {
      waiting.push({ ...planned, slot: ask(scanner, contents, planned, section) });
      // With the batch that is being looked at, every slot is in use.
      if (waiting.length === (scanner.ahead ? slots : 1) && !take()) return;
    }
    while (waiting.length > 0 && take());
  } finally {
    // After an error reads may be under way: they end before their buffers are used again.
    for (const { slot } of waiting) if (slot >= 0) scanner.ahead?.drop(slot);
  }
}

function rowBytesIn(contents: Contents, section: SectionRead): number {
  return section === "codes" ? codeStride(contents.manifest.dimension) : rowBytesOf(contents.manifest);
}

/** Hands a batch that lies in one place to the thread; its slot, or -1. */
function ask(scanner: Scanner, contents: Contents, { pieces }: Planned, name: SectionRead): number {
  const [piece] = pieces;
  const descriptor = piece?.part.file.descriptor ?? null;
  if (!scanner.ahead || !piece || pieces.length > 1 || descriptor === null) return -1;
  const { part, first, count } = piece;
  const section = partSection(part, name);
  const rowBytes = rowBytesIn(contents, name);
  const slot = scanner.nextSlot;
  scanner.nextSlot = (slot + 1) % slots;
  const wanted = !isChecked(part, name, (first * rowBytes) / section.block);
  scanner.ahead.ask(
    slot,
    descriptor,
    part.base + section.offset + first * rowBytes,
    count * rowBytes,
    scanner.buffers[slot] as number,
    wanted,
  );
  return slot;
}

/** Address of the batch's rows, read and checked; f16 widened. */
function receive(scanner: Scanner, contents: Contents, { pieces, slot, count }: Waiting, name: SectionRead): number {
  const { arena, ahead, buffers, widened } = scanner;
  const rowBytes = rowBytesIn(contents, name);
  const address = buffers[slot >= 0 ? slot : slots] as number;
  if (slot >= 0 && ahead) {
    const { part, first } = pieces[0] as Piece;
    const checksum = ahead.wait(slot);
    const block = (first * rowBytes) / partSection(part, name).block;
    if (checksum !== null) acceptBlock(part, name, block, checksum);
  } else {
    let at = address;
    for (const { part, first, count: some } of pieces) {
      readSection(part, name, first * rowBytes, (first + some) * rowBytes, viewU8(arena, at, some * rowBytes));
      at += some * rowBytes;
    }
  }
  if (name === "codes" || contents.manifest.storage !== "f16") return address;
  widen(viewU8(arena, address, count * rowBytes), viewF32(arena, widened, count * contents.manifest.dimension));
  return widened;
}

function maskOf({ arena, mask }: Scanner, { rows }: Chosen, { first, count }: Planned): number {
  if (!rows) return 0;
  const from = lowerBound(rows, first);
  const to = lowerBound(rows, first + count);
  if (to - from === count) return 0;
  const bytes = viewU8(arena, mask, count).fill(0);
  for (let i = from; i < to; i++) bytes[(rows[i] as number) - first] = 1;
  return mask;
}

/** Address of -1/2 |x|^2 of the rows of a batch: from the last scan, or computed once. The caller may write over it. */
export function biasesOf(scanner: Scanner, { manifest, rows }: Contents, { first, count, address }: Batch): number {
  const { arena, bias, zero, ones } = scanner;
  if (scanner.biases && scanner.biases.length < rows) {
    const longer = new Float32Array(rows).fill(Number.NaN);
    longer.set(scanner.biases);
    scanner.biases = longer;
  }
  const kept = scanner.biases?.subarray(first, first + count);
  const place = viewF32(arena, bias, count);
  if (kept && !kept.includes(Number.NaN)) place.set(kept);
  else {
    arena.kernels.scoreOne(zero, ones, manifest.dimension, address, 0, count, 0, 0, 0, 1, bias);
    kept?.set(place);
  }
  return bias;
}

/** Place of a row among those chosen. */
export function indexOf({ rows }: Chosen, ordinal: number): number {
  return rows ? lowerBound(rows, ordinal) : ordinal;
}

/** First place in rising `rows` whose entry is at least `value`. */
function lowerBound(rows: Uint32Array, value: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
