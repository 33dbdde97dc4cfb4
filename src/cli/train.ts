/** @file `hopfield train`: trains a network with a Hopfield module on a task, tells how it does on bags it never saw, and writes it to a file. */
import { performance } from "node:perf_hooks";
import { writeNetwork } from "../layers/index.ts";
import { blame } from "./failure.ts";
import { checkFigurePath, encodeFigure } from "./figure-output.ts";
import { type Io, short } from "./io.ts";
import { checkOutputs, type OutputFile, writeOutputs } from "./output.ts";
import { checkFormat } from "./recall-files.ts";
import { type CommandSpec, type Input, textOf } from "./spec.ts";
import { trainBaselines } from "./train-baselines.ts";
import { learningCurves } from "./train-figure.ts";
import { crossValidate } from "./train-mil.ts";
import { readRequest, type TrainRequest, trainOptions } from "./train-options.ts";
import { documentOf, printOutcomes, type SeedOutcome } from "./train-outcome.ts";
import { runTraining } from "./train-run.ts";
import { runSeries } from "./train-series.ts";
import { runTabular } from "./train-table.ts";
import { describe, fitSettings, taskData } from "./train-tasks.ts";

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
  else printOutcomes(request, outcomes, io);
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
    file: () =>
      writeNetwork({ description, parameters: outcome.parameters, encoding: data.encoding, classes: data.classes, task: request.task }),
  };
}

async function writeResults(request: TrainRequest, input: Input, outcomes: readonly SeedOutcome[], io: Io): Promise<void> {
  const files: OutputFile[] = [];
  const [save, plot] = [textOf(input, "save"), textOf(input, "plot")];
  const [first] = outcomes as readonly [SeedOutcome];
  if (save !== undefined) files.push({ path: save, bytes: first.file() });
  if (plot !== undefined)
    files.push(await encodeFigure(plot, learningCurves(`${request.task}: ${request.model}, ${request.variant}`, outcomes)));
  if (files.length === 0) return;
  await writeOutputs(files);
  for (const { path } of files) io.note(`wrote ${path}`);
}
