/**
 * @file From medians of alpha* at several N to alpha_1: alpha*_N = alpha_1 + (a + b log N) / N with b = 1/2 above lambda_s (one close pattern decides, and its density carries a factor sqrt N)
 * and 0 below, by weighted least squares in alpha_1 and a. Derivation: docs/capacity/simulation.md, "Finite size".
 */
import { HopfieldError } from "../core/errors.ts";
import { medianInterval } from "./order-statistics.ts";

/** What simulations at one N say. */
export interface SizePoint {
  readonly n: number;
  readonly median: number;
  /** Standard error of the median, from its 95 % interval. */
  readonly error: number;
  /** Standard deviation of alpha* times sqrt N, from the quartiles as of a normal law. */
  readonly spread: number;
}

export interface SizeFit {
  /** alpha_1 for N to infinity and its standard error, widened where the medians scatter more about the fit than their errors say. */
  readonly alpha1: number;
  readonly error: number;
  /** a. */
  readonly slope: number;
  /** b: 1/2 or 0. */
  readonly logarithm: number;
  /** Sum of squared deviations in units of the errors, over the number of sizes - 2. */
  readonly scatter: number;
}

/** @param values alpha* of the instances at this N, at least 8. Infinity (censored) counts as large. */
export function sizePoint(n: number, values: Float64Array): SizePoint {
  const sorted = values.slice().sort();
  const { median, low, high } = medianInterval(sorted, 0.05);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] as number;
  // The quartiles of a normal law are 1.349 deviations apart; 95 % are 2 * 1.96.
  return { n, median, error: (high - low) / (2 * 1.959964), spread: (Math.sqrt(n) * (at(0.75) - at(0.25))) / 1.34898 };
}

/** @param points at least 3 different N. @throws HopfieldError E_RANGE: too few sizes; a median without an error (censored, or too few instances). */
export function fitSizes(points: readonly SizePoint[], saturated: boolean): SizeFit {
  if (new Set(points.map(({ n }) => n)).size < 3)
    throw new HopfieldError("E_RANGE", `fitSizes: at least 3 different n are needed, got ${points.map(({ n }) => n).join(", ")}`);
  for (const { n, median, error } of points) {
    if (!Number.isFinite(median) || !(error > 0) || !Number.isFinite(error))
      throw new HopfieldError(
        "E_RANGE",
        `fitSizes: the median at n = ${n} is ${median} with error ${error}; more instances or patterns are needed`,
      );
  }
  const logarithm = saturated ? 0.5 : 0;
  const rows = points.map(({ n, median, error }) => ({ x: 1 / n, y: median - (logarithm * Math.log(n)) / n, w: 1 / (error * error) }));
  const sum = (f: (row: { x: number; y: number; w: number }) => number): number => rows.reduce((total, row) => total + row.w * f(row), 0);
  const [one, x, xx, y, xy] = [sum(() => 1), sum((r) => r.x), sum((r) => r.x * r.x), sum((r) => r.y), sum((r) => r.x * r.y)];
  const determinant = one * xx - x * x;
  const alpha1 = (xx * y - x * xy) / determinant;
  const slope = (one * xy - x * y) / determinant;
  const scatter = sum((r) => (r.y - alpha1 - slope * r.x) ** 2) / (rows.length - 2);
  return { alpha1, error: Math.sqrt((xx / determinant) * Math.max(1, scatter)), slope, logarithm, scatter };
}
