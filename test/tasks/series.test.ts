/** Series: parts and windows, the linear forecast against least squares by its definition, the season, and a forecast near the smallest possible error. */
import { describe, expect, it } from "vitest";
import { openWorkspace } from "../../src/layers/workspace.ts";
import { fillWindow, openSeries, windowStarts } from "../../src/tasks/series.ts";
import { echoSeries } from "../../src/tasks/series-echo.ts";
import { readSeriesModel, writeSeriesModel } from "../../src/tasks/series-file.ts";
import { fitSeries, forecastWindows, type SeriesFitOptions } from "../../src/tasks/series-fit.ts";
import { forecastSeries } from "../../src/tasks/series-forecast.ts";
import { findSeason, fitLinear, linearForecast, linearForecasts, seasonalForecast } from "../../src/tasks/series-linear.ts";
import { madeSeries } from "../../src/tasks/series-made.ts";
import { patchesOf } from "../../src/tasks/series-network.ts";
import { normals } from "../oracle/index.ts";

const walk = (times: number, seed: number) => {
  const draw = normals(seed);
  let level = 0;
  return {
    names: ["x", "z"],
    rows: Array.from({ length: times }, (_, t) => {
      level += 0.1 * draw();
      return [String(level), String(Math.cos(t / 3) + 0.1 * draw())];
    }),
  };
};

function fitted(series: ReturnType<typeof openSeries>, options: SeriesFitOptions) {
  const run = fitSeries(series, options);
  let next = run.next();
  while (!next.done) next = run.next();
  return next.value;
}

describe("a series", () => {
  it("is standardised by its training part, and cut in the order of time", () => {
    const series = openSeries(walk(100, 1), null, [50, 20, 30]);
    expect(series.bounds).toEqual([50, 70, 100]);
    for (let v = 0; v < 2; v++) {
      const own = Array.from({ length: 50 }, (_, t) => series.values[2 * t + v] as number);
      const mean = own.reduce((a, b) => a + b / 50, 0);
      expect(Math.abs(mean)).toBeLessThan(1e-6);
      expect(own.reduce((a, b) => a + (b - mean) ** 2 / 50, 0)).toBeCloseTo(1, 5);
    }
    expect(windowStarts(series, "train", 10, 5)).toEqual({ first: 0, count: 36 });
    // Targets lie in the part, the values before them may not.
    expect(windowStarts(series, "validation", 10, 5)).toEqual({ first: 40, count: 16 });
    expect(windowStarts(series, "test", 10, 5)).toEqual({ first: 60, count: 26 });
  });

  it("of 20 months of hours is cut into 12, 4 and 4; dates are no variable", () => {
    const stamp = (t: number): string => new Date(Date.UTC(2016, 1, 27, t)).toISOString().slice(0, 19).replace("T", " ");
    const rows = Array.from({ length: 14_500 }, (_, t) => [stamp(t), String(t % 24), String((t * 7) % 13)]);
    const series = openSeries({ names: ["date", "a", "b"], rows }, null, null);
    expect(series.names).toEqual(["a", "b"]);
    expect(series.bounds).toEqual([8640, 11_520, 14_400]);
  });

  it.each([
    [{ names: null, rows: [["1"]] }, /needs a header/],
    [{ names: ["a"], rows: [["1"]] }, /1 times are too few/],
    [{ names: ["a"], rows: Array.from({ length: 20 }, () => ["3"]) }, /nothing to forecast: "a": it never changes/],
    [{ names: ["a"], rows: Array.from({ length: 20 }, () => ["NA"]) }, /nothing to forecast: "a": it has no value/],
    [{ names: ["a"], rows: Array.from({ length: 20 }, (_, i) => [i === 7 ? "x" : String(i)]) }, /row 8, column "a" is "x"/],
  ])("%#: bad ones are refused", (text, message) => {
    expect(() => openSeries(text, null, null)).toThrow(message);
  });

  it("missing cells become the value before, constant columns and the time are left out, and all is told", () => {
    const rows = Array.from({ length: 20 }, (_, i) => [`day ${i}`, i === 0 || i === 7 ? "" : String(i * i), "5", i % 3 ? "NA" : "1"]);
    const series = openSeries({ names: ["when", "a", "b", "c"], rows }, null, null);
    expect(series.names).toEqual(["a"]);
    expect(series.filled).toEqual({ a: 2 });
    expect(Object.keys(series.leftOut)).toEqual(["when", "b", "c"]);
    const raw = (i: number): number => (series.mean[0] as number) + (series.scale[0] as number) * (series.values[i] as number);
    // f32 of standardised squares below 400.
    expect([0, 1, 6, 7, 8].map((i) => Math.round(raw(i) * 1e3) / 1e3)).toEqual([1, 1, 36, 36, 64]);
    const ramp = (step: number) => rows.map((_, i) => [String(1500 + i * step), String((i * 7) % 5)]);
    expect(openSeries({ names: ["t", "x"], rows: ramp(0.1) }, null, null).names).toEqual(["x"]);
    expect(openSeries({ names: ["t", "x"], rows: ramp(0.1).map((row, i) => (i === 9 ? ["1500", "1"] : row)) }, null, null).names).toEqual([
      "t",
      "x",
    ]);
  });

  it("too short for the horizon is refused by part", () => {
    const series = openSeries(walk(100, 1), null, [60, 20, 20]);
    expect(() => fitted(series, { horizon: 30, input: 24 })).toThrow(/validation part is too short/);
    expect(() => fitted(series, { horizon: 3, input: 10, patch: 11 })).toThrow(/a patch of 11 values does not fit into a window of 10/);
    expect(() => openSeries(walk(50, 1), "w", null)).toThrow(/no column "w"/);
  });
});

