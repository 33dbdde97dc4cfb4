/**
 * @file Speciation: when the diffusion decides on which side of the patterns' widest direction a chain will end. The centre of the patterns stops being the only minimum at
 * t_S = largest eigenvalue of their covariance (docs/capacity/diffusion.md).
 */
import type { ActivationName } from "./activations.ts";
import { weightExp } from "./diffusion-exponential.ts";
import { fillNormals } from "./diffusion-normals.ts";
import { momentsOf } from "./diffusion-sampler.ts";
import type { Bias, PatternSet } from "./diffusion-set.ts";
import { forEachTrial, meanOf, type TrialMean } from "./diffusion-source.ts";

/** Covariance of sigma(F z / sqrt D) for large D: along C + across I, with along = E[u sigma]^2 and across = Var sigma - along. */
export function gaussianEquivalent(activation: ActivationName): { along: number; across: number } {
  if (activation === "linear") return { along: 1, across: 0 };
  if (activation === "sign") return { along: 2 / Math.PI, across: 1 - 2 / Math.PI };
  if (activation !== "tanh") return { along: 0.25, across: 0.25 - 1 / (2 * Math.PI) };
  let [mass, product, square] = [0, 0, 0];
  for (let u = -9; u <= 9; u += 1 / 32) {
    const weight = Math.exp((-u * u) / 2);
    mass += weight;
    product += weight * u * Math.tanh(u);
    square += weight * Math.tanh(u) ** 2;
  }
  return { along: (product / mass) ** 2, across: square / mass - (product / mass) ** 2 };
}

/** The direction of largest variance, and that variance: power iteration on the covariance, to 1e-9 of the eigenvalue or 500 rounds. */
export function widestDirection(set: PatternSet, seed: number): { direction: Float64Array; variance: number } {
  const { data, rows, columns } = set;
  const { mean } = momentsOf(set);
  const direction = new Float64Array(columns);
  fillNormals(direction, seed, directionStream, 0);
  normalise(direction);
  let variance = 0;
  for (let round = 0; round < 500; round++) {
    const next = new Float64Array(columns);
    for (let i = 0; i < rows; i++) {
      let along = 0;
      for (let k = 0; k < columns; k++) along += ((data[i * columns + k] as number) - (mean[k] as number)) * (direction[k] as number);
      for (let k = 0; k < columns; k++) next[k] = (next[k] as number) + along * ((data[i * columns + k] as number) - (mean[k] as number));
    }
    const before = variance;
    variance = normalise(next) / rows;
    direction.set(next);
    if (Math.abs(variance - before) <= 1e-9 * variance) break;
  }
  return { direction, variance };
}

const directionStream = 0x18_0000;

/** Scales x to length 1. @returns its length before. */
function normalise(x: Float64Array): number {
  let sum = 0;
  for (const entry of x) sum += entry * entry;
  const length = Math.sqrt(sum);
  for (let k = 0; k < x.length; k++) x[k] = (x[k] as number) / length;
  return length;
}

/** For each pattern 1 if it lies on the positive side of the plane through the mean, across the direction; else 0. */
export function sidesOf(set: PatternSet, direction: Float64Array): Int32Array {
  const { data, columns } = set;
  const { mean } = momentsOf(set);
  return Int32Array.from({ length: set.rows }, (_, i) => {
    let along = 0;
    for (let k = 0; k < columns; k++) along += ((data[i * columns + k] as number) - (mean[k] as number)) * (direction[k] as number);
    return along > 0 ? 1 : 0;
  });
}

/**
 * Two chains that share their path down to time t and are independent below: the probability that both end in the same class. A chain ends on pattern i with the posterior
 * probability w_i(x_t), so the answer is the mean of the sum over classes of the squared posterior weight of a class; no chain has to be run.
 * @param classes one whole number from 0 on for each pattern. @param times above 0.
 */
export function sameClass(
  set: PatternSet,
  bias: Bias,
  classes: Int32Array,
  times: readonly number[],
  { trials, seed }: { trials: number; seed: number },
): TrialMean[] {
  const count = classes.reduce((top, c) => Math.max(top, c), 0) + 1;
  const values = times.map(() => new Float64Array(trials));
  const logits = new Float64Array(set.rows);
  forEachTrial(set, bias, trials, seed, ({ own, noise, stratum }) => {
    times.forEach((time, j) => {
      const root = Math.sqrt(time);
      let top = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < logits.length; i++) {
        const logit = ((own[i] as number) + root * (noise[i] as number)) / time;
        logits[i] = logit;
        if (logit > top) top = logit;
      }
      const masses = new Float64Array(count);
      let total = 0;
      for (let i = 0; i < logits.length; i++) {
        const w = weightExp((logits[i] as number) - top);
        const c = classes[i] as number;
        masses[c] = (masses[c] as number) + w;
        total += w;
      }
      (values[j] as Float64Array)[stratum] = masses.reduce((sum, mass) => sum + (mass / total) * (mass / total), 0);
    });
  });
  return values.map((each) => meanOf(each));
}
