/**
 * @file A forecast with a Hopfield layer: the linear forecast, plus what patches of the window add by looking each other up. The window, standardised by its own mean and deviation (reversible
 * instance normalisation, Kim et al., ICLR 2022), is cut into patches (Nie et al., arXiv 2211.14730); patches are embedded, a member of the family associates (or pools) them, and a linear map of
 * all gives the correction. How much of it is used is decided on the validation part. docs/tables/series.md
 */
import { checkNames, checkNumber } from "../core/options.ts";
import { randomStream, sampleWithoutReplacement } from "../core/random.ts";
import { evenOffsets } from "../layers/batch.ts";
import type { AssociationOptions, Block, Parameters } from "../layers/index.ts";
import {
  association,
  branch,
  chain,
  copyTree,
  countParameters,
  flatten,
  layerNorm,
  linear,
  openWorkspace,
  pooling,
  residual,
  scoped,
  type Workspace,
} from "../layers/index.ts";
import { openOptimiser, optimiserSettings, takeStep } from "../layers/optimise.ts";
import { copyInto } from "../layers/parameters.ts";
import type { Pass } from "../layers/types.ts";
import { checkWindows, fillWindow, type Series, windowStarts } from "./series.ts";
import {
  type ForecastScore,
  findSeason,
  fitLinear,
  type LinearForecast,
  linearForecast,
  scoreForecast,
  seasonalForecast,
} from "./series-linear.ts";

export interface SeriesFitOptions {
  readonly horizon?: number;
  /** Values of a window; default 336 (a multiple of `patch`), less for short series. */
  readonly input?: number;
  /** Values of a patch; default 24. */
  readonly patch?: number;
  readonly model?: "association" | "pooling";
  /** Of the layer, its sizes apart. */
  readonly module?: Partial<AssociationOptions>;
  /** Numbers of an embedded patch; default 32. */
  readonly width?: number;
  /** Default 6. */
  readonly epochs?: number;
  /** Windows of an epoch, drawn from all; default 8 192. */
  readonly windows?: number;
  readonly batch?: number;
  readonly learningRate?: number;
  readonly seed?: number;
  readonly workspace?: Workspace;
}

export interface SeriesFit {
  readonly input: number;
  readonly horizon: number;
  readonly season: number;
  readonly linear: LinearForecast;
  readonly network: Block;
  readonly parameters: Parameters;
  readonly count: number;
  /** Share of the correction that is used: 0 ... 1. */
  readonly share: number;
  readonly epochs: number;
  readonly steps: number;
  readonly scores: {
    readonly train: ForecastScore;
    readonly test: ForecastScore;
    readonly linear: ForecastScore;
    readonly seasonal: ForecastScore;
  };
}

const known = ["horizon", "input", "patch", "model", "module", "width", "epochs", "windows", "batch", "learningRate", "seed", "workspace"];
const shares = [0, 0.25, 0.5, 0.75, 1];

function networkFor(
  model: "association" | "pooling",
  patches: number,
  patch: number,
  width: number,
  horizon: number,
  module: Partial<AssociationOptions>,
): Block {
  const options: AssociationOptions = { heads: 4, hidden: 8, deviation: "scaled", dropout: 0.1, ...module, stateSize: width };
  // Place and contents of a patch: all patches have the same map, so their order is told by an embedding that the flattened read-out sees in its place.
  const inner =
    model === "association"
      ? chain(residual(association(options)), layerNorm(width), flatten(patches))
      : chain(pooling({ ...options, quantity: 4 }), flatten(4));
  return chain(
    linear(patch, width),
    branch([inner]),
    linear(model === "association" ? patches * width : 4 * width, horizon, { deviation: 1e-4 }),
  );
}

interface Windows {
  readonly z: Float32Array;
  readonly scale: Float32Array;
  readonly rest: Float32Array;
}

