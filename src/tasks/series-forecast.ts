/** @file What a series model says of the times after the end of a table: the horizon, for every variable it has learnt, in the table's own units. */
import { HopfieldError } from "../core/errors.ts";
import { openWorkspace } from "../layers/index.ts";
import { fillForward } from "./series.ts";
import { forecastWindows, type SeriesModel } from "./series-fit.ts";
import { numberOf } from "./table-cells.ts";
import { columnAt, type TableText } from "./table-columns.ts";

export interface SeriesForecast {
  readonly names: readonly string[];
  /** Times after the end x variables, in the units of the table. */
  readonly values: Float64Array;
  readonly horizon: number;
  /** Missing cells of the window that became the value before them, by variable. */
  readonly filled: Readonly<Record<string, number>>;
}

/**
 * Columns are found by name; of the rows the last `input` count.
 * @throws HopfieldError E_FORMAT (no header, a column that is missing, a cell that is no number), E_SHAPE (fewer rows than the window has).
 */
export function forecastSeries(model: SeriesModel, { names, rows }: TableText, where = "predict"): SeriesForecast {
  if (!names) throw new HopfieldError("E_FORMAT", `${where}: the table needs a header line with the names of its columns`);
  const { input, horizon } = model.linear;
  if (rows.length < input)
    throw new HopfieldError("E_SHAPE", `${where}: the table has ${rows.length} rows, a forecast needs the last ${input}`);
  const first = rows.length - input;
  const filled: Record<string, number> = {};
  const windows = new Float32Array(model.names.length * input);
  model.names.forEach((name, v) => {
    const c = columnAt(where, names, name);
    const own = rows.slice(first).map((row, i) => numberOf(where, row[c] as string, first + i, name));
    const missing = fillForward(own);
    if (missing === input)
      throw new HopfieldError("E_FORMAT", `${where}: column ${JSON.stringify(name)} has no value in the last ${input} rows`);
    if (missing > 0) filled[name] = missing;
    own.forEach((x, t) => {
      windows[v * input + t] = (x - (model.mean[v] as number)) / (model.scale[v] as number);
    });
  });
  const found = forecastWindows(openWorkspace("plain"), model, windows);
  const values = Float64Array.from({ length: horizon * model.names.length }, (_, i) => {
    const [h, v] = [Math.floor(i / model.names.length), i % model.names.length];
    return (model.mean[v] as number) + (model.scale[v] as number) * (found[v * horizon + h] as number);
  });
  return { names: model.names, values, horizon, filled };
}
