/** Series: parts and windows, the linear forecast against least squares by its definition, the season, and a forecast near the smallest possible error. */
import { describe, expect, it } from "vitest";
import { openWorkspace } from "../../src/layers/workspace.ts";
import { fillWindow, openSeries, windowStarts } from "../../src/tasks/series.ts";
import { fitSeries } from "../../src/tasks/series-fit.ts";
import { findSeason, fitLinear, linearForecast, scoreForecast, seasonalForecast } from "../../src/tasks/series-linear.ts";
import { madeSeries } from "../../src/tasks/series-made.ts";
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
    [{ names: ["a"], rows: Array.from({ length: 20 }, (_, i) => [i === 7 ? "" : String(i)]) }, /row 8, column "a" is missing/],
    [{ names: ["a"], rows: Array.from({ length: 20 }, (_, i) => [i === 7 ? "x" : String(i)]) }, /row 8, column "a" is "x"/],
  ])("%#: bad ones are refused", (text, message) => {
    expect(() => openSeries(text, null, null)).toThrow(message);
  });

  it("too short for the horizon is refused by part", () => {
    const series = openSeries(walk(100, 1), null, [60, 20, 20]);
    const run = fitSeries(series, { horizon: 30, input: 24 });
    expect(() => run.next()).toThrow(/validation part is too short/);
    expect(() => openSeries(walk(50, 1), "w", null)).toThrow(/no column "w"/);
  });
});

describe("plain forecasts", () => {
  it("linear: the normal equations of its definition hold", () => {
    const series = openSeries(walk(300, 5), null, [200, 50, 50]);
    const [input, horizon] = [6, 3];
    const line = fitLinear(openWorkspace(), series, input, horizon);
    const { first, count } = windowStarts(series, "train", input, horizon);
    const [x, y] = [new Float32Array(input), new Float32Array(horizon)];
    const shifted: number[][] = [];
    const left: number[][] = [];
    for (let s = 0; s < count; s++) {
      for (let v = 0; v < 2; v++) {
        fillWindow(series, first + s, v, x, y);
        const level = line.shift === "last" ? (x[input - 1] as number) : x.reduce((a, b) => a + b / input, 0);
        const forecast = linearForecast(line, x);
        shifted.push(Array.from(x, (value) => value - level));
        left.push(Array.from(y, (value, h) => value - (forecast[h] as number)));
      }
    }
    const squares = Array.from({ length: input }, (_, t) => shifted.reduce((sum, row) => sum + (row[t] as number) ** 2, 0));
    const penalty = line.penalty * squares.reduce((a, b) => a + b / input, 0);
    for (let t = 0; t < input; t++) {
      for (let h = 0; h < horizon; h++) {
        const slope = shifted.reduce((sum, row, r) => sum + (row[t] as number) * ((left[r] as number[])[h] as number), 0);
        // X^T (y - X w) = penalty w; f32 moments of some four hundred windows.
        expect(Math.abs(slope - penalty * (line.weights[t * horizon + h] as number))).toBeLessThan(2e-3);
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

describe("the forecast with a Hopfield layer", () => {
  it("comes near the noise that nobody can foresee, and never loses to the linear one on the watched part", () => {
    const series = openSeries(madeSeries({ times: 1500, variables: 2, noise: 0.3 }), null, null);
    const run = fitSeries(series, { horizon: 12, input: 48, epochs: 1, windows: 1024 });
    let next = run.next();
    while (!next.done) next = run.next();
    const { scores } = next.value;
    // Noise of .3 in standardised units: the smallest possible error.
    const least = series.scale.reduce((sum, s) => sum + (0.3 / s) ** 2 / 2, 0);
    expect(scores.test.mse).toBeGreaterThan(0.85 * least);
    expect(scores.test.mse).toBeLessThan(1.4 * least);
    expect(scores.seasonal.mse).toBeGreaterThan(1.3 * scores.test.mse);
    expect(scores.linear.mse).toBeCloseTo(scoreForecast(series, "test", 48, 12, (x) => linearForecast(next.value.linear, x)).mse, 12);
  });

  it("the same seed gives the same numbers", () => {
    const series = openSeries(madeSeries({ times: 600, variables: 1 }), null, null);
    const one = (): unknown => {
      const run = fitSeries(series, { horizon: 6, input: 24, patch: 6, epochs: 1, windows: 256, model: "pooling" });
      let next = run.next();
      while (!next.done) next = run.next();
      return next.value.scores;
    };
    expect(one()).toEqual(one());
  });
});
