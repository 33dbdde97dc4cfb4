/**
 * @file The plain forecasts that others are measured by: the value one season ago, and one linear map of the window for all variables, solved in closed form with a penalty. It tells how the
 * horizon differs from a start: the last value, the mean, or the last season again; penalty and start are chosen on the validation part. docs/tables/series.md
 */
import { part, timesNN, timesTN } from "../layers/products.ts";
import { scoped, tensor, type Workspace, zeros } from "../layers/workspace.ts";
import { fillWindow, placesOf, type Series, windowStarts } from "./series.ts";

/** From what the linear map starts: the last value of the window, its mean, or its last season again. */
export type Start = "last" | "mean" | "season";
export const starts: readonly Start[] = ["last", "mean", "season"];

export interface LinearForecast {
  readonly start: Start;
  readonly season: number;
  /** input x horizon: the forecast is start + (x - level)^T weights; the level is the last value where that is the start, else the mean. */
  readonly weights: Float32Array;
  readonly input: number;
  readonly horizon: number;
  /** null: the weights are 0, the start is the forecast. */
  readonly penalty: number | null;
}

function levelOf(x: Float32Array, start: Start): number {
  if (start === "last") return x[x.length - 1] as number;
  let sum = 0;
  for (let t = 0; t < x.length; t++) sum += (x[t] as number) / x.length;
  return sum;
}

/** Sums of [x y]^T [x y] over the windows of the training part, all variables; f32 products of a few hundred windows, added up in f64. */
function moments(
  w: Workspace,
  series: Series,
  input: number,
  horizon: number,
  stride: number,
): { sums: Float64Array; size: number; count: number } {
  const size = input + horizon;
  const sums = new Float64Array(size * size);
  const { first, count } = windowStarts(series, "train", input, horizon);
  const windows: [number, number][] = [];
  for (let s = 0; s < count; s += stride) for (let v = 0; v < series.names.length; v++) windows.push([first + s, v]);
  const tile = 512;
  for (let from = 0; from < windows.length; from += tile) {
    scoped(w, () => {
      const some = windows.slice(from, from + tile);
      const rows = tensor(w, some.length, size);
      some.forEach(([start, variable], r) => {
        fillWindow(
          series,
          start,
          variable,
          rows.data.subarray(r * size, r * size + input),
          rows.data.subarray(r * size + input, (r + 1) * size),
        );
      });
      const product = zeros(w, input, size);
      timesTN(w, part(w, rows), part(w, rows), part(w, product), some.length, input, size);
      for (let i = 0; i < input * size; i++) sums[i] = (sums[i] as number) + (product.data[i] as number);
    });
  }
  return { sums, size, count: windows.length };
}

/** Penalties relative to the mean diagonal entry of the Gram matrix. */
const penalties = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10];

/** @param season at most `input`. @throws HopfieldError E_SHAPE (windows that do not fit). */
export function fitLinear(w: Workspace, series: Series, input: number, horizon: number, season: number): LinearForecast {
  const windows = windowStarts(series, "train", input, horizon).count * series.names.length;
  // Neighbouring windows say nearly the same.
  const { sums, size } = moments(w, series, input, horizon, Math.max(1, Math.floor(windows / 30_000)));
  const stride = Math.max(1, Math.floor(windows / 20_000));
  const tried = (forecast: LinearForecast): { readonly forecast: LinearForecast; readonly loss: number } => ({
    forecast,
    loss: scoreForecast(series, "validation", input, horizon, (some) => linearForecasts(w, forecast, some), stride).mse,
  });
  const better = (a: ReturnType<typeof tried>, b: ReturnType<typeof tried>): ReturnType<typeof tried> => (b.loss < a.loss ? b : a);
  const none = new Float32Array(input * horizon);
  const plain = starts.map((start) => tried({ start, season, weights: none, input, horizon, penalty: null })).reduce(better);
  const best = starts
    .flatMap((start) => {
      const { gram, cross } = moved(sums, size, input, horizon, start, season);
      const level = Array.from({ length: input }, (_, i) => gram[i * input + i] as number).reduce((a, b) => a + b / input, 0) || 1;
      return penalties.map((penalty) => {
        const weights = Float32Array.from(solve(gram, cross, input, horizon, penalty * level));
        return tried({ start, season, weights, input, horizon, penalty });
      });
    })
    .reduce(better);
  return (best.loss < worthwhile(series, horizon) * plain.loss ? best : plain).forecast;
}

/**
 * Share of the error that something with more freedom may keep on the validation part to be preferred: it has to save more than one of the horizons side by side that the part holds would do by
 * itself, all variables counted.
 */
