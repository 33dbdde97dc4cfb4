/**
 * @file How many directions the user's patterns really use: the participation ratio (tr C)^2 / tr C^2 of their covariance, without its matrix, and the linear manifold that has the same one.
 * A linear manifold of ratio a = D / N has tr C = N s and tr C^2 = N s^2 (1 + 1 / a), hence the ratio N a / (1 + a); its largest alpha_1 is half of that over N. docs/capacity/empirical.md.
 */
import { HopfieldError } from "../core/errors.ts";
import { type MatrixLike, toMatrix } from "../core/matrix.ts";
import { checkNumber } from "../core/options.ts";
import { randomStream, uniformInteger } from "../core/random.ts";
import { gaussianOverlap } from "./closed-forms.ts";
import type { Ensemble } from "./types.ts";

export interface EffectiveDimension {
  /** Participation ratio, between 1 and N up to sampling. */
  readonly dimension: number;
  /** D / N of the linear manifold with this ratio; Infinity where the patterns are as wide as independent entries. */
  readonly latentRatio: number;
  /** Overlaps of centred patterns as normal numbers with their mean square: signal tr C / N, variance tr C^2 / N. */
  readonly ensemble: Ensemble;
}

const pairs = 40_000;
const pairStream = 0xe5;

/** @param input P x N patterns, at least 10, not all equal. @param seed of the pairs that are looked at. @throws HopfieldError E_SHAPE, E_NONFINITE, E_RANGE. */
export function effectiveDimension(input: MatrixLike, seed = 1): EffectiveDimension {
  const where = "effectiveDimension";
  checkNumber(where, "seed", seed, { atLeast: 0, whole: true, atMost: Number.MAX_SAFE_INTEGER });
  const { data, rows, columns } = toMatrix(input, `${where}: patterns`);
  if (rows < 10) throw new HopfieldError("E_RANGE", `${where}: at least 10 patterns are needed, got ${rows}`);
  const mean = new Float64Array(columns);
  for (let i = 0; i < rows; i++) for (let k = 0; k < columns; k++) mean[k] = (mean[k] as number) + (data[i * columns + k] as number) / rows;
  let trace = 0;
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < columns; k++) trace += ((data[i * columns + k] as number) - (mean[k] as number)) ** 2 / (rows - 1);
  if (!(trace > 0)) throw new HopfieldError("E_RANGE", `${where}: all ${rows} patterns are equal; they have no variance`);
  // E (x . y)^2 over two different centred patterns is tr C^2; centring by their own mean makes pairs of P patterns correlated, by -tr C / P in the mean, which is added back.
  const random = randomStream(seed, pairStream);
  let sum = 0;
  for (let p = 0; p < pairs; p++) {
    const i = uniformInteger(random, rows);
    const j = (i + 1 + uniformInteger(random, rows - 1)) % rows;
    let dot = 0;
    for (let k = 0; k < columns; k++) {
      const m = mean[k] as number;
      dot += ((data[i * columns + k] as number) - m) * ((data[j * columns + k] as number) - m);
    }
    sum += (dot + trace / rows) ** 2;
  }
  const square = sum / pairs;
  const dimension = (trace * trace) / square;
  return {
    dimension,
    latentRatio: dimension < columns ? dimension / (columns - dimension) : Number.POSITIVE_INFINITY,
    ensemble: gaussianOverlap({ signal: trace / columns, variance: square / columns }, "second-moment"),
  };
}
