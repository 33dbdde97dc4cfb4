/** @file Figures of an evaluation from a full row of weights: for the models whose weights are all of one piece (linear, random features, kernel regression, binary). */
import type { Evaluation, Visit } from "./evaluation.ts";

/** @param weights @param similarities M each; the top is the largest weight, the lowest index of equals; the margin is between similarities. */
export function recordWeights(
  out: Evaluation,
  b: number,
  weights: Float64Array,
  similarities: Float64Array,
  visit: Visit | undefined,
): void {
  const patterns = weights.length;
  let top = 0;
  for (let i = 1; i < patterns; i++) if ((weights[i] as number) > (weights[top] as number)) top = i;
  let rest = 0;
  let squares = 0;
  let second = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < patterns; i++) {
    const p = weights[i] as number;
    squares += p * p;
    if (i === top) continue;
    rest += p;
    if ((similarities[i] as number) > second) second = similarities[i] as number;
  }
  out.top[b] = top;
  out.weight[b] = weights[top] as number;
  out.rest[b] = rest;
  out.squares[b] = squares;
  out.visible[b] = patterns;
  if (patterns > 1) out.margin[b] = (similarities[top] as number) - second;
  visit?.(b, Int32Array.from(weights.keys()), weights, similarities, patterns);
}