/** Standardised windows, their deviations, and what the linear forecast leaves, in those units. */
function windowsOf(series: Series, line: LinearForecast, places: readonly (readonly [number, number])[]): Windows {
  const { input, horizon } = line;
  const made = {
    z: new Float32Array(places.length * input),
    scale: new Float32Array(places.length),
    rest: new Float32Array(places.length * horizon),
  };
  const [x, y] = [new Float32Array(input), new Float32Array(horizon)];
  places.forEach(([start, variable], r) => {
    fillWindow(series, start, variable, x, y);
    const { mean, scale } = levelOf(x);
    made.scale[r] = scale;
    x.forEach((value, t) => {
      made.z[r * input + t] = (value - mean) / scale;
    });
    const line1 = linearForecast(line, x);
    y.forEach((value, h) => {
      made.rest[r * horizon + h] = (value - (line1[h] as number)) / scale;
    });
  });
  return made;
}

function levelOf(x: Float32Array): { mean: number; scale: number } {
  const mean = x.reduce((sum, value) => sum + value / x.length, 0);
  return { mean, scale: Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2 / x.length, 0)) + 1e-3 };
}

/** Yields the epoch after each. @throws HopfieldError E_RANGE (options), E_SHAPE (a part too short), E_UNSUPPORTED (the layer's options). */
export function* fitSeries(series: Series, options: SeriesFitOptions = {}): Generator<number, SeriesFit> {
  const where = "series";
  checkNames(where, options, known);
  const whole = (name: "horizon" | "input" | "patch" | "width" | "epochs" | "windows" | "batch", fallback: number): number =>
    checkNumber(where, name, options[name] ?? fallback, { atLeast: 1, whole: true });
  const horizon = whole("horizon", 96);
  const patch = whole("patch", 24);
  const room = Math.max(patch, Math.floor((series.bounds[0] - horizon) / 2 / patch) * patch);
  const input = checkNumber(where, "input", Math.ceil(whole("input", Math.min(336, room)) / patch) * patch, { atLeast: patch });
  checkWindows(where, series, input, horizon);
  const w = options.workspace ?? openWorkspace("plain");
  const seed = options.seed ?? 1;
  const line = fitLinear(w, series, input, horizon);
  const season = findSeason(series, input, horizon);
  const patches = input / patch;
  const network = networkFor(options.model ?? "association", patches, patch, whole("width", 32), horizon, options.module ?? {});
  const settings = optimiserSettings(where, { learningRate: options.learningRate ?? 1e-3, weightDecay: 0.01 });
  const optimiser = openOptimiser(w, network.init(randomStream(seed, 0x73657269)), settings);
  const { first, count } = windowStarts(series, "train", input, horizon);
  const variables = series.names.length;
  const batch = whole("batch", 64);
  const epochs = whole("epochs", 6);
  const forwardOf = (z: Float32Array, rows: number, training: boolean, step: number) => {
    const x = { data: z, rows: rows * patches, columns: patch, offsets: evenOffsets(rows, patches) };
    const pass: Pass = { workspace: w, training, seed, draws: step * 256, wantInput: false };
    const [y, saved] = network.forward(optimiser.parameters, x, pass);
    return { y, saved, pass };
  };
  const watch = placesOf(series, "validation", input, horizon, 2048);
  const watched = windowsOf(series, line, watch);
  const correct = (z: Float32Array, rows: number): Float32Array => {
    const found = new Float32Array(rows * horizon);
    for (let from = 0; from < rows; from += 256) {
      const some = Math.min(256, rows - from);
      scoped(w, () => found.set(forwardOf(z.subarray(from * input, (from + some) * input), some, false, 0).y.data, from * horizon));
    }
    return found;
  };
  /** Mean squared error on the watched windows for each share of the correction. */
  const losses = (): number[] => {
    const found = correct(watched.z, watch.length);
    return shares.map((share) =>
      found.reduce(
        (sum, c, i) =>
          sum + ((watched.scale[Math.floor(i / horizon)] as number) * ((watched.rest[i] as number) - share * c)) ** 2 / found.length,
        0,
      ),
    );
  };
  let best = { loss: Number.POSITIVE_INFINITY, share: 0, parameters: copyTree(optimiser.parameters) };
  const perEpoch = Math.min(count * variables, whole("windows", 8192));
  const total = epochs * Math.ceil(perEpoch / batch);
  let [epoch, step] = [0, 0];
  for (; epoch < epochs; ) {
    const order = sampleWithoutReplacement(randomStream(seed, 0x77000000 + epoch), count * variables, perEpoch);
    for (let from = 0; from < order.length; from += batch) {
      const places = order.slice(from, from + batch).map((n): [number, number] => [first + Math.floor(n / variables), n % variables]);
      const { z, scale, rest } = windowsOf(series, line, places);
      scoped(w, () => {
        const { y, saved, pass } = forwardOf(z, places.length, true, step);
        // Half the mean squared error in the units of the series.
        const slope = y.data.map((c, i) => ((scale[Math.floor(i / horizon)] as number) ** 2 * (c - (rest[i] as number))) / y.data.length);
        const [, gradients] = network.backward(
          optimiser.parameters,
          saved,
          { data: Float32Array.from(slope), rows: y.rows, columns: y.columns },
          pass,
        );
        copyInto(gradients, optimiser.gradients, "series: gradients");
        takeStep(w, optimiser, total);
      });
      step++;
    }
    epoch++;
    losses().forEach((loss, s) => {
      if (loss < best.loss) best = { loss, share: shares[s] as number, parameters: copyTree(optimiser.parameters) };
    });
    yield epoch;
  }
  copyInto(best.parameters, optimiser.parameters, "series: best");
  const both = (part: "train" | "test"): ForecastScore => scoreAll(series, part, line, best.share, correct);
  return {
    input,
    horizon,
    season,
    linear: line,
    network,
    parameters: best.parameters,
    count: countParameters(best.parameters) + line.weights.length,
    share: best.share,
    epochs: epoch,
    steps: step,
    scores: {
      train: both("train"),
      test: both("test"),
      linear: scoreForecast(series, "test", input, horizon, (x) => linearForecast(line, x)),
      seasonal: scoreForecast(series, "test", input, horizon, (x) => seasonalForecast(x, season, horizon)),
    },
  };
}

