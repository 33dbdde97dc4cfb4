/**
 * @file A series of several variables, cut into training, validation and test parts in the order of time, standardised by the training part; and windows of it: so many values before, the
 * horizon after. docs/tables/series.md
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { numberOf } from "./table-cells.ts";
import { columnAt, type TableText } from "./table-columns.ts";

export interface Series {
  readonly names: readonly string[];
  /** Times x variables, standardised. */
  readonly values: Float32Array;
  readonly times: number;
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  /** First time of the validation part, of the test part, and the end of that. */
  readonly bounds: readonly [number, number, number];
}

/** Times of the three parts: as many as given, or shares of all. */
export type SeriesSplit = readonly [train: number, validation: number, test: number];

/** Most numbers of a series. */
const mostNumbers = 2 ** 26;

/**
 * Every column of numbers but the time is a variable.
 * @param only one variable, or null for all. @param split times of the parts; null: "months" of 30 days (12, 4 and 4) where the first column holds dates of at least 20 of them, else 60, 20 and 20 %.
 * @throws HopfieldError E_FORMAT (no header, no such column, a cell that is no number or missing), E_SHAPE (too short), E_LIMIT.
 */
export function openSeries({ names, rows }: TableText, only: string | null, split: SeriesSplit | null, where = "series"): Series {
  if (!names) throw new HopfieldError("E_FORMAT", `${where}: the table needs a header line with the names of its columns`);
  if (rows.length < 10) throw new HopfieldError("E_SHAPE", `${where}: ${rows.length} times are too few`);
  const dates = datesOf(rows);
  const columns = only === null ? names.flatMap((_, c) => (c === 0 && dates ? [] : [c])) : [columnAt(where, names, only)];
  if (columns.length === 0) throw new HopfieldError("E_SHAPE", `${where}: there is no column of numbers`);
  if (rows.length * columns.length > mostNumbers)
    throw new HopfieldError("E_LIMIT", `${where}: ${rows.length} x ${columns.length} numbers, at most ${mostNumbers} are read`);
  const bounds = boundsOf(where, split ?? monthsOf(dates, rows.length) ?? shares(rows.length), rows.length);
  const values = new Float32Array(rows.length * columns.length);
  const [mean, scale]: [number[], number[]] = [[], []];
  columns.forEach((c, v) => {
    const name = names[c] as string;
    const own = rows.map((row, i) => {
      const value = numberOf(where, row[c] as string, i, name);
      if (Number.isNaN(value))
        throw new HopfieldError(
          "E_FORMAT",
          `${where}: row ${i + 1}, column ${JSON.stringify(name)} is missing; a series needs every value`,
        );
      return value;
    });
    const train = own.slice(0, bounds[0]);
    const m = train.reduce((sum, x) => sum + x / train.length, 0);
    const s = Math.sqrt(train.reduce((sum, x) => sum + (x - m) ** 2 / train.length, 0)) || 1;
    mean.push(m);
    scale.push(s);
    own.forEach((x, i) => {
      values[i * columns.length + v] = (x - m) / s;
    });
  });
  return { names: columns.map((c) => names[c] as string), values, times: rows.length, mean, scale, bounds };
}

/** Minutes since the epoch of the first and second time; null unless the first column holds dates. */
function datesOf(rows: TableText["rows"]): { step: number } | null {
  const minutes = [rows[0], rows[1]].map((row) => {
    const found = /^(\d{4})-(\d\d?)-(\d\d?)(?:[ T](\d\d?):(\d\d))?/.exec(row?.[0]?.trim() ?? "");
    if (!found) return null;
    const [year, month, day, hour, minute] = found.slice(1).map((part) => Number(part ?? 0)) as [number, number, number, number, number];
    return minutesOf(year, month, day) + 60 * hour + minute;
  });
  const [first, second] = minutes;
  return typeof first === "number" && typeof second === "number" && second > first ? { step: second - first } : null;
}

function monthsOf(dates: { step: number } | null, times: number): SeriesSplit | null {
  if (!dates) return null;
  const month = Math.round((30 * 24 * 60) / dates.step);
  return month >= 1 && 20 * month <= times && times < 40 * month ? [12 * month, 4 * month, 4 * month] : null;
}

const shares = (times: number): SeriesSplit => [
  Math.floor(0.6 * times),
  Math.floor(0.2 * times),
  times - Math.floor(0.6 * times) - Math.floor(0.2 * times),
];

function boundsOf(where: string, split: SeriesSplit, times: number): [number, number, number] {
  for (const part of split) checkNumber(where, "split", part, { atLeast: 1, whole: true });
  const [a, b, c] = split;
  if (a + b + c > times) throw new HopfieldError("E_SHAPE", `${where}: the parts have ${a} + ${b} + ${c} times, the series has ${times}`);
  return [a, a + b, a + b + c];
}

/** Where windows of a part begin: `input` values, then `horizon` that lie in the part (the values before may lie before it). */
export function windowStarts(
  { bounds }: Series,
  part: "train" | "validation" | "test",
  input: number,
  horizon: number,
): { first: number; count: number } {
  const [a, b, c] = bounds;
  const [from, to] = part === "train" ? [input, a] : part === "validation" ? [a, b] : [b, c];
  const first = Math.max(0, from - input);
  return { first, count: Math.max(0, to - horizon - (first + input) + 1) };
}

/** @throws HopfieldError E_SHAPE when a part holds no window. */
export function checkWindows(where: string, series: Series, input: number, horizon: number): void {
  for (const part of ["train", "validation", "test"] as const)
    if (windowStarts(series, part, input, horizon).count < 1)
      throw new HopfieldError(
        "E_SHAPE",
        `${where}: the ${part} part is too short for ${part === "train" ? `windows of ${input} and ` : ""}a horizon of ${horizon}; give a shorter --horizon or --input`,
      );
}

/** A window of one variable: `input` values from `start` on into `x`, the next `horizon` into `y`. */
export function fillWindow({ values, names }: Series, start: number, variable: number, x: Float32Array, y: Float32Array): void {
  const step = names.length;
  let at = start * step + variable;
  for (let t = 0; t < x.length; t++, at += step) x[t] = values[at] as number;
  for (let t = 0; t < y.length; t++, at += step) y[t] = values[at] as number;
}

/** Minutes since 1 March of year 0 of the Gregorian calendar (days by H. Fliegel and T. Van Flandern's method: years begin in March, so that leap days come last). */
function minutesOf(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const days =
    365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day;
  return 24 * 60 * days;
}
