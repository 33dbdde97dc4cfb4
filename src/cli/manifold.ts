/** @file `hopfield manifold`: memory, generalisation and neither on a hidden manifold, in theory and measured; and the experiments beyond. */
import {
  type ActivationName,
  type Bias,
  instabilityLambda,
  manifoldPlane,
  type PlanePoint,
  type PlaneSettings,
  triplePoint,
} from "../capacity/index.ts";
import { checkChoice, checkNumber } from "../core/options.ts";
import { parseList } from "./capacity-lists.ts";
import { blame, CommandError } from "./failure.ts";
import { checkFigurePath, encodeFigure } from "./figure-output.ts";
import { type Io, short, tableLines } from "./io.ts";
import { runMixtures, runTwins, type Table } from "./manifold-experiments.ts";
import { planeFigure, spectrumFigure } from "./manifold-figures.ts";
import { checkOutputs, writeOutputs } from "./output.ts";
import { type CommandSpec, type Input, numberOf, textOf } from "./spec.ts";

const experiments = ["plane", "twins", "mixtures"] as const;
const activations = ["linear", "relu", "centered-relu", "tanh", "sign"] as const;

export const manifold: CommandSpec = {
  name: "manifold",
  summary: "memory, generalisation and neither for patterns on a manifold",
  about:
    "Patterns xi = F z / sqrt D on a linear manifold. For every alpha and lambda: does the update at a pattern plus noise give the pattern back (memory), what infinitely many patterns would give (generalisation), or neither; asymptotically and measured.",
  options: [
    { flags: "--n <n>", text: "entries of a pattern (default 40)", kind: "number" },
    { flags: "--latent-ratio <number>", text: "latent variables / n (default 0.5)", kind: "number" },
    { flags: "--alpha <list>", text: "log P / n: a,b,c or from:to:step (default 0.1,0.2)" },
    { flags: "--lambda <list>", text: "inverse temperatures, likewise (default 0.1,0.2,0.3,0.5,0.8)" },
    { flags: "--noise <number>", text: "variance of the noise on each entry of the query (default 0)", kind: "number" },
    { flags: "--bias <name>", text: "none (default) or norm: the score's weights, with -lambda |xi|^2 / 2" },
    { flags: "--instances <n>", text: "independent draws of manifold, patterns and query (default 20)", kind: "number" },
    {
      flags: "--experiment <name>",
      text: "plane (default); twins: two memories of one manifold, any activation; mixtures: where the repeated update ends beyond the threshold",
    },
    { flags: "--activation <name>", text: "twins and mixtures: linear (default), relu, centered-relu, tanh or sign" },
    { flags: "--plot <file>", text: "plane: the phase diagram over the given alpha and lambda; .svg, .png or .csv" },
    {
      flags: "--spectrum <file>",
      text: "plane: eigenvalues of the Hessian at the first alpha, each lambda, beside the limit; .svg, .png or .csv",
    },
    { flags: "--seed <n>", text: "seed of everything random (default 1)", kind: "number" },
  ],
  examples: [
    "hopfield manifold --alpha 0.1,0.2,0.25 --lambda 0.1:0.5:0.1",
    "hopfield manifold --bias norm --noise 0.5 --alpha 0.15,0.25 --lambda 0.5,1,2,4 --json",
    "hopfield manifold --n 24 --alpha 0.05:0.35:0.05 --lambda 0.05:0.8:0.05 --instances 5 --plot plane.svg",
    "hopfield manifold --n 24 --experiment twins --activation tanh --bias norm --noise 1 --lambda 1 --alpha 0.05:0.4:0.05",
    "hopfield manifold --n 20 --experiment mixtures --activation tanh --alpha 0.3 --lambda 0.5,1,2,4",
  ],
  notes: [
    "",
    "regimeMeasured: memory where the source has more than half of the weight, generalisation where the update is nearer to the limit than half its length (median instances).",
  ],
  run,
};

type Settings = PlaneSettings & {
  readonly experiment: (typeof experiments)[number];
  readonly activation: ActivationName;
};

async function run(input: Input, io: Io): Promise<number> {
  const settings = blame(2, "", () => settingsOf(input));
  const files = (["plot", "spectrum"] as const).flatMap((name) => {
    const path = textOf(input, name);
    return path === undefined ? [] : [{ name, path }];
  });
  for (const { name, path } of files) {
    if (settings.experiment !== "plane") throw new CommandError("E_UNSUPPORTED", `--${name} goes with --experiment plane`, 2);
    checkFigurePath(`--${name}`, path);
  }
  checkOutputs(files.map(({ name, path }) => [`--${name}`, path] as const));
  const progress = (share: number): void => io.progress(settings.experiment, share, 1);
  if (settings.experiment !== "plane") {
    const table = blame(2, "", () => (settings.experiment === "twins" ? runTwins : runMixtures)({ ...settings, progress }));
    io.endProgress();
    if (io.json) io.printJson({ command: "manifold", experiment: settings.experiment, rows: table.rows });
    else for (const line of tableOf(table)) io.print(line);
    return 0;
  }
  const points = blame(2, "", () => manifoldPlane({ ...settings, progress }));
  io.endProgress();
  const drawn = files.map(({ name, path }) => ({
    path,
    figure: name === "plot" ? planeFigure(settings, points) : spectrumFigure(settings),
  }));
  if (drawn.length > 0) await writeOutputs(await Promise.all(drawn.map(({ path, figure }) => encodeFigure(path, figure))));
  if (io.json) io.printJson({ command: "manifold", rows: points.map(rowOf) });
  else for (const line of sentences(settings, points)) io.print(line);
  return 0;
}

