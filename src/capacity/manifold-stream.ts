/**
 * @file The memory's update over patterns that are made, used and forgotten: for every lambda a running softmax average, read off at several numbers of patterns. Memory O(block N),
 * whatever P is.
 */
import { portableLog } from "../core/portable.ts";
import { negligible, weightExp } from "./diffusion-exponential.ts";
import type { Bias } from "./diffusion-set.ts";
import { fillManifoldPatterns, type Manifold } from "./manifold-patterns.ts";

/** The update at one lambda and one number of patterns. */
export interface StreamedUpdate {
  readonly lambda: number;
  readonly patterns: number;
  readonly image: Float64Array;
  /** Weight of the source, pattern 0. */
  readonly sourceWeight: number;
  /** Sum of squared weights. */
  readonly participation: number;
  /** log of the sum of exponentials. */
  readonly logSum: number;
}

interface Running {
  readonly lambda: number;
  readonly sum: Float64Array;
  top: number;
  total: number;
  squares: number;
  source: number;
}

/** Entries of one block of patterns. */
const blockEntries = 2 ** 15;

/**
 * @param query N entries. @param source the query's own pattern, which counts as pattern 0 of P.
 * @param counts numbers of patterns P at which the update is read off, increasing, at least 1. @param instance u16: which stream of patterns.
 * @returns for each count, for each lambda.
 */
export function streamUpdates(
  manifold: Manifold,
  { query, source }: { readonly query: Float64Array; readonly source: Float64Array },
  {
    lambdas,
    counts,
    bias,
    seed,
    instance,
  }: { lambdas: readonly number[]; counts: readonly number[]; bias: Bias; seed: number; instance: number },
): StreamedUpdate[][] {
  const n = manifold.dimension;
  const running = lambdas.map(
    (lambda): Running => ({ lambda, sum: new Float64Array(n), top: Number.NEGATIVE_INFINITY, total: 0, squares: 0, source: 0 }),
  );
  const energyOf = (patterns: Float64Array, at: number): number => {
    let [overlap, square] = [0, 0];
    for (let k = 0; k < n; k++) {
      const p = patterns[at + k] as number;
      overlap += p * (query[k] as number);
      square += p * p;
    }
    return bias === "norm" ? overlap - square / 2 : overlap;
  };
  const own = energyOf(source, 0);
  for (const state of running) {
    add(state, source, 0, state.lambda * own);
    state.source = state.lambda * own;
  }
  const block = new Float64Array(Math.max(1, Math.floor(blockEntries / n)) * n);
  let done = 0;
  return counts.map((count) => {
    while (done < count - 1) {
      const rows = Math.min(block.length / n, count - 1 - done);
      const patterns = block.subarray(0, rows * n);
      fillManifoldPatterns(patterns, manifold, seed, instance, done);
      for (let at = 0; at < patterns.length; at += n) {
        const energy = energyOf(patterns, at);
        for (const state of running) add(state, patterns, at, state.lambda * energy);
      }
      done += rows;
    }
    return running.map((state) => readOff(state, count));
  });
}

/** One more pattern in the running average; a new largest logit scales down what there is. */
function add(state: Running, patterns: Float64Array, at: number, logit: number): void {
  if (logit < state.top - negligible) return;
  if (logit > state.top) {
    const scale = weightExp(state.top - logit);
    state.total *= scale;
    state.squares *= scale * scale;
    for (let k = 0; k < state.sum.length; k++) state.sum[k] = (state.sum[k] as number) * scale;
    state.top = logit;
  }
  const w = weightExp(logit - state.top);
  state.total += w;
  state.squares += w * w;
  for (let k = 0; k < state.sum.length; k++) state.sum[k] = (state.sum[k] as number) + w * (patterns[at + k] as number);
}

function readOff({ lambda, sum, top, total, squares, source }: Running, patterns: number): StreamedUpdate {
  return {
    lambda,
    patterns,
    image: sum.map((value) => value / total),
    sourceWeight: weightExp(source - top) / total,
    participation: squares / (total * total),
    logSum: top + portableLog(total),
  };
}
