/**
 * @file Learned queries without projecting every instance. Scores q . (W_K s + b_K) are s . (W_K^T q) plus a constant, and the blend of W_V s + b_V is W_V times the blend of s, plus b_V
 * times the sum of the weights: the two large products become narrow ones. docs/layers/folding.md derives it; it holds for every separation, as long as the state is not updated.
 */
import { numbersOf } from "./associate.ts";
import type { Settings } from "./association-options.ts";
import { drop, dropBack, type Kept } from "./dropout.ts";
import type { Normalised } from "./normalise.ts";
import { type Part, part, timesNN, timesNT, timesTN } from "./products.ts";
import { closeNorm, closeRole, normRole, openRole, type Role } from "./roles.ts";
import { openSupport } from "./supports.ts";
import type { Batch, Parameters, Pass, Tensor } from "./types.ts";
import { blockOf, type Layout, layoutOf, separateBlocks, separateBlocksBack } from "./weigh.ts";
import { addressOf, tensor, type Workspace, zeros } from "./workspace.ts";

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
function headLayout(s: Settings, layout: Layout, head: number): Layout {
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

export interface FoldGradients {
  readonly dQueries: Tensor;
  readonly dx: Tensor;
}

export function foldBack(
  pass: Pass,
  s: Settings,
  parameters: Parameters,
  saved: Folded,
  dRead: Tensor,
  gradients: Record<string, Parameters | Tensor>,
): FoldGradients {
  const w = pass.workspace;
  const { layout, keys, values, u, p, blended, sums } = saved;
  const rows = u.rows;
  const quantity = rows / s.heads;
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

  const scores = tensor(w, keys.rows, rows);
  for (const bag of layout.bags)
    timesNT(w, part(w, values, bag.stored), part(w, dBlended, bag.state), part(w, scores, bag.stored), bag.columns, rows, s.projectionSize);
  let dz = tensor(w, 1, layout.total);
  turn(layout, scores, dz, rows, new Float32Array(rows));
  // A constant on all weights of a row has no slope where they always sum to the same.
  if (s.separation === "softmax1" || saved.kept.keep) {
    layout.bags.forEach((bag) => {
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < bag.columns; j++)
          dz.data[bag.start + i * bag.columns + j] =
            (dz.data[bag.start + i * bag.columns + j] as number) + (dSums[bag.state + i] as number);
    });
  }
  dz = dropBack(pass, saved.kept, dz, s.dropout);
  const dAlpha = new Float32Array(s.heads);
  if (!s.learnAlpha) separateBlocksBack(w, s, layout, p, dz, s.alpha);
  else {
    for (let h = 0; h < s.heads; h++) {
      const { alpha } = numbersOf(s, parameters, h);
      dAlpha[h] = separateBlocksBack(w, s, headLayout(s, layout, h), p, dz, alpha) * (alpha - 1) * (2 - alpha);
    }
  }
  if (s.learnAlpha) gradients.alpha = { data: dAlpha, rows: 1, columns: s.heads };

  const dKeys = tensor(w, keys.rows, keys.columns);
  const dValues = values === keys ? dKeys : tensor(w, values.rows, values.columns);
  const du = zeros(w, rows, s.storedSize);
  const dConstants = new Float32Array(rows);
  for (const bag of layout.bags) {
    const slope = blockOf(dz, bag);
    timesTN(w, slope, part(w, u), part(w, dKeys, bag.stored), rows, bag.columns, s.storedSize);
    timesTN(
      w,
      blockOf(saved.dropped, bag),
      part(w, dBlended, bag.state),
      part(w, dValues, bag.stored),
      rows,
      bag.columns,
      s.projectionSize,
      values === keys,
    );
    timesNN(w, slope, part(w, keys, bag.stored), part(w, du), rows, s.storedSize, bag.columns, true);
    if (s.separation !== "softmax1") continue;
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < bag.columns; j++)
        dConstants[i] = (dConstants[i] as number) + (dz.data[bag.start + i * bag.columns + j] as number);
  }
  const dQueries = queriesBack(w, s, parameters, saved, du, dConstants, gradients);
  const found = gradients as Record<string, Parameters>;
  const dx = closeNorm(w, parameters, "stored", saved.storedNorm, dKeys, found);
  if (values !== keys) {
    const other = closeNorm(w, parameters, "projection", saved.projectionNorm, dValues, found);
    w.kernels.addScaled(other.data.byteOffset, 1, other.data.length, dx.data.byteOffset);
  }
  return { dQueries, dx };
}