export function worthwhile({ bounds, names }: Series, horizon: number): number {
  return 1 - 1 / Math.max(1, Math.floor((bounds[1] - bounds[0]) / horizon) * names.length);
}

/** Moments of x - u.x and y - B^T x, B^T x being the start: A G A^T and A (C - G B) with A = I - 1 u^T. */
function moved(
  sums: Float64Array,
  size: number,
  input: number,
  horizon: number,
  start: Start,
  season: number,
): { gram: Float64Array; cross: Float64Array } {
  const u = new Float64Array(input);
  if (start === "last") u[input - 1] = 1;
  else u.fill(1 / input);
  const g = (i: number, j: number): number => sums[i * size + j] as number;
  const gu = Float64Array.from({ length: input }, (_, i) => u.reduce((sum, each, j) => sum + each * g(i, j), 0));
  const ugu = u.reduce((sum, each, i) => sum + each * (gu[i] as number), 0);
  const gram = new Float64Array(input * input);
  for (let i = 0; i < input; i++)
    for (let j = 0; j < input; j++) gram[i * input + j] = g(i, j) - (gu[i] as number) - (gu[j] as number) + ugu;
  const left = (i: number, h: number): number =>
    g(i, input + h) - (start === "season" ? g(i, input - season + (h % season)) : (gu[i] as number));
  const cross = new Float64Array(input * horizon);
  for (let h = 0; h < horizon; h++) {
    const mean = u.reduce((sum, each, j) => sum + each * left(j, h), 0);
    for (let i = 0; i < input; i++) cross[i * horizon + h] = left(i, h) - mean;
  }
  return { gram, cross };
}

/** (G + penalty I)^-1 C by Cholesky's factors. */
function solve(gram: Float64Array, cross: Float64Array, n: number, columns: number, penalty: number): Float64Array {
  const rows = Array.from({ length: n }, (_, i) => gram.slice(i * n, (i + 1) * n));
  // Factors row by row: those before are done, so that all loops run along rows.
  rows.forEach((row, i) => {
    row[i] = (row[i] as number) + penalty;
    for (let j = 0; j <= i; j++) {
      const other = rows[j] as Float64Array;
      let sum = row[j] as number;
      for (let k = 0; k < j; k++) sum -= (row[k] as number) * (other[k] as number);
      // A direction without variance is left alone.
      row[j] = j < i ? sum / (other[j] as number) : Math.sqrt(Math.max(sum, 1e-12 * penalty));
    }
  });
  const x = Array.from({ length: n }, (_, i) => cross.slice(i * columns, (i + 1) * columns));
  const take = (to: Float64Array, from: Float64Array, factor: number): void => {
    for (let c = 0; c < columns; c++) to[c] = (to[c] as number) - factor * (from[c] as number);
  };
  const divide = (own: Float64Array, by: number): void => {
    for (let c = 0; c < columns; c++) own[c] = (own[c] as number) / by;
  };
  x.forEach((own, i) => {
    const row = rows[i] as Float64Array;
    for (let k = 0; k < i; k++) take(own, x[k] as Float64Array, row[k] as number);
    divide(own, row[i] as number);
  });
  for (let i = n - 1; i >= 0; i--) {
    const own = x[i] as Float64Array;
    for (let k = i + 1; k < n; k++) take(own, x[k] as Float64Array, (rows[k] as Float64Array)[i] as number);
    divide(own, (rows[i] as Float64Array)[i] as number);
  }
  const all = new Float64Array(n * columns);
  x.forEach((own, i) => {
    all.set(own, i * columns);
  });
  return all;
}

export function linearForecast({ start, season, weights, horizon }: LinearForecast, x: Float32Array): Float64Array {
  const level = levelOf(x, start);
  const y = start === "season" ? seasonalForecast(x, season, horizon) : new Float64Array(horizon).fill(level);
  x.forEach((value, t) => {
    const d = value - level;
    for (let h = 0; h < horizon; h++) y[h] = (y[h] as number) + d * (weights[t * horizon + h] as number);
  });
  return y;
}

