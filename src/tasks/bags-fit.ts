/**
 * @file A committee on bags of one's own: several networks that differ in their first numbers and in the part of the training bags that is watched while they train. It says the mean of what
 * they say, and every training bag teaches most of them. docs/tables/bags.md
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNames, checkNumber } from "../core/options.ts";
import { portableExp } from "../core/portable.ts";
import { randomStream, uniformInteger } from "../core/random.ts";
import type { Batch, Epoch, FeatureEncoding, FitOptions, LabelledBags, NetworkDescription, Parameters } from "../layers/index.ts";
import { buildNetwork, countParameters, openWorkspace, predictBags, selectBags, train, type Workspace } from "../layers/index.ts";
import type { BagTable } from "./bags-csv.ts";
import { stratifiedFolds } from "./folds.ts";
import type { Predictions } from "./metrics.ts";

export interface BagFitOptions {
  /** Networks; default 5. */
  readonly ensemble?: number;
  /** Numbers of the bags to train on; default all. */
  readonly bags?: readonly number[];
  /** In place of parts of the usual network. */
  readonly network?: Partial<Omit<NetworkDescription, "inputs" | "outputs">>;
  /** In place of parts of the usual settings. */
  readonly training?: FitOptions;
  /** Default 1. */
  readonly seed?: number;
  readonly workspace?: Workspace;
}

export interface BagCommittee {
  readonly description: NetworkDescription;
  readonly members: readonly Parameters[];
  readonly encoding: FeatureEncoding;
  /** Names of the classes 0, 1, ... */
  readonly classes: readonly string[];
}

export interface BagFit {
  readonly committee: BagCommittee;
  /** Numbers that were learnt, all members. */
  readonly count: number;
  /** Mean over the members. */
  readonly epochs: number;
  /** Of all members. */
  readonly steps: number;
}

/** An epoch of member 0, 1, ... */
export interface MemberEpoch {
  readonly member: number;
  readonly epoch: Epoch;
}

/** The watched part of the training bags is one of so many. */
const parts = 8;

/** Columns from which on rows go into the module as they are: its layer norm takes two degrees of freedom from each, which shorter ones cannot spare. */
const manyColumns = 32;

/** The network of every member unless told otherwise. docs/tables/bags.md says how it was chosen. */
const bagNetwork = (inputs: number): Omit<NetworkDescription, "inputs" | "outputs"> => ({
  model: "pooling",
  width: inputs < manyColumns ? 64 : 0,
  quantity: 4,
  dropout: 0.3,
  module: { heads: 8, hidden: 16, deviation: "scaled", dropout: 0.3 },
});

/** How every member is trained unless told otherwise. */
const bagTraining: FitOptions = { epochs: 100, learningRate: 3e-4, weightDecay: 0.05, patience: 12, stopBelow: 0.01, batch: 32 };

/**
 * Yields after every epoch of every member. Columns are standardised by the training bags.
 * @throws HopfieldError E_RANGE (options, bags), E_UNSUPPORTED (the network), E_NONFINITE (a loss that is no number).
 */
