/** @file `hopfield predict` with a forecast: what comes after the end of a table, for every variable that the model has learnt. */
import { readCsv, writeCsv, writeNpy } from "../data/index.ts";
import { forecastSeries, readSeriesModel, type SeriesForecast } from "../tasks/index.ts";
import { blame, CommandError } from "./failure.ts";
import { readFileBytes } from "./input.ts";
import { type Io, short, tableLines } from "./io.ts";
import { writeOutputs } from "./output.ts";

interface SeriesPredictInput {
  readonly model: Uint8Array;
  readonly load: string;
  readonly data: string;
  readonly out: string | undefined;
}

/** Lines that are printed; --out and --json have all. */
const mostLines = 24;

export async function predictSeries({ model: bytes, load, data, out }: SeriesPredictInput, io: Io): Promise<number> {
  const model = blame(3, `--load ${JSON.stringify(load)}: `, () => readSeriesModel(bytes));
  if (!/\.csv$/i.test(data))
    throw new CommandError("E_UNSUPPORTED", `--data ${JSON.stringify(data)}: a forecast takes a table (.csv) with the same columns`, 2);
  const table = readFileBytes(data, "--data");
  const found = blame(3, `--data ${JSON.stringify(data)}: `, () => forecastSeries(model, readCsv(table, { header: true })));
  const filled = Object.entries(found.filled).map(([name, count]) => `${name} (${count})`);
  if (filled.length > 0) io.note(`missing cells, filled with the value before: ${filled.join(", ")}`);
  const names = ["step", ...found.names];
  if (out !== undefined) {
    const { values, horizon } = found;
    const file = /\.npy$/i.test(out)
      ? writeNpy({ dtype: "f64", shape: [horizon, found.names.length], data: values })
      : new TextEncoder().encode(writeCsv(rowsOf(found), { names }));
    await writeOutputs([{ path: out, bytes: file }]);
    io.note(`wrote ${out}`);
  }
  if (io.json) {
    const results = rowsOf(found).map(([step, ...values]) => ({ step, values }));
    io.printJson({
      command: "predict",
      task: "series",
      model: model.network.model,
      variables: found.names,
      horizon: found.horizon,
      results,
    });
  } else if (out === undefined) {
    const lines = rowsOf(found).slice(0, mostLines);
    for (const line of tableLines(
      names,
      lines.map(([step, ...values]) => [String(step), ...values.map((x) => short(x, 6))]),
    ))
      io.print(line);
    if (found.horizon > mostLines) io.print(`... ${found.horizon - mostLines} more (--out or --json has them)`);
  } else io.print(`${found.horizon} times after the end of ${data}: ${found.names.join(", ")}`);
  return 0;
}

/** Step 1, 2, ... after the end, then the variables. */
function rowsOf({ values, horizon, names }: SeriesForecast): number[][] {
  const width = names.length;
  return Array.from({ length: horizon }, (_, h) => [h + 1, ...values.subarray(h * width, (h + 1) * width)]);
}