describe("plain forecasts", () => {
  it.each([
    [5, "last or mean"],
    [3, "season"],
  ])("linear, season %i: the normal equations of its definition hold (%s)", (season, which) => {
    // A wave of period 3 whose shape drifts: the season before is the best start.
    const draw = normals(8);
    const drifting = Array.from({ length: 300 }, (_, t) => [String(((t % 3) - 1) * (1 + t / 100) + 0.01 * draw())]);
    const series =
      season === 1 ? openSeries(walk(300, 5), null, [200, 50, 50]) : openSeries({ names: ["x"], rows: drifting }, null, [200, 50, 50]);
    const variables = series.names.length;
    const [input, horizon] = [6, 4];
    const line = fitLinear(openWorkspace(), series, input, horizon, season);
    expect(which).toContain(line.start);
    const { first, count } = windowStarts(series, "train", input, horizon);
    const [x, y] = [new Float32Array(input), new Float32Array(horizon)];
    const shifted: number[][] = [];
    const left: number[][] = [];
    for (let s = 0; s < count; s++) {
      for (let v = 0; v < variables; v++) {
        fillWindow(series, first + s, v, x, y);
        const level = line.start === "last" ? (x[input - 1] as number) : x.reduce((a, b) => a + b / input, 0);
        const forecast = linearForecast(line, x);
        shifted.push(Array.from(x, (value) => value - level));
        left.push(Array.from(y, (value, h) => value - (forecast[h] as number)));
      }
    }
    const squares = Array.from({ length: input }, (_, t) => shifted.reduce((sum, row) => sum + (row[t] as number) ** 2, 0));
    const penalty = (line.penalty as number) * squares.reduce((a, b) => a + b / input, 0);
    for (let t = 0; t < input; t++) {
      for (let h = 0; h < horizon; h++) {
        const slope = shifted.reduce((sum, row, r) => sum + (row[t] as number) * ((left[r] as number[])[h] as number), 0);
        // X^T (y - start - X w) = penalty w; f32 moments of some four hundred windows.
        expect(Math.abs(slope - penalty * (line.weights[t * horizon + h] as number))).toBeLessThan(2e-3);
      }
    }
  });

  it("linear: a random walk is forecast by its last value alone", () => {
    const line = fitLinear(openWorkspace(), openSeries(walk(600, 2), "x", null), 40, 5, 7);
    expect(line).toMatchObject({ start: "last", penalty: null });
    expect([
      ...linearForecast(
        line,
        Float32Array.from({ length: 40 }, (_, t) => t),
      ),
    ]).toEqual([39, 39, 39, 39, 39]);
  });

  it("linear: many windows at once are forecast as one by one", () => {
    const series = openSeries(walk(300, 5), null, [200, 50, 50]);
    const w = openWorkspace();
    const found = fitLinear(w, series, 6, 3, 2);
    const windows = Float32Array.from({ length: 30 }, (_, i) => Math.sin(i * i));
    for (const start of ["last", "mean", "season"] as const) {
      const line = { ...found, start };
      const many = linearForecasts(w, line, windows);
      for (let r = 0; r < 5; r++) {
        const one = linearForecast(line, windows.subarray(6 * r, 6 * r + 6));
        // Six products of numbers of about 1 in f32.
        one.forEach((value, h) => {
          expect(Math.abs((many[3 * r + h] as number) - value)).toBeLessThan(2e-6);
        });
      }
    }
  });

  it("seasonal: the last season again; the season is found", () => {
    expect([...seasonalForecast(Float32Array.of(1, 2, 3, 4, 5), 3, 5)]).toEqual([3, 4, 5, 3, 4]);
    expect(findSeason(openSeries(madeSeries(), null, null), 72, 24)).toBe(24);
    // A random walk has none: the last value is the best forecast.
    expect(findSeason(openSeries(walk(600, 2), "x", null), 40, 5)).toBe(1);
  });
});

describe("the echo", () => {
  it("each value but those of first rounds repeats one a whole number of cycles before", () => {
    const { text, source } = echoSeries({ times: 6000, most: 4 });
    expect(new Set(source.flatMap((from, t) => (from === null ? [] : [(t - from) / 12])))).toEqual(new Set([2, 3, 4]));
    source.forEach((from, t) => {
      // Two draws of noise of deviation .1: five deviations.
      if (from !== null) expect(Math.abs(Number(text.rows[t]?.[0]) - Number(text.rows[from]?.[0]))).toBeLessThan(0.75);
    });
    // Of 2 ... 4 cycles in five rounds a fifth is new; stretches are few, so the share may be off where the last is cut.
    expect(source.filter((from) => from === null).length / 6000).toBeCloseTo(0.2, 1);
    expect(() => echoSeries({ times: 100, cycle: 60 })).toThrow(/5 cycles of 60 are longer than 100 times/);
  });
});

