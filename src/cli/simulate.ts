/** @file `hopfield simulate`: random problems beside the theory: alpha*, its interval, and whether both agree. */
import type { Simulation, SimulationOptions } from "../capacity/index.ts";
import { checkChoice, checkNumber } from "../core/options.ts";
import { chooseEnsemble, ensembleOptions, manifoldOf } from "./capacity-ensemble.ts";
import { parseList } from "./capacity-lists.ts";
import { blame, CommandError } from "./failure.ts";
import type { Dots, Figure, Line, Series } from "./figure.ts";
import { checkFigurePath, encodeFigure } from "./figure-output.ts";
import { type Io, short, tableLines } from "./io.ts";
import { checkOutputs, writeOutputs } from "./output.ts";
import { type BasinRow, basinFigure, basinsOf, printBasins } from "./simulate-basin.ts";
import { type RunFiles, runSimulation, threadsOrCores } from "./simulate-checkpoint.ts";
import { collapseFigure, type FitReport, fitDocument, fitFigure, fitOf, printFit, type SizeRun } from "./simulate-fit.ts";
import { type CommandSpec, flagOf, type Input, numberOf, textOf } from "./spec.ts";
import { wilson } from "./wilson.ts";

const figures = ["retrieval", "lambda", "fit", "collapse", "basin"] as const;
type FigureName = (typeof figures)[number];

export const simulate: CommandSpec = {
  name: "simulate",
  summary: "simulate retrieval beside the theory of capacity",
  about:
    "Draws random problems and finds for each the first P at which the weights of wrong patterns exceed that of the right one together; alpha* = log(P*) / n. Methods: docs/capacity/simulation.md.",
  options: [
    { flags: "--ensemble <name>", text: "binary, spherical, gaussian or hidden-manifold", required: true },
    ...ensembleOptions,
    { flags: "--n <number>", text: "entries of a pattern", kind: "number", required: true },
    { flags: "--lambda <number>", text: "inverse temperature", kind: "number", required: true },
    { flags: "--instances <number>", text: "random problems (default 200)", kind: "number" },
    { flags: "--alpha <list>", text: "loads at which the share of retrieved problems is reported" },
    { flags: "--max-patterns <number>", text: "streams end here (default 1e8)", kind: "number" },
    {
      flags: "--dynamics <name>",
      text: "once (default): the first step decides; converge: repeated until it stands still (patterns are stored)",
    },
    { flags: "--method <name>", text: "auto (default), levels, stream, or slice (tilted sampling, for sizes that streams cannot reach)" },
    { flags: "--sizes <list>", text: "more values of n: in the figure, and for --fit" },
    { flags: "--fit", text: "fit medians at --sizes to alpha_1: adds fit to the result" },
    { flags: "--basin", text: "measure at every --alpha how close a query has to be (patterns are stored): adds basins to the result" },
    { flags: "--plot <file>", text: "draw a figure: .svg, .png (needs @resvg/resvg-js) or .csv" },
    { flags: "--figure <name>", text: `what to draw: ${figures.join(", ")}; default: what the other options ask for` },
    { flags: "--sweep-lambda <list>", text: "in the figure: medians at these lambdas beside the curve of the theory" },
    { flags: "--threads <n>", text: "threads that draw; default: the cores, at most 4; the same numbers for any", kind: "number" },
    { flags: "--checkpoint <file>", text: "keep the values drawn so far in this .json, also when a signal ends the run" },
    { flags: "--resume <file>", text: "go on from a checkpoint of the same options (--instances may differ)" },
    { flags: "--seed <n>", text: "seed of everything random (default 1)", kind: "number" },
  ],
  examples: [
    "hopfield simulate --ensemble binary --n 40 --lambda 1",
    "hopfield simulate --ensemble hidden-manifold --activation tanh --n 30 --lambda 1 --instances 60 --json",
    "hopfield simulate --ensemble hidden-manifold --activation tanh --latent-ratio 1 --n 40 --lambda 1 --checkpoint run.json",
    "hopfield simulate --ensemble spherical --n 40 --lambda 1 --alpha 0.4:0.8:0.02 --sizes 20,80 --plot retrieval.svg",
    "hopfield simulate --ensemble binary --n 40 --lambda 1 --sweep-lambda 0.25:3:0.25 --plot binary.svg",
    "hopfield simulate --ensemble hidden-manifold --activation tanh --n 20 --sizes 26,32,38 --lambda 1 --fit",
    "hopfield simulate --ensemble spherical --n 24 --lambda 2 --alpha 0.1,0.2,0.3 --instances 40 --basin",
  ],
  notes: [
    "",
    "agrees: the 99.99 % interval of the median holds theoryFinite, the exact median at this n; where that is not known, it meets theory up to corrections of order 1 / n (log(n) / (2 n) above lambda_s).",
  ],
  run,
};

