/**
 * @file A forecast with a Hopfield layer: the linear forecast, plus what patches of the window add by looking each other up (series-network.ts). The network learns what the linear forecast
 * leaves; how much of it is used, and after which epoch, is decided on the validation part. docs/tables/series.md
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNames, checkNumber } from "../core/options.ts";
import { randomStream, sampleWithoutReplacement } from "../core/random.ts";
import type { AssociationOptions, Block, Parameters } from "../layers/index.ts";
import { copyTree, countParameters, openWorkspace, scoped, type Workspace } from "../layers/index.ts";
import { openOptimiser, optimiserSettings, takeStep } from "../layers/optimise.ts";
import { copyInto } from "../layers/parameters.ts";
import { checkWindows, fillWindow, placesOf, type Series, windowStarts } from "./series.ts";
import {
  type ForecastScore,
  findSeason,
  fitLinear,
  type LinearForecast,
  linearForecasts,
  scoreForecast,
  seasonalForecasts,
  worthwhile,
} from "./series-linear.ts";
import { buildSeriesNetwork, levelOf, patchesOf, type SeriesModelName, type SeriesNetwork } from "./series-network.ts";

export interface SeriesFitOptions {
  /** Default 96. */
  readonly horizon?: number;
  /** Values of a window; default 336, at most half of what the training part has before its last horizon. */
  readonly input?: number;
  /** Values of a patch; default 24, at most `input`. The next begins half a patch later. */
  readonly patch?: number;
  readonly model?: SeriesModelName;
  /** Of the layer, its sizes apart. */
  readonly module?: Partial<AssociationOptions>;
  /** Numbers of an embedded patch; default 32. */
  readonly width?: number;
  /** At most; default 10. */
  readonly epochs?: number;
  /** Epochs without a smaller validation error after which training ends; default 3. */
  readonly patience?: number;
  /** Windows of an epoch, drawn from all; default 8 192. */
  readonly windows?: number;
  /** Default 64. */
  readonly batch?: number;
  /** Default 2e-3, falling to 0 by half a cosine. */
  readonly learningRate?: number;
  /** Of a fit of the same series with the same horizon and window, when another seed is to be tried: it does not depend on the seed. */
  readonly plain?: PlainForecasts;
  readonly seed?: number;
  readonly workspace?: Workspace;
}

/** What the layer's forecast starts from and is measured by. */
export interface PlainForecasts {
  readonly linear: LinearForecast;
  readonly season: number;
}

/** Everything that a forecast of new rows needs. */
export interface SeriesModel {
  readonly names: readonly string[];
  /** Of each variable. */
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  readonly linear: LinearForecast;
  readonly network: SeriesNetwork;
  readonly parameters: Parameters;
  /** Share of the correction that is used: 0 ... 1. */
  readonly share: number;
}

export interface SeriesFit {
  readonly model: SeriesModel;
  readonly plain: PlainForecasts;
  /** Numbers that were learnt. */
  readonly count: number;
  readonly epochs: number;
  readonly steps: number;
  readonly scores: {
    readonly train: ForecastScore;
    readonly test: ForecastScore;
    readonly linear: ForecastScore;
    readonly seasonal: ForecastScore;
  };
}

const known = [
  "horizon",
  "input",
  "patch",
  "model",
  "module",
  "width",
  "epochs",
  "patience",
  "windows",
  "batch",
  "learningRate",
  "plain",
  "seed",
  "workspace",
];
const shares = [0, 0.25, 0.5, 0.75, 1];
/** Most windows of the validation part that are watched after every epoch, and of the training part that are scored in the end. */
const [mostWatched, mostScored] = [2048, 4096];

/** What the network is to learn: standardised windows, their deviations, and what the linear forecast leaves, in those units. */
interface Lesson {
  readonly z: Float32Array;
  readonly scale: Float32Array;
  readonly rest: Float32Array;
}

function lessonOf(w: Workspace, series: Series, line: LinearForecast, places: readonly (readonly [number, number])[]): Lesson {
  const { input, horizon } = line;
  const [x, rest] = [new Float32Array(places.length * input), new Float32Array(places.length * horizon)];
  places.forEach(([start, variable], r) => {
    fillWindow(series, start, variable, x.subarray(r * input, (r + 1) * input), rest.subarray(r * horizon, (r + 1) * horizon));
  });
  const found = linearForecasts(w, line, x);
  const { z, scale } = standardised(x, input);
  for (let r = 0, i = 0; r < scale.length; r++)
    for (let h = 0; h < horizon; h++, i++) rest[i] = ((rest[i] as number) - (found[i] as number)) / (scale[r] as number);
  return { z, scale, rest };
}

