/**
 * @file A series of several variables, cut into training, validation and test parts in the order of time, standardised by the training part; and windows of it: so many values before, the
 * horizon after. docs/tables/series.md
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { decimalOf, isMissing, numberOf } from "./table-cells.ts";
import { columnAt, type TableText } from "./table-columns.ts";

export interface Series {
  readonly names: readonly string[];
  /** Times x variables, standardised. */
  readonly values: Float32Array;
  readonly times: number;
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  /** Missing cells that became the value before them (the first ones: the first value there is), by variable. */
  readonly filled: Readonly<Record<string, number>>;
  /** Columns that are no variables, and why. */
  readonly leftOut: Readonly<Record<string, string>>;
  /** First time of the validation part, of the test part, and the end of that. */
  readonly bounds: readonly [number, number, number];
}

/** Times of the three parts: as many as given, or shares of all. */
export type SeriesSplit = readonly [train: number, validation: number, test: number];

/** Most numbers of a series. */
const mostNumbers = 2 ** 26;

/**
 * Every column of numbers but the time is a variable. The time is a first column of dates, of words, or of numbers that rise by the same step; a column that never changes in the training part is left out.
 * @param only one variable, or null for all. @param split times of the parts; null: "months" of 30 days (12, 4 and 4) where the first column holds dates of at least 20 of them, else 60, 20 and 20 %.
 * @throws HopfieldError E_FORMAT (no header, no such column, a cell that is no number), E_SHAPE (too short, nothing that changes), E_LIMIT.
 */
export function openSeries({ names, rows }: TableText, only: string | null, split: SeriesSplit | null, where = "series"): Series {
  if (!names) throw new HopfieldError("E_FORMAT", `${where}: the table needs a header line with the names of its columns`);
  if (rows.length < 10) throw new HopfieldError("E_SHAPE", `${where}: ${rows.length} times are too few`);
  const dates = datesOf(rows);
  const timed = names.length > 1 && (dates !== null || isTime(rows));
  const columns = only === null ? names.flatMap((_, c) => (c === 0 && timed ? [] : [c])) : [columnAt(where, names, only)];
  if (rows.length * columns.length > mostNumbers)
    throw new HopfieldError("E_LIMIT", `${where}: ${rows.length} x ${columns.length} numbers, at most ${mostNumbers} are read`);
  const bounds = boundsOf(where, split ?? monthsOf(dates, rows.length) ?? shares(rows.length), rows.length);
  const leftOut: Record<string, string> = timed && only === null ? { [names[0] as string]: "the time" } : {};
  const filled: Record<string, number> = {};
  const kept = columns.flatMap((c) => {
    const name = names[c] as string;
    const own = rows.map((row, i) => numberOf(where, row[c] as string, i, name));
    const missing = fillForward(own);
    const train = own.slice(0, bounds[0]);
    if (missing === own.length || train.every((x) => x === train[0])) {
      leftOut[name] = missing === own.length ? "it has no value" : "it never changes in the training part";
      return [];
    }
    if (missing > 0) filled[name] = missing;
    const mean = train.reduce((sum, x) => sum + x / train.length, 0);
    return [{ name, own, mean, scale: Math.sqrt(train.reduce((sum, x) => sum + (x - mean) ** 2 / train.length, 0)) }];
  });
  if (kept.length === 0)
    throw new HopfieldError(
      "E_SHAPE",
      `${where}: there is nothing to forecast: ${Object.entries(leftOut)
        .map(([name, why]) => `${JSON.stringify(name)}: ${why}`)
        .join(", ")}`,
    );
  const values = new Float32Array(rows.length * kept.length);
  kept.forEach(({ own, mean, scale }, v) => {
    own.forEach((x, i) => {
      values[i * kept.length + v] = (x - mean) / scale;
    });
  });
  return {
    names: kept.map(({ name }) => name),
    values,
    times: rows.length,
    mean: kept.map(({ mean }) => mean),
    scale: kept.map(({ scale }) => scale),
    filled,
    leftOut,
    bounds,
  };
}

/** A missing value (NaN) becomes the one before it, at the start the first there is. @returns how many there were. */
export function fillForward(values: number[]): number {
  let last = values.find((x) => !Number.isNaN(x)) ?? 0;
  let missing = 0;
  values.forEach((x, i) => {
    if (Number.isNaN(x)) missing++;
    else last = x;
    values[i] = last;
  });
  return missing;
}

/** Words, or numbers that rise by the same step. */
function isTime(rows: TableText["rows"]): boolean {
  const cells = rows.map((row) => row[0] as string);
  if (cells.every((cell) => decimalOf(cell) === null && !isMissing(cell))) return true;
  const numbers = cells.map(decimalOf);
  const step = (numbers[1] ?? 0) - (numbers[0] ?? 0);
  // Fractions of a step are rounded in the table.
  return step > 0 && numbers.every((x, i) => x !== null && Math.abs(x - (numbers[0] as number) - i * step) <= 1e-6 * step * (i + 1));
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

/** Where windows of a part begin, and of which variable they are: every `stride`th start, all variables. */
export function placesOf(
  series: Series,
  part: "train" | "validation" | "test",
  input: number,
  horizon: number,
  stride = 1,
): (readonly [start: number, variable: number])[] {
  const { first, count } = windowStarts(series, part, input, horizon);
  const places: [number, number][] = [];
  for (let s = 0; s < count; s += stride) for (let v = 0; v < series.names.length; v++) places.push([first + s, v]);
  return places;
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
