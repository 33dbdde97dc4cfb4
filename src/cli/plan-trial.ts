/** @file The trial of `hopfield plan`: stored patterns, damaged by seeded noise, and what the memory gives back. */

import { HopfieldError } from "../core/errors.ts";
import type { Matrix } from "../core/matrix.ts";
import { normal, randomStream, sampleWithoutReplacement, uniform } from "../core/random.ts";
import type { Memory } from "../index.ts";
import { wilson } from "./wilson.ts";

/** Multiplications that one trial may cost: about a second. */
const workLimit = 2 ** 34;

export interface Trial {
  readonly trials: number;
  /** Cues whose pattern (or a copy of it) came back first; binary models: whose pattern came back to the bit. */
  readonly right: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
  /** Root mean square of answer - pattern over entries and cues. */
  readonly rms: number;
}

/**
 * @param copies firstCopies of the patterns. @param half the second half of the entries is missing as well.
 * @returns null when the model cannot leave entries out.
 */
export function trialOf(memory: Memory, patterns: Matrix, copies: Int32Array, noise: number, half: boolean, seed: number): Trial | null {
  const { rows, columns: d } = patterns;
  const binary = memory.beta === null;
  const affordable = Math.floor(workLimit / (rows * d));
  const indices = sampleWithoutReplacement(randomStream(seed, 0x71a1), rows, Math.max(20, Math.min(1000, affordable)));
  const random = randomStream(seed, 0x71a2);
  const queries = new Float32Array(indices.length * d);
  indices.forEach((index, b) => {
    for (let k = 0; k < d; k++) {
      const x = patterns.data[index * d + k] ?? 0;
      queries[b * d + k] = binary ? (uniform(random) < noise ? -x : x) : x + noise * normal(random);
    }
  });
  const known = Uint8Array.from({ length: d }, (_, k) => (k < d / 2 ? 1 : 0));
  try {
    const { states, results } = memory.recall(
      { data: queries, rows: indices.length, columns: d },
      {
        ...(half ? { known } : {}),
        ...(memory.support === "window" ? { positions: indices } : {}),
      },
    );
    let right = 0;
    let squares = 0;
    indices.forEach((index, b) => {
      let error = 0;
      for (let k = 0; k < d; k++) error += ((states.data[b * d + k] ?? 0) - (patterns.data[index * d + k] ?? 0)) ** 2;
      squares += error;
      if (binary ? error === 0 : copies[results[b]?.top ?? -1] === copies[index]) right++;
    });
    const trials = indices.length;
    return { trials, right, share: right / trials, ...wilson(right, trials), rms: Math.sqrt(squares / (trials * d)) };
  } catch (error) {
    if (error instanceof HopfieldError && error.code === "E_UNSUPPORTED") return null;
    throw error;
  }
}
