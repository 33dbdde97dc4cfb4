/** @file Settings of a training run of Hopular, small by default and as published, and how many epochs a table can afford. docs/tables/hopular.md */
import { checkNames, checkNumber } from "../core/options.ts";
import type { ColumnSize } from "../layers/hopular-columns.ts";
import type { Workspace } from "../layers/workspace.ts";

export interface HopularFitOptions {
  /** Numbers of a feature; default 8 (published: 32). */
  readonly size?: number;
  /** Default 2 (published: 8). */
  readonly blocks?: number;
  /** Default 4 (published: 8). */
  readonly heads?: number;
  /** Columns of the association space of a head; default 16. */
  readonly hidden?: number;
  /** Default 0.1. */
  readonly dropout?: number;
  /** At most; default 300 (published: 5 000). */
  readonly epochs?: number;
  /** Rows of a step; default 128. */
  readonly batch?: number;
  /** Default 0.01. */
  readonly learningRate?: number;
  readonly weightDecay?: number;
  /** Epochs without a smaller watched loss after which training ends; default 25. */
  readonly patience?: number;
  /** Share of the masked loss at the start, falling to 0 over `annealed` of the epochs; default 0.5 over 0.3. */
  readonly masked?: number;
  readonly annealed?: number;
  /** Of the cells: masked 0.025, replaced 0.175, as published. */
  readonly mask?: number;
  readonly replace?: number;
  /** Most stored rows of a step, most rows of an epoch, and twice the most watched rows; default 1 024, drawn anew (the watched ones once) where there are more. */
  readonly memory?: number;
  readonly seed?: number;
  readonly workspace?: Workspace;
}

export const hopularDefaults = {
  size: 8,
  blocks: 2,
  heads: 4,
  hidden: 16,
  dropout: 0.1,
  epochs: 300,
  batch: 128,
  learningRate: 0.01,
  weightDecay: 0.1,
  patience: 25,
  masked: 0.5,
  annealed: 0.3,
  mask: 0.025,
  replace: 0.175,
  memory: 1024,
  seed: 1,
};

/** The sizes and settings of the published code (ml-jku/hopular): hours a table rather than minutes. */
export const publishedHopular: HopularFitOptions = {
  size: 32,
  blocks: 8,
  heads: 8,
  hidden: 32,
  learningRate: 1e-3,
  epochs: 5000,
  masked: 1,
  annealed: 1,
};

/** @throws HopfieldError E_RANGE. */
export function hopularSettings(options: HopularFitOptions): typeof hopularDefaults {
  checkNames("hopular", options, [...Object.keys(hopularDefaults), "workspace"]);
  const o = { ...hopularDefaults, ...options };
  for (const name of ["epochs", "batch", "patience", "memory"] as const) checkNumber("hopular", name, o[name], { atLeast: 1, whole: true });
  for (const name of ["masked", "annealed", "mask", "replace"] as const) checkNumber("hopular", name, o[name], { atLeast: 0, atMost: 1 });
  return o;
}

/** Multiplications that one fit may take where nobody says how long it should train: about a minute on one core. */
const affordable = 1.6e11;

/**
 * Epochs of the defaults that cost about so much: the projections of stored rows, the scores of rows against stored rows, and of features against features, forward and twice that backward, in every block.
 * @returns at most the default of 300; below about 20 the network is hardly trained.
 */
export function affordableEpochs(rows: number, columns: readonly ColumnSize[], options: HopularFitOptions): number {
  const { size, blocks, heads, hidden, batch, memory, epochs } = hopularSettings(options);
  const [seen, features] = [Math.min(rows, memory), columns.length];
  const steps = Math.max(1, Math.round(seen / batch));
  const projected = steps * seen * features * size * heads * hidden * 2;
  const scored = 2 * seen * seen * heads * hidden;
  const among = 2 * seen * features * features * heads * size;
  // Predicting compares every row with every stored one; up to 10 000 rows that is seconds.
  const left = affordable - 2 * blocks * heads * hidden * Math.max(0, rows * rows - 1e8);
  return Math.max(0, Math.min(epochs, Math.floor(left / (3 * blocks * (projected + scored + among)))));
}
