/** @file `hopfield train`: trains a network with a Hopfield module on a task, tells how it does on bags it never saw, and writes it to a file. */
import { performance } from "node:perf_hooks";
import type { NetworkDescription, Score } from "../layers/index.ts";
import { type FeatureEncoding, writeNetwork } from "../layers/index.ts";
import { stratifiedFolds } from "../tasks/index.ts";
import { blame } from "./failure.ts";
import { checkFigurePath, encodeFigure } from "./figure-output.ts";
import { type Io, short, tableLines } from "./io.ts";
import { checkOutputs, type OutputFile, writeOutputs } from "./output.ts";
import { checkFormat } from "./recall-files.ts";
import { type CommandSpec, type Input, textOf } from "./spec.ts";
import { type Baseline, trainBaselines } from "./train-baselines.ts";
import { learningCurves } from "./train-figure.ts";
import { foldData, readBagTable } from "./train-mil.ts";
import { readRequest, type TrainRequest, trainOptions } from "./train-options.ts";
import { type Curve, type RunOutcome, runTraining } from "./train-run.ts";
import { runSeries } from "./train-series.ts";
import { runTabular } from "./train-table.ts";
import { describe, fitSettings, type TaskData, taskData } from "./train-tasks.ts";

export const train: CommandSpec = {
  name: "train",
  summary: "train a Hopfield network on bags, tables, series or made problems",
  about:
    "Trains a network whose heart is a Hopfield layer: an embedding of every instance, association with each other, pooling by learned queries or lookup in learned patterns, and a linear readout. Says how it does on fresh bags.",
  options: trainOptions,
  examples: [
    "hopfield train --task bit-pattern",
    "hopfield train --task latch --model association --baselines",
    "hopfield train --task bit-pattern --variant sparsemax --seeds 10 --plot curves.svg --json",
    "hopfield train --task mil --data bags.csv --bag bag --target label --save model.safetensors",
    "hopfield train --task tabular --data table.csv --target column --baselines --save model.safetensors",
    "hopfield train --task series --data series.csv --target OT --horizon 96",
  ],
  notes: [
    "",
    "bit-pattern: 1 536 bags to train, 10 000 fresh ones with the same signals to test. latch: 3 072 and 10 000 sequences. mnist-bags: 500 and 1 000 bags. mil, tabular: every bag or row once, by cross-validation. series: the last times, never seen in training.",
    "The same seed and build give the same weights, interrupted (--checkpoint, --resume) or not.",
  ],
  run,
};

interface SeedOutcome {
  readonly seed: number;
  readonly parameters: number;
  readonly epochs: number;
  readonly seconds: number;
  readonly stepsPerSecond: number;
  readonly train: Score;
  readonly test: Score;
  readonly baseline: Record<string, Baseline> | null;
  readonly curve: readonly Curve[];
  readonly saved: {
    readonly description: NetworkDescription;
    readonly outcome: RunOutcome;
    readonly encoding: FeatureEncoding;
    readonly classes: readonly string[];
  };
}

async function run(input: Input, io: Io): Promise<number> {
  if (textOf(input, "task") === "tabular") return runTabular(input, io);
  if (textOf(input, "task") === "series") return runSeries(input, io);
  const request = blame(2, "", () => readRequest(input));
  const files = (["save", "checkpoint", "plot"] as const).flatMap((name): (readonly [string, string])[] => {
    const path = textOf(input, name);
    return path === undefined ? [] : [[`--${name}`, path]];
  });
  for (const [flag, path] of files) {
    if (flag === "--plot") checkFigurePath(flag, path);
    else checkFormat(flag, path, ["safetensors"]);
  }
  checkOutputs(files);
  const outcomes: SeedOutcome[] = [];
  for (let seed = request.seed; seed < request.seed + request.seeds; seed++) {
    const outcome = request.task === "mil" ? await crossValidate(request, input, seed, io) : await trainOnce(request, input, seed, io);
    outcomes.push(outcome);
    if (request.seeds > 1) io.note(`seed ${seed}: test accuracy ${short(outcome.test.accuracy, 5)} after ${outcome.epochs} epochs`);
  }
  await writeResults(request, input, outcomes, io);
  if (io.json) io.printJson(documentOf(request, outcomes));
  else print(request, outcomes, io);
  return 0;
}

