/** @file `hopfield predict`: a network that `hopfield train` saved, applied to a table or an array. Columns are found by name and scaled as in training. */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { readCsv, readSafetensors, toRows, writeCsv, writeNpy } from "../data/index.ts";
import {
  type Batch,
  type FeatureEncoding,
  type NetworkDescription,
  openWorkspace,
  predictBags,
  readNetwork,
  toBatch,
} from "../layers/index.ts";
import {
  bagsFromTable,
  classProbabilities,
  encodeBags,
  isCommittee,
  isSeriesModel,
  isTableModel,
  predictCommittee,
  readCommittee,
} from "../tasks/index.ts";
import { blame, CommandError } from "./failure.ts";
import { readFileBytes, readNumbers } from "./input.ts";
import { type Io, tableLines } from "./io.ts";
import { checkOutputs, writeOutputs } from "./output.ts";
import { predictSeries } from "./predict-series.ts";
import { predictRows } from "./predict-table.ts";
import { checkFormat } from "./recall-files.ts";
import { type CommandSpec, type Input, numberOf, textOf } from "./spec.ts";

/** One network, or a committee of several. */
interface Loaded {
  readonly task: string;
  readonly description: NetworkDescription;
  readonly encoding: FeatureEncoding;
  readonly classes: readonly string[];
  /** A row of class probabilities for every bag. */
  probabilities(bags: Batch): number[][];
}

export const predict: CommandSpec = {
  name: "predict",
  summary: "apply a trained network to new data",
  about:
    "Applies what hopfield train has saved to new bags or new rows of a table: the probability of every class (or the number), and for tables the training rows that each prediction was recalled from. For a series: the times after the end of the table.",
  options: [
    { flags: "--load <file>", text: "the network: .safetensors from hopfield train --save", required: true },
    {
      flags: "--data <file>",
      text: "a table with the columns of the training table (.csv), or an array of instances (.npy and others)",
      required: true,
    },
    { flags: "--bag <column>", text: "the column that names the bag of a row (default: as in training)" },
    {
      flags: "--out <file>",
      text: "write the predictions: .csv with names, classes, probabilities and what they were recalled from, or .npy",
    },
    { flags: "--nearest <n>", text: "tables: training rows told for each prediction, heaviest first (default 3)", kind: "number" },
    { flags: "--seed <n>", text: "accepted as everywhere; nothing here is random", kind: "number" },
  ],
  examples: [
    "hopfield predict --load model.safetensors --data bags.csv --out probabilities.csv",
    "hopfield predict --load model.safetensors --data instances.npy --json",
    "hopfield predict --load table.safetensors --data new-rows.csv --out predictions.csv",
    "hopfield predict --load forecast.safetensors --data series.csv --out next.csv",
  ],
  notes: [
    "",
    "Rows of an array are cut into bags as long as those of the training data; networks trained on bags of many lengths take a table with a bag column, or an array as one bag. Columns of a table are found by name; categories never seen in training and missing cells are treated as unknown, and told.",
  ],
  run,
};

async function run(input: Input, io: Io): Promise<number> {
  const [load, data, out] = [textOf(input, "load") ?? "", textOf(input, "data") ?? "", textOf(input, "out")];
  if (out !== undefined) {
    checkFormat("--out", out, ["csv", "npy"]);
    checkOutputs([["--out", out]]);
  }
  const nearest = blame(2, "", () =>
    checkNumber("predict", "nearest", numberOf(input, "nearest") ?? 3, { atLeast: 0, atMost: 100, whole: true }),
  );
  const bytes = readFileBytes(load, "--load");
  const { metadata } = blame(3, `--load ${JSON.stringify(load)}: `, () => readSafetensors(bytes));
  if (isTableModel(metadata)) {
    if (textOf(input, "bag") !== undefined)
      throw new CommandError("E_UNSUPPORTED", "--bag belongs to networks of bags; this is a model of a table", 2);
    return predictRows({ model: bytes, load, data, out, nearest }, io);
  }
  if (isSeriesModel(metadata)) {
    if (textOf(input, "bag") !== undefined)
      throw new CommandError("E_UNSUPPORTED", "--bag belongs to networks of bags; this is a forecast of a series", 2);
    return predictSeries({ model: bytes, load, data, out }, io);
  }
  const model = blame(3, `--load ${JSON.stringify(load)}: `, () => loaded(bytes, isCommittee(metadata)));
  const { bags, names } = /\.csv$/i.test(data)
    ? fromTable(model, data, textOf(input, "bag"))
    : await fromArray(model, data, textOf(input, "bag"));
  const probabilities = blame(3, "predict: ", () => model.probabilities(bags));
  const classes = model.classes;
  const likely = probabilities.map((row) => row.indexOf(Math.max(...row)));
  if (out !== undefined) {
    const file = /\.npy$/i.test(out)
      ? writeNpy({ dtype: "f32", shape: [probabilities.length, classes.length], data: Float32Array.from(probabilities.flat()) })
      : new TextEncoder().encode(
          writeCsv(
            probabilities.map((row, b) => [names[b] as string, classes[likely[b] as number] as string, ...row]),
            { names: ["bag", "class", ...classes.map((name) => `p(${name})`)] },
          ),
        );
    await writeOutputs([{ path: out, bytes: file }]);
    io.note(`wrote ${out}`);
  }
  if (io.json) {
    const found = probabilities.map((row, b) => ({ bag: names[b], class: classes[likely[b] as number], probabilities: row }));
    io.printJson({
      command: "predict",
      task: model.task,
      model: model.description.model,
      classes,
      bags: probabilities.length,
      results: found,
    });
  } else if (out === undefined) {
    const rows = probabilities.map((row, b) => [
      names[b] as string,
      classes[likely[b] as number] as string,
      ...row.map((p) => p.toFixed(4)),
    ]);
    for (const line of tableLines(["bag", "class", ...classes.map((name) => `p(${name})`)], rows)) io.print(line);
  } else
    io.print(`${probabilities.length} bags: ${classes.map((name, c) => `${likely.filter((k) => k === c).length} ${name}`).join(", ")}`);
  return 0;
}

