/** @file The options of `hopfield circuit` and the networks they name. */

import {
  createNetwork,
  type DepthNetwork,
  depthNetworks,
  type GraphNetwork,
  graphNetworks,
  type IntegerMatrix,
  type Network,
  quantisePatterns,
  randomIntegers,
  randomPatterns,
  refuseLargeShape,
} from "../circuits/index.ts";
import { checkChoice, checkNumber } from "../core/options.ts";
import { randomStream, uniform } from "../core/random.ts";
import type { NumericArray } from "../data/index.ts";
import { toRows } from "../data/index.ts";
import { blame, CommandError } from "./failure.ts";
import { readNumbers } from "./input.ts";
import { flagOf, type Input, numberOf, type OptionSpec, parseNumber, textOf } from "./spec.ts";

export const circuitOptions: readonly OptionSpec[] = [
  {
    flags: "--network <name>",
    text: `retrieval (default); a variation of it: ${graphNetworks.join(", ")}; or one that decides connectivity of graphs of n nodes: ${depthNetworks.join(", ")}`,
  },
  { flags: "--patterns-count <n>", text: "stored patterns, at least 2 (default: those of --patterns, else 8)", kind: "number" },
  { flags: "--dimension <d>", text: "entries of a pattern, at least 1 (default: that of --patterns, else 8)", kind: "number" },
  { flags: "--bits <p>", text: "bits of a number, 2 to 10, or log: 1 + log2 n, rounded up (default 4)" },
  { flags: "--beta <number>", text: "inverse temperature, at least 0 (default 8 / sqrt(d))", kind: "number" },
  { flags: "--layers <L>", text: "updates, one after the other (default 1)", kind: "number" },
  {
    flags: "--memory <where>",
    text: "fixed: patterns are constants of the circuit (trained ones are advice, not uniform); input: they are inputs, a uniform family (default fixed)",
  },
  { flags: "--kernelized", text: "compare W x with W q; W from --kernel, or random entries -1, 0, 1" },
  { flags: "--kernel <file>", text: "W, whole numbers, r x d" },
  { flags: "--patterns <file>", text: "patterns, one a row: whole numbers as they are, others scaled to p bits (default: random)" },
  { flags: "--check <what>", text: "input vectors compared with the definition: a number (default 200) or exhaustive" },
  { flags: "--export <file>", text: "write the circuit: .v, .aag, .aig, .blif, .bristol, .dot or .json" },
  { flags: "--vectors <file>", text: "write the checked vectors with their answers: .json" },
  { flags: "--sweep <list>", text: "one row for each value: n=2,4,8 or n=2:256 or n=2:256:2; also d=, p=, layers=" },
  {
    flags: "--quality <cues>",
    text: "also compare with the retrieval in f64 on so many noisy cues: error and agreement (retrieval, fixed memory)",
    kind: "number",
  },
  {
    flags: "--plot <file>",
    text: "a sweep: depth and size against n, .svg, .png (needs @resvg/resvg-js) or .csv; one circuit: its layers, .svg",
  },
  { flags: "--seed <n>", text: "seed of everything random (default 1)", kind: "number" },
];

const sweepNames = ["n", "d", "p", "layers"] as const;
export type SweepName = (typeof sweepNames)[number];

/** What the command line alone says. */
export interface CircuitSettings {
  readonly network: "retrieval" | GraphNetwork | DepthNetwork;
  readonly n: number | undefined;
  readonly d: number | undefined;
  readonly p: number | "log";
  readonly beta: number | undefined;
  readonly layers: number;
  readonly memory: "fixed" | "input";
  readonly kernelized: boolean;
  readonly seed: number;
  /** Vectors to check, or all. */
  readonly check: number | "exhaustive";
  /** Noisy cues compared with f64. */
  readonly quality: number | undefined;
  readonly plot: string | undefined;
  /** What the rows differ in; null: one row. */
  readonly sweep: SweepName | null;
  /** One entry for each row of the result. */
  readonly rows: readonly Partial<Record<SweepName, number>>[];
}

