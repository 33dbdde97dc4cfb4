/** @file The stored patterns of a diffusion, in f64: the identity between energy and score is checked to 1e-12, which f32 norms would hide. */
import { HopfieldError } from "../core/errors.ts";
import { type MatrixLike, shapeOf } from "../core/matrix.ts";

/** P patterns with N entries, row-major. */
export interface PatternSet {
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
  /** |xi|^2 / 2 of each pattern. */
  readonly halfNorms: Float64Array;
  /** Whether all norms are the same to 1e-12: then the bias of the norms changes nothing. */
  readonly equalNorms: boolean;
}

/** "none": weights softmax(lambda x . xi); "norm": softmax(lambda (x . xi - |xi|^2 / 2)), the posterior of a pattern under Gaussian noise of variance 1 / lambda. */
export type Bias = "none" | "norm";

/** Most entries P N of a set: 400 MB. */
export const largestSet = 5e7;

/** @throws HopfieldError E_LIMIT when P N is beyond what is held in memory; the message names the largest P. */
export function checkSetSize(where: string, rows: number, columns: number): void {
  if (rows * columns <= largestSet) return;
  const most = Math.floor(largestSet / columns);
  const message = `${where}: ${rows > 1e15 ? "more than 1e15" : rows} patterns of ${columns} entries are too many to hold; at most ${most} (alpha ${(Math.log(most) / columns).toFixed(3)})`;
  throw new HopfieldError("E_LIMIT", message, { rows, columns, most });
}

/** Norms of the rows of `data`, which is kept, not copied. */
export function withNorms(data: Float64Array, rows: number, columns: number): PatternSet {
  const halfNorms = new Float64Array(rows);
  let [low, high] = [Number.POSITIVE_INFINITY, 0];
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += (data[i * columns + k] as number) * (data[i * columns + k] as number);
    halfNorms[i] = sum / 2;
    low = Math.min(low, sum);
    high = Math.max(high, sum);
  }
  return { data, rows, columns, halfNorms, equalNorms: high - low <= 1e-12 * high };
}

/**
 * A caller's own patterns as a set, exact copies of earlier rows left out: no noise can tell them apart, so weights would be shared between them at every time.
 * @returns the set and how many copies were left out.
 * @throws HopfieldError E_SHAPE, E_NONFINITE, E_LIMIT, E_RANGE (fewer than two different patterns).
 */
export function patternSet(patterns: MatrixLike, where = "patternSet"): { set: PatternSet; copies: number } {
  const { rows, columns } = shapeOf(patterns, where);
  checkSetSize(where, rows, columns);
  const all = new Float64Array(rows * columns);
  if ("rows" in patterns && "data" in patterns) all.set(patterns.data);
  else if (typeof patterns[0] === "number") all.set(patterns as ArrayLike<number>);
  else (patterns as ReadonlyArray<ArrayLike<number>>).forEach((row, i) => void all.set(row, i * columns));
  all.forEach((x, i) => {
    if (!Number.isFinite(x)) {
      const [row, column] = [Math.floor(i / columns), i % columns];
      throw new HopfieldError("E_NONFINITE", `${where}: row ${row}, column ${column} is ${x}`, { row, column });
    }
  });
  const kept = distinctRows(all, rows, columns);
  if (kept.length < 2) {
    throw new HopfieldError("E_RANGE", `${where}: a diffusion needs at least 2 different patterns, got ${kept.length}`, { rows });
  }
  const data = kept.length === rows ? all : new Float64Array(kept.length * columns);
  if (data !== all) kept.forEach((row, i) => void data.set(all.subarray(row * columns, (row + 1) * columns), i * columns));
  return { set: withNorms(data, kept.length, columns), copies: rows - kept.length };
}

/** Indices of the rows that are no copy of an earlier one. Rows are compared within buckets of equal sums. */
function distinctRows(data: Float64Array, rows: number, columns: number): number[] {
  const buckets = new Map<number, number[]>();
  const kept: number[] = [];
  for (let i = 0; i < rows; i++) {
    let key = 0;
    // Weights that repeat late, so that permuted rows fall into other buckets.
    for (let k = 0; k < columns; k++) key += (data[i * columns + k] as number) * (1 + (k % 8191));
    const bucket = buckets.get(key) ?? [];
    if (bucket.some((other) => sameRow(data, i * columns, other * columns, columns))) continue;
    bucket.push(i);
    buckets.set(key, bucket);
    kept.push(i);
  }
  return kept;
}

function sameRow(data: Float64Array, a: number, b: number, columns: number): boolean {
  for (let k = 0; k < columns; k++) if (data[a + k] !== data[b + k]) return false;
  return true;
}
