/**
 * @file The values of folded queries: instances are blended first and the blend is projected, W_V (sum_j p_j s_j) + b_V (sum_j p_j), which is a narrow product; and the way back. Shared by
 * the separations of logits (fold.ts) and those by features (fold-features.ts).
 */
import type { Settings } from "./association-options.ts";
import { evenOffsets } from "./batch.ts";
import { drop, dropBack, type Kept } from "./dropout.ts";
import { type Part, part, timesNN, timesNT, timesTN } from "./products.ts";
import type { Parameters, Pass, Tensor } from "./types.ts";
import { blend, blendBack, compareFew, layoutOf, type Placed, placed } from "./weigh.ts";
import { addressOf, tensor, type Workspace, zeros } from "./workspace.ts";

export interface Blended {
  readonly dropped: Tensor;
  readonly kept: Kept;
  /** Row b * heads * quantity + h * quantity + r: blended instances, and the sum of the weights. */
  readonly blended: Tensor;
  readonly sums: Tensor;
}

/** Every bag is met by all queries of all heads: one block of (heads * quantity) x instances. */
export function foldedLayout(w: Workspace, offsets: Int32Array, rows: number): Placed {
  return placed(w, layoutOf(evenOffsets(offsets.length - 1, rows), offsets));
}

/** The rows of one head in every block. */
export function headLayout(w: Workspace, s: Settings, layout: Placed, head: number): Placed {
  const bags = layout.bags.map((bag) => {
    const rows = bag.rows / s.heads;
    return { ...bag, rows, state: bag.state + head * rows, start: bag.start + head * rows * bag.columns };
  });
  return placed(w, { ...layout, bags });
}

/** Instances x rows becomes blocks of rows x instances, a constant added to each row (null: none). */
export function turn(w: Workspace, layout: Placed, scores: Tensor, rows: number, constants: Float32Array | null): Tensor {
  const p = tensor(w, 1, layout.total);
  const added = constants ? addressOf(w, { data: constants, rows: 1, columns: rows }) : 0;
  w.kernels.turnBlocks(layout.at, layout.bags.length, scores.data.byteOffset, added, p.data.byteOffset);
  return p;
}

/** What the queries read with weights p: one row for each query of each bag, all heads side by side. */
export function blendFolded(
  pass: Pass,
  s: Settings,
  parameters: Parameters,
  layout: Placed,
  p: Tensor,
  values: Tensor,
  quantity: number,
): { read: Tensor; saved: Blended } {
  const w = pass.workspace;
  const rows = s.heads * quantity;
  const bags = layout.bags.length;
  const [dropped, kept] = drop(pass, p, s.dropout);
  const blended = tensor(w, bags * rows, s.projectionSize);
  const sums = tensor(w, bags * rows, 1);
  blend(w, layout, dropped, part(w, values), part(w, blended), s.projectionSize);
  w.kernels.sumBlocks(layout.at, bags, dropped.data.byteOffset, sums.data.byteOffset);
  const { weight, bias } = parameters.projection as { weight: Tensor; bias?: Tensor };
  const read = tensor(w, bags * quantity, s.heads * s.pattern);
  eachHeadQuery(s, quantity, (h, r, row) => {
    const to = shifted(every(w, read, r, quantity), h * s.pattern);
    timesNT(w, every(w, blended, row, rows), part(w, weight, h * s.pattern), to, bags, s.pattern, s.projectionSize);
    if (bias) timesNN(w, every(w, sums, row, rows), part(w, bias, 0, h * s.pattern), to, bags, s.pattern, 1, true);
  });
  return { read, saved: { dropped, kept, blended, sums } };
}

/** Gradients of the projection (put into `gradients`), by the weights p (blocks) and by the blends. */
export function blendFoldedBack(
  pass: Pass,
  s: Settings,
  parameters: Parameters,
  layout: Placed,
  { kept, blended, sums }: Blended,
  values: Tensor,
  dRead: Tensor,
  quantity: number,
  gradients: Record<string, Parameters | Tensor>,
): { dp: Tensor; dBlended: Tensor } {
  const w = pass.workspace;
  const rows = s.heads * quantity;
  const bags = layout.bags.length;
  const { weight, bias } = parameters.projection as { weight: Tensor; bias?: Tensor };
  const dBlended = tensor(w, bags * rows, s.projectionSize);
  // A constant on all weights of a row has no slope where they always sum to the same.
  const dSums = bias && (s.separation === "softmax1" || kept.keep) ? zeros(w, bags * rows, 1) : null;
  const dWeight = zeros(w, weight.rows, weight.columns);
  const dBias = bias ? zeros(w, 1, bias.columns) : null;
  eachHeadQuery(s, quantity, (h, r, row) => {
    const slope = shifted(every(w, dRead, r, quantity), h * s.pattern);
    timesNN(w, slope, part(w, weight, h * s.pattern), every(w, dBlended, row, rows), bags, s.projectionSize, s.pattern);
    timesTN(w, slope, every(w, blended, row, rows), part(w, dWeight, h * s.pattern), bags, s.pattern, s.projectionSize, true);
    if (!bias || !dBias) return;
    timesTN(w, every(w, sums, row, rows), slope, part(w, dBias, 0, h * s.pattern), bags, 1, s.pattern, true);
    if (dSums) timesNT(w, slope, part(w, bias, 0, h * s.pattern), every(w, dSums, row, rows), bags, 1, s.pattern);
  });
  gradients.projection = { weight: dWeight, ...(dBias ? { bias: dBias } : {}) };
  const dp = compareFew(w, layout, part(w, dBlended), part(w, values), s.projectionSize, rows);
  if (dSums) addToRows(layout, dp, dSums);
  return { dp: dropBack(pass, kept, dp, s.dropout), dBlended };
}

/** Adds a number of each state row to all entries of that row. */
function addToRows({ bags }: Placed, blocks: Tensor, rows: Tensor): void {
  for (const bag of bags) {
    for (let i = 0; i < bag.rows * bag.columns; i++) {
      const row = bag.state + Math.floor(i / bag.columns);
      blocks.data[bag.start + i] = (blocks.data[bag.start + i] as number) + (rows.data[row] as number);
    }
  }
}

/** Gradient by the instances as values: set, or added with `add`. */
export function valuesBack(
  w: Workspace,
  s: Settings,
  layout: Placed,
  { dropped }: Blended,
  dBlended: Tensor,
  dValues: Tensor,
  add: boolean,
): void {
  blendBack(w, layout, dropped, part(w, dBlended), part(w, dValues), s.projectionSize, add);
}

/** Every `step`-th row of a tensor from `row` on, as a part. */
function every(w: Workspace, x: Tensor, row: number, step: number): Part {
  return { at: addressOf(w, x) + row * x.columns * 4, stride: step * x.columns * 4 };
}

const shifted = (from: Part, column: number): Part => ({ at: from.at + column * 4, stride: from.stride });

function eachHeadQuery(s: Settings, quantity: number, visit: (h: number, r: number, row: number) => void): void {
  for (let h = 0; h < s.heads; h++) for (let r = 0; r < quantity; r++) visit(h, r, h * quantity + r);
}
