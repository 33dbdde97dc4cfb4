/**
 * @file The linear rule beside a lookup: class probabilities softmax(W x + b) (numbers: W x + b). The mean loss over the rows plus a penalty on W is minimised by Nesterov's accelerated gradient
 * (Soviet Mathematics Doklady 27, 1983). docs/tables/lookup.md has the step, the restarts and how the penalty is chosen.
 */
import { part, timesNT, timesTN } from "../layers/products.ts";
import type { Tensor } from "../layers/types.ts";
import { scoped, tensor, type Workspace } from "../layers/workspace.ts";
import { type LookupRows, softmaxRows } from "./lookup-scales.ts";
import type { Encoded } from "./table-encode.ts";

/** Outputs x (columns + 1): the last column is the intercept. */
export type RuleWeights = Float32Array;

/** A fit ends when no entry of the gradient is above it, */
const flat = 1e-5;
/** or after so many steps; fewer where a step costs much: products of about 2^29 numbers a fit, seconds. */
const stepsFor = (numbers: number): number => Math.max(30, Math.min(300, Math.floor(2 ** 29 / numbers)));

/** With more weights the rule is left out: its cost would outgrow the lookup's. */
export const mostRuleWeights = 8192;

/**
 * @param penalty half of it times the squared length of W (without intercepts) is added to the mean loss; above 0.
 * @param start weights to begin from, default 0: the objective is convex, so they decide about little but the time.
 */
export function fitRule(w: Workspace, rows: LookupRows, penalty: number, start?: RuleWeights): RuleWeights {
  const { y, outputs, x, kind } = rows;
  const width = x.columns + 1;
  return scoped(w, () => {
    const inputs = withOne(w, x);
    // The Hessian of the mean cross-entropy is at most half (of half the squares exactly) the largest eigenvalue of X^T X / n.
    const curvature = ((kind === "classes" ? 0.5 : 1) * largestEigenvalue(w, inputs)) / x.rows;
    const step = 1 / (curvature + penalty);
    const at = tensor(w, outputs, width);
    const gradient = tensor(w, outputs, width);
    const said = tensor(w, x.rows, outputs);
    const own = new Float64Array(outputs * width);
    if (start) own.set(start);
    const before = Float64Array.from(own);
    let pace = 1;
    at.data.set(own);
    const most = stepsFor(x.rows * width * outputs);
    for (let n = 0; n < most; n++) {
      answer(w, inputs, at, said, kind);
      for (let i = 0; i < said.data.length; i++) said.data[i] = ((said.data[i] as number) - (y[i] as number)) / x.rows;
      timesTN(w, part(w, said), part(w, inputs), part(w, gradient), x.rows, outputs, width);
      let [largest, along] = [0, 0];
      for (let k = 0; k < own.length; k++) {
        const slope = (gradient.data[k] as number) + (k % width === width - 1 ? 0 : penalty * (at.data[k] as number));
        largest = Math.max(largest, Math.abs(slope));
        const next = (at.data[k] as number) - step * slope;
        along += slope * (next - (own[k] as number));
        before[k] = own[k] as number;
        own[k] = next;
      }
      // Momentum that carries uphill is dropped (O'Donoghue and Candes, arXiv 1204.3982, gradient scheme).
      const nextPace = along > 0 ? 1 : (1 + Math.sqrt(1 + 4 * pace * pace)) / 2;
      const share = along > 0 ? 0 : (pace - 1) / nextPace;
      for (let k = 0; k < own.length; k++) at.data[k] = (own[k] as number) + share * ((own[k] as number) - (before[k] as number));
      pace = nextPace;
      if (largest < flat) break;
    }
    return Float32Array.from(own);
  });
}

/** Probabilities or numbers of query rows, rows x outputs. */
export function askRule(w: Workspace, rule: RuleWeights, x: Encoded, outputs: number, kind: LookupRows["kind"]): Float32Array {
  return scoped(w, () => {
    const weights = tensor(w, outputs, x.columns + 1);
    weights.data.set(rule);
    const said = tensor(w, x.rows, outputs);
    answer(w, withOne(w, x), weights, said, kind);
    return Float32Array.from(said.data);
  });
}

function answer(w: Workspace, inputs: Tensor, weights: Tensor, said: Tensor, kind: LookupRows["kind"]): void {
  timesNT(w, part(w, inputs), part(w, weights), part(w, said), inputs.rows, weights.rows, inputs.columns);
  if (kind === "classes") softmaxRows(w, said);
}

function withOne(w: Workspace, { data, rows, columns }: Encoded): Tensor {
  const x = tensor(w, rows, columns + 1);
  for (let i = 0; i < rows; i++) {
    x.data.set(data.subarray(i * columns, (i + 1) * columns), i * (columns + 1));
    x.data[(i + 1) * (columns + 1) - 1] = 1;
  }
  return x;
}

/** Of X^T X, from below by power iteration and a tenth more. */
function largestEigenvalue(w: Workspace, x: Tensor): number {
  return scoped(w, () => {
    const v = tensor(w, 1, x.columns);
    const along = tensor(w, x.rows, 1);
    v.data.fill(1 / Math.sqrt(x.columns));
    let value = 1;
    for (let round = 0; round < 30; round++) {
      timesNT(w, part(w, x), part(w, v), part(w, along), x.rows, 1, x.columns);
      timesTN(w, part(w, along), part(w, x), part(w, v), x.rows, 1, x.columns);
      value = Math.sqrt(v.data.reduce((sum, each) => sum + each * each, 0)) || 1;
      for (let k = 0; k < v.data.length; k++) v.data[k] = (v.data[k] as number) / value;
    }
    return 1.1 * value;
  });
}
