/** @file What `hopfield train` was asked for: task, model, variant and numbers, checked before any data is made or read. */
import { checkChoice, checkNumber } from "../core/options.ts";
import type { LayerSeparation, LayerSupport, NetworkDescription } from "../layers/index.ts";
import { CommandError } from "./failure.ts";
import { flagOf, type Input, numberOf, type OptionSpec, textOf } from "./spec.ts";

export type TaskName = "bit-pattern" | "latch" | "mnist-bags" | "mil";
const taskNames: readonly TaskName[] = ["bit-pattern", "latch", "mnist-bags", "mil"];
/** These have options and a run of their own (train-table.ts, train-series.ts). */
const ownRuns: readonly string[] = ["tabular", "series"];
export type TrainModel = "association" | "pooling" | "lookup";

/** Names of --variant: the separation and the support they stand for. */
export const variants: Readonly<
  Record<string, { readonly separation: LayerSeparation; readonly support?: LayerSupport; readonly alpha?: "learned" }>
> = {
  softmax: { separation: "softmax" },
  softmax1: { separation: "softmax1" },
  sparsemax: { separation: "sparsemax" },
  entmax: { separation: "entmax" },
  "entmax-learned": { separation: "entmax", alpha: "learned" },
  normmax: { separation: "normmax" },
  "k-subset": { separation: "k-subset" },
  "top-k": { separation: "softmax", support: "top-k" },
  "random-masked": { separation: "softmax", support: "random" },
  window: { separation: "softmax", support: "window" },
  linear: { separation: "linear" },
  "random-features": { separation: "random-features" },
};