function standardised(windows: Float32Array, input: number): { z: Float32Array; scale: Float32Array } {
  const [z, scale] = [new Float32Array(windows.length), new Float32Array(windows.length / input)];
  scale.forEach((_, r) => {
    const own = windows.subarray(r * input, (r + 1) * input);
    const level = levelOf(own);
    scale[r] = level.scale;
    own.forEach((value, t) => {
      z[r * input + t] = (value - level.mean) / level.scale;
    });
  });
  return { z, scale };
}

/** What the network says about standardised windows, one a row; 256 at a time. */
function corrections(w: Workspace, block: Block, network: SeriesNetwork, parameters: Parameters, z: Float32Array): Float32Array {
  const { input, horizon } = network;
  const rows = z.length / input;
  const found = new Float32Array(rows * horizon);
  for (let from = 0; from < rows; from += 256) {
    scoped(w, () => {
      const pass = { workspace: w, training: false, seed: 1, draws: 0, wantInput: false };
      const [y] = block.forward(parameters, patchesOf(network, z.subarray(from * input, (from + 256) * input)), pass);
      found.set(y.data, from * horizon);
    });
  }
  return found;
}

/** Forecasts of windows in standardised units, one a row: rows x horizon. */
export function forecastWindows(w: Workspace, { linear, network, parameters, share }: SeriesModel, windows: Float32Array): Float32Array {
  const found = linearForecasts(w, linear, windows);
  if (share === 0) return found;
  const { z, scale } = standardised(windows, linear.input);
  const more = corrections(w, buildSeriesNetwork(network), network, parameters, z);
  return found.map((value, i) => value + share * (scale[Math.floor(i / linear.horizon)] as number) * (more[i] as number));
}

/** What an epoch came to: mean squared errors in standardised units, of the batches as they were learnt from, and of the watched windows of the validation part with all of the correction. */
export interface SeriesEpoch {
  /** 1, 2, ... */
  readonly epoch: number;
  readonly loss: number;
  readonly watched: number;
}

