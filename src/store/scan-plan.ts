/** @file Which batches a scan reads: about a MiB each, whole blocks, in order. Small neighbouring parts share one; blocks without a chosen row are left out. */
import type { Contents } from "./contents.ts";
import { codeStride, rowBytesOf } from "./layout.ts";
import type { Part } from "./part.ts";
import type { Chosen } from "./recall.ts";

/** The sections that are scanned. */
export type SectionRead = "patterns" | "codes";

/** Rows of one part. */
export interface Piece {
  readonly part: Part;
  readonly first: number;
  readonly count: number;
}

/** What one read (or several small ones side by side) brings: `count` rows from ordinal `first` on. */
export interface Planned {
  readonly first: number;
  count: number;
  readonly pieces: Piece[];
}

export function rowBytesIn({ manifest }: Contents, section: SectionRead): number {
  return section === "codes" ? codeStride(manifest.dimension) : rowBytesOf(manifest);
}

/** Rows of a batch at most: those of a block. */
export function batchRowsIn(contents: Contents, section: SectionRead): number {
  return Math.max(1, Math.floor(2 ** 20 / rowBytesIn(contents, section)));
}

export function* planScan(contents: Contents, { rows }: Chosen, section: SectionRead): Generator<Planned> {
  const most = batchRowsIn(contents, section);
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

/** Marks the rows of a batch that are chosen (1) and those that are not (0); false when all are. */
export function markChosen({ rows }: Chosen, { first, count }: Planned, into: () => Uint8Array): boolean {
  if (!rows) return false;
  const from = lowerBound(rows, first);
  const to = lowerBound(rows, first + count);
  if (to - from === count) return false;
  const bytes = into().fill(0);
  for (let i = from; i < to; i++) bytes[(rows[i] as number) - first] = 1;
  return true;
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
