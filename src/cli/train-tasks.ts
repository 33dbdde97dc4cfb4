/** @file The data of each task of `hopfield train`, and the network and settings it is trained with unless told otherwise. */
import type { FeatureEncoding, FitOptions, LabelledBags, NetworkDescription } from "../layers/index.ts";
import { selectBags } from "../layers/index.ts";
import { bitPatterns, digitBags, latchSequences } from "../tasks/index.ts";
import { loadDigits } from "./demo-data.ts";
import type { TrainRequest } from "./train-options.ts";

export interface TaskData {
  readonly train: LabelledBags;
  readonly validation: LabelledBags;
  readonly test: LabelledBags;
  readonly encoding: FeatureEncoding;
  readonly classes: readonly string[];
  /** Instances of every bag; null where bags differ. */
  readonly instances: number | null;
}

export const plainEncoding = (instances: number | null): FeatureEncoding => ({
  columns: null,
  mean: null,
  scale: null,
  bag: null,
  instances,
});

const fresh = 10_000;

/** Data of the tasks that are made from a seed; `mil` reads a table and has settings of its own (train-mil.ts). */
export function taskData(request: TrainRequest, seed: number): TaskData {
  const { task } = request;
  if (task === "bit-pattern") {
    const instances = request.length ?? 16;
    const patterns = bitPatterns(seed, { instances });
    return {
      ...split(patterns.bags(2048, 0), 1536),
      test: patterns.bags(fresh, 1),
      encoding: plainEncoding(instances),
      classes: ["0", "1"],
      instances,
    };
  }
  if (task === "latch") {
    const length = request.length ?? 32;
    const options = { length, place: request.place };
    return {
      ...split(latchSequences(seed, 4096, 0, options), 3072),
      test: latchSequences(seed, fresh, 1, options),
      encoding: plainEncoding(length),
      classes: ["0", "1"],
      instances: length,
    };
  }
  return digitData(seed);
}

/** 500 bags to train on and 100 to watch, from the training digits; 1 000 bags of the others to test on. */
function digitData(seed: number): TaskData {
  const digits = loadDigits(false);
  const set = (pixels: Uint8Array, labels: Uint8Array): Parameters<typeof digitBags>[0] => ({
    images: { data: Float32Array.from(pixels, (x) => x / 255), rows: labels.length, columns: digits.dimension },
    labels,
  });
  const train = set(digits.images, digits.labels);
  return {
    train: digitBags(train, seed, 500, 0),
    validation: digitBags(train, seed, 100, 1),
    test: digitBags(set(digits.unseenImages, digits.unseenLabels), seed, 1000, 2),
    encoding: plainEncoding(null),
    classes: ["0", "1"],
    instances: null,
  };
}

function split(all: LabelledBags, count: number): { train: LabelledBags; validation: LabelledBags } {
  return { train: some(all, 0, count), validation: some(all, count, all.targets.length) };
}

function some({ bags, targets }: LabelledBags, first: number, end: number): LabelledBags {
  return {
    bags: selectBags(
      bags,
      Array.from({ length: end - first }, (_, i) => first + i),
    ),
    targets: targets.slice(first, end),
  };
}

/** The network of a request for data of this shape. */
export function describe(request: TrainRequest, data: TaskData): NetworkDescription {
  const { model, task, upstream } = request;
  const inputs = data.train.bags.columns;
  if (upstream) return upstreamNetwork(request, data, inputs);
  const common = { model, inputs, outputs: data.classes.length > 2 ? data.classes.length : 1 };
  const module = { deviation: "scaled" as const, heads: request.heads ?? 8, hidden: request.hidden ?? 16, ...request.module };
  const quantity = model === "association" ? {} : { quantity: request.quantity ?? (model === "lookup" ? 32 : 1) };
  if (task === "mnist-bags") return { ...common, width: 128, image: { side: 28, channels: [12, 24], size: 5 }, ...quantity, module };
  return { ...common, width: 128, ...quantity, module };
}

/** hopfield-layers, examples bit_pattern and latch_sequence: the module on the bare instances, its defaults, a flat readout; lookup has as many patterns as the training set has different instances. */
function upstreamNetwork(request: TrainRequest, data: TaskData, inputs: number): NetworkDescription {
  const { model } = request;
  const instances = data.instances ?? 1;
  const module = { heads: request.heads ?? 1, ...(request.hidden === undefined ? {} : { hidden: request.hidden }), ...request.module };
  const base = { model, inputs, outputs: 1, width: 0, module };
  if (model === "pooling") return { ...base, quantity: request.quantity ?? 1 };
  if (model === "association") return { ...base, instances, readout: "flatten" };
  return { ...base, instances, readout: "flatten", quantity: request.quantity ?? differentRows(data.train) };
}

function differentRows({ bags: { data, rows, columns } }: LabelledBags): number {
  return new Set(Array.from({ length: rows }, (_, i) => data.subarray(i * columns, (i + 1) * columns).join(" "))).size;
}

/** Training settings of a task; the validation loss decides when enough is enough. */
export function fitSettings(request: TrainRequest): FitOptions {
  const { task, upstream, batch, threads } = request;
  const own: FitOptions = upstream
    ? { epochs: task === "latch" ? 20 : 250, learningRate: 1e-3, patience: 25 }
    : task === "bit-pattern"
      ? { epochs: 60, learningRate: 2e-3, patience: 12, stopBelow: 0.008, stopTrainingBelow: 1e-4 }
      : task === "latch"
        ? { epochs: 5, learningRate: 2e-3, patience: 5, stopBelow: 0.0003 }
        : { epochs: 30, learningRate: 1e-3, patience: 6, stopBelow: 0.003 };
  return {
    ...own,
    batch,
    threads,
    loss: "binary",
    ...(request.epochs === undefined ? {} : { epochs: request.epochs }),
    ...(request.learningRate === undefined ? {} : { learningRate: request.learningRate }),
  };
}