async function trainOnce(request: TrainRequest, input: Input, seed: number, io: Io): Promise<SeedOutcome> {
  const started = performance.now();
  const data = blame(3, "", () => taskData(request, seed));
  const description = describe(request, data);
  const outcome = await runTraining(
    {
      label: `${request.task}, ${request.model}`,
      description,
      fit: fitSettings(request),
      seed,
      build: request.build,
      train: data.train,
      validation: data.validation,
      checkpoint: textOf(input, "checkpoint"),
      resume: textOf(input, "resume"),
    },
    io,
  );
  const test = outcome.test(data.test);
  const seconds = (performance.now() - started) / 1000;
  const baseline = request.baselines ? await trainBaselines(request, data, seed, description, outcome.count, io) : null;
  return told(seed, seconds, description, data, outcome, test, baseline);
}

function told(
  seed: number,
  seconds: number,
  description: NetworkDescription,
  data: TaskData,
  outcome: RunOutcome,
  test: Score,
  baseline: Record<string, Baseline> | null,
): SeedOutcome {
  return {
    seed,
    parameters: outcome.count,
    epochs: outcome.epochs,
    seconds,
    stepsPerSecond: outcome.stepsPerSecond,
    train: outcome.train,
    test,
    baseline,
    curve: outcome.curve,
    saved: { description, outcome, encoding: data.encoding, classes: data.classes },
  };
}

/** Every fold once as the test; scores are means over bags (the area under the curve: over folds). What is saved was trained on all bags but the watched ones. */
async function crossValidate(request: TrainRequest, input: Input, seed: number, io: Io): Promise<SeedOutcome> {
  const started = performance.now();
  const bag = textOf(input, "bag") ?? "bag";
  const table = readBagTable(textOf(input, "data") ?? "", { bag, target: textOf(input, "target") ?? "" });
  const folds = blame(3, "", () => stratifiedFolds(table.data.targets, Math.min(request.folds, table.bags.length), seed));
  const one = (label: string, data: TaskData): Promise<RunOutcome> => {
    const fit = { ...fitSettings(request), loss: table.classes.length > 2 ? ("classes" as const) : ("binary" as const) };
    return runTraining(
      { label, description: describe(request, data), fit, seed, build: request.build, train: data.train, validation: data.validation },
      io,
    );
  };
  const tests: Score[] = [];
  const trained: RunOutcome[] = [];
  const baselines: Record<string, Baseline>[] = [];
  for (const [f] of folds.entries()) {
    const data = foldData(table, folds, f, seed, bag);
    const outcome = await one(`fold ${f + 1} of ${folds.length}`, data);
    tests.push(outcome.test(data.test));
    trained.push(outcome);
    if (request.baselines) baselines.push(await trainBaselines(request, data, seed, describe(request, data), outcome.count, io));
  }
  const all = foldData(table, folds, null, seed, bag);
  const outcome = textOf(input, "save") === undefined ? (trained[0] as RunOutcome) : await one("all bags", all);
  const seconds = (performance.now() - started) / 1000;
  const mean = told(
    seed,
    seconds,
    describe(request, all),
    all,
    outcome,
    meanScore(tests),
    baselines.length > 0 ? meanBaselines(baselines) : null,
  );
  const rate = trained.reduce((sum, each) => sum + each.stepsPerSecond, 0) / trained.length;
  return {
    ...mean,
    epochs: Math.round(trained.reduce((sum, each) => sum + each.epochs, 0) / trained.length),
    stepsPerSecond: rate,
    train: meanScore(trained.map((each) => each.train)),
  };
}

