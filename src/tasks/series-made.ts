/** @file A made series of known structure: each variable is the sum of a daily wave, a weekly wave and white noise, so that the smallest possible error is known. */
import { checkNames, checkNumber } from "../core/options.ts";
import { normal, randomStream, uniform } from "../core/random.ts";
import type { TableText } from "./table-columns.ts";

export interface MadeSeriesOptions {
  /** Default 2 400. */
  readonly times?: number;
  /** Default 3. */
  readonly variables?: number;
  /** Deviation of the noise, in units where the daily wave has amplitude 1; default 0.3. No forecast has a mean squared error below its square. */
  readonly noise?: number;
  readonly seed?: number;
}

/** The period of the waves: 24 and 168 values, as for hours. */
const madeSeason = 24;

/** @returns a table as text with a header; openSeries reads it. @throws HopfieldError E_RANGE. */
export function madeSeries(options: MadeSeriesOptions = {}): TableText {
  checkNames("madeSeries", options, ["times", "variables", "noise", "seed"]);
  const times = checkNumber("madeSeries", "times", options.times ?? 2400, { atLeast: 100, atMost: 1e6, whole: true });
  const variables = checkNumber("madeSeries", "variables", options.variables ?? 3, { atLeast: 1, atMost: 100, whole: true });
  const noise = checkNumber("madeSeries", "noise", options.noise ?? 0.3, { atLeast: 0 });
  const random = randomStream(options.seed ?? 1, 0x6d616465);
  const phases = Array.from({ length: 2 * variables }, () => 2 * Math.PI * uniform(random));
  const wave = (t: number, period: number, phase: number): number => sine((2 * Math.PI * (t % period)) / period + phase);
  const rows = Array.from({ length: times }, (_, t) =>
    Array.from({ length: variables }, (_, v) => {
      const clean = wave(t, madeSeason, phases[2 * v] as number) + 0.5 * wave(t, 7 * madeSeason, phases[2 * v + 1] as number);
      return String(clean + noise * normal(random));
    }),
  );
  return { names: Array.from({ length: variables }, (_, v) => `x${v + 1}`), rows };
}

/** Sine by its series after reduction to [-pi, pi]: engines may differ in the last place of theirs. Error below 1e-9. */
export function sine(x: number): number {
  const turns = Math.round(x / (2 * Math.PI));
  const a = x - 2 * Math.PI * turns;
  // sin(a) = sin(pi - a): at most a quarter turn is left.
  const b = a > Math.PI / 2 ? Math.PI - a : a < -Math.PI / 2 ? -Math.PI - a : a;
  const z = b * b;
  return b * (1 - (z / 6) * (1 - (z / 20) * (1 - (z / 42) * (1 - (z / 72) * (1 - (z / 110) * (1 - z / 156))))));
}
