/** @file `hopfield capacity`: how many patterns a memory can hold, from theory, as a table, JSON, or a figure. */
import {
  alpha1TopK,
  alphaMax,
  convertLambda,
  type EmpiricalEnsemble,
  type Ensemble,
  type HiddenManifold,
  type HiddenManifoldOptions,
  type LambdaConvention,
  lambdaSaturation,
} from "../capacity/index.ts";
import { checkChoice, checkNumber } from "../core/options.ts";
import { chooseEnsemble, type EnsembleChoice, ensembleOf, ensembleOptions, manifoldOf, ratioOf } from "./capacity-ensemble.ts";
import { figureNames, figureOf } from "./capacity-figures.ts";
import { parseList } from "./capacity-lists.ts";
import { allPatternsOf, type CapacityRow, rowsOf } from "./capacity-rows.ts";
import { blame, CommandError } from "./failure.ts";
import { checkFigurePath, encodeFigure } from "./figure-output.ts";
import { type Io, short, tableLines } from "./io.ts";
import { checkOutputs, writeOutputs } from "./output.ts";
import { type CommandSpec, type Input, numberOf, textOf } from "./spec.ts";

const conventions = ["raw", "normalised", "unit", "n-scaled", "root-n-scaled"] as const;

export const capacity: CommandSpec = {
  name: "capacity",
  summary: "how many patterns fit: thresholds, phases and basins from theory",
  about:
    "Computes up to which load alpha = log(P) / N patterns of an ensemble are retrieved at inverse temperature lambda, and what happens beyond. Formulas and conventions: docs/capacity.",
  options: [
    { flags: "--ensemble <name>", text: "binary, spherical, gaussian, hidden-manifold or empirical", required: true },
    ...ensembleOptions,
    { flags: "--patterns <file>", text: "empirical: patterns, one a row" },
    { flags: "--lambda <list>", text: "0.5,1,2 or from:to:step (default 0.25:3:0.25)" },
    { flags: "--alpha <list>", text: "loads: adds phi, lambdaStar, basin and participation to every row" },
    {
      flags: "--convention <name>",
      text: `how --lambda is given: ${conventions.join(", ")} (default: that of --axis); results are on that axis`,
    },
    { flags: "--n <number>", text: "entries of a pattern, for conventions that scale with it", kind: "number" },
    {
      flags: "--top-k-rate <number>",
      text: "log(K) / N: adds alpha1TopK, where only the K largest overlaps share the weight",
      kind: "number",
    },
    { flags: "--plot <file>", text: "draw a figure: .svg, .png (needs @resvg/resvg-js) or .csv" },
    { flags: "--figure <name>", text: `what to draw: ${figureNames.join(", ")} (default curve)` },
    { flags: "--sweep-latent <list>", text: "hidden-manifold: D / N of a family of curves in the figure" },
    { flags: "--seed <n>", text: "empirical: seed of the sample of queries (default 1)", kind: "number" },
  ],
  examples: [
    "hopfield capacity --ensemble spherical --lambda 0.5,1,2",
    "hopfield capacity --ensemble spherical --convention unit --n 64 --lambda 32,64,128",
    "hopfield capacity --ensemble hidden-manifold --activation tanh --latent-ratio 0.5 --lambda 0.25:3:0.25 --json",
    "hopfield capacity --ensemble hidden-manifold --activation relu --sweep-latent 0.1,0.25,0.5,1,2 --lambda 0.05:1:0.05 --plot relu.svg",
    "hopfield capacity --ensemble gaussian --figure phase --lambda 0.05:2:0.05 --alpha 0.01:0.6:0.01 --plot phase.svg",
  ],
  notes: [
    "",
    "alpha1: a typical pattern is a fixed point below it. alphaAll: every pattern is. condensed: beyond lambda_s, where alpha1 has stopped growing.",
    "empirical: zeta is given as far as the patterns carry it; beyond, alpha1 is a lower bound.",
  ],
  run,
};

async function run(input: Input, io: Io): Promise<number> {
  const choice = chooseEnsemble("capacity", input);
  const { alphas, ratios, figure, plot, seed, ...asked } = readOptions(input);
  const manifold: HiddenManifoldOptions | null = choice.kind === "hidden-manifold" ? await manifoldOf(choice) : null;
  const ensemble = await ensembleOf(choice, seed);
  const lambdas = convert(asked, ensemble, manifold);
  const { keepRate } = asked;
  const rows = blame(2, "", () =>
    rowsOf(ensemble, lambdas, alphas).map((row) =>
      keepRate === undefined ? row : { ...row, alpha1TopK: alpha1TopK(ensemble, row.lambda, keepRate) },
    ),
  );
  const { all, norm } = allPatternsOf(choice, rows);
  const summary = { lambdaSaturation: lambdaSaturation(ensemble), alphaMax: alphaMax(ensemble), alphaAll: all, alphaAllNorm: norm };
  if (plot !== undefined) {
    const drawn = blame(2, "", () =>
      figureOf(figure, { kind: choice.kind, ensemble, manifold, lambdas, alphas, ratios, noise: choice.noise }),
    );
    await writeOutputs([await encodeFigure(plot, drawn)]);
    io.note(`wrote ${plot}`);
  }
  if (isEmpirical(ensemble)) {
    const limit = ensemble.lambdaLimit === undefined ? "all lambda" : `lambda = ${short(ensemble.lambdaLimit)}`;
    io.note(
      `capacity: ${ensemble.patterns} different patterns (${ensemble.copies} copies left out) carry zeta up to ${limit}; beyond, alpha1 is a lower bound`,
    );
  }
  if (io.json) io.printJson({ command: "capacity", ensemble: choice.kind, rows, ...summary });
  else print(choice, rows, summary, io);
  return 0;
}