/** @throws HopfieldError, to be put down to the command line. */
export function settingsOf(input: Input): CircuitSettings {
  const where = "circuit";
  const optional = (name: string, key: string, atLeast: number): number | undefined => {
    const value = numberOf(input, key);
    return value === undefined ? undefined : checkNumber(where, name, value, { whole: true, atLeast, atMost: 2 ** 26 });
  };
  const beta = numberOf(input, "beta");
  const memory = textOf(input, "memory") ?? "fixed";
  if (memory !== "fixed" && memory !== "input") {
    throw new CommandError("E_RANGE", `--memory is fixed or input, got ${JSON.stringify(memory.slice(0, 40))}`, 2);
  }
  const kernelized = flagOf(input, "kernelized");
  if (!kernelized && textOf(input, "kernel") !== undefined) {
    throw new CommandError("E_RANGE", "--kernel says which W; give --kernelized with it", 2);
  }
  const network = checkChoice(where, "network", textOf(input, "network") ?? "retrieval", networkNames);
  refuseForeign(input, network);
  const quality = numberOf(input, "quality");
  if (quality !== undefined && (network !== "retrieval" || memory === "input" || kernelized))
    throw new CommandError("E_UNSUPPORTED", "--quality is of the plain retrieval with fixed patterns", 2);
  const sweep = sweepOf(textOf(input, "sweep"));
  return {
    network,
    quality: quality === undefined ? undefined : checkNumber(where, "quality", quality, { whole: true, atLeast: 1, atMost: 1e6 }),
    plot: textOf(input, "plot"),
    n: optional("patterns-count", "patternsCount", 2),
    d: optional("dimension", "dimension", 1),
    p: bitsOf(textOf(input, "bits")),
    beta: beta === undefined ? undefined : checkNumber(where, "beta", beta, { atLeast: 0 }),
    layers: checkNumber(where, "layers", numberOf(input, "layers") ?? 1, { whole: true, atLeast: 1, atMost: 1e6 }),
    memory,
    kernelized,
    seed: checkNumber(where, "seed", numberOf(input, "seed") ?? 1, { whole: true, atLeast: 0, atMost: Number.MAX_SAFE_INTEGER }),
    check: checkOf(textOf(input, "check")),
    ...sweep,
  };
}

function checkOf(text: string | undefined): number | "exhaustive" {
  if (text === undefined) return 200;
  if (text === "exhaustive") return text;
  if (!/^\d+$/.test(text)) {
    throw new CommandError("E_RANGE", `--check takes a number of vectors or exhaustive, got ${JSON.stringify(text.slice(0, 40))}`, 2);
  }
  return checkNumber("circuit", "check", Number(text), { whole: true, atLeast: 0, atMost: 1e9 });
}

/** Rows of a sweep; a:b and a:b:step stand for every value between. */
function sweepOf(text: string | undefined): Pick<CircuitSettings, "sweep" | "rows"> {
  if (text === undefined) return { sweep: null, rows: [{}] };
  const [name = "", list = "", ...more] = text.split("=");
  const key = sweepNames.find((each) => each === name);
  if (key === undefined || more.length > 0 || !/^\d+(:\d+){0,2}(,\d+(:\d+){0,2})*$/.test(list)) {
    throw new CommandError(
      "E_RANGE",
      `--sweep takes one of n, d, p, layers and its values, as in n=2,4,8 or n=2:256; got ${JSON.stringify(text.slice(0, 40))}`,
      2,
    );
  }
  const bounds = {
    n: { atLeast: 2, atMost: 2 ** 26 },
    d: { atLeast: 1, atMost: 2 ** 26 },
    p: { atLeast: 2, atMost: 10 },
    layers: { atLeast: 1, atMost: 1e6 },
  };
  const check = (value: number): number => checkNumber("circuit", `sweep ${key}`, value, { whole: true, ...bounds[key] });
  const values = list.split(",").flatMap((item) => {
    const [from = 0, to = from, step = 1] = item.split(":").map(Number);
    check(from);
    check(to);
    if (step < 1 || to < from || (to - from) / step > 2 ** 16)
      throw new CommandError("E_RANGE", `--sweep ${JSON.stringify(item)} is not from:to or from:to:step with at most 65536 values`, 2);
    return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
  });
  return { sweep: key, rows: values.map((value) => ({ [key]: value })) };
}

function bitsOf(text: string | undefined): number | "log" {
  if (text === "log") return text;
  return checkNumber("circuit", "bits", text === undefined ? 4 : parseNumber("--bits", text), { whole: true, atLeast: 2, atMost: 10 });
}

const networkNames = ["retrieval", ...graphNetworks, ...depthNetworks] as const;

/** Options that a network has no use for. */
function refuseForeign(input: Input, network: CircuitSettings["network"]): void {
  if (network === "retrieval") return;
  const deciding = depthNetworks.some((name) => name === network);
  const foreign: readonly (readonly [string, string])[] = [
    ["memory", "--memory"],
    ["kernelized", "--kernelized"],
    ["vectors", "--vectors"],
    ...(deciding
      ? ([
          ["dimension", "--dimension"],
          ["bits", "--bits"],
          ["beta", "--beta"],
          ["patterns", "--patterns"],
        ] as const)
      : ([["layers", "--layers"]] as const)),
  ];
  for (const [key, flag] of foreign) {
    if (input.options[key] !== undefined && input.options[key] !== false)
      throw new CommandError("E_UNSUPPORTED", `circuit: ${flag} has no meaning for --network ${network}`, 2);
  }
}

