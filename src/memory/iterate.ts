/**
 * @file Repeats an evaluation: a fixed number of times, or until the state settles. Knows nothing of models; `step` is one evaluation of the pattern-space operator
 * for some rows of the batch, `read` the one that reads the values.
 */
import type { Evaluation } from "./evaluation.ts";

export interface IterationPlan {
  readonly steps: number | "converge";
  readonly tolerance: number;
  readonly maxSteps: number;
  /** Whether the last evaluation reads values of their own; then all before it return to the pattern space. */
  readonly readsValues: boolean;
  /** The cues lack entries: they are no states, so the step out of them cannot be a fixed point. */
  readonly partial: boolean;
}

/** States after each step, for traces: called with the full B x d states. */
export type OnStep = (states: Float32Array, step: number) => void;

export interface Iteration {
  /** The last evaluation of each query. */
  readonly last: readonly { readonly evaluation: Evaluation; readonly index: number }[];
  /** B x columns: the answers. */
  readonly answers: Float32Array;
  /** B x d: the last states in the pattern space. */
  readonly states: Float32Array;
  readonly steps: Int32Array;
  readonly converged: (boolean | null)[];
}

/**
 * @param cues B x d start states. @param columns width of the answers.
 * @param step evaluates the given rows (states: rows.length x d) and applies post and clamp; `first` is true while the cues themselves are compared.
 */
export function iterate(
  cues: Float32Array,
  dimension: number,
  columns: number,
  plan: IterationPlan,
  step: (states: Float32Array, rows: Int32Array, first: boolean, readValues: boolean) => Evaluation,
  onStep: OnStep | null,
): Iteration {
  const count = cues.length / dimension;
  const states = cues.slice();
  const answers = new Float32Array(count * columns);
  const steps = new Int32Array(count);
  const converged: (boolean | null)[] = new Array(count).fill(plan.steps === "converge" ? false : null);
  const last: { evaluation: Evaluation; index: number }[] = new Array(count);
  onStep?.(states, 0);
  let active = Int32Array.from({ length: count }, (_, i) => i);
  const limit = plan.steps === "converge" ? plan.maxSteps : plan.readsValues ? plan.steps - 1 : plan.steps;
  let before = states.slice();
  for (let t = 0; t < limit && active.length > 0; t++) {
    const evaluation = step(gatherRows(states, active, dimension), active, t === 0, false);
    const still: number[] = [];
    const earlier = before;
    before = states.slice();
    active.forEach((b, index) => {
      steps[b] = (steps[b] as number) + 1;
      last[b] = { evaluation, index };
      const y = evaluation.y.subarray(index * dimension, (index + 1) * dimension);
      const q = states.subarray(b * dimension, (b + 1) * dimension);
      const twoAgo = earlier.subarray(b * dimension, (b + 1) * dimension);
      const comparable = plan.steps === "converge" && !(plan.partial && t === 0);
      if (comparable && (settled(q, y, plan.tolerance) || nearlyEqual(q, y) || (t > (plan.partial ? 1 : 0) && nearlyEqual(twoAgo, y))))
        converged[b] = true;
      else still.push(b);
      q.set(y);
    });
    onStep?.(states, t + 1);
    if (plan.steps === "converge") active = Int32Array.from(still);
  }
  if (!plan.readsValues) {
    answers.set(states);
    return { last, answers, states, steps, converged };
  }
  const all = Int32Array.from({ length: count }, (_, i) => i);
  const evaluation = step(states, all, limit === 0, true);
  for (let b = 0; b < count; b++) {
    steps[b] = (steps[b] as number) + 1;
    last[b] = { evaluation, index: b };
  }
  answers.set(evaluation.y);
  return { last, answers, states, steps, converged };
}

function gatherRows(states: Float32Array, rows: Int32Array, dimension: number): Float32Array {
  if (rows.length * dimension === states.length) return states;
  const out = new Float32Array(rows.length * dimension);
  rows.forEach((row, i) => {
    out.set(states.subarray(row * dimension, (row + 1) * dimension), i * dimension);
  });
  return out;
}

/** |y - q| <= tolerance * max(1, |q|). */
function settled(q: Float32Array, y: Float32Array, tolerance: number): boolean {
  let change = 0;
  let size = 0;
  for (let k = 0; k < q.length; k++) {
    const x = q[k] as number;
    const difference = (y[k] as number) - x;
    change += difference * difference;
    size += x * x;
  }
  return Math.sqrt(change) <= tolerance * Math.max(1, Math.sqrt(size));
}

/** Every entry within 4 units in the last place: rounding makes a state at rest repeat or alternate by so much. */
function nearlyEqual(a: Float32Array, b: Float32Array): boolean {
  for (let k = 0; k < a.length; k++) {
    const x = a[k] as number;
    const y = b[k] as number;
    if (Math.abs(x - y) > 4 * Math.max(Math.abs(x), Math.abs(y)) * 2 ** -23 + 2 ** -147) return false;
  }
  return true;
}
