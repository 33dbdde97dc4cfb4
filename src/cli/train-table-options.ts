/** @file What `hopfield train --task tabular` was asked for, checked before the table is read. */
import { checkChoice, checkNumber } from "../core/options.ts";
import {
  type ColumnType,
  columnTypes,
  type HopularFitOptions,
  publishedHopular,
  type TableModelName,
  type TableOptions,
  tableModelNames,
} from "../tasks/index.ts";
import { CommandError } from "./failure.ts";
import { flagOf, type Input, numberOf, textOf } from "./spec.ts";

export interface TableRequest {
  readonly data: string;
  readonly target: string;
  readonly model: TableModelName;
  readonly types: Readonly<Record<string, ColumnType>>;
  /** Columns that mark the test rows, and the watched rows, of each fold; null: folds are drawn. */
  readonly testFolds: readonly string[] | null;
  readonly watchFolds: readonly string[] | null;
  readonly folds: number;
  readonly seed: number;
  readonly seeds: number;
  readonly baselines: boolean;
  /** Folds that are worked on at the same time. */
  readonly threads: number;
  readonly hopular: HopularFitOptions;
  readonly build: "plain" | "relaxed" | "auto";
}

/** Options of other tasks, which mean nothing here. */
const foreign = [
  "bag",
  "queries",
  "beta",
  "steps",
  "alpha",
  "k",
  "window",
  "keep",
  "features",
  "length",
  "place",
  "horizon",
  "input",
  "patch",
  "made",
  "columns",
  "ensemble",
];

/** @throws HopfieldError E_RANGE, CommandError exit 2. */
export function readTableRequest(input: Input): TableRequest {
  const where = "train";
  const need = (name: string): string => {
    const text = textOf(input, name);
    if (text === undefined) throw new CommandError("E_RANGE", `train --task tabular needs --${name}`, 2);
    return text;
  };
  for (const name of foreign)
    if (input.options[name] !== undefined) throw new CommandError("E_UNSUPPORTED", `train: --${name} means nothing to the task tabular`, 2);
  const variant = textOf(input, "variant") ?? "softmax";
  if (variant !== "softmax") throw new CommandError("E_UNSUPPORTED", `train: tables are looked up by softmax, got --variant ${variant}`, 2);
  const whole = (name: string, atLeast = 1): number | undefined => {
    const value = numberOf(input, name);
    return value === undefined ? undefined : checkNumber(where, name, value, { atLeast, whole: true });
  };
  const model = checkChoice(where, "model", textOf(input, "model") ?? "auto", tableModelNames);
  const preset = textOf(input, "preset");
  if (preset !== undefined) checkChoice(where, "preset", preset, ["published"]);
  const given = {
    epochs: whole("epochs"),
    batch: whole("batch"),
    hidden: whole("hidden"),
    heads: whole("heads"),
    blocks: whole("blocks"),
    size: whole("size"),
    learningRate: numberOf(input, "learningRate"),
    dropout: numberOf(input, "dropout"),
  };
  const hopular = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as HopularFitOptions;
  if (model === "lookup") {
    const [name] = Object.keys(hopular);
    if (name !== undefined || preset !== undefined)
      throw new CommandError(
        "E_UNSUPPORTED",
        `train: ${name === undefined ? "--preset" : `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`} belongs to --model hopular`,
        2,
      );
  }
  if (model === "auto" && preset !== undefined)
    throw new CommandError("E_UNSUPPORTED", "train: --preset published takes hours a table; it belongs to --model hopular", 2);
  const testFolds = listOf(textOf(input, "testFolds"));
  const watchFolds = listOf(textOf(input, "watchFolds"));
  if (testFolds && input.options.folds !== undefined)
    throw new CommandError("E_RANGE", "train: --folds draws folds, --test-folds names them; give one of them", 2);
  if (watchFolds && watchFolds.length !== testFolds?.length)
    throw new CommandError("E_RANGE", "train: --watch-folds needs as many columns as --test-folds", 2);
  const seeds = checkNumber(where, "seeds", numberOf(input, "seeds") ?? 1, { atLeast: 1, atMost: 1000, whole: true });
  return {
    data: need("data"),
    target: need("target"),
    model,
    types: typesOf(input),
    testFolds,
    watchFolds,
    folds: checkNumber(where, "folds", numberOf(input, "folds") ?? 5, { atLeast: 2, atMost: 100, whole: true }),
    seed: checkNumber(where, "seed", numberOf(input, "seed") ?? 1, { atLeast: 0, atMost: Number.MAX_SAFE_INTEGER, whole: true }),
    seeds,
    baselines: flagOf(input, "baselines"),
    threads: checkNumber(where, "threads", numberOf(input, "threads") ?? 1, { atLeast: 1, atMost: 64, whole: true }),
    hopular: { ...(preset === undefined ? {} : publishedHopular), ...hopular },
    build: checkChoice(where, "build", textOf(input, "build") ?? "plain", ["plain", "relaxed", "auto"]),
  };
}

/** How the table is opened. */
export const tableOptions = ({ target, types, testFolds, watchFolds }: TableRequest): TableOptions => ({
  target,
  types,
  skip: [...(testFolds ?? []), ...(watchFolds ?? [])],
});

function listOf(text: string | undefined): readonly string[] | null {
  return text === undefined ? null : text.split(",").map((name) => name.trim());
}

/** --types a=numeric,b=categorical and --ignore c,d. */
function typesOf(input: Input): Record<string, ColumnType> {
  const types: Record<string, ColumnType> = {};
  for (const pair of listOf(textOf(input, "types")) ?? []) {
    const at = pair.lastIndexOf("=");
    if (at < 1) throw new CommandError("E_RANGE", `--types takes column=type, separated by commas; got ${JSON.stringify(pair)}`, 2);
    types[pair.slice(0, at)] = checkChoice("--types", pair.slice(0, at), pair.slice(at + 1), columnTypes);
  }
  for (const name of listOf(textOf(input, "ignore")) ?? []) types[name] = "ignored";
  return types;
}
