/** @file Repeated evaluation: a fixed number of steps or until convergence, with values read by the last evaluation, partial cues and clamping. */
import { at, distance, norm, type Rows, type Vector } from "./arrays.ts";
import { evaluate, type Model } from "./operator.ts";

export interface RecallOptions {
  /** n evaluations, or "converge". Default 1. */
  readonly steps?: number | "converge";
  readonly tolerance?: number;
  readonly maxSteps?: number;
  /** Read by the last evaluation only; all others return to the pattern space. */
  readonly values?: Rows;
  /** Weights in [0, 1] of the entries of the cue; the first evaluation compares on them, later states are complete. */
  readonly known?: Vector;
  /** Put the known entries (k > 0) back after every evaluation in the pattern space. */
  readonly clamp?: boolean;
}

export interface Recall {
  /** The cue and every state in the pattern space. */
  readonly states: number[][];
  /** The last state, or what the last evaluation read from the values. */
  readonly answer: number[];
  /** Number of evaluations, the reading one included. */
  readonly steps: number;
  readonly converged: boolean | null;
}

/** One evaluation as a function: given values it reads them, given known entries it compares on them. */
export type Operator = (q: Vector, how: { values?: Rows; known?: Vector }) => number[];

/** Entries equal within 4 units in the last place. */
const repeats = (a: Vector, b: Vector): boolean =>
  a.every((value, j) => Math.abs(value - at(b, j)) <= 4 * Number.EPSILON * Math.max(Math.abs(value), Math.abs(at(b, j))));

const clampTo = (cue: Vector, known: Vector, y: Vector): number[] => y.map((value, j) => (at(known, j) > 0 ? at(cue, j) : value));

/**
 * Iterates `operator` from the cue q. "converge" stops at ‖f(q) − q‖ <= tolerance·max(1, ‖q‖), or at a state that repeats or alternates; the step out of a partial cue
 * does not count, since its missing entries are not a state.
 */
export function iterate(operator: Operator, q: Vector, options: RecallOptions = {}): Recall {
  const { steps = 1, tolerance = 1e-6, maxSteps = 100, values, known, clamp = false } = options;
  const partial = known?.some((k) => k < 1) ?? false;
  const states: number[][] = [[...q]];
  const cueOf = (t: number): { known?: Vector } => (t === 0 && known !== undefined ? { known } : {});
  const reads = values === undefined ? 0 : 1;
  const limit = steps === "converge" ? maxSteps : steps - reads;
  let converged: boolean | null = steps === "converge" ? false : null;
  for (let t = 0; t < limit && converged !== true; t++) {
    const y = operator(at(states, t), cueOf(t));
    const next = clamp && known !== undefined ? clampTo(q, known, y) : y;
    if (steps === "converge" && !(t === 0 && partial)) {
      const small = distance(next, at(states, t)) <= tolerance * Math.max(1, norm(at(states, t)));
      converged = small || repeats(next, at(states, t)) || (t > 0 && repeats(next, at(states, t - 1)));
    }
    states.push(next);
  }
  const last = at(states, states.length - 1);
  const answer = values === undefined ? last : operator(last, { values, ...cueOf(states.length - 1) });
  return { states, answer, steps: states.length - 1 + reads, converged };
}

/** Recall of one query by a member of the family. */
export const recall = (q: Vector, X: Rows, model: Model, options: RecallOptions = {}): Recall =>
  iterate((state, how) => evaluate(state, X, model, how), q, options);
