/** @file What a claim is: a statement of a paper (or of these docs) that a computation can confirm or refute, with where it stands, what it expects and how closely. */
import { capacityBound, createMemory, drawFrequencies, fitKernel, positiveFeatures } from "../index.ts";
import type { LearningTable, TableModel, TableText } from "../tasks/index.ts";

/** The functions under examination. Tests hand in a broken set to see that a claim can fail. */
export interface Library {
  readonly createMemory: typeof createMemory;
  readonly capacityBound: typeof capacityBound;
  readonly drawFrequencies: typeof drawFrequencies;
  readonly positiveFeatures: typeof positiveFeatures;
  readonly fitKernel: typeof fitKernel;
}

export const packageItself: Library = { createMemory, capacityBound, drawFrequencies, positiveFeatures, fitKernel };

export interface ClaimContext {
  /** Whole number, at least 0; every random number of a claim follows from it. */
  readonly seed: number;
  /** Called now and then while a claim runs. */
  progress(done: number, total: number): void;
  /** Folder with data sets, for claims that need one. */
  readonly data?: string;
  /** Examine these functions in place of the package's own. */
  readonly library?: Library;
  /** Handwritten digits, for the experiments on them; null where they are not installed. */
  readonly digits?: () => StoredDigits | null;
  /** A table of the folder of --data by its path there; null where it is not. */
  readonly readTable?: (path: string) => TableText | null;
  /** Plain methods on a fold of a table: probabilities or numbers for the test rows, by name. */
  readonly peers?: (
    table: LearningTable,
    model: TableModel,
    rows: readonly number[],
    test: readonly number[],
    watched: readonly number[] | null,
    seed: number,
    onStart?: (name: string) => void,
  ) => Promise<Readonly<Record<string, Float64Array>>>;
  /** One line when a part of a long experiment has ended. */
  readonly note?: (line: string) => void;
  /** CPU time of this process in milliseconds, for experiments on cost. */
  readonly cpuTime?: () => number;
  /** "small": enough to see that the experiment works, for tests; "full": the sizes of the papers and beyond, minutes. Default: seconds. */
  readonly size?: "small" | "full";
}

/** MNIST digits: image i is `images[i * dimension ...]`, grey values 0 ... 255. */
export interface StoredDigits {
  readonly images: Uint8Array;
  readonly dimension: number;
}

export interface ClaimOutcome {
  /** What was found, in words and numbers. */
  readonly measured: string;
  readonly passed: boolean;
  /** It could not be examined here (data or a clock is missing): neither passed nor failed. */
  readonly skipped?: boolean;
  readonly figures?: Record<string, number>;
  /** Results of many parts, shown as they stand. */
  readonly table?: ClaimTable;
}

export interface ClaimTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
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
