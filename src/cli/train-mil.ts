/** @file Bags of the user's own: a table, standardised by its training rows, and a stratified cross-validation in which every bag is predicted once by a network that never saw it. */
import { randomStream, sampleWithoutReplacement } from "../core/random.ts";
import { readCsv } from "../data/index.ts";
import type { FeatureEncoding } from "../layers/index.ts";
import { type LabelledBags, selectBags } from "../layers/index.ts";
import { type BagTable, bagsFromTable } from "../tasks/index.ts";
import { blame } from "./failure.ts";
import { readFileBytes } from "./input.ts";
import type { TaskData } from "./train-tasks.ts";

export function readBagTable(path: string, columns: Parameters<typeof bagsFromTable>[1]): BagTable {
  const bytes = readFileBytes(path, "--data");
  return blame(3, `--data ${JSON.stringify(path)}: `, () => bagsFromTable(readCsv(bytes, { header: true }), columns, "bags"));
}

/** The data of one fold: an eighth of the training bags is watched; columns are standardised by the training rows. */
export function foldData(table: BagTable, folds: readonly (readonly number[])[], fold: number | null, seed: number, bag: string): TaskData {
  const rest = folds.flatMap((members, f) => (f === fold ? [] : members));
  const order = sampleWithoutReplacement(randomStream(seed, 0x76616c69), rest.length, rest.length).map((i) => rest[i] as number);
  const watched = Math.max(1, Math.floor(order.length / 8));
  const encoding = standardised(table, order.slice(watched), bag);
  const part = (members: readonly number[]): LabelledBags =>
    encode(
      { bags: selectBags(table.data.bags, members), targets: Float32Array.from(members, (b) => table.data.targets[b] as number) },
      encoding,
    );
  return {
    train: part(order.slice(watched)),
    validation: part(order.slice(0, watched)),
    test: part(fold === null ? order.slice(0, watched) : (folds[fold] as readonly number[])),
    encoding,
    classes: table.classes,
    instances: null,
  };
}

function standardised({ data, columns }: BagTable, members: readonly number[], bag: string): FeatureEncoding {
  const { bags } = { bags: selectBags(data.bags, members) };
  const mean = columns.map((_, c) => {
    let sum = 0;
    for (let i = 0; i < bags.rows; i++) sum += bags.data[i * bags.columns + c] as number;
    return sum / bags.rows;
  });
  const scale = columns.map((_, c) => {
    let sum = 0;
    for (let i = 0; i < bags.rows; i++) {
      const d = (bags.data[i * bags.columns + c] as number) - (mean[c] as number);
      sum += d * d;
    }
    // A column that never changes stays 0.
    return Math.sqrt(sum / bags.rows) || 1;
  });
  return { columns, mean, scale, bag, instances: null };
}

/** (x - mean) / scale of every column. */
export function encode({ bags, targets }: LabelledBags, { mean, scale }: FeatureEncoding): LabelledBags {
  if (!mean || !scale) return { bags, targets };
  const data = bags.data.map((x, i) => (x - (mean[i % bags.columns] as number)) / (scale[i % bags.columns] as number));
  return { bags: { ...bags, data }, targets };
}
