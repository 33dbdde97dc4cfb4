/** @file `hopfield train --task series`: a forecast of the user's own series (or of a made one) with a Hopfield layer, beside the linear and the seasonal one it is measured by. */
import { performance } from "node:perf_hooks";
import { checkChoice, checkNumber } from "../core/options.ts";
import { readCsv } from "../data/index.ts";
import { openWorkspace } from "../layers/index.ts";
import {
  echoSeries,
  fitSeries,
  intervalOf,
  madeSeries,
  openSeries,
  type Series,
  type SeriesEpoch,
  type SeriesFit,
  type SeriesFitOptions,
  type SeriesSplit,
  writeSeriesModel,
} from "../tasks/index.ts";
import { blame, CommandError } from "./failure.ts";
import { checkFigurePath, encodeFigure } from "./figure-output.ts";
import { readFileBytes } from "./input.ts";
import { type Io, short, tableLines } from "./io.ts";
import { checkOutputs, type OutputFile, writeOutputs } from "./output.ts";
import { checkFormat } from "./recall-files.ts";
import { flagOf, type Input, numberOf, textOf } from "./spec.ts";
import { tableCurves } from "./train-figure.ts";
import { variants } from "./train-options.ts";

const foreign = [
  "bag",
  "folds",
  "ensemble",
  "types",
  "ignore",
  "testFolds",
  "watchFolds",
  "length",
  "place",
  "checkpoint",
  "resume",
  "preset",
  "size",
  "blocks",
  "queries",
];

export async function runSeries(input: Input, io: Io): Promise<number> {
  const { model, variant, options, seed, seeds, build } = blame(2, "", () => readSeriesRequest(input));
  const [save, plot] = [textOf(input, "save"), textOf(input, "plot")];
  if (plot !== undefined) {
    checkFigurePath("--plot", plot);
    checkOutputs([["--plot", plot]]);
  }
  if (save !== undefined) {
    checkFormat("--save", save, ["safetensors"]);
    checkOutputs([["--save", save]]);
    if (seeds > 1) throw new CommandError("E_UNSUPPORTED", "train: --save goes with one seed", 2);
  }
  const series = blame(3, "", () => readSeries(input));
  const told = (of: Readonly<Record<string, string | number>>): string =>
    Object.entries(of)
      .map(([name, what]) => `${name} (${what})`)
      .join(", ");
  if (Object.keys(series.leftOut).length > 0) io.note(`left out: ${told(series.leftOut)}`);
  if (Object.keys(series.filled).length > 0) io.note(`missing cells, filled with the value before: ${told(series.filled)}`);
  io.note(
    `variables, standardised: ${series.names.join(", ")}; ${series.bounds[0]} times to train, ${series.bounds[1] - series.bounds[0]} to choose, ${series.bounds[2] - series.bounds[1]} to test`,
  );
  const workspace = blame(3, "", () => openWorkspace(build));
  const runs: SeriesRun[] = [];
  for (let n = seed; n < seed + seeds; n++) {
    const started = performance.now();
    const mark = workspace.top;
    const plain = runs[0]?.fit.plain;
    const run = blame(2, "", () => fitSeries(series, { ...options, ...(plain ? { plain } : {}), seed: n, workspace }));
    let next = blame(3, "", () => run.next());
    const curve: SeriesEpoch[] = [];
    while (!next.done) {
      const { epoch } = next.value;
      curve.push(next.value);
      io.progress(`seed ${n}: epoch ${epoch}`, epoch, options.epochs ?? 10);
      await new Promise((done) => setImmediate(done));
      next = blame(3, "", () => run.next());
    }
    workspace.top = mark;
    io.endProgress();
    runs.push({ seed: n, fit: next.value, curve, seconds: (performance.now() - started) / 1000 });
  }
  const files: OutputFile[] = [];
  if (save !== undefined) files.push({ path: save, bytes: writeSeriesModel((runs as [SeriesRun])[0].fit.model) });
  if (plot !== undefined) {
    const lines = runs.map(({ seed: own, curve }) => ({ name: `seed ${own}`, curve }));
    const note =
      "Mean squared error of linear forecast plus correction: the windows that were learnt from, and those of the validation part.";
    files.push(await encodeFigure(plot, tableCurves(`series: ${model}, ${variant}`, lines, note)));
  }
  if (files.length > 0) await writeOutputs(files);
  for (const { path } of files) io.note(`wrote ${path}`);
  if (io.json) io.printJson(documentOf(model, variant, runs, flagOf(input, "baselines")));
  else print(model, variant, runs, io);
  return 0;
}

interface SeriesRun {
  readonly seed: number;
  readonly fit: SeriesFit;
  readonly curve: readonly SeriesEpoch[];
  readonly seconds: number;
}

function readSeries(input: Input): Series {
  const path = textOf(input, "data");
  const target = textOf(input, "target") ?? null;
  const split = splitOf(textOf(input, "split"));
  if (path === undefined) {
    const seed = numberOf(input, "seed") ?? 1;
    const made = textOf(input, "made") === "echo" ? echoSeries({ seed }).text : madeSeries({ seed });
    return openSeries(made, target, split, "train");
  }
  const bytes = readFileBytes(path, "--data");
  return blame(3, `--data ${JSON.stringify(path)}: `, () => openSeries(readCsv(bytes, { header: true }), target, split, "train"));
}

