/**
 * @file Association weights of one head: logits beta q k^T of every bag, its support, the separation, and the way back. The weights of a bag are one block, state rows x stored rows; the
 * blocks of all bags follow each other.
 */
import type { Settings } from "./association-options.ts";
import type { Part } from "./products.ts";
import type { Support } from "./supports.ts";
import type { Tensor } from "./types.ts";
import { panelFor, reserve, tensor, type Workspace } from "./workspace.ts";

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

/** A layout whose bags stand in the workspace too, five i32 each, so that one call of a kernel does all of them. */
export interface Placed extends Layout {
  readonly at: number;
}

/** Good until the scope ends that it is called in. @param same with true the same state rows, the first ones, stand for every bag. */
export function placed(w: Workspace, layout: Layout, same = false): Placed {
  const { bags } = layout;
  const at = reserve(w, bags.length * 20);
  const table = new Int32Array(w.buffer, at, bags.length * 5);
  bags.forEach(({ state, rows, stored, columns, start }, b) => {
    table[5 * b] = same ? 0 : state;
    table[5 * b + 1] = rows;
    table[5 * b + 2] = stored;
    table[5 * b + 3] = columns;
    table[5 * b + 4] = start;
  });
  return { ...layout, at };
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
  layout: Placed,
  support: Support,
  q: Part,
  k: Part,
  { beta, alpha, head }: HeadNumbers,
): Tensor {
  const p = compare(w, layout, q, k, s.hidden);
  w.kernels.scaleTo(p.data.byteOffset, beta, layout.total, p.data.byteOffset);
  separateBlocks(w, s, layout, support, p, alpha, head);
  return p;
}

/** Logits become weights, in place. */
export function separateBlocks(w: Workspace, s: Settings, layout: Placed, support: Support, p: Tensor, alpha: number, head = 0): void {
  if (!support.open) hide(w, layout, support, p, head);
  const top = s.support === "top-k" ? s.k : 0;
  w.kernels.separateBlocks(layout.at, layout.bags.length, s.kind, p.data.byteOffset, top, alpha, s.k, reserve(w, 16 * layout.widest));
}

/** What a mask adds to the logits, and -Infinity for what it hides. */
function hide({ kernels }: Workspace, layout: Layout, support: Support, p: Tensor, head: number): void {
  layout.bags.forEach((bag, b) => {
    const { at, stride } = blockOf(p, bag);
    const keep = support.keepOf(b, head, bag.rows, bag.columns, bag.stored);
    const added = support.addedOf(b, head, bag.rows, bag.columns);
    if (added) kernels.addScaled(added, 1, bag.rows * bag.columns, at);
    if (keep) for (let i = 0; i < bag.rows; i++) kernels.hideEntries(at + i * stride, keep + i * bag.columns, bag.columns);
  });
}

/** Gradient by the logits of all blocks from that by the weights, in its place; returns d loss / d alpha. */
export function separateBlocksBack(w: Workspace, s: Settings, layout: Placed, p: Tensor, dp: Tensor, alpha: number): number {
  const scratch = reserve(w, 16 * layout.widest);
  const wanted = s.learnAlpha ? 1 : 0;
  return w.kernels.separateBlocksBack(layout.at, layout.bags.length, s.kind, p.data.byteOffset, dp.data.byteOffset, alpha, scratch, wanted);
}

/** Ratios of products of features: hidden ones become 0, rows are divided by their sums, which are returned (one a state row). */
export function divideBlocks(
  w: Workspace,
  layout: Placed,
  support: Support,
  p: Tensor,
  head: number,
  sums = tensor(w, layout.states, 1),
): Tensor {
  if (!support.open) {
    layout.bags.forEach((bag, b) => {
      const { at, stride } = blockOf(p, bag);
      const keep = support.keepOf(b, head, bag.rows, bag.columns, bag.stored);
      if (keep)
        for (let i = 0; i < bag.rows; i++) w.kernels.keepSome(at + i * stride, keep + i * bag.columns, 1, bag.columns, at + i * stride);
    });
  }
  w.kernels.ratioBlocks(layout.at, layout.bags.length, p.data.byteOffset, sums.data.byteOffset);
  return sums;
}

/** Gradient by the products from that by the ratios, in its place. */
export function divideBlocksBack(w: Workspace, layout: Placed, support: Support, p: Tensor, dp: Tensor, sums: Tensor): void {
  w.kernels.ratioBlocksBack(layout.at, layout.bags.length, p.data.byteOffset, dp.data.byteOffset, sums.data.byteOffset);
  if (support.open) return;
  // A hidden entry was a product set to 0: its slope is 0, which the kernel cannot know. Products of features themselves are above 0.
  p.data.forEach((weight, i) => {
    if (weight === 0) dp.data[i] = 0;
  });
}

/** y rows = P times rows of x, by bag; `add` to y. */
export function blend(w: Workspace, layout: Placed, p: Tensor, x: Part, y: Part, columns: number, add = false): void {
  const panel = panelFor(w, layout.widest);
  w.kernels.blendBlocks(layout.at, layout.bags.length, p.data.byteOffset, x.at, x.stride, y.at, y.stride, columns, add ? 1 : 0, panel);
}

/** x rows += P^T times rows of y, by bag; in their place without `add`. */
export function blendBack(w: Workspace, layout: Placed, p: Tensor, y: Part, x: Part, columns: number, add = true): void {
  w.kernels.blendBlocksBack(layout.at, layout.bags.length, p.data.byteOffset, y.at, y.stride, x.at, x.stride, columns, add ? 1 : 0);
}

/** Blocks of a b^T. */
export function compare(w: Workspace, layout: Placed, a: Part, b: Part, columns: number): Tensor {
  const d = tensor(w, 1, layout.total);
  const panel = panelFor(w, columns);
  w.kernels.compareBlocks(layout.at, layout.bags.length, a.at, a.stride, b.at, b.stride, columns, d.data.byteOffset, panel);
  return d;
}

/** The same where every bag has few state rows. */
export function compareFew(w: Workspace, layout: Placed, a: Part, b: Part, columns: number, rows: number): Tensor {
  const d = tensor(w, 1, layout.total);
  const scratch = reserve(w, 4 * rows * layout.widest);
  w.kernels.compareFew(
    layout.at,
    layout.bags.length,
    a.at,
    a.stride,
    b.at,
    b.stride,
    columns,
    d.data.byteOffset,
    panelFor(w, columns),
    scratch,
  );
  return d;
}
