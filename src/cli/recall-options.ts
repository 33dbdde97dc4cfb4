/**
 * @file The options of `hopfield recall` and what they mean to createMemory and recall. Everything that depends on the command line alone is tried out first, on a memory of one
 * pattern with one entry, so that a wrong option is told (exit 2) before any file is opened.
 */
import { availableParallelism } from "node:os";
import type { Matrix } from "../core/matrix.ts";
import { checkChoice } from "../core/options.ts";
import { createMemory, type MemoryOptions, type RecallOptions } from "../index.ts";
import { blame, CommandError } from "./failure.ts";
import { readLabels, readNumbers, readRows } from "./input.ts";
import { flagOf, type Input, numberOf, type OptionSpec, textOf } from "./spec.ts";

/** Options that name a model; `plan` has them too. */
export const modelOptions: readonly OptionSpec[] = [
  { flags: "--model <name>", text: "the model (default gaussian); docs/models lists them" },
  { flags: "--similarity <name>", text: "dot, l2, cosine, centered-cosine or kernel" },
  { flags: "--separation <name>", text: "softmax, softmax1, sparsemax, entmax, normmax, k-subset or epanechnikov" },
  { flags: "--beta <number>", text: "inverse temperature, above 0 (default: from the patterns, printed on stderr)", kind: "number" },
  { flags: "--alpha <number>", text: "entmax: at least 1 (default 1.5); normmax: above 1 (default 2)", kind: "number" },
  { flags: "--k <n>", text: "top-k and k-subset (default 8)", kind: "number" },
  { flags: "--degree <n>", text: "polynomial (default 3)", kind: "number" },
  { flags: "--lambda <number>", text: "kernel-regression: ridge (default 0.1)", kind: "number" },
  { flags: "--features <n>", text: "random-features: how many (default 256)", kind: "number" },
  { flags: "--seed <n>", text: "seed of everything random (default 1)", kind: "number" },
];

export const recallOptions: readonly OptionSpec[] = [
  { flags: "--patterns <file>", text: "stored patterns, one a row", required: true },
  { flags: "--queries <file>", text: "cues, one a row", required: true },
  { flags: "--values <file>", text: "what the last evaluation reads instead of the patterns, one row for each" },
  { flags: "--labels <file>", text: "a label for each pattern, one a line or an array: adds `vote`" },
  { flags: "--out <file>", text: "write the answers: .npy, .npz, .csv or .safetensors" },
  { flags: "--dtype <type>", text: "number type of --out and --weights: f32 (default) or f64" },
  { flags: "--weights <file>", text: "write the weights (queries x patterns) of each query's last evaluation" },
  { flags: "--trace <file>", text: "write states (n+1, B, d) and energies (n+1, B) of every step: .npz" },
  ...modelOptions,
  { flags: "--support <name>", text: "all, top-k, window, random or mask" },
  { flags: "--post <name>", text: "after every evaluation: identity, l2norm, layernorm or sign" },
  { flags: "--window <n>", text: "window: query row i sees pattern rows j with |i - j| <= n (default 5)", kind: "number" },
  { flags: "--keep <number>", text: "random: share of patterns kept, in (0, 1] (default 0.5)", kind: "number" },
  { flags: "--kernel <file>", text: "similarity kernel: the matrix W" },
  { flags: "--support-mask <file>", text: "support mask: M or B x M entries, 0 hides a pattern" },
  { flags: "--features-file <file>", text: "random-features: the frequencies, instead of drawing them" },
  { flags: "--positions <file>", text: "window: the position of each query (default: its row)" },
  { flags: "--steps <n>", text: 'evaluations (default 1), or "converge" (the default of the binary models)' },
  { flags: "--tolerance <number>", text: "converge: stop at this relative change (default 1e-6)", kind: "number" },
  { flags: "--max-steps <n>", text: "converge: at most so many evaluations (default 100)", kind: "number" },
  { flags: "--missing <what>", text: '"nan": NaN entries of a query are missing' },
  { flags: "--known <file>", text: "which entries of the queries are known: 1 or 0, or weights between; d or B x d" },
  { flags: "--clamp", text: "put known entries back after every step" },
  { flags: "--alternatives <n>", text: "also give the best n patterns of each query", kind: "number" },
  { flags: "--minimum-weight <number>", text: "with --labels: abstain below this weight, in [0, 1]", kind: "number" },
  { flags: "--threads <n>", text: "threads at most; default: the cores, at most 4; the same numbers for any", kind: "number" },
  { flags: "--build <name>", text: "kernel build: auto, plain (same bits everywhere), relaxed, wide (Node 24 and later, else as auto)" },
];

