/**
 * @file Learned queries without projecting every instance. Scores q . (W_K s + b_K) are s . (W_K^T q) plus a constant, and the blend of W_V s + b_V is W_V times the blend of s, plus b_V
 * times the sum of the weights: the two large products become narrow ones. docs/layers/folding.md derives it; it holds for every separation, as long as the state is not updated.
 */
import { numbersOf } from "./associate.ts";
import type { Settings } from "./association-options.ts";
import { drop, type Kept } from "./dropout.ts";
import type { Normalised } from "./normalise.ts";
import { type Part, part, timesNN, timesNT } from "./products.ts";
import { normRole, openRole, type Role } from "./roles.ts";
import { openSupport } from "./supports.ts";
import type { Batch, Parameters, Pass, Tensor } from "./types.ts";
import { blockOf, type Layout, layoutOf, separateBlocks } from "./weigh.ts";
import { addressOf, tensor, type Workspace } from "./workspace.ts";

/** Whether the folded form computes what the options ask for. */
export function folds(s: Settings): boolean {
  return s.steps === 0 && s.kind >= 0 && !s.normalizeHidden && !s.staticStored && !s.staticProjection && !s.connected;
}

export interface Folded {
  readonly layout: Layout;
  readonly state: Role;
  readonly storedNorm: Normalised | null;
  readonly projectionNorm: Normalised | null;
  /** Normalised instances, as keys and as values. */
  readonly keys: Tensor;
  readonly values: Tensor;
  /** Row h * quantity + r: W_K,h^T q_h,r, times beta. */
  readonly u: Tensor;
  readonly q: Tensor;
  readonly p: Tensor;
  readonly dropped: Tensor;
  readonly kept: Kept;
  /** Row b * heads * quantity + h * quantity + r: blended instances, and the sum of the weights. */
  readonly blended: Tensor;
  readonly sums: Tensor;
}

/** Every bag is met by all queries of all heads: one block of (heads * quantity) x instances. */
function foldedLayout(offsets: Int32Array, rows: number): Layout {
  return layoutOf(
    Int32Array.from(offsets, (_, b) => b * rows),
    offsets,
  );
}

export function fold(pass: Pass, s: Settings, parameters: Parameters, queries: Tensor, x: Batch): { read: Tensor; saved: Folded } {
  const w = pass.workspace;
  const quantity = queries.rows;
  const rows = s.heads * quantity;
  const layout = foldedLayout(x.offsets, rows);
  const bags = layout.bags.length;
  const state = openRole(w, s, parameters, "state", queries);
  const storedNorm = normRole(w, s, parameters, "stored", x);
  const projectionNorm = normRole(w, s, parameters, "projection", x);
  const keys = storedNorm?.y ?? x;
  const values = projectionNorm?.y ?? x;
  const map = parameters.stored as Parameters;
  const q = tensor(w, rows, s.hidden);
  const u = tensor(w, rows, s.storedSize);
  const constants = new Float32Array(rows);
  for (let h = 0; h < s.heads; h++) {
    const { beta } = numbersOf(s, parameters, h);
    for (let r = 0; r < quantity; r++) {
      const from = state.values.data.subarray(r * state.values.columns + h * state.headStep);
      for (let c = 0; c < s.hidden; c++) q.data[(h * quantity + r) * s.hidden + c] = beta * (from[c] as number);
    }
    timesNN(
      w,
      part(w, q, h * quantity),
      part(w, map.weight as Tensor, h * s.hidden),
      part(w, u, h * quantity),
      quantity,
      s.storedSize,
      s.hidden,
    );
    if (map.bias) {
      const bias = (map.bias as Tensor).data.subarray(h * s.hidden, (h + 1) * s.hidden);
      for (let r = 0; r < quantity; r++) constants[h * quantity + r] = dot(q.data.subarray((h * quantity + r) * s.hidden), bias);
    }
  }
  // Instances x rows in one narrow product, then turned into a block for each bag.
  const scores = tensor(w, x.rows, rows);
  timesNT(w, part(w, keys), part(w, u), part(w, scores), x.rows, rows, s.storedSize);
  const p = tensor(w, 1, layout.total);
  turn(layout, scores, p, rows, constants);
  separateFolded(w, s, parameters, layout, p);
  const [dropped, kept] = drop(pass, p, s.dropout);
  const blended = tensor(w, bags * rows, s.projectionSize);
  const sums = tensor(w, bags * rows, 1);
  layout.bags.forEach((bag) => {
    timesNN(w, blockOf(dropped, bag), part(w, values, bag.stored), part(w, blended, bag.state), rows, s.projectionSize, bag.columns);
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let j = 0; j < bag.columns; j++) sum += dropped.data[bag.start + i * bag.columns + j] as number;
      sums.data[bag.state + i] = sum;
    }
  });
  const read = readValues(w, s, parameters, blended, sums, bags, quantity);
  return { read, saved: { layout, state, storedNorm, projectionNorm, keys, values, u, q, p, dropped, kept, blended, sums } };
}

