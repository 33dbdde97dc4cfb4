/** @file The U-turn: a stored pattern is noised to time t and run back; below the collapse it returns to itself, above it ends on another pattern. */
import { checkNumber } from "../core/options.ts";
import { randomStream, uniformInteger } from "../core/random.ts";
import { fillNormals } from "./diffusion-normals.ts";
import { geometricTimes, lastTime, nearestPatterns, runReverse } from "./diffusion-sampler.ts";
import type { Bias, PatternSet } from "./diffusion-set.ts";

export interface UTurn {
  readonly time: number;
  /** Chains whose nearest pattern at the end is the one they came from. */
  readonly returned: number;
  readonly chains: number;
  /** Largest distance of an end from its nearest pattern, root mean square over the entries. */
  readonly rms: number;
}

const startStream = 0x19_0000;

/**
 * @param times above lastTime. @param chains at each time, at least 1. @param step log t of one reverse step, default 0.05.
 * @throws HopfieldError E_RANGE.
 */
export function uTurns(
  set: PatternSet,
  bias: Bias,
  times: readonly number[],
  { chains, seed, step = 0.05, progress }: { chains: number; seed: number; step?: number; progress?: (share: number) => void },
): UTurn[] {
  checkNumber("uTurns", "chains", chains, { atLeast: 1, whole: true });
  checkNumber("uTurns", "step", step, { above: 0 });
  return times.map((time, j) => {
    checkNumber("uTurns", "time", time, { above: lastTime });
    const { states, sources } = noisedPatterns(set, time, chains, seed, j);
    const grid = geometricTimes(time, lastTime, Math.ceil(Math.log(time / lastTime) / step));
    const onStep = (done: number): void => progress?.((j + done / grid.length) / times.length);
    runReverse(set, bias, states, grid, { seed, use: 1 + j, onStep });
    const ends = nearestPatterns(set, states);
    const rms = Math.max(...ends.map((end) => end.rms));
    return { time, returned: ends.filter(({ index }, b) => index === sources[b]).length, chains, rms };
  });
}

/** x = xi + sqrt(t) eta for random stored patterns. */
function noisedPatterns(
  set: PatternSet,
  time: number,
  chains: number,
  seed: number,
  use: number,
): { states: Float64Array; sources: number[] } {
  const { data, rows, columns } = set;
  const random = randomStream(seed, startStream + 0x1000 + use);
  const states = new Float64Array(chains * columns);
  fillNormals(states, seed, startStream + use, 0);
  const root = Math.sqrt(time);
  const sources = Array.from({ length: chains }, () => uniformInteger(random, rows));
  sources.forEach((source, b) => {
    for (let k = 0; k < columns; k++)
      states[b * columns + k] = (data[source * columns + k] as number) + root * (states[b * columns + k] as number);
  });
  return { states, sources };
}