/** The same for many windows, one a row: rows x horizon. In f32, by one product. */
export function linearForecasts(w: Workspace, line: LinearForecast, windows: Float32Array): Float32Array {
  const { start, season, weights, input, horizon } = line;
  const rows = windows.length / input;
  return scoped(w, () => {
    const [x, map, y] = [tensor(w, rows, input), tensor(w, input, horizon), tensor(w, rows, horizon)];
    const levels = new Float64Array(rows);
    for (let r = 0; r < rows; r++) {
      const own = windows.subarray(r * input, (r + 1) * input);
      const level = levelOf(own, start);
      levels[r] = level;
      const moved = x.data.subarray(r * input, (r + 1) * input);
      for (let t = 0; t < input; t++) moved[t] = (own[t] as number) - level;
    }
    map.data.set(weights);
    timesNN(w, part(w, x), part(w, map), part(w, y), rows, horizon, input);
    const found = Float32Array.from(y.data);
    const begin = start === "season" ? seasonalForecasts(windows, input, season, horizon) : null;
    for (let r = 0, i = 0; r < rows; r++)
      for (let h = 0; h < horizon; h++, i++) found[i] = (found[i] as number) + (begin ? (begin[i] as number) : (levels[r] as number));
    return found;
  });
}

/** The value one season ago, again and again. */
export function seasonalForecast(x: Float32Array, season: number, horizon: number): Float64Array {
  const y = new Float64Array(horizon);
  for (let h = 0; h < horizon; h++) y[h] = x[x.length - season + (h % season)] as number;
  return y;
}

/** The same for many windows, one a row. */
export function seasonalForecasts(windows: Float32Array, input: number, season: number, horizon: number): Float64Array {
  const found = new Float64Array((windows.length / input) * horizon);
  for (let r = 0; r * input < windows.length; r++)
    found.set(seasonalForecast(windows.subarray(r * input, (r + 1) * input), season, horizon), r * horizon);
  return found;
}

/** Most lags that are tried as the season, and windows they are tried on. */
const [mostSeasons, triedWindows] = [24, 500];

/**
 * The season: of the lags at which the naive forecast of the training part errs less than at their neighbours (the 24 with the smallest errors, and at any rate lag 1), the one whose seasonal
 * forecast errs least over the horizon on the validation part. What others are measured by should be as good as it can be.
 */
export function findSeason(series: Series, input: number, horizon: number): number {
  const { values, names, bounds } = series;
  const width = names.length;
  const most = Math.min(input, Math.floor(bounds[0] / 2)) + 1;
  const errors = Array.from({ length: most + 1 }, (_, lag) => {
    let error = 0;
    for (let i = lag * width; i < bounds[0] * width; i++) error += ((values[i] as number) - (values[i - lag * width] as number)) ** 2;
    return error / (bounds[0] - lag);
  });
  const at = (lag: number): number => errors[lag] ?? Number.POSITIVE_INFINITY;
  const dips = Array.from({ length: most }, (_, lag) => lag)
    .filter((lag) => lag >= 2 && lag < most && at(lag) < Math.min(at(lag - 1), at(lag + 1)))
    .sort((a, b) => at(a) - at(b))
    .slice(0, mostSeasons);
  const stride = Math.max(1, Math.floor(windowStarts(series, "validation", input, horizon).count / triedWindows));
  const loss = (lag: number): number =>
    scoreForecast(series, "validation", input, horizon, (windows) => seasonalForecasts(windows, input, lag, horizon), stride).mse;
  return [1, ...dips.sort((a, b) => a - b)]
    .map((lag) => ({ lag, loss: loss(lag) }))
    .reduce((best, each) => (each.loss < best.loss ? each : best)).lag;
}

export interface ForecastScore {
  readonly count: number;
  readonly mse: number;
  readonly mae: number;
}

/** Windows that are forecast at a time. */
const tile = 256;

/**
 * Errors in standardised units over the windows of a part, all variables and times of the horizon.
 * @param forecast of windows (one a row of `input` values): a row of `horizon` values for each. @param stride every so many windows.
 */
export function scoreForecast(
  series: Series,
  named: "train" | "validation" | "test",
  input: number,
  horizon: number,
  forecast: (windows: Float32Array) => ArrayLike<number>,
  stride = 1,
): ForecastScore {
  const places = placesOf(series, named, input, horizon, stride);
  let [mse, mae] = [0, 0];
  for (let from = 0; from < places.length; from += tile) {
    const some = places.slice(from, from + tile);
    const [x, y] = [new Float32Array(some.length * input), new Float32Array(some.length * horizon)];
    some.forEach(([start, variable], r) => {
      fillWindow(series, start, variable, x.subarray(r * input, (r + 1) * input), y.subarray(r * horizon, (r + 1) * horizon));
    });
    const found = forecast(x);
    for (let i = 0; i < y.length; i++) {
      const d = (found[i] as number) - (y[i] as number);
      mse += d * d;
      mae += Math.abs(d);
    }
  }
  const size = places.length * horizon;
  return { count: places.length, mse: mse / size, mae: mae / size };
}
