/**
 * @file The held-out trial of `hopfield plan`: beta is advised by one half of the patterns and tried on the other, which had no say in it; a quarter of it and four times it are tried on the same
 * cues. The advice is refuted when one of them recalls more, beyond the 95 % intervals.
 */
import type { Matrix } from "../core/matrix.ts";
import { randomStream, sampleWithoutReplacement } from "../core/random.ts";
import { createMemory, type MemoryOptions } from "../index.ts";
import { firstCopies } from "./plan-facts.ts";
import { rowsOf } from "./plan-theory.ts";
import { type Trial, trialOf } from "./plan-trial.ts";

export interface HeldOut {
  /** Patterns that advised, and patterns that are stored and tried. */
  readonly advisers: number;
  readonly patterns: number;
  readonly trials: readonly {
    readonly beta: number;
    readonly right: number;
    readonly of: number;
    readonly share: number;
    readonly low: number;
    readonly high: number;
  }[];
  readonly verdict: "confirmed" | "refuted";
}

/** @returns null where there is no beta to advise (it was given, or the model has none), or fewer than 8 patterns. */
export function heldOutTrial(patterns: Matrix, options: MemoryOptions, noise: number, seed: number): HeldOut | null {
  const { rows } = patterns;
  if (options.beta !== undefined || rows < 8) return null;
  const order = sampleWithoutReplacement(randomStream(seed, 0x71a4), rows, rows);
  const half = rows >> 1;
  const advisers = createMemory(rowsOf(patterns, order.slice(0, half)), options);
  const { beta } = advisers;
  if (beta === null) return null;
  const stored = rowsOf(patterns, order.slice(half));
  const copies = firstCopies(stored);
  const trials = [beta / 4, beta, 4 * beta].map((each) => {
    const found: Trial | null = trialOf(createMemory(stored, { ...options, beta: each }), stored, copies, noise, false, seed);
    return found === null
      ? null
      : { beta: each, right: found.right, of: found.trials, share: found.share, low: found.low, high: found.high };
  });
  const whole = trials.flatMap((each) => (each === null ? [] : [each]));
  const advised = whole[1];
  if (advised === undefined || whole.length < 3) return null;
  const better = whole.some((each) => each.low > advised.high);
  return { advisers: half, patterns: stored.rows, trials: whole, verdict: better ? "refuted" : "confirmed" };
}