/** Heads go one by one where each has an alpha of its own, or where the place of a query in its bag matters. */
const headByHead = (s: Settings): boolean => s.learnAlpha || s.support === "window" || s.support === "random";

/** Separation of all blocks. */
function separateFolded(w: Workspace, s: Settings, parameters: Parameters, layout: Layout, p: Tensor): void {
  const support = openSupport(w, s, {});
  if (!headByHead(s)) separateBlocks(w, s, layout, support, p, s.alpha);
  else for (let h = 0; h < s.heads; h++) separateBlocks(w, s, headLayout(s, layout, h), support, p, numbersOf(s, parameters, h).alpha);
}

/** The rows of one head in every block. */
export function headLayout(s: Settings, layout: Layout, head: number): Layout {
  const bags = layout.bags.map((bag) => {
    const rows = bag.rows / s.heads;
    return { ...bag, rows, start: bag.start + head * rows * bag.columns };
  });
  return { ...layout, bags };
}

/** Row (bag, r) of the result: W_V,h times the blend, plus b_V,h times the sum of the weights, for each head side by side. */
function readValues(
  w: Workspace,
  s: Settings,
  parameters: Parameters,
  blended: Tensor,
  sums: Tensor,
  bags: number,
  quantity: number,
): Tensor {
  const { weight, bias } = parameters.projection as { weight: Tensor; bias?: Tensor };
  const read = tensor(w, bags * quantity, s.heads * s.pattern);
  eachHeadQuery(s, quantity, (h, r, row) => {
    timesNT(
      w,
      every(w, blended, row, s.heads * quantity),
      part(w, weight, h * s.pattern),
      shifted(every(w, read, r, quantity), h * s.pattern),
      bags,
      s.pattern,
      s.projectionSize,
    );
    if (!bias) return;
    for (let b = 0; b < bags; b++) {
      const sum = sums.data[b * s.heads * quantity + row] as number;
      const at = (b * quantity + r) * read.columns + h * s.pattern;
      for (let c = 0; c < s.pattern; c++)
        read.data[at + c] = (read.data[at + c] as number) + sum * (bias.data[h * s.pattern + c] as number);
    }
  });
  return read;
}

/** Instances x rows becomes blocks of rows x instances, a constant added to each row. */
export function turn(layout: Layout, scores: Tensor, p: Tensor, rows: number, constants: Float32Array): void {
  for (const bag of layout.bags) {
    for (let j = 0; j < bag.columns; j++) {
      const from = (bag.stored + j) * rows;
      for (let i = 0; i < rows; i++) p.data[bag.start + i * bag.columns + j] = (scores.data[from + i] as number) + (constants[i] as number);
    }
  }
}

/** Every `step`-th row of a tensor from `row` on, as a part. */
export function every(w: Workspace, x: Tensor, row: number, step: number): Part {
  return { at: addressOf(w, x) + row * x.columns * 4, stride: step * x.columns * 4 };
}

export const shifted = (from: Part, column: number): Part => ({ at: from.at + column * 4, stride: from.stride });

export function eachHeadQuery(s: Settings, quantity: number, visit: (h: number, r: number, row: number) => void): void {
  for (let h = 0; h < s.heads; h++) for (let r = 0; r < quantity; r++) visit(h, r, h * quantity + r);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < b.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
