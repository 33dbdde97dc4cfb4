/** @file `hopfield predict` with a model of a table: a prediction for every row, class probabilities, and the training rows it was recalled from. */
import { readCsv, writeCsv, writeNpy } from "../data/index.ts";
import { predictTable, readTableModel, type TableModel, type TablePrediction } from "../tasks/index.ts";
import { blame, CommandError } from "./failure.ts";
import { readFileBytes } from "./input.ts";
import { type Io, short, tableLines } from "./io.ts";
import { writeOutputs } from "./output.ts";

export interface TablePredictInput {
  readonly model: Uint8Array;
  readonly load: string;
  readonly data: string;
  readonly out: string | undefined;
  /** Training rows told for each prediction. */
  readonly nearest: number;
}

export async function predictRows({ model: bytes, load, data, out, nearest }: TablePredictInput, io: Io): Promise<number> {
  const model = blame(3, `--load ${JSON.stringify(load)}: `, () => readTableModel(bytes));
  if (!/\.csv$/i.test(data))
    throw new CommandError(
      "E_UNSUPPORTED",
      `--data ${JSON.stringify(data)}: a model of a table takes a table (.csv) with the same columns`,
      2,
    );
  const table = readFileBytes(data, "--data");
  const said = blame(3, `--data ${JSON.stringify(data)}: `, () => predictTable(model, readCsv(table, { header: true }), nearest));
  for (const line of oddLines(said)) io.note(line);
  const rows = rowsOf(model, said);
  if (out !== undefined) {
    await writeOutputs([{ path: out, bytes: encoded(out, model, said, nearest) }]);
    io.note(`wrote ${out}`);
  }
  const classes = model.target.kind === "classes" ? model.target.classes : null;
  if (io.json) {
    io.printJson({
      command: "predict",
      task: "tabular",
      model: model.learned.model,
      target: model.target.name,
      classes,
      rows: said.rows,
      results: rows,
    });
  } else if (out === undefined)
    for (const line of tableLines(
      ["row", model.target.name, classes ? "probability" : "", "recalled from (training row: weight)"],
      lines(model, said),
    ))
      io.print(line);
  else io.print(summary(model, rows));
  return 0;
}

interface PredictedRow {
  /** From 1, below the header. */
  readonly row: number;
  readonly class?: string;
  readonly probabilities?: readonly number[];
  readonly value?: number;
  readonly recalled: readonly { readonly row: number; readonly weight: number }[];
}

function rowsOf({ target }: TableModel, { values, rows, columns, recalled }: TablePrediction): PredictedRow[] {
  return Array.from({ length: rows }, (_, i) => {
    const own = Array.from(values.subarray(i * columns, (i + 1) * columns));
    const from = (recalled[i] ?? []).map(({ row, weight }) => ({ row: row + 1, weight }));
    if (target.kind === "number") return { row: i + 1, value: own[0] as number, recalled: from };
    return { row: i + 1, class: target.classes[own.indexOf(Math.max(...own))] as string, probabilities: own, recalled: from };
  });
}

function lines(model: TableModel, said: TablePrediction): string[][] {
  return rowsOf(model, said).map(({ row, class: name, probabilities, value, recalled }) => [
    String(row),
    name ?? short(value ?? Number.NaN, 6),
    probabilities ? Math.max(...probabilities).toFixed(4) : "",
    recalled.map((each) => `${each.row}: ${each.weight.toFixed(3)}`).join("  "),
  ]);
}

function summary({ target }: TableModel, rows: readonly PredictedRow[]): string {
  if (target.kind === "number")
    return `${rows.length} rows: ${target.name} from ${short(Math.min(...rows.map((r) => r.value ?? 0)), 4)} to ${short(Math.max(...rows.map((r) => r.value ?? 0)), 4)}`;
  return `${rows.length} rows: ${target.classes.map((name) => `${rows.filter((row) => row.class === name).length} ${name}`).join(", ")}`;
}

function encoded(path: string, model: TableModel, said: TablePrediction, nearest: number): Uint8Array {
  if (/\.npy$/i.test(path)) return writeNpy({ dtype: "f64", shape: [said.rows, said.columns], data: said.values });
  const classes = model.target.kind === "classes" ? model.target.classes : null;
  const places = Array.from({ length: nearest }, (_, n) => n + 1);
  const names = [
    "row",
    model.target.name,
    ...(classes ?? []).map((name) => `p(${name})`),
    ...places.flatMap((n) => [`recalled${n}`, `weight${n}`]),
  ];
  const rows = rowsOf(model, said).map(({ row, class: name, probabilities, value, recalled }) => [
    row,
    name ?? (value as number),
    ...(probabilities ?? []),
    ...places.flatMap((n) => [recalled[n - 1]?.row ?? "", recalled[n - 1]?.weight ?? ""]),
  ]);
  return new TextEncoder().encode(writeCsv(rows, { names }));
}

function oddLines({ oddities: { unseen, missing } }: TablePrediction): string[] {
  const told = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([name, count]) => `${name} (${count})`)
      .join(", ");
  return [
    ...(Object.keys(unseen).length > 0 ? [`categories that were never seen in training, treated as unknown: ${told(unseen)}`] : []),
    ...(Object.keys(missing).length > 0 ? [`missing cells: ${told(missing)}`] : []),
  ];
}
