/** @file One study of a diffusion on stored patterns: its times, the identity, chains run to the end, and the weight of the source across the collapse. */
import { checkNumber } from "../core/options.ts";
import type { DiffusionEnsemble } from "./diffusion-draw.ts";
import { identityError } from "./diffusion-energy.ts";
import { fillNormals } from "./diffusion-normals.ts";
import { geometricTimes, lastTime, nearestPatterns, runReverse, startStates } from "./diffusion-sampler.ts";
import type { Bias, PatternSet } from "./diffusion-set.ts";
import { measuredCollapse, measuredOnset, sourceWeights, type TrialMean } from "./diffusion-source.ts";
import { widestDirection } from "./diffusion-speciation.ts";
import { collapseTime, onsetTime, speciationTime } from "./diffusion-times.ts";

/** t / t_C at which the weight of the source is looked at. */
export const sourceRatios = [0.4, 0.6, 0.8, 1, 1.25, 1.6, 2.5] as const;

export interface DiffusionTimes {
  readonly collapse: number;
  readonly onset: number | null;
  readonly speciation: number;
  /** Whether the collapse comes from a formula (N to infinity) or from these patterns. */
  readonly measured: boolean;
}

/** An ensemble as it is studied: n entries, alpha = log P / n. */
export interface DrawnEnsemble {
  readonly ensemble: DiffusionEnsemble;
  readonly n: number;
  readonly alpha: number;
}

/**
 * Formulas where the ensemble has them, measured on the set where it has none: a caller's own patterns (`drawn` null), and when norms differ and the weights ignore them, for then
 * the memory is not the diffusion's.
 * @throws HopfieldError E_RANGE.
 */
export function diffusionTimes(set: PatternSet, bias: Bias, drawn: DrawnEnsemble | null, seed: number): DiffusionTimes {
  if (drawn && (bias === "norm" || set.equalNorms)) {
    const { ensemble, alpha } = drawn;
    return {
      collapse: collapseTime(ensemble, alpha),
      onset: onsetTime(ensemble, alpha),
      speciation: speciationTime(ensemble),
      measured: false,
    };
  }
  // About 3e8 products a pass; a hundred trials know one half to 4 %.
  const trials = Math.max(100, Math.min(400, Math.round(1.5e8 / (set.rows * set.columns))));
  return {
    collapse: measuredCollapse(set, bias, { trials, seed }),
    onset: measuredOnset(set, bias, { sample: 64, seed }),
    speciation: widestDirection(set, seed).variance,
    measured: true,
  };
}

const pointStream = 0x1a_0000;

/** The identity at 20 points (patterns plus noise of five times) and 5 times (t_C / 4 ... 4 t_C). */
export function identityAround(set: PatternSet, bias: Bias, collapse: number, seed: number): number {
  const { data, rows, columns } = set;
  const times = [0.25, 0.5, 1, 2, 4].map((ratio) => ratio * collapse);
  const noise = new Float64Array(20 * columns);
  fillNormals(noise, seed, pointStream, 0);
  const points = Array.from({ length: 20 }, (_, j) => {
    const row = Math.floor((j * rows) / 20) * columns;
    const root = Math.sqrt(times[j % 5] as number);
    return Array.from({ length: columns }, (__, k) => (data[row + k] as number) + root * (noise[j * columns + k] as number));
  });
  return identityError(set, bias, points, times);
}

/**
 * Times of a whole reverse run: from 100 t_S, where the patterns are drowned, in steps of 0.1 in log t down to 4 t_C, from there in steps of 0.035 to lastTime.
 */
export function reverseTimes({ collapse, speciation }: DiffusionTimes): number[] {
  const from = 100 * Math.max(speciation, lastTime);
  const fine = Math.min(4 * collapse, from / 2);
  const stepsOf = (high: number, low: number, step: number): number => Math.ceil(Math.log(high / low) / step);
  if (fine <= lastTime) return geometricTimes(from, lastTime, stepsOf(from, lastTime, 0.1));
  return [
    ...geometricTimes(from, fine, stepsOf(from, fine, 0.1)),
    ...geometricTimes(fine, lastTime, stepsOf(fine, lastTime, 0.035)).slice(1),
  ];
}

export interface SampleRun {
  /** States at the last time, chains x N. */
  readonly states: Float64Array;
  readonly nearest: readonly { index: number; rms: number }[];
}

/**
 * Chains from noise to the end. @param onStep told each step's number (1 ... times.length - 1), its time and the states, which are used again.
 * @throws HopfieldError E_RANGE.
 */
export function sampleChains(
  set: PatternSet,
  bias: Bias,
  times: readonly number[],
  { chains, seed, onStep }: { chains: number; seed: number; onStep?: (step: number, states: Float64Array) => void },
): SampleRun {
  checkNumber("sampleChains", "chains", chains, { atLeast: 1, whole: true });
  const states = startStates(set, chains, times[0] ?? lastTime, seed);
  onStep?.(0, states);
  runReverse(set, bias, states, times, { seed, ...(onStep ? { onStep } : {}) });
  return { states, nearest: nearestPatterns(set, states) };
}

/** Mean weight of the source at the ratios of `sourceRatios`; more trials where they are cheap, at least `chains` and 300. */
export function weightAcrossCollapse(
  set: PatternSet,
  bias: Bias,
  collapse: number,
  { chains, seed, progress }: { chains: number; seed: number; progress?: (share: number) => void },
): ({ readonly ratio: number } & TrialMean)[] {
  const trials = Math.max(chains, Math.min(1000, Math.max(300, Math.round(4e6 / set.rows))));
  const times = sourceRatios.map((ratio) => ratio * collapse);
  const told = progress ? { progress: (done: number) => progress(done / trials) } : {};
  return sourceWeights(set, bias, times, { trials, seed, ...told }).map((mean, j) => ({ ratio: sourceRatios[j] as number, ...mean }));
}
