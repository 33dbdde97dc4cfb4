/**
 * @file Association weights of one head: logits beta q k^T of every bag, its support, the separation, and the way back. The weights of a bag are one block, state rows x stored rows; the
 * blocks of all bags follow each other.
 */
import type { Settings } from "./association-options.ts";
import { moved, type Part, timesNN, timesNT, timesTN } from "./products.ts";
import type { Support } from "./supports.ts";
import type { Tensor } from "./types.ts";
import { reserve, tensor, type Workspace } from "./workspace.ts";

/** Which state rows meet which stored rows. */
export interface Layout {
  readonly bags: readonly Meeting[];
  readonly states: number;
  readonly stored: number;
  /** Entries of all blocks. */
  readonly total: number;
  /** Longest row of a block. */
  readonly widest: number;
}

export interface Meeting {
  readonly state: number;
  readonly rows: number;
  readonly stored: number;
  readonly columns: number;
  /** First entry of the block. */
  readonly start: number;
}

export function layoutOf(stateOffsets: Int32Array, storedOffsets: Int32Array): Layout {
  const bags: Meeting[] = [];
  let total = 0;
  let widest = 0;
  for (let b = 0; b + 1 < stateOffsets.length; b++) {
    const state = stateOffsets[b] as number;
    const stored = storedOffsets[b] as number;
    const rows = (stateOffsets[b + 1] as number) - state;
    const columns = (storedOffsets[b + 1] as number) - stored;
    bags.push({ state, rows, stored, columns, start: total });
    total += rows * columns;
    widest = Math.max(widest, columns);
  }
  return {
    bags,
    states: stateOffsets[stateOffsets.length - 1] as number,
    stored: storedOffsets[storedOffsets.length - 1] as number,
    total,
    widest,
  };
}

/** Every bag meets the same stored rows. */
export function sharedLayout(stateOffsets: Int32Array, stored: number): Layout {
  const own = layoutOf(
    stateOffsets,
    Int32Array.from(stateOffsets, (_, b) => b * stored),
  );
  return { ...own, bags: own.bags.map((bag) => ({ ...bag, stored: 0 })), stored };
}

/** Numbers of one head. */
export interface HeadNumbers {
  readonly beta: number;
  readonly alpha: number;
  readonly head: number;
}

/** A block of weights as a part. */
export function blockOf(p: Tensor, { start, columns }: Meeting): Part {
  return { at: p.data.byteOffset + start * 4, stride: columns * 4 };
}

/** Weights of all bags, as one row of numbers. */
export function weigh(
  w: Workspace,
  s: Settings,
  layout: Layout,
  support: Support,
  q: Part,
  k: Part,
  { beta, alpha, head }: HeadNumbers,
): Tensor {
  const p = tensor(w, 1, layout.total);
  for (const bag of layout.bags)
    timesNT(w, moved(q, bag.state, 0), moved(k, bag.stored, 0), blockOf(p, bag), bag.rows, bag.columns, s.hidden);
  w.kernels.scaleTo(p.data.byteOffset, beta, layout.total, p.data.byteOffset);
  separateBlocks(w, s, layout, support, p, alpha, head);
  return p;
}

/** Logits become weights, in place. */
export function separateBlocks(w: Workspace, s: Settings, layout: Layout, support: Support, p: Tensor, alpha: number, head = 0): void {
  const { kernels } = w;
  const scratch = reserve(w, 16 * layout.widest);
  layout.bags.forEach((bag, b) => {
    const { at, stride } = blockOf(p, bag);
    const keep = support.keepOf(b, head, bag.rows, bag.columns, bag.stored);
    const added = support.addedOf(b, head, bag.rows, bag.columns);
    if (added) kernels.addScaled(added, 1, bag.rows * bag.columns, at);
    if (keep) for (let i = 0; i < bag.rows; i++) kernels.hideEntries(at + i * stride, keep + i * bag.columns, bag.columns);
    if (s.support === "top-k") kernels.keepLargest(at, bag.rows, bag.columns, stride, s.k);
    kernels.separateRows(s.kind, at, bag.rows, bag.columns, stride, alpha, s.k, at, scratch);
  });
}

/** Gradient by the logits of all blocks from that by the weights, in its place; returns d loss / d alpha. */
export function separateBlocksBack(w: Workspace, s: Settings, layout: Layout, p: Tensor, dp: Tensor, alpha: number): number {
  const scratch = reserve(w, 16 * layout.widest);
  let dAlpha = 0;
  for (const bag of layout.bags) {
    const at = blockOf(p, bag);
    const slope = blockOf(dp, bag).at;
    const wanted = s.learnAlpha ? 1 : 0;
    dAlpha += w.kernels.separateRowsBack(s.kind, at.at, slope, bag.rows, bag.columns, at.stride, alpha, slope, scratch, wanted);
  }
  return dAlpha;
}

/** y rows = P times rows of x, by bag; `add` to y. */
export function blend(w: Workspace, layout: Layout, p: Tensor, x: Part, y: Part, columns: number, add = false): void {
  for (const bag of layout.bags)
    timesNN(w, blockOf(p, bag), moved(x, bag.stored, 0), moved(y, bag.state, 0), bag.rows, columns, bag.columns, add);
}

/** x rows += P^T times rows of y, by bag. */
export function blendBack(w: Workspace, layout: Layout, p: Tensor, y: Part, x: Part, columns: number): void {
  for (const bag of layout.bags)
    timesTN(w, blockOf(p, bag), moved(y, bag.state, 0), moved(x, bag.stored, 0), bag.rows, bag.columns, columns, true);
}

/** Blocks of a b^T. */
export function compare(w: Workspace, layout: Layout, a: Part, b: Part, columns: number): Tensor {
  const d = tensor(w, 1, layout.total);
  for (const bag of layout.bags)
    timesNT(w, moved(a, bag.state, 0), moved(b, bag.stored, 0), blockOf(d, bag), bag.rows, bag.columns, columns);
  return d;
}
