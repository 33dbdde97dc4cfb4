/**
 * @file Reverse diffusion on stored patterns by bridge steps: from t to s < t, x <- (s / t) x + (1 - s / t) m + sqrt(s (1 - s / t)) eta with m = E[xi | x_t = x]. This is the
 * law of x_s given x_t and the pattern, the pattern replaced by its mean; stable at any step. Derivation: docs/capacity/diffusion.md.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { portableExp, portableLog } from "../core/portable.ts";
import { distance, openDenoiser } from "./diffusion-denoise.ts";
import { fillNormals } from "./diffusion-normals.ts";
import type { Bias, PatternSet } from "./diffusion-set.ts";

/** Where every chain ends: the variance that is left on each entry. */
export const lastTime = 1e-4;

/** Noise that two runs of one seed may not share gets different uses: u16. */
const noiseStream = 0x14_0000;
const startStream = 0x15_0000;

/** Mean entry by entry, and the mean variance of an entry. */
export function momentsOf({ data, rows, columns }: PatternSet): { mean: Float64Array; variance: number } {
  const mean = new Float64Array(columns);
  for (let i = 0; i < data.length; i++) mean[i % columns] = (mean[i % columns] as number) + (data[i] as number) / rows;
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += ((data[i] as number) - (mean[i % columns] as number)) ** 2;
  return { mean, variance: sum / data.length };
}

/** Times from `from` down to `to`, `steps` + 1 of them, evenly spaced in log t. @throws HopfieldError E_RANGE. */
export function geometricTimes(from: number, to: number, steps: number): number[] {
  checkNumber("geometricTimes", "to", to, { above: 0 });
  checkNumber("geometricTimes", "from", from, { above: to });
  checkNumber("geometricTimes", "steps", steps, { atLeast: 1, whole: true });
  const rate = portableLog(to / from) / steps;
  return Array.from({ length: steps + 1 }, (_, i) => (i === 0 ? from : i === steps ? to : from * portableExp(rate * i)));
}

/** `chains` starts at time T: normal with the patterns' mean and variance T + their mean variance, which the law of x_T tends to when T is large. */
export function startStates(set: PatternSet, chains: number, time: number, seed: number): Float64Array {
  const { mean, variance } = momentsOf(set);
  const states = new Float64Array(chains * set.columns);
  fillNormals(states, seed, startStream, 0);
  const scale = Math.sqrt(time + variance);
  for (let i = 0; i < states.length; i++) states[i] = (mean[i % set.columns] as number) + scale * (states[i] as number);
  return states;
}

/**
 * Runs chains back through `times`, in place. Chain b at step i uses the same noise whatever happens to the other chains.
 * @param states B x N at times[0]; afterwards at the last time. @param times decreasing, above 0. @param use separates independent runs of one seed.
 * @param onStep told the states after every step; a copy must be made to keep them.
 * @throws HopfieldError E_SHAPE, E_RANGE.
 */
export function runReverse(
  set: PatternSet,
  bias: Bias,
  states: Float64Array,
  times: readonly number[],
  { seed, use = 0, onStep }: { seed: number; use?: number; onStep?: (step: number, states: Float64Array) => void },
): void {
  if (states.length === 0 || states.length % set.columns !== 0)
    throw new HopfieldError("E_SHAPE", `runReverse: states of ${set.columns} entries expected, got ${states.length} numbers`);
  times.forEach(
    (time, i) => void checkNumber("runReverse", "time", time, i === 0 ? { above: 0 } : { above: 0, atMost: times[i - 1] as number }),
  );
  const denoise = openDenoiser(set, bias);
  const images = new Float64Array(states.length);
  const noise = new Float64Array(states.length);
  for (let step = 1; step < times.length; step++) {
    const [t, s] = [times[step - 1] as number, times[step] as number];
    denoise(states, images, t);
    fillNormals(noise, seed, noiseStream + use, step * states.length);
    const keep = s / t;
    const spread = Math.sqrt(s * (1 - keep));
    for (let i = 0; i < states.length; i++)
      states[i] = keep * (states[i] as number) + (1 - keep) * (images[i] as number) + spread * (noise[i] as number);
    onStep?.(step, states);
  }
}

/** The nearest stored pattern of each state, and how far it is: root mean square over the entries. */
export function nearestPatterns(set: PatternSet, states: Float64Array): { index: number; rms: number }[] {
  const { data, rows, columns } = set;
  return Array.from({ length: states.length / columns }, (_, b) => {
    let [index, nearest] = [0, Number.POSITIVE_INFINITY];
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let k = 0, at = i * columns; k < columns && sum < nearest; k++, at++) {
        const difference = (data[at] as number) - (states[b * columns + k] as number);
        sum += difference * difference;
      }
      if (sum < nearest) [index, nearest] = [i, sum];
    }
    return { index, rms: distance(states, b * columns, data, index * columns, columns) / Math.sqrt(columns) };
  });
}
