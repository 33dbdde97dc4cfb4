/** @file What a claim is: a statement of a paper (or of these docs) that a computation can confirm or refute, with where it stands, what it expects and how closely. */
import { capacityBound, createMemory, drawFrequencies, positiveFeatures } from "../index.ts";

/** The functions under examination. Tests hand in a broken set to see that a claim can fail. */
export interface Library {
  readonly createMemory: typeof createMemory;
  readonly capacityBound: typeof capacityBound;
  readonly drawFrequencies: typeof drawFrequencies;
  readonly positiveFeatures: typeof positiveFeatures;
}

export const packageItself: Library = { createMemory, capacityBound, drawFrequencies, positiveFeatures };

export interface ClaimContext {
  /** Whole number, at least 0; every random number of a claim follows from it. */
  readonly seed: number;
  /** Called now and then while a claim runs. */
  progress(done: number, total: number): void;
  /** Folder with data sets, for claims that need one. */
  readonly data?: string;
  /** Examine these functions in place of the package's own. */
  readonly library?: Library;
}

export interface ClaimOutcome {
  /** What was found, in words and numbers. */
  readonly measured: string;
  readonly passed: boolean;
  readonly figures?: Record<string, number>;
}

export interface Claim {
  /** Lower case with dashes; unique. */
  readonly id: string;
  readonly title: string;
  /** Paper, arXiv number and section, or the page of these docs that derives it. */
  readonly source: string;
  readonly expected: string;
  /** How far the measured value may lie from the expected one, and why. */
  readonly tolerance: string;
  /** About how long it takes on one core. */
  readonly seconds: number;
  run(context: ClaimContext): ClaimOutcome | Promise<ClaimOutcome>;
}
