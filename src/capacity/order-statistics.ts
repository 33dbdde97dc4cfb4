/** @file Median and its interval from a sample, without assumptions: the number of values below the true median is binomial with one half. */

/**
 * @param sorted increasing, at least 1 value; @param outside chance that the interval misses the median, 0.05 or 1e-4.
 * @returns order statistics; for small samples the whole range, whose coverage may fall short.
 */
export function medianInterval(sorted: ArrayLike<number>, outside: number): { median: number; low: number; high: number } {
  const m = sorted.length;
  const at = (i: number): number => sorted[Math.min(m - 1, Math.max(0, i))] as number;
  const middle = m >> 1;
  const median = m % 2 === 1 ? at(middle) : mean(at(middle - 1), at(middle));
  // The largest rank r with P(Bin(m, 1/2) < r) <= outside / 2.
  let [log, sum, rank] = [-m * Math.LN2, 0, 0];
  for (let k = 0; k < m; k++) {
    sum += Math.exp(log);
    if (sum > outside / 2) break;
    rank = k + 1;
    log += Math.log((m - k) / (k + 1));
  }
  return { median, low: at(rank - 1), high: at(m - rank) };
}

/** Infinity (a censored value) stays what it is. */
function mean(a: number, b: number): number {
  return Number.isFinite(a) && Number.isFinite(b) ? (a + b) / 2 : b;
}
