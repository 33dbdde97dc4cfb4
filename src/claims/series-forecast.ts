/**
 * @file Claim: a Hopfield layer that looks patches up in the window halves the linear forecast's distance to one who knows the rule, where the past returns after a lag that changes; elsewhere (waves, and
 * with --data ETTh1) it is better than the season before and within a tenth of the linear forecast.
 */
import {
  echoSeries,
  fitSeries,
  intervalOf,
  madeSeries,
  openSeries,
  type Series,
  type SeriesFit,
  type SeriesFitOptions,
  type TableText,
} from "../tasks/index.ts";
import type { Claim } from "./types.ts";

/** A trainer; tests hand in one that does not learn. */
export type FitSeries = typeof fitSeries;

interface Trial {
  readonly name: string;
  readonly text: TableText;
  readonly only: string | null;
  readonly options: SeriesFitOptions;
  /** Most that the error may be of the linear one. */
  readonly most: number;
}

/** @param trainer another trainer, to see that the claim can fail. */
export function seriesForecastClaim(trainer: FitSeries = fitSeries): Claim {
  return {
    id: "series-forecast",
    title: "Series: a linear forecast with a Hopfield correction beside linear and seasonal-naive",
    source: "Nonparametric Modern Hopfield Models, arXiv 2404.03900, experiments on multivariate series; docs/tables/series.md",
    expected:
      "mean squared error below seasonal-naive, and at most 1.1 times that of the linear forecast; on the echo at most .85 times; no published number is expected",
    tolerance:
      "the whole test part, every window; waves: at most 1.5 times the noise that nobody can foresee; echo: half of the way from the linear error (1) to that of one who knows the rule (about .4), less .15 for the seed",
    seconds: 5,
    run({ seed, progress, readTable, size }) {
      const ett = readTable?.("series/ETTh1.csv") ?? null;
      const echo: SeriesFitOptions = size === "small" ? { input: 96, epochs: 6, learningRate: 0.005 } : { input: 132 };
      const echoes = echoSeries({ seed, ...(size === "small" ? { times: 12_000, most: 4 } : {}) });
      const waves = madeSeries({ seed, times: 1500, variables: 2, noise: 0.3 });
      const published = size === "full" ? [96, 192, 336, 720] : ett ? [96] : [];
      const trials: Trial[] = [
        { name: "waves", text: waves, only: null, options: { horizon: 24, input: 168, epochs: 2, windows: 1024 }, most: 1.1 },
        { name: "echo", text: echoes.text, only: null, options: { horizon: 12, ...echo }, most: size === "small" ? 0.93 : 0.85 },
        ...published.flatMap((horizon): Trial[] =>
          ett === null
            ? []
            : [
                { name: `ETTh1 OT ${horizon}`, text: ett, only: "OT", options: { horizon }, most: 1.1 },
                ...(size === "full" ? [{ name: `ETTh1 ${horizon}`, text: ett, only: null, options: { horizon }, most: 1.1 }] : []),
              ],
        ),
      ];
      const figures: Record<string, number> = {};
      const told: string[] = [];
      let passed = true;
      trials.forEach(({ name, text, only, options, most }, n) => {
        const series = openSeries(text, only, null);
        const seeds = size === "full" ? [seed, seed + 1, seed + 2] : [seed];
        const fits: SeriesFit[] = [];
        for (const own of seeds) {
          const plain = fits[0]?.plain;
          const run = trainer(series, { ...options, ...(plain ? { plain } : {}), seed: own });
          let next = run.next();
          while (!next.done) next = run.next();
          fits.push(next.value);
        }
        const { linear, seasonal } = (fits as [SeriesFit])[0].scores;
        const { mean, low, high } = intervalOf(fits.map(({ scores }) => scores.test.mse));
        const least = name === "waves" ? series.scale.reduce((sum, s) => sum + (0.3 / s) ** 2 / series.scale.length, 0) : 0;
        passed &&= mean < seasonal.mse && mean <= most * linear.mse && (least === 0 || mean < 1.5 * least);
        figures[name] = mean;
        figures[`${name} linear`] = linear.mse;
        figures[`${name} seasonal`] = seasonal.mse;
        const knowing = name === "echo" ? knowingError(series, echoes.source) : null;
        if (knowing !== null) figures["echo, knowing the rule"] = knowing;
        const interval = seeds.length > 1 ? ` [${low.toFixed(4)}, ${high.toFixed(4)}]` : "";
        const beside = `linear ${linear.mse.toFixed(4)}, seasonal ${seasonal.mse.toFixed(4)}`;
        told.push(`${name}: ${mean.toFixed(4)}${interval}, ${beside}${knowing === null ? "" : `, knowing the rule ${knowing.toFixed(4)}`}`);
        progress(n + 1, trials.length);
      });
      return { measured: told.join("; "), passed, figures };
    },
  };
}

/** Mean squared error over the test part of saying the value one lag before, and 0 (the mean of all cycles) where nobody can foresee. */
function knowingError({ values, bounds: [, from, to], mean, scale }: Series, source: readonly (number | null)[]): number {
  const nothing = -(mean[0] as number) / (scale[0] as number);
  let sum = 0;
  for (let t = from; t < to; t++) {
    const before = source[t] ?? null;
    sum += ((values[t] as number) - (before === null ? nothing : (values[before] as number))) ** 2;
  }
  return sum / (to - from);
}

export const seriesForecast = seriesForecastClaim();
