/** @file Options of `hopfield depth`: what was typed, checked and completed with the defaults of the task. */
import { checkChoice, checkNumber } from "../core/options.ts";
import {
  type Arithmetic,
  type Construction,
  constructions,
  type Decision,
  decisions,
  type Family,
  families,
  type ReadOut,
  readOuts,
  type WordMode,
  type WordReadOut,
  wordModes,
  wordReadOuts,
} from "../tasks/index.ts";
import { blame, CommandError } from "./failure.ts";
import { checkFigurePath } from "./figure-output.ts";
import { checkOutputs } from "./output.ts";
import { type Input, numberOf, type OptionSpec, parseNumber, textOf } from "./spec.ts";

export const depthTasks = ["cycles", "paths", "random-graph", "trees", "s5"] as const;
export type DepthTask = (typeof depthTasks)[number];

export interface DepthSettings {
  readonly task: DepthTask;
  readonly construction: Construction | "trained";
  readonly decision: Decision;
  readonly readOut: ReadOut;
  readonly wordReadOut: WordReadOut;
  /** Sizes: nodes, or letters of a word. */
  readonly sizes: readonly number[];
  readonly layers: readonly (number | "converge")[];
  readonly samples: number | "all";
  readonly mode: WordMode;
  readonly beta: number;
  readonly family: Family;
  readonly seed: number;
  readonly arithmetic: Arithmetic | undefined;
  readonly diameter: number | undefined;
  readonly plot: string | undefined;
}

export const depthOptions: readonly OptionSpec[] = [
  { flags: "--task <name>", text: `${depthTasks.join(", ")} (default cycles)` },
  { flags: "--construction <name>", text: `the network's weights: ${constructions.join(", ")} or trained (default square)` },
  { flags: "--decision <name>", text: "pair: are two nodes connected; graph: is the graph in one piece (default pair)" },
  {
    flags: "--readout <name>",
    text: "graphs: all (marks themselves) or count (more than half of a row), default all; s5: threshold or argmax, default threshold",
  },
  { flags: "--n <list>", text: "nodes: even from 6 (cycles), from 2 (paths), from 7 (random-graph), from 5 (trees)" },
  { flags: "--layers <list>", text: 'updates, whole numbers or "converge" (default 0,1,2,converge; trained 1,2)' },
  { flags: "--samples <n|all>", text: "balanced random questions, or every one (default all; random-graph 200, s5 300 words)" },
  { flags: "--mode <name>", text: "s5: fixed depth, looped ceil(log2 T) times, or cot, a chain of thought (default fixed)" },
  { flags: "--beta <number>", text: "s5: inverse temperature of the stored table (default 5.7)", kind: "number" },
  { flags: "--length <list>", text: "s5: letters of a word (default 8,64)" },
  { flags: "--diameter <d>", text: "random-graph: diameter of every connected graph, 4 to n - 3 (default: uniform)", kind: "number" },
  {
    flags: "--arithmetic <name>",
    text: "kernel, exact, double, single, or fixed-P: weights kept to P binary places (default: kernel; cube exact)",
  },
  { flags: "--trained-on <family>", text: "trained: graphs within the capacity 2^L, or beyond it (default within)" },
  { flags: "--plot <file>", text: "accuracy against n for each number of layers: .svg, .png (needs @resvg/resvg-js) or .csv" },
  { flags: "--seed <n>", text: "seed of everything random (default 1)", kind: "number" },
];

/** Options that only some tasks know; given elsewhere they are refused, unless they say what is so anyway. */
const only: readonly (readonly [string, string, readonly DepthTask[]])[] = [
  ["construction", "--construction", ["cycles", "paths", "random-graph"]],
  ["decision", "--decision", ["cycles", "paths", "random-graph"]],
  ["readout", "--readout", ["cycles", "paths", "random-graph", "s5"]],
  ["n", "--n", ["cycles", "paths", "random-graph", "trees"]],
  ["mode", "--mode", ["s5"]],
  ["beta", "--beta", ["s5"]],
  ["length", "--length", ["s5"]],
  ["diameter", "--diameter", ["random-graph"]],
  ["arithmetic", "--arithmetic", ["cycles", "paths", "random-graph"]],
  ["trainedOn", "--trained-on", ["cycles", "paths", "random-graph"]],
];

const plain: Readonly<Record<string, unknown>> = { construction: "square", decision: "pair", readout: "all" };

const sizesOf: Record<DepthTask, readonly number[]> = {
  cycles: [8, 16, 32, 64],
  paths: [8, 16, 32, 64],
  "random-graph": [8, 16, 32],
  trees: [8, 16, 32],
  s5: [8, 64],
};

