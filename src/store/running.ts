/**
 * @file What is known of one query's answer while the rows go by: softmax sums in f64 relative to the largest logit so far. Weights other than the leader's are summed by themselves, so
 * 1 - p_top is never a difference; when a new leader comes, everything is scaled down to it and the old one joins the others.
 */
import { portableExp } from "../core/portable.ts";

export interface Leader {
  readonly ordinal: number;
  readonly similarity: number;
}

export interface Running {
  /** Largest and second largest score so far (f32, before exact weighing): what a row must come near to matter. */
  largest: number;
  second: number;
  /** The leader: logit, ordinal, similarity; and the best similarity besides. */
  logit: number;
  top: number;
  topSimilarity: number;
  runnerUp: number;
  /** Sums over all others of e^(z - logit) and of its square, and over everything of e^(z - logit) x. */
  rest: number;
  squares: number;
  readonly sums: Float64Array;
  /** The best so far, best first. */
  readonly leaders: Leader[];
}

export function newRunning(dimension: number): Running {
  const none = Number.NEGATIVE_INFINITY;
  return {
    ...{ largest: none, second: none, logit: none, top: -1, topSimilarity: none, runnerUp: none, rest: 0, squares: 0 },
    sums: new Float64Array(dimension),
    leaders: [],
  };
}

/** The largest two scores of a batch join those before. */
export function joinLargest(running: Running, largest: number, second: number): void {
  if (largest > running.largest) {
    running.second = Math.max(running.largest, second);
    running.largest = largest;
  } else running.second = Math.max(running.second, largest);
}

/**
 * Takes in rows with their exact similarities.
 * @param ordinals rising. @param weights receives e^(z - logit) of each, with the logit as it is afterwards: the caller adds weights times rows to the sums.
 */
export function include(
  running: Running,
  beta: number,
  ordinals: ArrayLike<number>,
  similarities: Float64Array,
  weights: Float64Array,
  keep: number,
): void {
  let best = 0;
  for (let j = 1; j < similarities.length; j++) if ((similarities[j] as number) > (similarities[best] as number)) best = j;
  const changes = (similarities[best] as number) > running.topSimilarity;
  if (changes) {
    const logit = beta * (similarities[best] as number);
    const factor = running.top < 0 ? 0 : portableExp(running.logit - logit);
    if (running.top >= 0) {
      running.rest = (running.rest + 1) * factor;
      running.squares = (running.squares + 1) * factor * factor;
      running.runnerUp = running.topSimilarity;
    }
    for (let k = 0; k < running.sums.length; k++) running.sums[k] = (running.sums[k] as number) * factor;
    Object.assign(running, { logit, top: ordinals[best] as number, topSimilarity: similarities[best] as number });
  }
  for (let j = 0; j < similarities.length; j++) {
    const similarity = similarities[j] as number;
    const weight = changes && j === best ? 1 : portableExp(beta * similarity - running.logit);
    weights[j] = weight;
    if (!(changes && j === best)) {
      running.rest += weight;
      running.squares += weight * weight;
      running.runnerUp = Math.max(running.runnerUp, similarity);
    }
    if (keep > 0) lead(running.leaders, { ordinal: ordinals[j] as number, similarity }, keep);
  }
}

/** Keeps the best `keep`: larger similarity first, of equals the lower ordinal, which came first. */
function lead(leaders: Leader[], candidate: Leader, keep: number): void {
  const last = leaders[leaders.length - 1];
  if (leaders.length === keep && last && candidate.similarity <= last.similarity) return;
  let place = leaders.length;
  while (place > 0 && (leaders[place - 1] as Leader).similarity < candidate.similarity) place--;
  leaders.splice(place, 0, candidate);
  if (leaders.length > keep) leaders.pop();
}
