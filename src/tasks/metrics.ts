/** @file How good predictions are: accuracy, area under the curve, mean log loss; mean squared and absolute error; and the interval of a mean over folds or seeds. docs/tables/measures.md */
import { HopfieldError } from "../core/errors.ts";
import { portableLog } from "../core/portable.ts";
import { areaUnderCurve } from "../layers/index.ts";

/** Rows x classes, or rows x 1 numbers. */
export interface Predictions {
  readonly data: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
}

export interface ClassScore {
  readonly count: number;
  readonly accuracy: number;
  /** Two classes: Mann-Whitney; more: the mean over classes of one against the rest (classes without a row left out). null without both. */
  readonly auc: number | null;
  /** Mean of -log p(true class), p at least 1e-12. */
  readonly loss: number;
}

/** @param truth class numbers. @throws HopfieldError E_SHAPE. */
export function scoreClasses({ data, rows, columns }: Predictions, truth: ArrayLike<number>): ClassScore {
  checkCount(rows, truth.length);
  let [right, loss] = [0, 0];
  for (let i = 0; i < rows; i++) {
    let best = 0;
    for (let c = 1; c < columns; c++) if ((data[i * columns + c] as number) > (data[i * columns + best] as number)) best = c;
    if (best === truth[i]) right++;
    loss -= portableLog(Math.max(1e-12, data[i * columns + (truth[i] as number)] as number)) / rows;
  }
  return { count: rows, accuracy: right / rows, auc: areaOf({ data, rows, columns }, truth), loss };
}

function areaOf({ data, rows, columns }: Predictions, truth: ArrayLike<number>): number | null {
  const against = (c: number): number | null =>
    areaUnderCurve(
      Float64Array.from({ length: rows }, (_, i) => data[i * columns + c] as number),
      Float32Array.from({ length: rows }, (_, i) => (truth[i] === c ? 1 : 0)),
    );
  if (columns === 2) return against(1);
  const areas = Array.from({ length: columns }, (_, c) => against(c)).filter((area) => area !== null);
  return areas.length === 0 ? null : areas.reduce((sum, area) => sum + area, 0) / areas.length;
}

export interface NumberScore {
  readonly count: number;
  readonly mse: number;
  readonly mae: number;
}

/** @throws HopfieldError E_SHAPE. */
export function scoreNumbers(found: ArrayLike<number>, truth: ArrayLike<number>): NumberScore {
  checkCount(found.length, truth.length);
  let [mse, mae] = [0, 0];
  for (let i = 0; i < truth.length; i++) {
    const d = (found[i] as number) - (truth[i] as number);
    mse += (d * d) / truth.length;
    mae += Math.abs(d) / truth.length;
  }
  return { count: truth.length, mse, mae };
}

function checkCount(found: number, expected: number): void {
  if (found !== expected || found === 0) throw new HopfieldError("E_SHAPE", `score: ${found} predictions for ${expected} rows`);
}

export interface Interval {
  readonly mean: number;
  /** 95 %: Student's t of the values; the mean itself when there is one value. */
  readonly low: number;
  readonly high: number;
}

/** 97.5 % quantiles of Student's t with 1, 2, ... degrees of freedom. */
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086,
];

/** Mean over folds or seeds and its interval, as if they were independent (folds that share training rows are not quite). */
export function intervalOf(values: readonly number[]): Interval {
  const mean = values.reduce((sum, x) => sum + x / values.length, 0);
  if (values.length < 2) return { mean, low: mean, high: mean };
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
  const half = (quantiles[values.length - 2] ?? 1.96) * Math.sqrt(variance / values.length);
  return { mean, low: mean - half, high: mean + half };
}
