/**
 * @file Learned queries without projecting every instance. Scores q . (W_K s + b_K) are s . (W_K^T q) plus a constant, and the blend of W_V s + b_V is W_V times the blend of s, plus b_V
 * times the sum of the weights: the two large products become narrow ones. docs/layers/folding.md derives it; it holds for every separation, as long as the state is not updated.
 */
import { numbersOf } from "./associate.ts";
import type { Settings } from "./association-options.ts";
import { type Blended, blendFolded, foldedLayout, headLayout, turn } from "./fold-values.ts";
import type { Normalised } from "./normalise.ts";
import { part, timesNN, timesNT } from "./products.ts";
import { normRole, openRole, type Role } from "./roles.ts";
import { openSupport } from "./supports.ts";
import type { Batch, Parameters, Pass, Tensor } from "./types.ts";
import { type Placed, separateBlocks } from "./weigh.ts";
import { tensor, type Workspace } from "./workspace.ts";

/** Whether the folded form computes what the options ask for. */
export function folds(s: Settings): boolean {
  return s.steps === 0 && s.kind >= 0 && !s.normalizeHidden && !s.staticStored && !s.staticProjection && !s.connected;
}

export interface Folded {
  readonly layout: Placed;
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
  readonly blended: Blended;
}

export function fold(pass: Pass, s: Settings, parameters: Parameters, queries: Tensor, x: Batch): { read: Tensor; saved: Folded } {
  const w = pass.workspace;
  const quantity = queries.rows;
  const rows = s.heads * quantity;
  const layout = foldedLayout(w, x.offsets, rows);
  const state = openRole(w, s, parameters, "state", queries);
  const storedNorm = normRole(w, s, parameters, "stored", x);
  const projectionNorm = normRole(w, s, parameters, "projection", x);
  const keys = storedNorm?.y ?? x;
  const values = projectionNorm?.y ?? x;
  const map = parameters.stored as Parameters;
  const q = tensor(w, rows, s.hidden);
  const u = tensor(w, rows, s.storedSize);
  // A constant on all logits of a row changes its weights only where one more logit of 0 stands beside them.
  const constants = s.separation === "softmax1" && map.bias ? new Float32Array(rows) : null;
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
    if (constants) {
      const bias = (map.bias as Tensor).data.subarray(h * s.hidden, (h + 1) * s.hidden);
      for (let r = 0; r < quantity; r++) constants[h * quantity + r] = dot(q.data.subarray((h * quantity + r) * s.hidden), bias);
    }
  }
  // Instances x rows in one narrow product, then turned into a block for each bag.
  const scores = tensor(w, x.rows, rows);
  timesNT(w, part(w, keys), part(w, u), part(w, scores), x.rows, rows, s.storedSize);
  const p = turn(w, layout, scores, rows, constants);
  separateFolded(w, s, parameters, layout, p);
  const { read, saved: blended } = blendFolded(pass, s, parameters, layout, p, values, quantity);
  return { read, saved: { layout, state, storedNorm, projectionNorm, keys, values, u, q, p, blended } };
}

/** Heads go one by one where each has an alpha of its own, or where the place of a query in its bag matters. */
const headByHead = (s: Settings): boolean => s.learnAlpha || s.support === "window" || s.support === "random";

/** Separation of all blocks. */
function separateFolded(w: Workspace, s: Settings, parameters: Parameters, layout: Placed, p: Tensor): void {
  const support = openSupport(w, s, {});
  if (!headByHead(s)) separateBlocks(w, s, layout, support, p, s.alpha);
  else for (let h = 0; h < s.heads; h++) separateBlocks(w, s, headLayout(w, s, layout, h), support, p, numbersOf(s, parameters, h).alpha);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < b.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