async function run(input: Input, io: Io): Promise<number> {
  const choice = chooseEnsemble("simulate", input, ["binary", "spherical", "gaussian", "hidden-manifold"]);
  const { base, alphas, sizes, sweep, plot, figure, files } = readOptions(input);
  const manifold = choice.kind === "hidden-manifold" ? await manifoldOf(choice) : { noise: choice.noise };
  const options: SimulationOptions = { ...base, ...manifold, ensemble: choice.kind as SimulationOptions["ensemble"], alphas };
  const done = await runSimulation(options, files, io, `n = ${base.n}`);
  const runs: SizeRun[] = [{ n: base.n, done }];
  for (const n of sizes.filter((each) => each !== base.n)) {
    runs.push({ n, done: await runPoint({ ...options, n }, files.threads, io, `n = ${n}`) });
  }
  runs.sort((a, b) => a.n - b.n);
  const fit = flagOf(input, "fit") ? fitOf(runs, done.saturated) : null;
  const basins = flagOf(input, "basin") ? basinsOf(options, alphas, io) : null;
  if (plot !== undefined) {
    const drawn = await figureOf(figure, { options, runs, fit, basins, sweep, threads: files.threads }, io);
    await writeOutputs([await encodeFigure(plot, drawn)]);
    io.note(`wrote ${plot}`);
  }
  const more = { ...(fit === null ? {} : { fit: fitDocument(fit) }), ...(basins === null ? {} : { basins }) };
  if (io.json) io.printJson({ ...documentOf(options, done), ...more });
  else {
    print(options, done, io);
    if (fit !== null) printFit(fit, io);
    if (basins !== null) printBasins(basins, options, io);
  }
  return 0;
}

interface Results {
  readonly options: SimulationOptions;
  readonly runs: readonly SizeRun[];
  readonly fit: FitReport | null;
  readonly basins: readonly BasinRow[] | null;
  readonly sweep: readonly number[];
  readonly threads: number;
}

/** What was asked for by name is there: readOptions looked. */
async function figureOf(name: FigureName, { options, runs, fit, basins, sweep, threads }: Results, io: Io): Promise<Figure> {
  if (name === "fit" && fit !== null) return fitFigure(fit, options);
  if (name === "basin" && basins !== null) return basinFigure(basins, options);
  if (name === "collapse") return collapseFigure(runs, options);
  return name === "lambda" ? await sweepFigure(options, sweep, threads, io) : curveFigure(options, runs);
}

/** One more point of a figure: without checkpoints. */
const runPoint = (options: SimulationOptions, threads: number, io: Io, label: string): Promise<Simulation> =>
  runSimulation(options, { threads, checkpoint: undefined, resume: undefined }, io, label);

interface Options {
  readonly base: Pick<SimulationOptions, "n" | "lambda" | "instances" | "seed" | "maxPatterns" | "dynamics" | "method">;
  readonly alphas: number[];
  readonly sizes: number[];
  readonly sweep: number[];
  readonly plot: string | undefined;
  readonly figure: FigureName;
  readonly files: RunFiles;
}

