/** @file The retrieval in p-bit integers for the claims on circuits, from docs/circuits/semantics.md and by itself. */
import type { IntegerMatrix } from "../circuits/index.ts";

/** One update of a query of whole numbers. */
export function integerRetrieval({ data, rows, columns }: IntegerMatrix, p: number, beta: number): (query: ArrayLike<number>) => number[] {
  const qm = 2 ** (p - 1);
  const X = Array.from({ length: rows }, (_, i) => Array.from(data.subarray(i * columns, (i + 1) * columns)));
  const S = Math.max(...X.map((row) => row.reduce((sum, x) => sum + Math.abs(x), 0))) * qm;
  const unit = Math.max(1, Math.ceil((2 * S) / 2 ** p));
  const weightOf = (D: number): number => Math.floor((2 ** p - 1) * Math.exp((-beta * D * unit) / qm ** 2) + 0.5);
  return (query) => {
    const scores = X.map((row) =>
      Math.min(2 ** p - 1, Math.floor((row.reduce((sum, x, k) => sum + x * (query[k] as number), 0) + S) / unit)),
    );
    const largest = Math.max(...scores);
    const e = scores.map((s) => weightOf(largest - s));
    const total = e.reduce((a, b) => a + b, 0);
    return Array.from({ length: columns }, (_, j) => {
      const exact = e.reduce((sum, w, i) => sum + w * ((X[i] as number[])[j] as number), 0);
      // Twice the distance to the whole number below, against the denominator: no division is rounded.
      const low = Math.floor(exact / total);
      const rest = 2 * (exact - low * total);
      return rest > total || (rest === total && low % 2 !== 0) ? low + 1 : low;
    });
  };
}

/** Least-squares slope of y over x. */
export function slope(x: readonly number[], y: readonly number[]): number {
  const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
  const [mx, my] = [mean(x), mean(y)];
  const top = x.reduce((sum, value, i) => sum + (value - mx) * ((y[i] as number) - my), 0);
  return top / x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
}