// That the layer learns to look the echo up is tested with the claim, test/claims/tables.test.ts.
describe("the forecast with a Hopfield layer", () => {
  it("comes near the noise that nobody can foresee, and never loses to the linear one on the watched part", () => {
    const series = openSeries(madeSeries({ times: 1500, variables: 2, noise: 0.3 }), null, null);
    const { scores, model } = fitted(series, { horizon: 12, input: 48, epochs: 1, windows: 1024 });
    // Noise of .3 in standardised units: the smallest possible error.
    const least = series.scale.reduce((sum, s) => sum + (0.3 / s) ** 2 / 2, 0);
    expect(scores.test.mse).toBeGreaterThan(0.85 * least);
    expect(scores.test.mse).toBeLessThan(1.4 * least);
    expect(scores.seasonal.mse).toBeGreaterThan(1.3 * scores.test.mse);
    // The error by its definition: every window of the test part, one by one.
    const { first, count } = windowStarts(series, "test", 48, 12);
    const [x, y] = [new Float32Array(48), new Float32Array(12)];
    let error = 0;
    for (let s = first; s < first + count; s++) {
      for (let v = 0; v < 2; v++) {
        fillWindow(series, s, v, x, y);
        const found = linearForecast(model.linear, x);
        y.forEach((value, h) => {
          error += (value - (found[h] as number)) ** 2 / (24 * count);
        });
      }
    }
    expect(scores.linear.mse).toBeCloseTo(error, 6);
  });

  it("patches overlap by half and end with the window", () => {
    const network = { model: "none", input: 11, horizon: 1, patch: 4, stride: 2, width: 2, module: {} } as const;
    const { data, rows, offsets } = patchesOf(
      network,
      Float32Array.from({ length: 22 }, (_, i) => i),
    );
    expect([rows, ...offsets]).toEqual([8, 0, 4, 8]);
    expect([...data.subarray(0, 8)]).toEqual([1, 2, 3, 4, 3, 4, 5, 6]);
    expect([...data.subarray(28)]).toEqual([18, 19, 20, 21]);
  });

  it("the same seed gives the same file; a saved one forecasts what comes after a table, in its units", () => {
    const text = madeSeries({ times: 600, variables: 2 });
    const series = openSeries(text, null, null);
    const small = { horizon: 6, input: 24, patch: 6, epochs: 1, windows: 256, model: "pooling" } as const;
    const one = () => fitted(series, small).model;
    const bytes = writeSeriesModel(one());
    const { plain } = fitted(series, { horizon: 6, input: 24, patch: 6, epochs: 1, windows: 64, seed: 2 });
    expect(writeSeriesModel(fitted(series, { ...small, plain }).model)).toEqual(bytes);
    expect(() => fitted(series, { ...small, input: 30, plain })).toThrow(/the plain forecast is of 6 values from 24, not 6 from 30/);
    const model = { ...readSeriesModel(bytes), share: 1 };
    const swapped = { names: ["extra", "x2", "x1"], rows: text.rows.map(([a, b]) => ["?", b as string, a as string]) };
    const said = forecastSeries(model, swapped);
    expect([said.names, said.values.length, said.filled]).toEqual([["x1", "x2"], 12, {}]);
    // By hand: the last 24 standardised values of x2, forecast, back in its units.
    const tail = Float32Array.from({ length: 24 }, (_, t) => series.values[2 * (576 + t) + 1] as number);
    const found = forecastWindows(openWorkspace(), model, tail);
    for (let h = 0; h < 6; h++)
      expect(said.values[2 * h + 1]).toBeCloseTo((series.mean[1] as number) + (series.scale[1] as number) * (found[h] as number), 6);
    expect(() => forecastSeries(model, { ...swapped, rows: swapped.rows.slice(0, 20) })).toThrow(
      /has 20 rows, a forecast needs the last 24/,
    );
    expect(() => forecastSeries(model, { names: ["x1"], rows: [] })).toThrow(/needs the last 24/);
    const spoilt = (from: string, to: string): Uint8Array =>
      Uint8Array.from(new TextDecoder("latin1").decode(bytes).replace(from, to), (c) => c.charCodeAt(0));
    expect(() => readSeriesModel(spoilt("hopfield-series-1", "hopfield-series-2"))).toThrow(/holds no forecast of a series/);
    expect(() => readSeriesModel(spoilt('"share":"', '"share":"9'))).toThrow(/E_FORMAT|header|not that of a forecast|readSafetensors/);
    expect(() => readSeriesModel(spoilt("pooling", "poolinq"))).toThrow(/the network is refused/);
  });
});