/** @throws CommandError exit 2. Ranges are checked by the simulation itself, before it draws anything. */
function readOptions(input: Input): Options {
  return blame(2, "", () => {
    const list = (name: string, flag: string): number[] => {
      const text = textOf(input, name);
      return text === undefined ? [] : parseList(flag, text);
    };
    const alphas = list("alpha", "--alpha").map((x) => checkNumber("simulate", "alpha", x, { atLeast: 0 }));
    const sizes = list("sizes", "--sizes").map((x) => checkNumber("simulate", "n", x, { atLeast: 2, whole: true }));
    const sweep = list("sweepLambda", "--sweep-lambda").map((x) => checkNumber("simulate", "lambda", x, { above: 0 }));
    const plot = textOf(input, "plot");
    const [fit, basin] = [flagOf(input, "fit"), flagOf(input, "basin")];
    const figure = checkChoice("simulate", "figure", textOf(input, "figure") ?? defaultFigure(sweep, fit, basin), figures);
    const refuse = (message: string): never => {
      throw new CommandError("E_RANGE", message, 2);
    };
    if (plot === undefined && sweep.length > 0) refuse("--sweep-lambda draws; it needs --plot <file>");
    if (plot === undefined && textOf(input, "figure") !== undefined) refuse("--figure needs --plot <file>");
    if (plot === undefined && sizes.length > 0 && !fit) refuse("--sizes needs --plot <file> or --fit");
    if (fit && sizes.length < 2) refuse("--fit needs --sizes with at least two values besides --n");
    if (plot !== undefined) {
      const needed: Record<FigureName, [boolean, string]> = {
        retrieval: [alphas.length > 0, "--alpha or --sweep-lambda"],
        lambda: [sweep.length > 0, "--sweep-lambda"],
        fit: [fit, "--fit"],
        collapse: [sizes.length > 0, "--sizes"],
        basin: [basin, "--basin"],
      };
      if (!needed[figure][0]) refuse(`--plot needs ${needed[figure][1]}${figure === "retrieval" ? "" : ` for the figure ${figure}`}`);
      checkFigurePath("--plot", plot);
    }
    const [checkpoint, resume] = [textOf(input, "checkpoint"), textOf(input, "resume")];
    const outputs = { "--plot": plot, "--checkpoint": checkpoint };
    checkOutputs(Object.entries(outputs).flatMap(([flag, path]) => (path === undefined ? [] : [[flag, path] as const])));
    const threads = checkNumber("simulate", "threads", threadsOrCores(numberOf(input, "threads")), { atLeast: 1, atMost: 64, whole: true });
    const [instances, maxPatterns] = [numberOf(input, "instances"), numberOf(input, "maxPatterns")];
    const [dynamics, method] = [textOf(input, "dynamics"), textOf(input, "method")];
    const base = {
      n: numberOf(input, "n") ?? Number.NaN,
      lambda: numberOf(input, "lambda") ?? Number.NaN,
      seed: numberOf(input, "seed") ?? 1,
      ...(instances === undefined ? {} : { instances }),
      ...(maxPatterns === undefined ? {} : { maxPatterns }),
      // The simulation refuses names it does not know.
      ...(dynamics === undefined ? {} : { dynamics: dynamics as "once" }),
      ...(method === undefined ? {} : { method: method as "auto" }),
    };
    return { base, alphas, sizes, sweep, plot, figure, files: { threads, checkpoint, resume } };
  });
}

function defaultFigure(sweep: readonly number[], fit: boolean, basin: boolean): FigureName {
  if (sweep.length > 0) return "lambda";
  return fit ? "fit" : basin ? "basin" : "retrieval";
}

/** Infinite (more than half of the streams ended first) is null. */
const finite = (x: number): number | null => (Number.isFinite(x) ? x : null);

function documentOf(
  { n }: SimulationOptions,
  { method, values, alphaStar, theory, theoryFinite, agrees, censored, curve }: Simulation,
): Record<string, unknown> {
  return {
    command: "simulate",
    n,
    instances: values.length,
    method,
    alphaStar: { median: finite(alphaStar.median), low: finite(alphaStar.low), high: finite(alphaStar.high) },
    theory,
    theoryFinite,
    agrees,
    censored,
    curve: curve.map(({ alpha, retrieved, of }) => ({ alpha, retrieved: retrieved / of, ...wilson(retrieved, of) })),
  };
}

