/**
 * @file The values of folded queries: instances are blended first and the blend is projected, W_V (sum_j p_j s_j) + b_V (sum_j p_j), which is a narrow product; and the way back. Shared by
 * the separations of logits (fold.ts) and those by features (fold-features.ts).
 */
import type { Settings } from "./association-options.ts";
import { drop, dropBack, type Kept } from "./dropout.ts";
import { type Part, part, timesNN, timesNT, timesTN } from "./products.ts";
import type { Parameters, Pass, Tensor } from "./types.ts";
import { blockOf, type Layout, layoutOf } from "./weigh.ts";
import { addressOf, tensor, type Workspace, zeros } from "./workspace.ts";

export interface Blended {
  readonly dropped: Tensor;
  readonly kept: Kept;
  /** Row b * heads * quantity + h * quantity + r: blended instances, and the sum of the weights. */
  readonly blended: Tensor;
  readonly sums: Tensor;
}

/** Every bag is met by all queries of all heads: one block of (heads * quantity) x instances. */
export function foldedLayout(offsets: Int32Array, rows: number): Layout {
  return layoutOf(
    Int32Array.from(offsets, (_, b) => b * rows),
    offsets,
  );
}

/** The rows of one head in every block. */
export function headLayout(s: Settings, layout: Layout, head: number): Layout {
  const bags = layout.bags.map((bag) => {
    const rows = bag.rows / s.heads;
    return { ...bag, rows, state: bag.state + head * rows, start: bag.start + head * rows * bag.columns };
  });
  return { ...layout, bags };
}

/** Instances x rows becomes blocks of rows x instances, a constant added to each row. */
export function turn(w: Workspace, layout: Layout, scores: Tensor, p: Tensor, rows: number, constants: Float32Array): void {
  const added = addressOf(w, { data: constants, rows: 1, columns: rows });
  for (const bag of layout.bags)
    w.kernels.turnBlock(scores.data.byteOffset + bag.stored * rows * 4, rows, bag.columns, added, p.data.byteOffset + bag.start * 4);
}

/** What the queries read with weights p: one row for each query of each bag, all heads side by side. */
export function blendFolded(
  pass: Pass,
  s: Settings,
  parameters: Parameters,
  layout: Layout,
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
  layout.bags.forEach((bag) => {
    timesNN(w, blockOf(dropped, bag), part(w, values, bag.stored), part(w, blended, bag.state), rows, s.projectionSize, bag.columns);
    w.kernels.rowSums(blockOf(dropped, bag).at, rows, bag.columns, sums.data.byteOffset + bag.state * 4);
  });
  const { weight, bias } = parameters.projection as { weight: Tensor; bias?: Tensor };
  const read = tensor(w, bags * quantity, s.heads * s.pattern);
  eachHeadQuery(s, quantity, (h, r, row) => {
    timesNT(
      w,
      every(w, blended, row, rows),
      part(w, weight, h * s.pattern),
      shifted(every(w, read, r, quantity), h * s.pattern),
      bags,
      s.pattern,
      s.projectionSize,
    );
    if (!bias) return;
    for (let b = 0; b < bags; b++) {
      const sum = sums.data[b * rows + row] as number;
      const at = (b * quantity + r) * read.columns + h * s.pattern;
      for (let c = 0; c < s.pattern; c++)
        read.data[at + c] = (read.data[at + c] as number) + sum * (bias.data[h * s.pattern + c] as number);
    }
  });
  return { read, saved: { dropped, kept, blended, sums } };
}

/** Gradients of the projection (put into `gradients`), by the weights p (blocks) and by the blends. */
export function blendFoldedBack(
  pass: Pass,
  s: Settings,
  parameters: Parameters,
  layout: Layout,
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
  const dSums = new Float32Array(bags * rows);
  const dWeight = zeros(w, weight.rows, weight.columns);
  const dBias = bias ? zeros(w, 1, bias.columns) : null;
  eachHeadQuery(s, quantity, (h, r, row) => {
    const slope = shifted(every(w, dRead, r, quantity), h * s.pattern);
    timesNN(w, slope, part(w, weight, h * s.pattern), every(w, dBlended, row, rows), bags, s.projectionSize, s.pattern);
    timesTN(w, slope, every(w, blended, row, rows), part(w, dWeight, h * s.pattern), bags, s.pattern, s.projectionSize, true);
    if (!bias || !dBias) return;
    for (let b = 0; b < bags; b++) {
      const from = (b * quantity + r) * dRead.columns + h * s.pattern;
      const sum = sums.data[b * rows + row] as number;
      for (let c = 0; c < s.pattern; c++) {
        const value = dRead.data[from + c] as number;
        const at = h * s.pattern + c;
        dBias.data[at] = (dBias.data[at] as number) + sum * value;
        dSums[b * rows + row] = (dSums[b * rows + row] as number) + value * (bias.data[at] as number);
      }
    }
  });
  gradients.projection = { weight: dWeight, ...(dBias ? { bias: dBias } : {}) };
  const scores = tensor(w, values.rows, rows);
  for (const bag of layout.bags)
    timesNT(w, part(w, values, bag.stored), part(w, dBlended, bag.state), part(w, scores, bag.stored), bag.columns, rows, s.projectionSize);
  const dp = tensor(w, 1, layout.total);
  turn(w, layout, scores, dp, rows, new Float32Array(rows));
  // A constant on all weights of a row has no slope where they always sum to the same.
  if (s.separation === "softmax1" || kept.keep) {
    layout.bags.forEach((bag) => {
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < bag.columns; j++)
          dp.data[bag.start + i * bag.columns + j] =
            (dp.data[bag.start + i * bag.columns + j] as number) + (dSums[bag.state + i] as number);
    });
  }
  return { dp: dropBack(pass, kept, dp, s.dropout), dBlended };
}

/** Gradient by the instances as values: set, or added with `add`. */
export function valuesBack(
  w: Workspace,
  s: Settings,
  layout: Layout,
  { dropped }: Blended,
  dBlended: Tensor,
  dValues: Tensor,
  add: boolean,
): void {
  for (const bag of layout.bags)
    timesTN(
      w,
      blockOf(dropped, bag),
      part(w, dBlended, bag.state),
      part(w, dValues, bag.stored),
      bag.rows,
      bag.columns,
      s.projectionSize,
      add,
    );
}

/** Every `step`-th row of a tensor from `row` on, as a part. */
function every(w: Workspace, x: Tensor, row: number, step: number): Part {
  return { at: addressOf(w, x) + row * x.columns * 4, stride: step * x.columns * 4 };
}

const shifted = (from: Part, column: number): Part => ({ at: from.at + column * 4, stride: from.stride });

function eachHeadQuery(s: Settings, quantity: number, visit: (h: number, r: number, row: number) => void): void {
  for (let h = 0; h < s.heads; h++) for (let r = 0; r < quantity; r++) visit(h, r, h * quantity + r);
}
