/** @file What the claims about trained layers share: one training run with its scores on fresh bags, seeds, and how accuracies over seeds are told. */
import {
  buildNetwork,
  countParameters,
  type FitOptions,
  type LabelledBags,
  type NetworkDescription,
  openWorkspace,
  score,
  selectBags,
  train,
} from "../layers/index.ts";
import type { ClaimContext } from "./types.ts";

export interface Problem {
  readonly train: LabelledBags;
  readonly validation: LabelledBags;
  readonly test: LabelledBags;
}

export interface Trial {
  readonly accuracy: number;
  readonly auc: number;
  readonly epochs: number;
  readonly parameters: number;
  /** On the validation bags, which choose between learning rates. */
  readonly watched: number;
}

/** The function under examination in these claims; tests hand in one that does not learn. */
export type Trainer = (network: NetworkDescription, problem: Problem, options: FitOptions) => Trial;

export const trainAndTest: Trainer = (network, problem, options) => {
  const workspace = openWorkspace("plain");
  const run = train(network, problem.train, { workspace, validation: problem.validation, ...options });
  let next = run.next();
  while (!next.done) next = run.next();
  const { parameters, epochs } = next.value;
  const block = buildNetwork(network);
  const { accuracy, auc } = score(workspace, block, parameters, problem.test, "binary");
  const watched = score(workspace, block, parameters, problem.validation, "binary").loss;
  return { accuracy, auc: auc ?? 0.5, epochs, parameters: countParameters(parameters), watched };
};

/** The run of the learning rate whose validation loss is smallest. */
export function bestOf(
  trainer: Trainer,
  network: NetworkDescription,
  problem: Problem,
  options: FitOptions,
  rates: readonly number[],
): Trial {
  const trials = rates.map((learningRate) => trainer(network, problem, { ...options, learningRate }));
  return trials.reduce((best, each) => (each.watched < best.watched ? each : best));
}

/** The first bags train, the others are watched. */
export function problemOf(all: LabelledBags, count: number, test: LabelledBags): Problem {
  const part = (first: number, end: number): LabelledBags => ({
    bags: selectBags(
      all.bags,
      Array.from({ length: end - first }, (_, i) => first + i),
    ),
    targets: all.targets.slice(first, end),
  });
  return { train: part(0, count), validation: part(count, all.targets.length), test };
}

/** One seed, or ten in full. */
export function seedsOf({ seed, size }: ClaimContext): number[] {
  return Array.from({ length: size === "full" ? 10 : 1 }, (_, i) => seed + i);
}

/** Student's t, .975, nine degrees of freedom. */
const t9 = 2.262;

/** Mean of ten seeds with its 95 % interval and the smallest; one seed as it is. */
export function told(values: readonly number[]): string {
  const mean = meanOf(values);
  if (values.length < 10) return values.map((x) => x.toFixed(3)).join(", ");
  return `${mean.toFixed(4)} ± ${halfWidth(values).toFixed(4)} (least ${Math.min(...values).toFixed(4)})`;
}

/** Mean of the differences a - b over the same seeds, with its 95 % interval where there are ten. */
export function lead(a: readonly number[], b: readonly number[]): { readonly mean: number; readonly half: number } {
  const differences = a.map((x, i) => x - (b[i] as number));
  return { mean: meanOf(differences), half: differences.length < 10 ? 0 : halfWidth(differences) };
}

function halfWidth(values: readonly number[]): number {
  const mean = meanOf(values);
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1));
  return (t9 * deviation) / Math.sqrt(values.length);
}

export const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Sides of a module that all claims use: a small one learns bags of codes in seconds. */
export const scaled = { deviation: "scaled", heads: 8, hidden: 16 } as const;
