/**
 * @file Cloning: what weight a stored pattern gets at itself plus noise, over times; where the mean falls through one half is the collapse of these very patterns.
 * One pass over the patterns serves all times: (xi + sqrt t eta) . xi' is made of two dot products that do not depend on t.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { portableExp, portableLog } from "../core/portable.ts";
import { normalQuantile, randomStream, sampleWithoutReplacement, uniform, uniformInteger } from "../core/random.ts";
import { negligible, weightExp } from "./diffusion-exponential.ts";
import { fillNormals } from "./diffusion-normals.ts";
import { momentsOf } from "./diffusion-sampler.ts";
import type { Bias, PatternSet } from "./diffusion-set.ts";

/** A mean over trials with its 95 % interval (normal approximation, kept within what the quantity can be). */
export interface TrialMean {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const sourceStream = 0x16_0000;
const trialStream = 0x17_0000;

/** One trial: a random source and a random direction eta. */
export interface Trial {
  readonly source: number;
  /** Dot products of the source with all patterns, less the bias. Used again by the next trial, as is `noise`. */
  readonly own: Float64Array;
  /** Dot products of eta with all patterns. */
  readonly noise: Float64Array;
  /** 0 ... trials - 1, each once: which slice of the normal law eta's component towards the source lies in. */
  readonly stratum: number;
}

/**
 * Calls `visit` for each trial. The logit of pattern i at source + sqrt(t) eta is (own[i] + sqrt(t) noise[i]) / t.
 * eta is normal; its component along source - mean decides most about the weights (correlation .8 at the collapse), so the trials share out its law evenly.
 */
export function forEachTrial(set: PatternSet, bias: Bias, trials: number, seed: number, visit: (trial: Trial) => void): void {
  const { data, rows, columns, halfNorms } = set;
  const { mean } = momentsOf(set);
  const sources = randomStream(seed, sourceStream);
  const strata = sampleWithoutReplacement(randomStream(seed, sourceStream + 2), trials, trials);
  const within = randomStream(seed, sourceStream + 3);
  const [own, noise, eta] = [new Float64Array(rows), new Float64Array(rows), new Float64Array(columns)];
  for (let trial = 0; trial < trials; trial++) {
    const source = uniformInteger(sources, rows);
    const stratum = strata[trial] as number;
    const x = data.slice(source * columns, (source + 1) * columns);
    fillNormals(eta, seed, trialStream, trial * columns);
    setComponent(
      eta,
      x.map((value, k) => value - (mean[k] as number)),
      normalQuantile((stratum + uniform(within)) / trials),
    );
    for (let i = 0; i < rows; i++) {
      let a = 0;
      let b = 0;
      for (let k = 0, at = i * columns; k < columns; k++, at++) {
        const p = data[at] as number;
        a += p * (x[k] as number);
        b += p * (eta[k] as number);
      }
      own[i] = bias === "norm" ? a - (halfNorms[i] as number) : a;
      noise[i] = b;
    }
    visit({ source, own, noise, stratum });
  }
}

/** Makes `value` the component of eta along the direction; a direction of length 0 has none. */
function setComponent(eta: Float64Array, direction: Float64Array, value: number): void {
  let [square, along] = [0, 0];
  for (let k = 0; k < eta.length; k++) {
    square += (direction[k] as number) * (direction[k] as number);
    along += (direction[k] as number) * (eta[k] as number);
  }
  if (!(square > 0)) return;
  const step = value / Math.sqrt(square) - along / square;
  for (let k = 0; k < eta.length; k++) eta[k] = (eta[k] as number) + step * (direction[k] as number);
}

/**
 * Mean weight of the source at each time, over `trials` pairs of source and noise that all times share.
 * @param times above 0. @param trials at least 2.
 * @throws HopfieldError E_RANGE.
 */
export function sourceWeights(
  set: PatternSet,
  bias: Bias,
  times: readonly number[],
  { trials, seed, progress }: { trials: number; seed: number; progress?: (done: number) => void },
): TrialMean[] {
  checkNumber("sourceWeights", "trials", trials, { atLeast: 2, whole: true });
  for (const time of times) checkNumber("sourceWeights", "time", time, { above: 0 });
  const values = times.map(() => new Float64Array(trials));
  let done = 0;
  forEachTrial(set, bias, trials, seed, ({ source, own, noise, stratum }) => {
    times.forEach((time, j) => {
      (values[j] as Float64Array)[stratum] = weightAt(own, noise, source, time);
    });
    progress?.(++done);
  });
  return values.map((each) => meanOf(each));
}

/** 1 / sum of exp(logit - logit of the source); 0 as soon as one other is e^45 times as heavy. */
function weightAt(own: Float64Array, noise: Float64Array, source: number, time: number): number {
  const root = Math.sqrt(time);
  const lambda = 1 / time;
  const base = (own[source] as number) + root * (noise[source] as number);
  // Local names: a loader that keeps modules apart would look the imported ones up for every pattern.
  const [exponential, limit] = [weightExp, negligible];
  let sum = 0;
  for (let i = 0; i < own.length; i++) {
    const gap = ((own[i] as number) + root * (noise[i] as number) - base) * lambda;
    if (gap < -limit) continue;
    if (gap > limit) return 0;
    sum += gap <= 0 ? exponential(gap) : 1 / exponential(-gap);
  }
  return 1 / sum;
}

/**
 * @param values numbers in [0, 1], one from each stratum, in order. The variance within a stratum is estimated from neighbouring strata: half of the squared difference (W. Cochran,
 * "Sampling Techniques", section 5A.12), which is a little too much rather than too little.
 */
export function meanOf(values: Float64Array): TrialMean {
  const count = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / count;
  let squares = 0;
  for (let i = 1; i < count; i++) squares += ((values[i] as number) - (values[i - 1] as number)) ** 2;
  const half = 1.959963984540054 * Math.sqrt(squares / (2 * (count - 1) * count));
  return { mean, low: Math.max(0, mean - half), high: Math.min(1, mean + half) };
}

/**
 * The collapse of given patterns: where the mean weight of the source falls through one half (on a grid of 1 % in t, straight between).
 * @throws HopfieldError E_RANGE when it stays on one side over nine powers of ten of t around the patterns' variance.
 */
export function measuredCollapse(set: PatternSet, bias: Bias, { trials, seed }: { trials: number; seed: number }): number {
  const { variance } = momentsOf(set);
  let [low, high] = [1e-5 * variance, 1e4 * variance];
  for (const count of [64, 32]) {
    const rate = portableLog(high / low) / count;
    const times = Array.from({ length: count + 1 }, (_, i) => low * portableExp(rate * i));
    const means = sourceWeights(set, bias, times, { trials, seed }).map(({ mean }) => mean);
    const after = means.findIndex((mean) => mean < 0.5);
    if (after <= 0) {
      const where = `measuredCollapse: the mean weight of a pattern at itself plus noise is ${after === 0 ? "below" : "above"} 1/2`;
      throw new HopfieldError("E_RANGE", `${where} at all times from ${low} to ${high}`, { low, high });
    }
    if (count === 32) {
      const [above, below] = [means[after - 1] as number, means[after] as number];
      return low * portableExp(rate * (after - 1 + (above - 0.5) / (above - below)));
    }
    [low, high] = [times[after - 1] as number, times[after] as number];
  }
  return Number.NaN;
}

/**
 * The onset of given patterns: median, over at most `sample` of them, of the time at which a pattern has weight one half at itself. Null when half of them never have more.
 */
export function measuredOnset(set: PatternSet, bias: Bias, { sample, seed }: { sample: number; seed: number }): number | null {
  const { data, rows, columns, halfNorms } = set;
  const chosen = sampleWithoutReplacement(randomStream(seed, sourceStream + 1), rows, Math.min(sample, rows));
  const gaps = new Float64Array(rows);
  const times = chosen.map((source) => {
    const x = data.subarray(source * columns, (source + 1) * columns);
    for (let i = 0; i < rows; i++) {
      let overlap = 0;
      for (let k = 0; k < columns; k++) overlap += (data[i * columns + k] as number) * (x[k] as number);
      gaps[i] = bias === "norm" ? overlap - (halfNorms[i] as number) : overlap;
    }
    const base = gaps[source] as number;
    for (let i = 0; i < rows; i++) gaps[i] = (gaps[i] as number) - base;
    return halfWeightTime(gaps, source);
  });
  times.sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)] as number;
  return median > 0 ? median : null;
}

/**
 * t with sum over others of exp(gap / t) = 1, or 0 if one gap is not below 0. log of the sum is convex and falls in 1 / t: Newton's steps from 1 / t = 0 never overshoot.
 */
function halfWeightTime(gaps: Float64Array, source: number): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < gaps.length; i++) if (i !== source && (gaps[i] as number) > top) top = gaps[i] as number;
  if (!(top < 0)) return 0;
  let lambda = 0;
  for (let round = 0; round < 100; round++) {
    let [sum, moment] = [0, 0];
    for (let i = 0; i < gaps.length; i++) {
      if (i === source) continue;
      const gap = gaps[i] as number;
      const w = weightExp(lambda * (gap - top));
      sum += w;
      moment += w * gap;
    }
    const value = portableLog(sum) + lambda * top;
    const step = (-value * sum) / moment;
    lambda += step;
    if (Math.abs(step) <= 1e-12 * lambda) break;
  }
  // Two patterns only: the sum starts at 1, and the weight is above one half at every finite t.
  return lambda > 0 ? 1 / lambda : Number.POSITIVE_INFINITY;
}