export const trainOptions: readonly OptionSpec[] = [
  {
    flags: "--task <name>",
    text: "bit-pattern, latch, mnist-bags; your own with --data: mil (bags), tabular (rows), series",
    required: true,
  },
  {
    flags: "--model <name>",
    text: "association, pooling or lookup (default pooling); tabular: auto (default: the lookup and Hopular, mixed as watched rows say), lookup or hopular; series: association (default), pooling or none (no layer, for comparison)",
  },
  { flags: "--variant <name>", text: `${Object.keys(variants).join(", ")} (default softmax)` },
  {
    flags: "--preset <name>",
    text: "upstream: the network of hopfield-layers, without an embedding of the instances; published: the sizes of Hopular's paper (--model hopular; hours)",
  },
  { flags: "--epochs <n>", text: "at most so many", kind: "number" },
  { flags: "--learning-rate <number>", text: "of AdamW", kind: "number" },
  { flags: "--batch <n>", text: "bags of a step (default 32)", kind: "number" },
  { flags: "--hidden <n>", text: "columns of the association space of a head (default 16)", kind: "number" },
  { flags: "--heads <n>", text: "default 8", kind: "number" },
  { flags: "--queries <n>", text: "pooling: learned queries (default 1); lookup: learned patterns (default 32)", kind: "number" },
  { flags: "--beta <number>", text: "inverse temperature (default 1 / sqrt(hidden))", kind: "number" },
  { flags: "--steps <n>", text: "updates of the state before it is read (default 0)", kind: "number" },
  { flags: "--alpha <number>", text: "entmax (default 1.5), normmax (default 2)", kind: "number" },
  { flags: "--k <n>", text: "top-k, k-subset (default 8)", kind: "number" },
  { flags: "--window <n>", text: "window (default 5)", kind: "number" },
  { flags: "--keep <number>", text: "random-masked: share that is seen (default 0.5)", kind: "number" },
  { flags: "--features <n>", text: "random-features (default 64)", kind: "number" },
  { flags: "--length <n>", text: "bit-pattern, latch: instances of a bag (default 16, 32)", kind: "number" },
  { flags: "--place <where>", text: "latch: the symbol stands first or at a random place (default first)" },
  { flags: "--dropout <rate>", text: "of association weights, in training (default 0; mil 0.3)", kind: "number" },
  { flags: "--folds <n>", text: "mil, tabular: folds of the cross-validation (default 5)", kind: "number" },
  { flags: "--ensemble <n>", text: "mil: networks whose probabilities are averaged (default 5)", kind: "number" },
  {
    flags: "--threads <n>",
    text: "that share the work: of a step (at most 4), tabular: the folds (default 1); the weights are the same for any n",
    kind: "number",
  },
  { flags: "--build <name>", text: "kernels: plain (default; the same weights everywhere), relaxed or auto" },
  {
    flags: "--baselines",
    text: "what stands beside it: mean, maximum, LSTM, one linear layer; tabular: k nearest neighbours, logistic or ridge regression, random forest",
  },
  { flags: "--size <n>", text: "hopular: numbers of a feature (default 8)", kind: "number" },
  { flags: "--blocks <n>", text: "hopular: blocks (default 2)", kind: "number" },
  { flags: "--types <list>", text: "tabular: column=numeric, column=categorical or column=ignored, where the inferred type is wrong" },
  { flags: "--ignore <list>", text: "tabular: columns to leave out" },
  { flags: "--test-folds <list>", text: "tabular: columns whose 1 marks the test rows of a fold, in place of --folds" },
  { flags: "--watch-folds <list>", text: "tabular: columns that mark the rows to watch while the others train" },
  { flags: "--horizon <n>", text: "series: values to forecast (default 96)", kind: "number" },
  { flags: "--input <n>", text: "series: values of the window before them (default 336, less for short series)", kind: "number" },
  { flags: "--patch <n>", text: "series: values of a patch, of which the next begins half a patch later (default 24)", kind: "number" },
  { flags: "--made <name>", text: "series, without --data: waves (default), or echo, whose past comes back after a lag that changes" },
  {
    flags: "--split <list>",
    text: "series: times to train, to choose and to test on (default 12, 4 and 4 months where dates allow it, else 60, 20, 20 %)",
  },
  { flags: "--data <file>", text: "mil: a table (.csv), one instance a row; tabular: one example a row; series: one time a row" },
  { flags: "--bag <column>", text: "mil: the column that names the bag of a row (default bag)" },
  {
    flags: "--target <column>",
    text: "the column with the label of the bag (mil), what is to be predicted (tabular), the variable (series)",
  },
  { flags: "--save <file>", text: "write the trained network: .safetensors, for hopfield predict" },
  { flags: "--checkpoint <file>", text: "write the state of the run after every epoch: .safetensors" },
  { flags: "--resume <file>", text: "go on from a checkpoint of the same command" },
  { flags: "--plot <file>", text: "learning curves: .svg, .png or .csv" },
  { flags: "--seeds <n>", text: "run the seeds seed ... seed + n - 1", kind: "number" },
  { flags: "--seed <n>", text: "seed of everything random (default 1)", kind: "number" },
];

export interface TrainRequest {
  readonly task: TaskName;
  readonly model: TrainModel;
  readonly variant: string;
  readonly upstream: boolean;
  readonly seed: number;
  readonly seeds: number;
  readonly length: number | undefined;
  readonly place: "first" | "random";
  readonly folds: number;
  readonly ensemble: number | undefined;
  readonly epochs: number | undefined;
  readonly learningRate: number | undefined;
  readonly batch: number;
  readonly threads: number;
  readonly build: "plain" | "relaxed" | "auto";
  readonly baselines: boolean;
  readonly quantity: number | undefined;
  readonly heads: number | undefined;
  readonly hidden: number | undefined;
  readonly module: NonNullable<NetworkDescription["module"]>;
}