export function* fitBags(
  { data, columns, classes, bag }: Pick<BagTable, "data" | "columns" | "classes"> & { readonly bag?: string },
  options: BagFitOptions = {},
): Generator<MemberEpoch, BagFit> {
  const where = "bags";
  checkNames(where, options, ["ensemble", "bags", "network", "training", "seed", "workspace"]);
  const ensemble = checkNumber(where, "ensemble", options.ensemble ?? 5, { atLeast: 1, atMost: 1000, whole: true });
  const seed = options.seed ?? 1;
  const chosen = options.bags ?? Array.from(data.targets, (_, b) => b);
  if (chosen.length === 0) throw new HopfieldError("E_RANGE", `${where}: there are no bags to train on`);
  const encoding = encodingOf(selectBags(data.bags, chosen), columns, bag ?? null);
  const known = encodeBags(someBags(data, chosen), encoding);
  const common = bagNetwork(columns.length);
  const description: NetworkDescription = {
    ...common,
    ...options.network,
    module: { ...common.module, ...options.network?.module },
    inputs: columns.length,
    outputs: classes.length > 2 ? classes.length : 1,
  };
  const workspace = options.workspace ?? openWorkspace("plain");
  const watchable = stratifiedFolds(known.targets, Math.min(chosen.length, Math.max(parts, ensemble)), seed);
  const members: Parameters[] = [];
  let [epochs, steps] = [0, 0];
  for (let m = 0; m < ensemble; m++) {
    const watched = new Set(watchable[m % watchable.length]);
    const rest = Array.from(known.targets, (_, b) => b).filter((b) => !watched.has(b));
    const mark = workspace.top;
    const run = train(description, someBags(known, rest.length > 0 ? rest : [...watched]), {
      ...bagTraining,
      ...options.training,
      loss: description.outputs > 1 ? "classes" : "binary",
      validation: someBags(known, [...watched]),
      seed: uniformInteger(randomStream(seed, 0x6d656d62 + m), 2 ** 32),
      workspace,
    });
    let next = run.next();
    for (; !next.done; next = run.next()) yield { member: m, epoch: next.value };
    workspace.top = mark;
    const { badBatch } = next.value;
    if (badBatch)
      throw new HopfieldError(
        "E_NONFINITE",
        `${where}: the loss of batch ${badBatch.batch} in epoch ${badBatch.epoch} of network ${m + 1} is no finite number; a smaller learning rate may help`,
      );
    members.push(next.value.parameters);
    epochs += next.value.epochs / ensemble;
    steps += next.value.steps;
  }
  return {
    committee: { description, members, encoding, classes },
    count: members.reduce((sum, each) => sum + countParameters(each), 0),
    epochs,
    steps,
  };
}

/** Probabilities, bags x classes: the mean over the members. @param bags encoded as in training. @throws HopfieldError E_SHAPE. */
export function predictCommittee({ description, members }: BagCommittee, bags: Batch, workspace = openWorkspace("plain")): Predictions {
  if (bags.columns !== description.inputs)
    throw new HopfieldError("E_SHAPE", `bags: the data has ${bags.columns} columns, the networks take ${description.inputs}`);
  const network = buildNetwork(description);
  const rows = bags.offsets.length - 1;
  const columns = Math.max(2, description.outputs);
  const data = new Float64Array(rows * columns);
  for (const parameters of members) {
    const { data: logits } = predictBags(workspace, network, parameters, bags);
    for (let b = 0; b < rows; b++)
      classProbabilities(logits.subarray(b * description.outputs, (b + 1) * description.outputs)).forEach((p, c) => {
        data[b * columns + c] = (data[b * columns + c] as number) + p / members.length;
      });
  }
  return { data, rows, columns };
}

/** One logit: two classes by the logistic function; else the softmax of all. */
export function classProbabilities(row: ArrayLike<number>): number[] {
  const logits = row.length === 1 ? [0, row[0] as number] : Array.from(row);
  const top = Math.max(...logits);
  const powers = logits.map((z) => portableExp(z - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((e) => e / sum);
}

/** (x - mean) / scale of every column. */
export function encodeBags({ bags, targets }: LabelledBags, { mean, scale }: FeatureEncoding): LabelledBags {
  if (!mean || !scale) return { bags, targets };
  const data = bags.data.map((x, i) => (x - (mean[i % bags.columns] as number)) / (scale[i % bags.columns] as number));
  return { bags: { ...bags, data }, targets };
}

/** Some bags with their targets, in the given order. */
export function someBags({ bags, targets }: LabelledBags, members: readonly number[]): LabelledBags {
  return { bags: selectBags(bags, members), targets: Float32Array.from(members, (b) => targets[b] as number) };
}

function encodingOf(bags: Batch, columns: readonly string[], bag: string | null): FeatureEncoding {
  const mean = columns.map((_, c) => {
    let sum = 0;
    for (let i = 0; i < bags.rows; i++) sum += bags.data[i * bags.columns + c] as number;
    return sum / bags.rows;
  });
  const scale = columns.map((_, c) => {
    let sum = 0;
    for (let i = 0; i < bags.rows; i++) sum += ((bags.data[i * bags.columns + c] as number) - (mean[c] as number)) ** 2;
    // A column that never changes stays 0.
    return Math.sqrt(sum / bags.rows) || 1;
  });
  return { columns, mean, scale, bag, instances: null };
}
