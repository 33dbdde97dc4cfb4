/**
 * @file What an ensemble of patterns has to say for the whole theory to follow: the cumulant generating function of its overlaps, that function's derivative, and the signal.
 * Everything else (thresholds, condensation, basins) is computed from these three by thresholds.ts. Conventions: docs/capacity/conventions.md.
 */

/**
 * P = e^{alpha N} patterns xi with N entries and a query x, inverse temperature lambda > 0; all logarithms natural.
 * zeta is convex with zeta(0) = 0.
 */
export interface Ensemble {
  /** Lower case with dashes, for example "binary". */
  readonly name: string;
  /** s = lim x . xi^1 / N, the overlap of the query with the pattern it belongs to; finite. */
  readonly signal: number;
  /** lim (1/N) log E exp(lambda x . xi) over a fresh pattern xi, for lambda >= 0. */
  zeta(lambda: number): number;
  /** d zeta / d lambda: the mean overlap per entry of the patterns that carry the sum at lambda. */
  zetaPrime(lambda: number): number;
  /** lambda s - zeta(lambda) without cancellation, where a closed form has one. */
  margin?(lambda: number): number;
  /** Closed form of lambda_*(alpha), where there is one; null when the sum never condenses. */
  condensation?(alpha: number): number | null;
  /** lambda_s with zeta'(lambda_s) = s, where it is known beforehand; null: no finite one. Without it the root is searched. */
  readonly saturation?: number | null;
  /** lim of alpha_1 for lambda to infinity where there is no finite lambda_s; null: it grows without bound. */
  readonly alphaLimit?: number | null;
  /** Largest lambda at which zeta means something (an estimate from finitely many patterns, a search that has to end). Without it there is none. */
  readonly lambdaLimit?: number;
}
