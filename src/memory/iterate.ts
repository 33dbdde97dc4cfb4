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
  /** The last evaluation of each query, and its row there. */
  readonly evaluations: readonly Evaluation[];
  readonly rows: Int32Array;
  /** B x columns: the answers; the last states themselves where no values are read. */
  readonly answers: Float32Array;
  /** B x d: the last states in the pattern space. */
  readonly states: Float32Array;
  readonly steps: Int32Array;
  readonly converged: (boolean | null)[];
}

/**
 * @param cues B x d start states, the caller's own: with no step at all they are the answers.
 * @param step evaluates the given rows (states: rows.length x d) and applies post and clamp; `first` is true while the cues themselves are compared.
 */
export function iterate(cues: Float32Array, dimension: number, plan: IterationPlan, step: Step, onStep: OnStep | null): Iteration {
  const count = cues.length / dimension;
  const everyRow = rowNumbers(count);
  const limit = plan.steps === "converge" ? plan.maxSteps : plan.readsValues ? plan.steps - 1 : plan.steps;
  const run =
    plan.steps === "converge"
      ? untilSettled(cues, dimension, plan, everyRow, step, onStep)
      : fixedSteps(cues, limit, everyRow, step, onStep);
  if (!plan.readsValues) return { ...run, answers: run.states };
  const evaluation = step(run.states, everyRow, limit === 0, true);
  run.steps.forEach((n, b) => {
    run.steps[b] = n + 1;
  });
  return { ...run, evaluations: new Array(count).fill(evaluation), rows: everyRow, answers: evaluation.y };
}

/** 0, 1, ... count - 1. */
export function rowNumbers(count: number): Int32Array {
  const rows = new Int32Array(count);
  for (let i = 1; i < count; i++) rows[i] = i;
  return rows;
}

type Step = (states: Float32Array, rows: Int32Array, first: boolean, readValues: boolean) => Evaluation;
type States = Omit<Iteration, "answers">;

/** The same number of steps for every query: no state is looked at. */
function fixedSteps(cues: Float32Array, limit: number, everyRow: Int32Array, step: Step, onStep: OnStep | null): States {
  const count = everyRow.length;
  let evaluations: readonly Evaluation[] = [];
  // Answers of one step are the states of the next: nobody writes into either again.
  let states = cues;
  onStep?.(states, 0);
  for (let t = 0; t < limit; t++) {
    const evaluation = step(states, everyRow, t === 0, false);
    states = evaluation.y;
    evaluations = new Array(count).fill(evaluation);
    onStep?.(states, t + 1);
  }
  return { evaluations, rows: everyRow, states, steps: new Int32Array(count).fill(limit), converged: new Array(count).fill(null) };
}

/** Steps until each state settles; a settled query takes no further step. */
function untilSettled(
  cues: Float32Array,
  dimension: number,
  plan: IterationPlan,
  everyRow: Int32Array,
  step: Step,
  onStep: OnStep | null,
): States {
  const count = everyRow.length;
  const states = cues.slice();
  const steps = new Int32Array(count);
  const converged: (boolean | null)[] = new Array(count).fill(false);
  const evaluations: Evaluation[] = new Array(count);
  const rows = new Int32Array(count);
  onStep?.(states, 0);
  let active = everyRow;
  let before = states.slice();
  for (let t = 0; t < plan.maxSteps && active.length > 0; t++) {
    const evaluation = step(gatherRows(states, active, dimension), active, t === 0, false);
    const still: number[] = [];
    const earlier = before;
    before = states.slice();
    active.forEach((b, index) => {
      steps[b] = t + 1;
      evaluations[b] = evaluation;
      rows[b] = index;
      const y = evaluation.y.subarray(index * dimension, (index + 1) * dimension);
      const q = states.subarray(b * dimension, (b + 1) * dimension);
      const twoAgo = earlier.subarray(b * dimension, (b + 1) * dimension);
      // The step out of a cue that lacks entries is never taken for a fixed point, nor its cue for the state of two steps ago.
      const comparable = !(plan.partial && t === 0);
      if (comparable && (settled(q, y, plan.tolerance) || nearlyEqual(q, y) || (t > (plan.partial ? 1 : 0) && nearlyEqual(twoAgo, y))))
        converged[b] = true;
      else still.push(b);
      q.set(y);
    });
    onStep?.(states, t + 1);
    active = Int32Array.from(still);
  }
  return { evaluations, rows, states, steps, converged };
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