/** From u_h,r = beta W_K,h^T q_h,r and c_h,r = beta q_h,r . b_K,h back to W_K, b_K, beta and the queries. */
function queriesBack(
  w: Workspace,
  s: Settings,
  parameters: Parameters,
  { state, q }: Folded,
  du: Tensor,
  dConstants: Float32Array,
  gradients: Record<string, Parameters | Tensor>,
): Tensor {
  const quantity = q.rows / s.heads;
  const { weight, bias } = parameters.stored as { weight: Tensor; bias?: Tensor };
  const dWeight = tensor(w, weight.rows, weight.columns);
  const dBias = bias ? zeros(w, 1, bias.columns) : null;
  const dq = tensor(w, q.rows, s.hidden);
  const dState = zeros(w, state.values.rows, state.values.columns);
  const dBeta = new Float32Array(s.heads);
  for (let h = 0; h < s.heads; h++) {
    const { beta } = numbersOf(s, parameters, h);
    timesTN(w, part(w, q, h * quantity), part(w, du, h * quantity), part(w, dWeight, h * s.hidden), quantity, s.hidden, s.storedSize);
    timesNT(w, part(w, du, h * quantity), part(w, weight, h * s.hidden), part(w, dq, h * quantity), quantity, s.hidden, s.storedSize);
    for (let r = 0; r < quantity; r++) {
      const row = h * quantity + r;
      const constant = dConstants[row] as number;
      for (let c = 0; c < s.hidden; c++) {
        const at = h * s.hidden + c;
        const scaled = q.data[row * s.hidden + c] as number;
        let slope = dq.data[row * s.hidden + c] as number;
        if (bias && dBias) {
          dBias.data[at] = (dBias.data[at] as number) + constant * scaled;
          slope += constant * (bias.data[at] as number);
        }
        dBeta[h] = (dBeta[h] as number) + (slope * scaled) / beta;
        const to = r * dState.columns + h * state.headStep + c;
        dState.data[to] = (dState.data[to] as number) + beta * slope;
      }
    }
  }
  gradients.stored = { weight: dWeight, ...(dBias ? { bias: dBias } : {}) };
  if (s.learnBeta) gradients.beta = { data: dBeta, rows: 1, columns: s.heads };
  return closeRole(w, s, parameters, "state", state, dState, gradients as Record<string, Parameters>);
}

/** Instances x rows becomes blocks of rows x instances, a constant added to each row. */
function turn(layout: Layout, scores: Tensor, p: Tensor, rows: number, constants: Float32Array): void {
  for (const bag of layout.bags) {
    for (let j = 0; j < bag.columns; j++) {
      const from = (bag.stored + j) * rows;
      for (let i = 0; i < rows; i++) p.data[bag.start + i * bag.columns + j] = (scores.data[from + i] as number) + (constants[i] as number);
    }
  }
}

/** Every `step`-th row of a tensor from `row` on, as a part. */
function every(w: Workspace, x: Tensor, row: number, step: number): Part {
  return { at: addressOf(w, x) + row * x.columns * 4, stride: step * x.columns * 4 };
}

const shifted = (from: Part, column: number): Part => ({ at: from.at + column * 4, stride: from.stride });

function eachHeadQuery(s: Settings, quantity: number, visit: (h: number, r: number, row: number) => void): void {
  for (let h = 0; h < s.heads; h++) for (let r = 0; r < quantity; r++) visit(h, r, h * quantity + r);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < b.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