function settingsOf(input: Input): Settings {
  const where = "manifold";
  const experiment = checkChoice(where, "experiment", textOf(input, "experiment") ?? "plane", experiments);
  const activation = checkChoice(where, "activation", textOf(input, "activation") ?? "linear", activations);
  if (experiment === "plane" && activation !== "linear")
    throw new CommandError(
      "E_UNSUPPORTED",
      `manifold: the plane has a limit in closed form for linear only; --experiment twins takes ${activation}`,
      2,
    );
  const list = (name: "alpha" | "lambda", fallback: string): number[] =>
    parseList(`--${name}`, textOf(input, name) ?? fallback).map((x) => checkNumber(where, name, x, { above: 0 }));
  const bias: Bias = checkChoice(where, "bias", textOf(input, "bias") ?? "none", ["none", "norm"] as const);
  return {
    experiment,
    activation,
    n: checkNumber(where, "n", numberOf(input, "n") ?? 40, { atLeast: 2, atMost: 400, whole: true }),
    ratio: checkNumber(where, "latentRatio", numberOf(input, "latentRatio") ?? 0.5, { above: 0 }),
    alphas: list("alpha", "0.1,0.2"),
    lambdas: list("lambda", "0.1,0.2,0.3,0.5,0.8"),
    noise: checkNumber(where, "noise", numberOf(input, "noise") ?? 0, { atLeast: 0 }),
    bias,
    instances: checkNumber(where, "instances", numberOf(input, "instances") ?? 20, { atLeast: 1, atMost: 16_000, whole: true }),
    seed: checkNumber(where, "seed", numberOf(input, "seed") ?? 1, { whole: true, atLeast: 0, atMost: Number.MAX_SAFE_INTEGER }),
  };
}

function rowOf({ alpha, lambda, sigma, relativeError, weightOfSource, offManifold, stable, regime, regimeMeasured }: PlanePoint) {
  return { alpha, lambda, sigma, relativeError, weightOfSource, offManifold, stable, regime, regimeMeasured };
}

function sentences(settings: Settings, points: readonly PlanePoint[]): string[] {
  const { n, ratio, noise, bias, instances } = settings;
  const triple = triplePoint(settings);
  const instability = instabilityLambda(ratio);
  const head = ["alpha", "lambda", "Sigma", "error", "low", "high", "weight", "off", "stable", "regime", "measured"];
  const rows = points.map((p) => [
    short(p.alpha),
    short(p.lambda),
    short(p.sigma, 3),
    ...[p.relativeError.median, p.relativeError.low, p.relativeError.high, p.weightOfSource, p.offManifold].map((x) => short(x, 3)),
    p.stable ? "yes" : "no",
    p.regime,
    p.regimeMeasured,
  ]);
  const agree = points.filter((p) => p.regime === p.regimeMeasured).length;
  return [
    `xi = F z / sqrt D, n = ${n}, D = ${Math.max(1, Math.round(ratio * n))}; query = pattern + noise of variance ${short(noise)}; bias ${bias}; ${instances} instances.`,
    triple === null
      ? "no triple point: memory and generalisation share one border, alpha_1(lambda)"
      : `triple point: lambda = ${short(triple.lambda, 6)}, alpha = ${short(triple.alpha, 6)}; beyond that lambda a strip where it is neither`,
    bias === "none"
      ? `instability: above lambda = 1 / c_max = ${short(instability, 6)} the limit's update x <- lambda C x runs away`
      : `with the bias the limit's update C (C + I / lambda)^-1 x contracts at every lambda (stable says lambda c_max < 1, 1 / c_max = ${short(instability, 6)})`,
    "",
    ...tableLines(head, rows),
    "",
    `${agree} of ${points.length} regimes measured as for n to infinity. error: |f - f_inf| / |f_inf|, median with 95 %; weight: of the query's own pattern; off: share of the update off the manifold.`,
  ];
}

function tableOf({ about, head, rows, note }: Table): string[] {
  return [
    about,
    "",
    ...tableLines(
      head,
      rows.map((row) => head.map((name) => cell(row[name]))),
    ),
    "",
    note,
  ];
}

const cell = (value: unknown): string => (typeof value === "number" ? short(value, 3) : value === null ? "-" : String(value));