function loaded(bytes: Uint8Array, committee: boolean): Loaded {
  const rowsOf = (data: ArrayLike<number>, rows: number): number[][] =>
    Array.from({ length: rows }, (_, i) => Array.from(data).slice((i * data.length) / rows, ((i + 1) * data.length) / rows));
  if (committee) {
    const found = readCommittee(bytes);
    return {
      ...found,
      task: "mil",
      probabilities(bags) {
        const { data, rows } = predictCommittee(found, bags);
        return rowsOf(data, rows);
      },
    };
  }
  const found = readNetwork(bytes);
  return {
    ...found,
    probabilities(bags) {
      const { data, rows } = predictBags(openWorkspace(), found.network, found.parameters, bags);
      return rowsOf(data, rows).map(classProbabilities);
    },
  };
}

function fromTable(model: Loaded, path: string, given: string | undefined): { bags: Batch; names: readonly string[] } {
  const { encoding, description } = model;
  const bytes = readFileBytes(path, "--data");
  return blame(3, `--data ${JSON.stringify(path)}: `, () => {
    const table = readCsv(bytes, { header: encoding.columns || given !== undefined ? true : "auto" });
    const bag = given ?? encoding.bag;
    if (encoding.columns || (bag !== null && table.names)) {
      const features = encoding.columns ?? table.names?.filter((name) => name !== bag) ?? [];
      const found = bagsFromTable(table, { bag: bag ?? "bag", target: null, features }, "predict");
      checkInputs(found.data.bags.columns, description.inputs);
      return { bags: encodeBags(found.data, encoding).bags, names: found.bags };
    }
    const numbers = table.rows.map((row, i) => row.map((cell, c) => cellNumber(cell, i, c)));
    return cut(model, toBatch(numbers, undefined, "predict"));
  });
}

function cellNumber(cell: string, row: number, column: number): number {
  const value = cell.trim() === "" ? Number.NaN : Number(cell);
  if (!Number.isFinite(value))
    throw new HopfieldError(
      "E_FORMAT",
      `predict: row ${row + 1}, column ${column + 1} is ${JSON.stringify(cell.slice(0, 30))}, expected a number`,
    );
  return value;
}

async function fromArray(model: Loaded, path: string, bag: string | undefined): Promise<{ bags: Batch; names: readonly string[] }> {
  if (bag !== undefined) throw new CommandError("E_UNSUPPORTED", "--bag names a column of a table; an array has none", 2);
  const array = await readNumbers(path, "--data");
  return blame(3, `--data ${JSON.stringify(path)}: `, () => {
    // (bags, instances, columns) says itself where the bags end.
    const { shape } = array;
    if (shape.length === 3) {
      const [count = 1, instances = 1, columns = 1] = shape;
      const rows = toBatch(
        { data: array.data, rows: count * instances, columns },
        Int32Array.from({ length: count + 1 }, (_, b) => b * instances),
        "predict",
      );
      checkInputs(columns, model.description.inputs);
      return { bags: encodeBags({ bags: rows, targets: new Float32Array(count) }, model.encoding).bags, names: numbered(count) };
    }
    return cut(model, toBatch(toRows(array), undefined, "predict"));
  });
}

/** Rows of an array: bags as long as in training; one bag where those differed. */
function cut(model: Loaded, rows: Batch): { bags: Batch; names: readonly string[] } {
  checkInputs(rows.columns, model.description.inputs);
  const length = model.encoding.instances ?? rows.rows;
  if (rows.rows % length !== 0)
    throw new HopfieldError("E_SHAPE", `predict: ${rows.rows} rows are not a multiple of the ${length} instances of a bag`);
  const count = rows.rows / length;
  const offsets = Int32Array.from({ length: count + 1 }, (_, b) => b * length);
  return {
    bags: encodeBags({ bags: { ...rows, offsets }, targets: new Float32Array(count) }, model.encoding).bags,
    names: numbered(count),
  };
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, b) => String(b));

function checkInputs(columns: number, inputs: number): void {
  if (columns !== inputs) throw new HopfieldError("E_SHAPE", `predict: the data has ${columns} columns, the network takes ${inputs}`);
}
