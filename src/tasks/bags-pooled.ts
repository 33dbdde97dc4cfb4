/**
 * @file What pooling by a network is measured by: ridge regression on pooled columns (the mean of a bag's rows, their maximum, or mean, maximum and minimum side by side). Which of them, and the
 * penalty, are those with the smallest leave-one-out error on the training bags, in closed form. docs/tables/bags.md
 */
import { HopfieldError } from "../core/errors.ts";
import type { Batch, LabelledBags } from "../layers/index.ts";
import { someBags } from "./bags-fit.ts";
import type { Predictions } from "./metrics.ts";

type Pooling = "mean" | "max" | "all";

export interface PooledRidge {
  readonly pooling: Pooling;
  readonly penalty: number;
  /** Of each pooled column: subtracted before. */
  readonly means: Float64Array;
  /** Share of each class: added after. */
  readonly levels: Float64Array;
  /** One number a pooled column, for each class. */
  readonly weights: readonly Float64Array[];
}

/** Relative to the mean squared length of a pooled bag. */
const penalties = [1e-3, 1e-2, 1e-1, 1, 10];

function pool({ data, columns, offsets }: Batch, pooling: Pooling): Float64Array[] {
  return Array.from({ length: offsets.length - 1 }, (_, b) => {
    const [from, to] = [offsets[b] as number, offsets[b + 1] as number];
    const column = (c: number): number[] => Array.from({ length: to - from }, (_, i) => data[(from + i) * columns + c] as number);
    const each = (of: (values: readonly number[]) => number): number[] => Array.from({ length: columns }, (_, c) => of(column(c)));
    const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x / values.length, 0);
    const max = (values: readonly number[]): number => values.reduce((a, x) => Math.max(a, x), Number.NEGATIVE_INFINITY);
    const min = (values: readonly number[]): number => values.reduce((a, x) => Math.min(a, x), Number.POSITIVE_INFINITY);
    return Float64Array.from(pooling === "mean" ? each(mean) : pooling === "max" ? each(max) : [...each(mean), ...each(max), ...each(min)]);
  });
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);

/** Most bags that are learnt from, evenly spread: the closed form takes the third power of their number. */
const mostBags = 1000;

/** @param classes how many there are; the target of each is 1 for its bags and 0 for the others. @throws HopfieldError E_SHAPE (fewer than two bags). */
export function fitPooled(given: LabelledBags, classes: number): PooledRidge {
  const n = Math.min(mostBags, given.targets.length);
  if (n < 2) throw new HopfieldError("E_SHAPE", `bags: a regression needs two bags, got ${n}`);
  const { bags, targets } = someBags(
    given,
    Array.from({ length: n }, (_, i) => Math.floor((i * given.targets.length) / n)),
  );
  const levels = Float64Array.from({ length: classes }, (_, k) => targets.reduce((sum, t) => sum + (t === k ? 1 / n : 0), 0));
  const wanted = Array.from(levels, (level, k) => Float64Array.from(targets, (t) => (t === k ? 1 : 0) - level));
  let best: { readonly error: number; readonly ridge: PooledRidge } | null = null;
  for (const pooling of ["mean", "max", "all"] as const) {
    const pooled = pool(bags, pooling);
    const means = (pooled[0] as Float64Array).map((_, c) => pooled.reduce((sum, row) => sum + (row[c] as number) / n, 0));
    const rows = pooled.map((row) => row.map((x, c) => x - (means[c] as number)));
    const gram = rows.map((a) => Float64Array.from(rows, (b) => dot(a, b)));
    const size = gram.reduce((sum, row, i) => sum + (row[i] as number) / n, 0) || 1;
    for (const share of penalties) {
      const penalty = share * size;
      const inverse = inverseOf(gram, penalty);
      const alphas = wanted.map((own) => Float64Array.from(inverse, (row) => dot(row, own)));
      // A bag left out is missed by its residual over one minus its own influence.
      const error = alphas.reduce(
        (sum, alpha) =>
          sum +
          alpha.reduce((own, a, i) => own + ((penalty * a) / (penalty * ((inverse[i] as Float64Array)[i] as number) - 1 / n)) ** 2, 0),
        0,
      );
      if (best && error >= best.error) continue;
      const weights = alphas.map((alpha) =>
        means.map((_, c) => rows.reduce((sum, row, i) => sum + (row[c] as number) * (alpha[i] as number), 0)),
      );
      best = { error, ridge: { pooling, penalty, means, levels, weights } };
    }
  }
  return (best as { readonly ridge: PooledRidge } | null)?.ridge as PooledRidge;
}

/** Bags x classes: how much each class is spoken for; no probabilities. */
export function scorePooled({ pooling, means, levels, weights }: PooledRidge, bags: Batch): Predictions {
  const pooled = pool(bags, pooling).map((row) => row.map((x, c) => x - (means[c] as number)));
  const data = pooled.flatMap((row) => weights.map((own, k) => (levels[k] as number) + dot(row, own)));
  return { data, rows: pooled.length, columns: weights.length };
}

/** (A + penalty I)^-1 of a positive matrix, by sweeping each of its diagonal entries in place. */
function inverseOf(a: readonly Float64Array[], penalty: number): Float64Array[] {
  const rows = a.map((row, i) => row.map((x, j) => (i === j ? x + penalty : x)));
  rows.forEach((pivot, k) => {
    const over = 1 / (pivot[k] as number);
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = (row[k] as number) * over;
      for (let j = 0; j < row.length; j++) row[j] = (row[j] as number) - factor * (pivot[j] as number);
      row[k] = -factor;
    }
    for (let j = 0; j < pivot.length; j++) pivot[j] = (pivot[j] as number) * over;
    pivot[k] = over;
  });
  return rows;
}
