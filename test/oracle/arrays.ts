/** @file Vectors and matrices as plain arrays of numbers (rows are patterns), and the few operations the definitions need, each summed in index order. */

export type Vector = readonly number[];
export type Rows = readonly Vector[];

/** The entry at index i; an index outside the array is a mistake in the caller and throws. */
export function at<T>(array: readonly T[], i: number): T {
  const entry = array[i];
  if (entry === undefined) throw new RangeError(`index ${i} of an array of ${array.length}`);
  return entry;
}

/** Σ aᵢ */
export const sum = (a: Vector): number => a.reduce((total, value) => total + value, 0);

/** Σ aᵢ bᵢ */
export const dot = (a: Vector, b: Vector): number => sum(a.map((value, i) => value * at(b, i)));

/** √(Σ aᵢ²) */
export const norm = (a: Vector): number => Math.sqrt(dot(a, a));

/** a + b */
export const add = (a: Vector, b: Vector): number[] => a.map((value, i) => value + at(b, i));

/** a − b */
export const subtract = (a: Vector, b: Vector): number[] => a.map((value, i) => value - at(b, i));

/** c·a */
export const scale = (c: number, a: Vector): number[] => a.map((value) => c * value);

/** ‖a − b‖ */
export const distance = (a: Vector, b: Vector): number => norm(subtract(a, b));

/** W x: one dot product for each row of W. */
export const apply = (W: Rows, x: Vector): number[] => W.map((row) => dot(row, x));

/** Vᵀ p = Σᵢ pᵢ vᵢ */
export const combine = (p: Vector, V: Rows): number[] =>
  at(V, 0).map((_, column) => sum(p.map((weight, i) => weight * at(at(V, i), column))));

/** (1/M) Σᵢ xᵢ */
export const mean = (X: Rows): number[] =>
  combine(
    X.map(() => 1 / X.length),
    X,
  );

/** Aᵀ */
export const transpose = (A: Rows): number[][] => at(A, 0).map((_, column) => A.map((row) => at(row, column)));

/** The n×n matrix with c on the diagonal. */
export const diagonal = (n: number, c = 1): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? c : 0)));

/** max ‖xᵢ‖ */
export const largestNorm = (X: Rows): number => Math.max(...X.map(norm));

/** Index of the largest entry; of equals, the lowest. */
export const argmax = (a: Vector): number => a.indexOf(Math.max(...a));

/** max(0, ‖xᵢ − xⱼ‖): the diameter D of a set of patterns. */
export const diameter = (X: Rows): number => Math.max(...X.map((x) => Math.max(...X.map((other) => distance(x, other)))));

/** The vector of length x.length with one entry replaced. */
export const replace = (x: Vector, i: number, value: number): number[] => x.map((old, j) => (j === i ? value : old));