/** --lambda in its convention, on the axis of the ensemble. */
function convert(
  { lambdas, convention, n }: Pick<Options, "lambdas" | "convention" | "n">,
  ensemble: Ensemble,
  manifold: HiddenManifoldOptions | null,
): number[] {
  if (convention === undefined) return lambdas;
  const rho = "activation" in ensemble ? (ensemble as HiddenManifold).activation.square : isEmpirical(ensemble) ? ensemble.signal : 1;
  const to = manifold?.axis ?? "raw";
  return blame(2, "", () => lambdas.map((lambda) => convertLambda(lambda, convention, to, { rho, ...(n === undefined ? {} : { n }) })));
}

function isEmpirical(ensemble: Ensemble): ensemble is EmpiricalEnsemble {
  return "copies" in ensemble;
}

interface Options {
  readonly lambdas: number[];
  readonly convention: LambdaConvention | undefined;
  readonly n: number | undefined;
  readonly keepRate: number | undefined;
  readonly alphas: number[];
  readonly ratios: number[];
  readonly figure: (typeof figureNames)[number];
  readonly plot: string | undefined;
  readonly seed: number;
}

/** @throws CommandError exit 2. */
function readOptions(input: Input): Options {
  return blame(2, "", () => {
    const lambdas = parseList("--lambda", textOf(input, "lambda") ?? "0.25:3:0.25").map((x) =>
      checkNumber("capacity", "lambda", x, { above: 0 }),
    );
    const alpha = textOf(input, "alpha");
    const alphas = alpha === undefined ? [] : parseList("--alpha", alpha).map((x) => checkNumber("capacity", "alpha", x, { atLeast: 0 }));
    const ratios = (textOf(input, "sweepLatent") ?? "")
      .split(",")
      .filter((part) => part !== "")
      .map((part) => ratioOf("--sweep-latent", part));
    const given = textOf(input, "convention");
    const convention = given === undefined ? undefined : checkChoice("capacity", "convention", given, conventions);
    const [n, rate] = [numberOf(input, "n"), numberOf(input, "topKRate")];
    if (n !== undefined && convention === undefined) throw new CommandError("E_RANGE", "--n goes with --convention", 2);
    const keepRate = rate === undefined ? undefined : checkNumber("capacity", "top-k-rate", rate, { atLeast: 0 });
    const figure = checkChoice("capacity", "figure", textOf(input, "figure") ?? "curve", figureNames);
    const plot = textOf(input, "plot");
    const seed = checkNumber("capacity", "seed", numberOf(input, "seed") ?? 1, {
      whole: true,
      atLeast: 0,
      atMost: Number.MAX_SAFE_INTEGER,
    });
    for (const [name, needs] of [
      ["figure", "plot"],
      ["sweepLatent", "plot"],
    ] as const) {
      if (textOf(input, name) !== undefined && textOf(input, needs) === undefined) {
        throw new CommandError("E_RANGE", `--${name === "figure" ? name : "sweep-latent"} draws; it needs --plot <file>`, 2);
      }
    }
    if (plot !== undefined) {
      checkFigurePath("--plot", plot);
      if (["signal", "phase", "basin"].includes(figure) && alphas.length === 0)
        throw new CommandError("E_RANGE", `--figure ${figure} needs --alpha`, 2);
      if (figure === "phase" && (lambdas.length < 2 || alphas.length < 2))
        throw new CommandError("E_RANGE", "--figure phase needs several --lambda and --alpha", 2);
      if (figure === "saturation" && ratios.length < 2)
        throw new CommandError("E_RANGE", "--figure saturation needs --sweep-latent with several ratios", 2);
      if (figure === "basin" && textOf(input, "ensemble") === "hidden-manifold")
        throw new CommandError("E_UNSUPPORTED", "--figure basin: no formula for hidden manifolds", 2);
      checkOutputs([["--plot", plot]]);
    }
    return { lambdas, convention, n, keepRate, alphas, ratios, figure, plot, seed };
  });
}

function print(
  choice: EnsembleChoice,
  rows: readonly CapacityRow[],
  summary: Record<string, number | readonly number[] | null>,
  io: Io,
): void {
  const columns = Object.keys(rows[0] ?? {}).filter((name) => name !== "residual") as (keyof CapacityRow)[];
  const all = summary.alphaAll as readonly number[] | null;
  const cells = rows.map((row, i) => [
    ...columns.map((name) => {
      const value = row[name];
      return typeof value === "boolean" ? (value ? "yes" : "no") : short(value ?? null, 6);
    }),
    ...(all ? [short(all[i] ?? null, 6)] : []),
  ]);
  for (const line of tableLines([...columns, ...(all ? ["alphaAll"] : [])], cells)) io.print(line);
  const saturation = summary.lambdaSaturation as number | null;
  const most = summary.alphaMax as number | null;
  io.print(
    `${choice.kind}: ${saturation === null ? "alpha1 does not saturate at a finite lambda" : `alpha1 saturates at lambda_s = ${short(saturation, 8)}`}; alpha_max ${most === null ? "is not bounded or not known" : `= ${short(most, 8)}`}`,
  );
}