/** Files named on the command line. */
export interface CircuitFiles {
  readonly patterns: NumericArray | null;
  /** Whether the patterns come from a file without number types. */
  readonly csv: boolean;
  readonly kernel: NumericArray | null;
}

export async function readCircuitFiles(input: Input): Promise<CircuitFiles> {
  const [patterns, kernel] = [textOf(input, "patterns"), textOf(input, "kernel")];
  return {
    csv: patterns === "-" || /\.[ct]sv$/i.test(patterns ?? ""),
    patterns: patterns === undefined ? null : await readNumbers(patterns, "--patterns"),
    kernel: kernel === undefined ? null : await readNumbers(kernel, "--kernel"),
  };
}

/** The network of one row. @throws CommandError. */
export function networkOf(settings: CircuitSettings, files: CircuitFiles, row: Partial<Record<SweepName, number>>): Network {
  const n = row.n ?? settings.n;
  const p = row.p ?? (settings.p === "log" ? logBits(n ?? files.patterns?.shape[0] ?? 8) : settings.p);
  const patterns = files.patterns
    ? fromFile(files.patterns, files.csv, p, n, row.d ?? settings.d)
    : randomRows(n ?? 8, row.d ?? settings.d ?? 8, p, settings);
  const { beta, memory } = settings;
  const kernel = settings.kernelized ? kernelOf(files.kernel, patterns.columns, settings.seed) : undefined;
  return blame(files.patterns || files.kernel ? 3 : 2, "", () =>
    createNetwork(patterns, {
      bits: p,
      layers: row.layers ?? settings.layers,
      memory,
      ...(beta === undefined ? {} : { beta }),
      ...(kernel === undefined ? {} : { kernel }),
    }),
  );
}

/** 1 + log2 n, rounded up. */
function logBits(n: number): number {
  return blame(2, "", () => checkNumber("circuit", `bits for ${n} patterns`, 1 + Math.ceil(Math.log2(n)), { atLeast: 2, atMost: 10 }));
}

/** Uniform. With --quality real numbers on [-1, 1), the same ones for every p, rounded to p bits; otherwise p-bit numbers, drawn again while all rows are equal (then nothing is retrieved). */
function randomRows(n: number, d: number, p: number, { seed, quality }: CircuitSettings): IntegerMatrix {
  blame(2, "", () => refuseLargeShape(n, d, p));
  if (quality !== undefined) return quantisePatterns(realPatterns(n, d, seed), n, d, p);
  for (let stream = 0; ; stream++) {
    const drawn = randomPatterns(n, d, p, seed, stream);
    if (drawn.data.some((x, at) => x !== drawn.data[at % d])) return drawn;
  }
}

/** n x d numbers, uniform on [-1, 1). */
export function realPatterns(n: number, d: number, seed: number): Float64Array {
  const random = randomStream(seed, 0xc1c);
  return Float64Array.from({ length: n * d }, () => 2 * uniform(random) - 1);
}

/** Whole numbers as they are; real ones scaled by the largest of the whole array. `n`: the first n rows. */
function fromFile(array: NumericArray, csv: boolean, p: number, n: number | undefined, d: number | undefined): IntegerMatrix {
  const { rows, columns } = blame(3, "--patterns: ", () => toRows(array));
  if (d !== undefined && d !== columns) throw new CommandError("E_SHAPE", `--patterns has ${columns} columns, --dimension is ${d}`, 3);
  if (n !== undefined && n > rows) throw new CommandError("E_SHAPE", `--patterns has ${rows} rows, ${n} patterns are asked for`, 3);
  const all = isWhole(array, csv)
    ? { data: wholeNumbers(array, "--patterns"), rows, columns }
    : blame(3, "--patterns: ", () => quantisePatterns(array.data, rows, columns, p));
  return n === undefined ? all : { data: all.data.subarray(0, n * columns), rows: n, columns };
}

/** Whole by its number type; csv has none, so there whole numbers throughout count. */
function isWhole({ dtype, data }: NumericArray, csv: boolean): boolean {
  return /^(bool|[iu]\d+)$/.test(dtype) || (csv && data.every((x) => Number.isInteger(x)));
}

function wholeNumbers({ data }: NumericArray, what: string): Int32Array {
  const whole = new Int32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const x = Number(data[i]);
    if (!Number.isInteger(x) || Math.abs(x) >= 2 ** 31)
      throw new CommandError("E_RANGE", `${what}: entry ${i} is ${x}, expected a whole number below 2^31`, 3);
    whole[i] = x;
  }
  return whole;
}

function kernelOf(file: NumericArray | null, d: number, seed: number): IntegerMatrix {
  if (!file) return randomIntegers(d, d, -1, 1, seed, 1);
  const { rows, columns } = blame(3, "--kernel: ", () => toRows(file));
  return { data: wholeNumbers(file, "--kernel"), rows, columns };
}