/** Yields after every epoch. @throws HopfieldError E_RANGE (options), E_SHAPE (a part too short), E_UNSUPPORTED (the layer's options), E_NONFINITE (a loss that is no number). */
export function* fitSeries(series: Series, options: SeriesFitOptions = {}): Generator<SeriesEpoch, SeriesFit> {
  const where = "series";
  checkNames(where, options, known);
  const whole = (name: "horizon" | "input" | "patch" | "width" | "epochs" | "patience" | "windows" | "batch", fallback: number): number =>
    checkNumber(where, name, options[name] ?? fallback, { atLeast: 1, whole: true });
  const horizon = whole("horizon", 96);
  const input = whole("input", Math.max(1, Math.min(336, Math.floor((series.bounds[0] - horizon) / 2))));
  const patch = whole("patch", Math.min(24, input));
  checkWindows(where, series, input, horizon);
  const network: SeriesNetwork = {
    model: options.model ?? "association",
    input,
    horizon,
    patch,
    stride: Math.max(1, Math.floor(patch / 2)),
    width: whole("width", 32),
    module: options.module ?? {},
  };
  const block = buildSeriesNetwork(network);
  const w = options.workspace ?? openWorkspace("plain");
  const seed = options.seed ?? 1;
  const season = options.plain?.season ?? findSeason(series, input, horizon);
  const line = options.plain?.linear ?? fitLinear(w, series, input, horizon, season);
  if (line.input !== input || line.horizon !== horizon)
    throw new HopfieldError(
      "E_SHAPE",
      `${where}: the plain forecast is of ${line.horizon} values from ${line.input}, not ${horizon} from ${input}`,
    );
  const settings = optimiserSettings(where, { learningRate: options.learningRate ?? 2e-3, weightDecay: 0.01, schedule: "cosine" });
  const optimiser = openOptimiser(w, block.init(randomStream(seed, 0x73657269)), settings);
  const { first, count } = windowStarts(series, "train", input, horizon);
  const variables = series.names.length;
  const [batch, epochs, patience] = [whole("batch", 64), whole("epochs", 10), whole("patience", 3)];
  const watched = lessonOf(w, series, line, some(series, "validation", input, horizon, mostWatched));
  /** Mean squared errors in the first and the second half of the watched windows, for each share of the correction. */
  const losses = (): [number, number][] => {
    const found = corrections(w, block, network, optimiser.parameters, watched.z);
    const middle = Math.ceil(watched.scale.length / 2) * horizon;
    return shares.map((share) => {
      const of = (from: number, to: number): number => {
        let sum = 0;
        for (let i = from; i < to; i++)
          sum += ((watched.scale[Math.floor(i / horizon)] as number) * ((watched.rest[i] as number) - share * (found[i] as number))) ** 2;
        return sum / Math.max(1, to - from);
      };
      return [of(0, middle), of(middle, found.length)];
    });
  };
  const [plain, later] = losses()[0] as [number, number];
  let best = { loss: worthwhile(series, horizon) * (plain + later), share: 0, epoch: 0, parameters: copyTree(optimiser.parameters) };
  const perEpoch = Math.min(count * variables, whole("windows", 8192));
  const total = epochs * Math.ceil(perEpoch / batch);
  let [epoch, step] = [0, 0];
  while (epoch < epochs && epoch - best.epoch < patience) {
    let error = 0;
    const order = sampleWithoutReplacement(randomStream(seed, 0x77000000 + epoch), count * variables, perEpoch);
    for (let from = 0; from < order.length; from += batch) {
      const places = order.slice(from, from + batch).map((n): [number, number] => [first + Math.floor(n / variables), n % variables]);
      const { z, scale, rest } = lessonOf(w, series, line, places);
      scoped(w, () => {
        const pass = { workspace: w, training: true, seed, draws: step * 256, wantInput: false };
        const [y, saved] = block.forward(optimiser.parameters, patchesOf(network, z), pass);
        // Half the mean squared error in the units of the series.
        const slope = y.data.map((c, i) => {
          const own = scale[Math.floor(i / horizon)] as number;
          const missed = own * (c - (rest[i] as number));
          error += missed ** 2 / horizon / order.length;
          return (own * missed) / y.data.length;
        });
        const given = { data: slope, rows: y.rows, columns: y.columns };
        const [, gradients] = block.backward(optimiser.parameters, saved, given, pass);
        copyInto(gradients, optimiser.gradients, "series: gradients");
        if (!Number.isFinite(takeStep(w, optimiser, total)))
          throw new HopfieldError(
            "E_NONFINITE",
            `${where}: the loss of epoch ${epoch + 1} is no finite number; a smaller learning rate may help`,
          );
      });
      step++;
    }
    epoch++;
    const found = losses();
    found.forEach(([first, second], s) => {
      // What helps in one half of the time only is no rule.
      if (first > plain || second > later || first + second >= best.loss) return;
      best = { loss: first + second, share: shares[s] as number, epoch, parameters: copyTree(optimiser.parameters) };
    });
    const [early, late] = found.at(-1) as [number, number];
    yield { epoch, loss: error, watched: (early + late) / 2 };
  }
  const { names, mean, scale } = series;
  const model: SeriesModel = { names, mean, scale, linear: line, network, parameters: best.parameters, share: best.share };
  const own = (windows: Float32Array): Float32Array => forecastWindows(w, model, windows);
  const seldom = Math.max(1, Math.ceil((count * variables) / mostScored));
  return {
    model,
    plain: { linear: line, season },
    count: countParameters(best.parameters) + line.weights.length,
    epochs: epoch,
    steps: step,
    scores: {
      train: scoreForecast(series, "train", input, horizon, own, seldom),
      test: scoreForecast(series, "test", input, horizon, own),
      linear: scoreForecast(series, "test", input, horizon, (windows) => linearForecasts(w, line, windows)),
      seasonal: scoreForecast(series, "test", input, horizon, (windows) => seasonalForecasts(windows, input, season, horizon)),
    },
  };
}

/** At most so many windows of a part, evenly spread. */
function some(series: Series, part: "validation", input: number, horizon: number, most: number): (readonly [number, number])[] {
  const { count } = windowStarts(series, part, input, horizon);
  return placesOf(series, part, input, horizon, Math.max(1, Math.ceil((count * series.names.length) / most)));
}