/** @throws CommandError exit 2. */
export function depthSettings(input: Input): DepthSettings {
  return blame(2, "", () => {
    const task = checkChoice("depth", "task", textOf(input, "task") ?? "cycles", depthTasks);
    for (const [name, flag, tasks] of only) {
      if (input.options[name] !== undefined && !tasks.includes(task) && input.options[name] !== plain[name])
        throw new CommandError("E_UNSUPPORTED", `depth: ${flag} has no meaning for the task ${task}, only for ${tasks.join(", ")}`, 2);
    }
    const words = task === "s5";
    const construction = checkChoice("depth", "construction", textOf(input, "construction") ?? "square", [
      ...constructions,
      "trained",
    ] as const);
    const readout = textOf(input, "readout");
    if (construction !== "trained" && input.options.trainedOn !== undefined)
      throw new CommandError("E_UNSUPPORTED", "depth: --trained-on needs --construction trained", 2);
    if (construction === "trained" && input.options.arithmetic !== undefined)
      throw new CommandError("E_UNSUPPORTED", "depth: --arithmetic is of the networks built by hand, not of trained ones", 2);
    const mode = checkChoice("depth", "mode", textOf(input, "mode") ?? "fixed", wordModes);
    if (words && mode !== "fixed" && input.options.layers !== undefined)
      throw new CommandError("E_UNSUPPORTED", `depth: --mode ${mode} has as many layers as it needs; --layers is of --mode fixed`, 2);
    const sizes = words ? wholeList("--length", textOf(input, "length"), sizesOf.s5) : wholeList("--n", textOf(input, "n"), sizesOf[task]);
    const plot = textOf(input, "plot");
    if (plot !== undefined) {
      checkFigurePath("--plot", plot);
      checkOutputs([["--plot", plot]]);
    }
    return {
      task,
      construction,
      decision: checkChoice("depth", "decision", textOf(input, "decision") ?? "pair", decisions),
      readOut: words ? "all" : checkChoice("depth", "readout", readout ?? "all", readOuts),
      wordReadOut: words ? checkChoice("depth", "readout", readout ?? "threshold", wordReadOuts) : "threshold",
      sizes,
      layers: layerList(textOf(input, "layers") ?? (construction === "trained" ? "1,2" : "0,1,2,converge")),
      samples: samplesOf(textOf(input, "samples"), task),
      mode,
      beta: checkNumber("depth", "beta", numberOf(input, "beta") ?? 5.7, { above: 0 }),
      family: checkChoice("depth", "trained-on", textOf(input, "trainedOn") ?? "within", families),
      seed: checkNumber("depth", "seed", numberOf(input, "seed") ?? 1, { whole: true, atLeast: 0, atMost: Number.MAX_SAFE_INTEGER }),
      arithmetic: arithmeticOf(textOf(input, "arithmetic")),
      diameter: numberOf(input, "diameter"),
      plot,
    };
  });
}

function wholeList(flag: string, text: string | undefined, fallback: readonly number[]): readonly number[] {
  if (text === undefined) return fallback;
  return text.split(",").map((item) => checkNumber("depth", flag.slice(2), parseNumber(flag, item), { whole: true, atLeast: 1 }));
}

function layerList(text: string): (number | "converge")[] {
  return text
    .split(",")
    .map((item) =>
      item.trim() === "converge"
        ? "converge"
        : checkNumber("depth", 'layers (or "converge")', parseNumber("--layers", item), { whole: true, atLeast: 0, atMost: 1_000_000 }),
    );
}

function samplesOf(text: string | undefined, task: DepthTask): number | "all" {
  if (text === undefined) return task === "random-graph" ? 200 : task === "s5" ? 300 : "all";
  if (text !== "all") return checkNumber("depth", 'samples (or "all")', parseNumber("--samples", text), { whole: true, atLeast: 1 });
  if (task === "random-graph" || task === "s5")
    throw new CommandError("E_RANGE", `depth: --samples all is for tasks with finitely many questions; ${task} takes a number`, 2);
  return text;
}

function arithmeticOf(text: string | undefined): Arithmetic | undefined {
  if (text === undefined || text === "kernel" || text === "exact") return text;
  if (text === "double" || text === "single") return { format: text, subtractMaximum: true };
  const bits = /^fixed-(\d+)$/.exec(text)?.[1];
  if (bits === undefined)
    throw new CommandError(
      "E_RANGE",
      `depth: --arithmetic must be kernel, exact, double, single or fixed-P with 1 to 40 for P, got ${JSON.stringify(text.slice(0, 40))}`,
      2,
    );
  return { format: "fixed", bits: checkNumber("depth", "arithmetic fixed-P: P", Number(bits), { atLeast: 1, atMost: 40 }) };
}