function splitOf(text: string | undefined): SeriesSplit | null {
  if (text === undefined) return null;
  const parts = text.split(",").map(Number);
  if (parts.length !== 3 || !parts.every((part) => Number.isInteger(part) && part > 0))
    throw new CommandError("E_RANGE", `--split takes three numbers of times (train,validation,test), got ${JSON.stringify(text)}`, 2);
  return parts as unknown as SeriesSplit;
}

function readSeriesRequest(input: Input) {
  const where = "train";
  for (const name of foreign)
    if (input.options[name] !== undefined)
      throw new CommandError(
        "E_UNSUPPORTED",
        `train: --${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)} means nothing to the task series`,
        2,
      );
  const whole = (name: string, atLeast = 1): number | undefined => {
    const value = numberOf(input, name);
    return value === undefined ? undefined : checkNumber(where, name, value, { atLeast, whole: true });
  };
  splitOf(textOf(input, "split"));
  whole("threads");
  const model = checkChoice(where, "model", textOf(input, "model") ?? "association", ["association", "pooling", "none"]);
  if (textOf(input, "made") !== undefined) {
    checkChoice(where, "made", textOf(input, "made"), ["waves", "echo"]);
    if (textOf(input, "data") !== undefined) throw new CommandError("E_UNSUPPORTED", "train: --made goes without --data", 2);
  }
  const variant = checkChoice(where, "variant", textOf(input, "variant") ?? "softmax", Object.keys(variants));
  const chosen = variants[variant] as (typeof variants)[string];
  const some = <T extends object>(options: T): T =>
    Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
  const module = some({
    separation: chosen.separation,
    support: chosen.support,
    alpha: chosen.alpha ?? numberOf(input, "alpha"),
    beta: numberOf(input, "beta"),
    steps: whole("steps", 0),
    k: whole("k"),
    window: whole("window", 0),
    keep: numberOf(input, "keep"),
    features: whole("features"),
    dropout: numberOf(input, "dropout"),
    heads: whole("heads"),
    hidden: whole("hidden"),
  });
  const options = some({
    horizon: whole("horizon"),
    input: whole("input"),
    patch: whole("patch"),
    epochs: whole("epochs"),
    batch: whole("batch"),
    learningRate: numberOf(input, "learningRate"),
    model,
    module,
  });
  return {
    model,
    variant,
    options: options as SeriesFitOptions,
    build: checkChoice(where, "build", textOf(input, "build") ?? "plain", ["plain", "relaxed", "auto"]),
    seed: checkNumber(where, "seed", numberOf(input, "seed") ?? 1, { atLeast: 0, atMost: Number.MAX_SAFE_INTEGER, whole: true }),
    seeds: checkNumber(where, "seeds", numberOf(input, "seeds") ?? 1, { atLeast: 1, atMost: 1000, whole: true }),
  };
}

function documentOf(model: string, variant: string, runs: readonly SeriesRun[], baselines: boolean): Record<string, unknown> {
  const facts = ({ seed, fit, seconds }: SeriesRun): Record<string, unknown> => {
    const { train, test, linear, seasonal } = fit.scores;
    const plain = ({ mse, mae }: { mse: number; mae: number }): Record<string, unknown> => ({ mse, mae, auc: null, epochs: 0 });
    return {
      seed,
      parameters: fit.count,
      epochs: fit.epochs,
      seconds: Math.round(seconds * 1000) / 1000,
      stepsPerSecond: Math.round((10 * fit.steps) / seconds) / 10,
      train: { count: train.count, mse: train.mse, mae: train.mae, loss: train.mse / 2 },
      test: { count: test.count, mse: test.mse, mae: test.mae, auc: null, loss: test.mse / 2 },
      baseline: baselines ? { linear: plain(linear), "seasonal-naive": plain(seasonal) } : null,
    };
  };
  const [first] = runs as readonly [SeriesRun];
  return { command: "train", task: "series", model, variant, ...facts(first), ...(runs.length > 1 ? { runs: runs.map(facts) } : {}) };
}

function print(model: string, variant: string, runs: readonly SeriesRun[], io: Io): void {
  const [first] = runs as readonly [SeriesRun];
  const told = (values: readonly number[]): string => {
    const { mean, low, high } = intervalOf(values);
    return values.length > 1 ? `${short(mean, 4)} [${short(low, 4)}, ${short(high, 4)}]` : short(mean, 4);
  };
  const row = (name: string, of: (run: SeriesRun) => { mse: number; mae: number }, some: readonly SeriesRun[]): string[] => [
    name,
    told(some.map((run) => of(run).mse)),
    told(some.map((run) => of(run).mae)),
  ];
  const lines = tableLines(
    ["forecast", "mse", "mae"],
    [
      row(model === "none" ? "linear + patches, no layer" : `linear + ${model}, ${variant}`, ({ fit }) => fit.scores.test, runs),
      row("linear", ({ fit }) => fit.scores.linear, [first]),
      row(`seasonal-naive (${first.fit.plain.season})`, ({ fit }) => fit.scores.seasonal, [first]),
    ],
  );
  for (const line of lines) io.print(line);
  const { scores } = first.fit;
  const { linear, share } = first.fit.model;
  io.print(
    `horizon ${linear.horizon} from ${linear.input} values; ${scores.test.count} windows to test on; errors in standardised units; share of the layer's correction ${runs.map(({ fit }) => fit.model.share).join(", ")} (${share === 0 ? "the validation part did not want it" : "chosen on the validation part"}); ${short(first.seconds, 3)} s`,
  );
}
