/** @file The options of `hopfield circuit` and the networks they name. */

import {
  createNetwork,
  type IntegerMatrix,
  type Network,
  quantisePatterns,
  randomIntegers,
  randomPatterns,
  refuseLargeShape,
} from "../circuits/index.ts";
import { checkNumber } from "../core/options.ts";
import type { NumericArray } from "../data/index.ts";
import { toRows } from "../data/index.ts";
import { blame, CommandError } from "./failure.ts";
import { readNumbers } from "./input.ts";
import { flagOf, type Input, numberOf, type OptionSpec, textOf } from "./spec.ts";

export const circuitOptions: readonly OptionSpec[] = [
  { flags: "--patterns-count <n>", text: "stored patterns, at least 2 (default: those of --patterns, else 8)", kind: "number" },
  { flags: "--dimension <d>", text: "entries of a pattern, at least 1 (default: that of --patterns, else 8)", kind: "number" },
  { flags: "--bits <p>", text: "bits of a number, 2 to 10 (default 4)", kind: "number" },
  { flags: "--beta <number>", text: "inverse temperature, at least 0 (default 8 / sqrt(d))", kind: "number" },
  { flags: "--layers <L>", text: "updates, one after the other (default 1)", kind: "number" },
  { flags: "--memory <where>", text: "fixed: patterns are constants of the circuit; input: they are inputs (default fixed)" },
  { flags: "--kernelized", text: "compare W x with W q; W from --kernel, or random entries -1, 0, 1" },
  { flags: "--kernel <file>", text: "W, whole numbers, r x d" },
  { flags: "--patterns <file>", text: "patterns, one a row: whole numbers as they are, others scaled to p bits (default: random)" },
  { flags: "--check <what>", text: "input vectors compared with the definition: a number (default 200) or exhaustive" },
  { flags: "--export <file>", text: "write the circuit: .v, .aag, .aig, .blif, .bristol, .dot or .json" },
  { flags: "--vectors <file>", text: "write the checked vectors with their answers: .json" },
  { flags: "--sweep <list>", text: "one row for each value: n=2,4,8 or d=, p=, layers=" },
  { flags: "--seed <n>", text: "seed of everything random (default 1)", kind: "number" },
];

const sweepNames = ["n", "d", "p", "layers"] as const;
type SweepName = (typeof sweepNames)[number];

/** What the command line alone says. */
export interface CircuitSettings {
  readonly n: number | undefined;
  readonly d: number | undefined;
  readonly p: number;
  readonly beta: number | undefined;
  readonly layers: number;
  readonly memory: "fixed" | "input";
  readonly kernelized: boolean;
  readonly seed: number;
  /** Vectors to check, or all. */
  readonly check: number | "exhaustive";
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
  return {
    n: optional("patterns-count", "patternsCount", 2),
    d: optional("dimension", "dimension", 1),
    p: checkNumber(where, "bits", numberOf(input, "bits") ?? 4, { whole: true, atLeast: 2, atMost: 10 }),
    beta: beta === undefined ? undefined : checkNumber(where, "beta", beta, { atLeast: 0 }),
    layers: checkNumber(where, "layers", numberOf(input, "layers") ?? 1, { whole: true, atLeast: 1, atMost: 1e6 }),
    memory,
    kernelized,
    seed: checkNumber(where, "seed", numberOf(input, "seed") ?? 1, { whole: true, atLeast: 0, atMost: Number.MAX_SAFE_INTEGER }),
    check: checkOf(textOf(input, "check")),
    rows: sweepOf(textOf(input, "sweep")),
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

function sweepOf(text: string | undefined): readonly Partial<Record<SweepName, number>>[] {
  if (text === undefined) return [{}];
  const [name = "", list = "", ...more] = text.split("=");
  const key = sweepNames.find((each) => each === name);
  if (key === undefined || more.length > 0 || !/^\d+(,\d+)*$/.test(list)) {
    throw new CommandError(
      "E_RANGE",
      `--sweep takes one of n, d, p, layers and its values, as in n=2,4,8; got ${JSON.stringify(text.slice(0, 40))}`,
      2,
    );
  }
  const bounds = {
    n: { atLeast: 2, atMost: 2 ** 26 },
    d: { atLeast: 1, atMost: 2 ** 26 },
    p: { atLeast: 2, atMost: 10 },
    layers: { atLeast: 1, atMost: 1e6 },
  };
  return list
    .split(",")
    .map((value) => ({ [key]: checkNumber("circuit", `sweep ${key}`, Number(value), { whole: true, ...bounds[key] }) }));
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
  const p = row.p ?? settings.p;
  const patterns = files.patterns
    ? fromFile(files.patterns, files.csv, p, row.n ?? settings.n, row.d ?? settings.d)
    : randomRows(row.n ?? settings.n ?? 8, row.d ?? settings.d ?? 8, p, settings.seed);
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

function randomRows(n: number, d: number, p: number, seed: number): IntegerMatrix {
  blame(2, "", () => refuseLargeShape(n, d, p));
  return randomPatterns(n, d, p, seed);
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
