/** @file Claim: the forecast with a Hopfield layer is better than the season before and within a tenth of the linear forecast, on a made series and, with --data, on ETTh1. */
import { fitSeries, madeSeries, openSeries, type SeriesFitOptions, type TableText } from "../tasks/index.ts";
import type { Claim } from "./types.ts";

/** A trainer; tests hand in one that does not learn. */
export type FitSeries = typeof fitSeries;

interface Trial {
  readonly name: string;
  readonly text: TableText;
  readonly only: string | null;
  readonly options: SeriesFitOptions;
}

/** @param trainer another trainer, to see that the claim can fail. */
export function seriesForecastClaim(trainer: FitSeries = fitSeries): Claim {
  return {
    id: "series-forecast",
    title: "Series: a linear forecast with a Hopfield correction beside linear and seasonal-naive",
    source: "Nonparametric Modern Hopfield Models, arXiv 2404.03900, experiments on multivariate series; docs/tables/series.md",
    expected: "mean squared error below seasonal-naive, and at most 1.1 times that of the linear forecast; no published number is expected",
    tolerance: "the whole test part, every window; made series: at most 1.5 times the noise that nobody can foresee",
    seconds: 4,
    run({ seed, progress, readTable, size }) {
      const ett = readTable?.("series/ETTh1.csv") ?? null;
      const made: Trial = {
        name: "made",
        text: madeSeries({ seed, times: 1500, variables: 2, noise: 0.3 }),
        only: null,
        options: { horizon: 24, input: 168, epochs: 2, windows: 1024 },
      };
      const horizons = size === "full" ? [96, 336] : [96];
      const trials = [
        made,
        ...(ett
          ? horizons.flatMap((horizon): Trial[] => [
              { name: `ETTh1 OT ${horizon}`, text: ett, only: "OT", options: { horizon } },
              ...(size === "full" ? [{ name: `ETTh1 ${horizon}`, text: ett, only: null, options: { horizon } }] : []),
            ])
          : []),
      ];
      const figures: Record<string, number> = {};
      const told: string[] = [];
      let passed = true;
      trials.forEach(({ name, text, only, options }, n) => {
        const series = openSeries(text, only, null);
        const run = trainer(series, { ...options, seed });
        let next = run.next();
        while (!next.done) next = run.next();
        const { test, linear, seasonal } = next.value.scores;
        const least = name === "made" ? series.scale.reduce((sum, s) => sum + (0.3 / s) ** 2 / series.scale.length, 0) : 0;
        passed &&= test.mse < seasonal.mse && test.mse <= 1.1 * linear.mse && (least === 0 || test.mse < 1.5 * least);
        figures[name] = test.mse;
        figures[`${name} linear`] = linear.mse;
        figures[`${name} seasonal`] = seasonal.mse;
        told.push(`${name}: ${test.mse.toFixed(4)}, linear ${linear.mse.toFixed(4)}, seasonal ${seasonal.mse.toFixed(4)}`);
        progress(n + 1, trials.length);
      });
      return { measured: told.join("; "), passed, figures };
    },
  };
}

export const seriesForecast = seriesForecastClaim();