/** At most so many windows of a part, evenly spread. */
function placesOf(
  series: Series,
  named: "train" | "validation" | "test",
  input: number,
  horizon: number,
  most: number,
): (readonly [number, number])[] {
  const { first, count } = windowStarts(series, named, input, horizon);
  const variables = series.names.length;
  const stride = Math.max(1, Math.ceil((count * variables) / most));
  const places: [number, number][] = [];
  for (let s = 0; s < count; s += stride) for (let v = 0; v < variables; v++) places.push([first + s, v]);
  return places;
}

/** Errors of linear forecast plus correction: all windows of the test part, some of the training part. */
function scoreAll(
  series: Series,
  named: "train" | "test",
  line: LinearForecast,
  share: number,
  correct: (z: Float32Array, rows: number) => Float32Array,
): ForecastScore {
  const places = placesOf(series, named, line.input, line.horizon, named === "test" ? Number.POSITIVE_INFINITY : 4096);
  let [mse, mae] = [0, 0];
  const size = places.length * line.horizon;
  for (let from = 0; from < places.length; from += 1024) {
    const { z, scale, rest } = windowsOf(series, line, places.slice(from, from + 1024));
    const found = share > 0 ? correct(z, scale.length) : null;
    rest.forEach((r, i) => {
      const d = (scale[Math.floor(i / line.horizon)] as number) * (r - share * (found?.[i] ?? 0));
      mse += (d * d) / size;
      mae += Math.abs(d) / size;
    });
  }
  return { count: places.length, mse, mae };
}
