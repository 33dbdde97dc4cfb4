/**
 * @file The energy of a memory and the density of a diffusion on the same patterns, computed in two ways that share nothing but how sums are taken: dot products and a bias for
 * the energy, squared distances for the density. With lambda = 1 / t they are the same function up to a constant. Derivation: docs/capacity/diffusion.md.
 */
import { checkNumber } from "../core/options.ts";
import { portableExp, portableLog } from "../core/portable.ts";
import type { Bias, PatternSet } from "./diffusion-set.ts";

export interface MemoryEnergy {
  /** E(x) = |x|^2 / 2 - (1 / lambda) log sum exp(lambda (x . xi - bias)). */
  readonly energy: number;
  /** grad E = x - image, N entries. */
  readonly gradient: Float64Array;
  /** The update of the memory, sum of w xi: N entries. */
  readonly image: Float64Array;
  /** w, P entries that sum to 1. */
  readonly weights: Float64Array;
  /** Sum of squared weights: 1 / (how many patterns share the image). */
  readonly participation: number;
}

/**
 * @param x N entries. @param lambda inverse temperature, above 0.
 * @throws HopfieldError E_RANGE.
 */
export function memoryEnergy(set: PatternSet, x: ArrayLike<number>, lambda: number, bias: Bias): MemoryEnergy {
  checkNumber("memoryEnergy", "lambda", lambda, { above: 0 });
  const { data, rows, columns, halfNorms } = set;
  const weights = new Float64Array(rows);
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < rows; i++) {
    let overlap = 0;
    for (let k = 0; k < columns; k++) overlap += (data[i * columns + k] as number) * (x[k] as number);
    const logit = lambda * (bias === "norm" ? overlap - (halfNorms[i] as number) : overlap);
    weights[i] = logit;
    if (logit > top) top = logit;
  }
  let squares = 0;
  for (let i = 0; i < rows; i++) {
    const w = portableExp((weights[i] as number) - top);
    weights[i] = w;
    squares += w * w;
  }
  const { total, sum: image } = weightedSum(set, weights);
  for (let i = 0; i < rows; i++) weights[i] = (weights[i] as number) / total;
  let own = 0;
  const gradient = new Float64Array(columns);
  for (let k = 0; k < columns; k++) {
    image[k] = (image[k] as number) / total;
    gradient[k] = (x[k] as number) - (image[k] as number);
    own += (x[k] as number) * (x[k] as number);
  }
  const energy = own / 2 - (top + portableLog(total)) / lambda;
  return { energy, gradient, image, weights, participation: squares / (total * total) };
}

/**
 * Sums of w and of w (xi - origin), in blocks of 256 patterns: adding 1e5 small weights to one of order 1, one by one, would lose 1e-12.
 */
function weightedSum(
  { data, rows, columns }: PatternSet,
  weights: Float64Array,
  origin?: ArrayLike<number>,
): { total: number; sum: Float64Array } {
  const sum = new Float64Array(columns);
  let total = 0;
  const part = new Float64Array(columns);
  for (let first = 0; first < rows; first += 256) {
    let mass = 0;
    part.fill(0);
    for (let i = first; i < Math.min(rows, first + 256); i++) {
      const w = weights[i] as number;
      if (w === 0) continue;
      mass += w;
      for (let k = 0; k < columns; k++)
        part[k] = (part[k] as number) + w * ((data[i * columns + k] as number) - (origin ? (origin[k] as number) : 0));
    }
    total += mass;
    for (let k = 0; k < columns; k++) sum[k] = (sum[k] as number) + (part[k] as number);
  }
  return { total, sum };
}

/**
 * log p_t(x) of the empirical distribution under variance-exploding noise, p_t(x) = (1/P) sum (2 pi t)^{-N/2} exp(-|x - xi|^2 / 2t), and its gradient, the score.
 * @param time t > 0, the variance of the noise on each entry.
 * @throws HopfieldError E_RANGE.
 */
export function logDensity(set: PatternSet, x: ArrayLike<number>, time: number): { logDensity: number; score: Float64Array } {
  checkNumber("logDensity", "time", time, { above: 0 });
  const { data, rows, columns } = set;
  const distances = new Float64Array(rows);
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let k = 0; k < columns; k++) {
      const difference = (x[k] as number) - (data[i * columns + k] as number);
      sum += difference * difference;
    }
    distances[i] = sum;
    if (sum < nearest) nearest = sum;
  }
  const { total, sum: score } = weightedSum(
    set,
    distances.map((d) => portableExp((nearest - d) / (2 * time))),
    x,
  );
  for (let k = 0; k < columns; k++) score[k] = (score[k] as number) / (total * time);
  const normaliser = (columns / 2) * portableLog(2 * Math.PI * time) + portableLog(rows);
  return { logDensity: portableLog(total) - nearest / (2 * time) - normaliser, score };
}

/**
 * The constant in E_{1/t}(x) = -t log p_t(x) + constant: -(N t / 2) log(2 pi t) - t log P, and -|xi|^2 / 2 more without the bias (where all norms are equal; else there is no such constant
 * and the answer is NaN).
 */
export function energyConstant(set: PatternSet, time: number, bias: Bias): number {
  const shared = -time * ((set.columns / 2) * portableLog(2 * Math.PI * time) + portableLog(set.rows));
  if (bias === "norm") return shared;
  return set.equalNorms ? shared - (set.halfNorms[0] as number) : Number.NaN;
}

/** The largest of |grad E + t score| (largest entry) / (1 + |grad E| (largest entry)) over all given points and times. */
export function identityError(set: PatternSet, bias: Bias, points: readonly ArrayLike<number>[], times: readonly number[]): number {
  let worst = 0;
  for (const time of times) {
    for (const x of points) {
      const { gradient } = memoryEnergy(set, x, 1 / time, bias);
      const { score } = logDensity(set, x, time);
      let [size, error] = [0, 0];
      gradient.forEach((g, k) => {
        size = Math.max(size, Math.abs(g));
        error = Math.max(error, Math.abs(g + time * (score[k] as number)));
      });
      worst = Math.max(worst, error / (1 + size));
    }
  }
  return worst;
}