function print(
  { n, lambda }: SimulationOptions,
  { method, values, alphaStar, theory, theoryFinite, agrees, censored, curve }: Simulation,
  io: Io,
): void {
  const exact = theoryFinite === null ? "" : `, exact median at this n ${short(theoryFinite, 6)}`;
  io.print(`${values.length} problems of ${n} entries at lambda ${short(lambda)}, by ${method}:`);
  const known = (x: number): string => (Number.isFinite(x) ? short(x, 6) : "beyond the end of the streams");
  io.print(`  alpha* median ${known(alphaStar.median)} (95 % interval ${known(alphaStar.low)} to ${known(alphaStar.high)})`);
  io.print(`  theory alpha_1 = ${short(theory, 6)} for n to infinity${exact}: ${agrees ? "they agree" : "they do NOT agree"}`);
  if (censored > 0) io.print(`  ${censored} streams ended before noise beat signal (--max-patterns)`);
  if (curve.length === 0) return;
  const rows = curve.map(({ alpha, retrieved, of }) => {
    const { low, high } = wilson(retrieved, of);
    return [short(alpha), short(retrieved / of, 3), short(low, 3), short(high, 3)];
  });
  for (const line of tableLines(["alpha", "retrieved", "low", "high"], rows)) io.print(line);
}

const conventions = [
  "alpha* = log(P*) / n, P* the first P at which the weights of wrong patterns exceed that of the right one",
  "E(x) = |x|^2 / 2 - log(sum exp(lambda x . xi)) / lambda, natural logarithms",
];

function curveFigure(options: SimulationOptions, runs: readonly SizeRun[]): Figure {
  const theory = runs[0]?.done.theory ?? Number.NaN;
  const series: Series[] = runs.map(
    ({ n, done }): Dots => ({
      kind: "dots",
      name: `n = ${n}`,
      points: done.curve.map(({ alpha, retrieved, of }) => ({ x: alpha, y: retrieved / of, ...wilson(retrieved, of) })),
    }),
  );
  const border: Line = {
    kind: "line",
    name: "alpha_1, n to infinity",
    points: [
      [theory, 0],
      [theory, 1],
    ],
  };
  return {
    title: `Retrieved problems: ${options.ensemble}, lambda = ${short(options.lambda)}`,
    x: { label: "alpha = log(P) / n" },
    y: { label: "share retrieved (95 % intervals)", include: [0, 1] },
    series: [...series, border],
    notes: conventions,
  };
}

async function sweepFigure(options: SimulationOptions, lambdas: readonly number[], threads: number, io: Io): Promise<Figure> {
  const runs: { lambda: number; done: Simulation }[] = [];
  for (const lambda of lambdas) {
    runs.push({ lambda, done: await runPoint({ ...options, lambda }, threads, io, `lambda = ${short(lambda)}`) });
  }
  const exact: Line = {
    kind: "line",
    name: `exact median, n = ${options.n}`,
    points: runs.map(({ lambda, done }) => [lambda, done.theoryFinite]),
  };
  return {
    title: `Threshold and simulation: ${options.ensemble}`,
    x: { label: "inverse temperature lambda", include: [0] },
    y: { label: "alpha_1 and median of alpha*", include: [0] },
    series: [
      { kind: "line", name: "theory, n to infinity", points: runs.map(({ lambda, done }) => [lambda, done.theory]) },
      ...(runs.some(({ done }) => done.theoryFinite !== null) ? [exact] : []),
      {
        kind: "dots",
        name: `simulation, n = ${options.n}`,
        points: runs.map(({ lambda, done }) => ({
          x: lambda,
          y: done.alphaStar.median,
          low: done.alphaStar.low,
          high: done.alphaStar.high,
        })),
      },
    ],
    notes: conventions,
  };
}