/** @throws HopfieldError E_RANGE, CommandError exit 2. */
export function readRequest(input: Input): TrainRequest {
  const where = "train";
  const named = textOf(input, "task") ?? "";
  const task = checkChoice(where, "task", named, [...taskNames, ...ownRuns]) as TaskName;
  if (textOf(input, "model") === "hopular")
    throw new CommandError("E_UNSUPPORTED", "train: hopular is a model of tables; use --task tabular", 2);
  const model = checkChoice(where, "model", textOf(input, "model") ?? "pooling", ["association", "pooling", "lookup"]);
  const variant = checkChoice(where, "variant", textOf(input, "variant") ?? "softmax", Object.keys(variants));
  const preset = textOf(input, "preset");
  if (preset !== undefined) checkChoice(where, "preset", preset, ["upstream"]);
  const whole = (name: string, atLeast = 1): number | undefined => {
    const value = numberOf(input, name);
    return value === undefined ? undefined : checkNumber(where, name, value, { atLeast, whole: true });
  };
  const chosen = variants[variant] as (typeof variants)[string];
  const alpha = chosen.alpha ?? numberOf(input, "alpha");
  const given = {
    beta: numberOf(input, "beta"),
    steps: whole("steps", 0),
    alpha,
    k: whole("k"),
    window: whole("window", 0),
    keep: numberOf(input, "keep"),
    features: whole("features"),
    dropout: numberOf(input, "dropout"),
  };
  const request: TrainRequest = {
    task,
    model,
    variant,
    upstream: preset === "upstream",
    seed: checkNumber(where, "seed", numberOf(input, "seed") ?? 1, { atLeast: 0, atMost: Number.MAX_SAFE_INTEGER, whole: true }),
    seeds: checkNumber(where, "seeds", numberOf(input, "seeds") ?? 1, { atLeast: 1, atMost: 1000, whole: true }),
    length: whole("length"),
    place: checkChoice(where, "place", textOf(input, "place") ?? "first", ["first", "random"]),
    folds: checkNumber(where, "folds", numberOf(input, "folds") ?? 5, { atLeast: 2, atMost: 100, whole: true }),
    ensemble: whole("ensemble"),
    epochs: whole("epochs"),
    learningRate:
      numberOf(input, "learningRate") === undefined
        ? undefined
        : checkNumber(where, "learningRate", numberOf(input, "learningRate"), { above: 0 }),
    batch: whole("batch") ?? 32,
    threads: whole("threads") ?? 1,
    build: checkChoice(where, "build", textOf(input, "build") ?? "plain", ["plain", "relaxed", "auto"]),
    baselines: flagOf(input, "baselines"),
    quantity: whole("queries"),
    heads: whole("heads"),
    hidden: whole("hidden"),
    module: {
      separation: chosen.separation,
      ...(chosen.support ? { support: chosen.support } : {}),
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    },
  };
  checkFit(request, input);
  return request;
}

/** Options that mean nothing to the task are refused, not ignored. */
function checkFit({ task, upstream, seeds, variant }: TrainRequest, input: Input): void {
  const refuse = (flag: string, why: string): never => {
    throw new CommandError("E_UNSUPPORTED", `train: ${flag} ${why}`, 2);
  };
  const has = (name: string): boolean => input.options[name] !== undefined;
  if (task === "mil" && variant === "window") refuse("--variant window", "has no meaning for bags: their rows have no order");
  if (task === "mil")
    for (const name of ["data", "target"]) if (!has(name)) throw new CommandError("E_RANGE", `train --task mil needs --${name}`, 2);
  if (task !== "mil")
    for (const name of ["data", "target", "bag", "folds", "ensemble"]) if (has(name)) refuse(`--${name}`, "belongs to --task mil");
  for (const name of ["size", "blocks", "types", "ignore", "testFolds", "watchFolds"])
    if (has(name)) refuse(`--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`, "belongs to --task tabular");
  for (const name of ["horizon", "input", "patch", "made", "split"]) if (has(name)) refuse(`--${name}`, "belongs to --task series");
  if (task !== "latch" && has("place")) refuse("--place", "belongs to --task latch");
  if (task !== "latch" && task !== "bit-pattern" && has("length")) refuse("--length", "belongs to bit-pattern and latch");
  if (upstream && task !== "bit-pattern" && task !== "latch") refuse("--preset upstream", "is there for bit-pattern and latch");
  if (seeds > 1) for (const name of ["save", "checkpoint", "resume"]) if (has(name)) refuse(`--${name}`, "goes with one seed");
  if (task === "mil")
    for (const name of ["checkpoint", "resume"])
      if (has(name)) refuse(`--${name}`, "goes with tasks of one training run, not with a cross-validation");
}