function meanScore(scores: readonly Score[]): Score {
  const count = scores.reduce((sum, { count }) => sum + count, 0);
  const mean = (of: (each: Score) => number): number => scores.reduce((sum, each) => sum + each.count * of(each), 0) / count;
  const areas = scores.flatMap(({ auc }) => (auc === null ? [] : [auc]));
  return {
    count,
    accuracy: mean((each) => each.accuracy),
    loss: mean((each) => each.loss),
    auc: areas.length === 0 ? null : areas.reduce((a, b) => a + b, 0) / areas.length,
  };
}

function meanBaselines(found: readonly Record<string, Baseline>[]): Record<string, Baseline> {
  const names = Object.keys(found[0] ?? {});
  const mean = (name: string, of: (each: Baseline) => number | null): number =>
    found.reduce((sum, each) => sum + (of(each[name] as Baseline) ?? 0.5), 0) / found.length;
  return Object.fromEntries(
    names.map((name) => [
      name,
      {
        accuracy: mean(name, (each) => each.accuracy),
        auc: mean(name, (each) => each.auc),
        epochs: Math.round(mean(name, (each) => each.epochs)),
      },
    ]),
  );
}

async function writeResults(request: TrainRequest, input: Input, outcomes: readonly SeedOutcome[], io: Io): Promise<void> {
  const files: OutputFile[] = [];
  const [save, plot] = [textOf(input, "save"), textOf(input, "plot")];
  const [first] = outcomes as readonly [SeedOutcome];
  if (save !== undefined) {
    const { description, outcome, encoding, classes } = first.saved;
    files.push({ path: save, bytes: writeNetwork({ description, parameters: outcome.parameters, encoding, classes, task: request.task }) });
  }
  if (plot !== undefined)
    files.push(await encodeFigure(plot, learningCurves(`${request.task}: ${request.model}, ${request.variant}`, outcomes)));
  if (files.length === 0) return;
  await writeOutputs(files);
  for (const { path } of files) io.note(`wrote ${path}`);
}

function documentOf({ task, model, variant }: TrainRequest, outcomes: readonly SeedOutcome[]): Record<string, unknown> {
  const [first] = outcomes as readonly [SeedOutcome];
  const facts = ({
    seed,
    parameters,
    epochs,
    seconds,
    stepsPerSecond,
    train: trained,
    test,
    baseline,
  }: SeedOutcome): Record<string, unknown> => ({
    seed,
    parameters,
    epochs,
    seconds: Math.round(seconds * 1000) / 1000,
    stepsPerSecond: Math.round(stepsPerSecond * 10) / 10,
    train: { count: trained.count, accuracy: trained.accuracy, loss: trained.loss },
    test: { count: test.count, accuracy: test.accuracy, auc: test.auc, loss: test.loss },
    baseline,
  });
  return { command: "train", task, model, variant, ...facts(first), ...(outcomes.length > 1 ? { runs: outcomes.map(facts) } : {}) };
}

function print(request: TrainRequest, outcomes: readonly SeedOutcome[], io: Io): void {
  const percent = (x: number): string => (100 * x).toFixed(2);
  const rows = outcomes.flatMap(({ seed, epochs, seconds, train: trained, test, baseline }) => [
    [
      String(seed),
      `${request.model}, ${request.variant}`,
      String(epochs),
      percent(trained.accuracy),
      percent(test.accuracy),
      short(test.auc, 4),
      short(seconds, 3),
    ],
    ...Object.entries(baseline ?? {}).map(([name, each]) => [
      String(seed),
      name,
      String(each.epochs),
      "",
      percent(each.accuracy),
      short(each.auc, 4),
      "",
    ]),
  ]);
  for (const line of tableLines(["seed", "network", "epochs", "train %", "test %", "test AUC", "seconds"], rows)) io.print(line);
  const [first] = outcomes as readonly [SeedOutcome];
  io.print(
    `${request.task}: ${first.parameters} parameters; ${first.train.count} bags to train on, ${first.test.count} to test on; ${short(first.stepsPerSecond, 3)} steps a second`,
  );
}