type Values = Record<string, unknown>;

function defined(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** The part of MemoryOptions that is on the command line itself. */
export function memoryOptionsOf(input: Input): MemoryOptions {
  const words = ["model", "similarity", "separation", "support", "post", "build"] as const;
  const numbers = ["beta", "alpha", "k", "window", "keep", "seed", "features", "degree", "lambda", "tolerance", "maxSteps"] as const;
  return defined({
    ...Object.fromEntries(words.map((name) => [name, textOf(input, name)])),
    ...Object.fromEntries(numbers.map((name) => [name, numberOf(input, name)])),
    threads: numberOf(input, "threads") ?? Math.min(4, availableParallelism()),
    steps: stepsOf(textOf(input, "steps")),
  }) as MemoryOptions;
}

function stepsOf(text: string | undefined): number | "converge" | undefined {
  if (text === undefined || text === "converge") return text;
  if (!/^\d+$/.test(text))
    throw new CommandError(
      "E_RANGE",
      `--steps takes a whole number of at least 1 or "converge", got ${JSON.stringify(text.slice(0, 40))}`,
      2,
    );
  return Number(text);
}

function askedOf(input: Input): RecallOptions {
  const missing = textOf(input, "missing");
  return defined({
    missing: missing === undefined ? undefined : checkChoice("recall", "missing", missing, ["nan"]),
    clamp: flagOf(input, "clamp") ? true : undefined,
    alternatives: numberOf(input, "alternatives"),
    minimumWeight: numberOf(input, "minimumWeight"),
  }) as RecallOptions;
}

/** @throws CommandError exit 2 for everything that is wrong whatever the files hold. */
export function rehearse(input: Input): void {
  blame(2, "", () => {
    const one: Matrix = { data: Float32Array.of(1), rows: 1, columns: 1 };
    const has = (name: string): boolean => textOf(input, name) !== undefined;
    const memory = createMemory(one, {
      ...memoryOptionsOf(input),
      ...(has("values") ? { values: one } : {}),
      ...(has("labels") ? { labels: [0] } : {}),
      ...(has("kernel") ? { kernel: one } : {}),
      ...(has("supportMask") ? { supportMask: [1] } : {}),
      ...(has("featuresFile") ? { featureMatrix: one } : {}),
    });
    memory.recall(one, {
      ...askedOf(input),
      steps: 1,
      ...(has("known") ? { known: [1] } : {}),
      ...(has("positions") ? { positions: [0] } : {}),
    });
    if (has("positions") && memory.support !== "window") {
      throw new CommandError("E_UNSUPPORTED", `--positions needs --support window, got ${JSON.stringify(memory.support)}`, 2);
    }
    const streams = ["patterns", "queries", "values", "labels", "kernel", "supportMask", "featuresFile", "positions", "known"].filter(
      (name) => textOf(input, name) === "-",
    );
    if (streams.length > 1)
      throw new CommandError("E_RANGE", `standard input ("-") can be one file only, got it for ${streams.join(" and ")}`, 2);
    if (has("dtype")) checkChoice("recall", "dtype", textOf(input, "dtype"), ["f32", "f64"]);
  });
}

export interface Files {
  readonly patterns: Matrix;
  readonly queries: Matrix;
  readonly memory: MemoryOptions;
  readonly recall: RecallOptions;
}

/** Reads every file that is named. @throws CommandError exit 3. */
export async function readFiles(input: Input): Promise<Files> {
  const rows = async (name: string, flag: string): Promise<Matrix | undefined> => {
    const file = textOf(input, name);
    return file === undefined ? undefined : readRows(file, flag);
  };
  const missing = textOf(input, "missing") === "nan" ? "nan" : "refuse";
  const patterns = await readRows(textOf(input, "patterns") ?? "", "--patterns");
  const queries = await readRows(textOf(input, "queries") ?? "", "--queries", missing);
  const labels = textOf(input, "labels");
  const positions = textOf(input, "positions");
  const memory = defined({
    ...memoryOptionsOf(input),
    values: await rows("values", "--values"),
    labels: labels === undefined ? undefined : await readLabels(labels, "--labels"),
    kernel: await rows("kernel", "--kernel"),
    supportMask: await rows("supportMask", "--support-mask"),
    featureMatrix: await rows("featuresFile", "--features-file"),
  }) as MemoryOptions;
  const recall = defined({
    ...askedOf(input),
    known: await rows("known", "--known"),
    positions: positions === undefined ? undefined : (await readNumbers(positions, "--positions")).data,
  }) as RecallOptions;
  return { patterns, queries, memory, recall };
}
