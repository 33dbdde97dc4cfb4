/** @file Kernel ridge regression of the patterns on themselves: T(x) = Xᵀ(K + λI)⁻¹ k(x); as λ → 0 every stored pattern becomes a fixed point. */
import { add, at, combine, diagonal, distance, dot, type Rows, scale, type Vector } from "./arrays.ts";

export interface KernelRegression {
  /** dot: e^{β u·v}; l2: e^{−β/2‖u − v‖²} */
  readonly similarity: "dot" | "l2";
  readonly beta: number;
  readonly lambda: number;
}

const kernelOf = (u: Vector, v: Vector, { similarity, beta }: KernelRegression): number =>
  similarity === "dot" ? Math.exp(beta * dot(u, v)) : Math.exp((-beta / 2) * distance(u, v) ** 2);

/** Solves A c = b by Gaussian elimination with row exchanges. */
export function solve(A: Rows, b: Vector): number[] {
  const rows = A.map((row, i) => [...row, at(b, i)]);
  const n = rows.length;
  for (let column = 0; column < n; column++) {
    const below = rows.slice(column).map((row) => Math.abs(at(row, column)));
    const pivot = column + below.indexOf(Math.max(...below));
    const [from, to] = [at(rows, pivot), at(rows, column)];
    rows[column] = from;
    rows[pivot] = to;
    for (let i = column + 1; i < n; i++) {
      const factor = at(at(rows, i), column) / at(from, column);
      rows[i] = add(at(rows, i), scale(-factor, from));
    }
  }
  const c: number[] = Array.from({ length: n }, () => 0);
  for (let i = n - 1; i >= 0; i--) {
    const row = at(rows, i);
    c[i] = (at(row, n) - dot(c, row.slice(0, n))) / at(row, i);
  }
  return c;
}

/** The coefficients (K + λI)⁻¹ k(q) of the patterns; they need not be positive nor sum to 1. */
export function kernelRegressionWeights(q: Vector, X: Rows, member: KernelRegression): number[] {
  const K = X.map((x) => X.map((other) => kernelOf(x, other, member)));
  const ridge = diagonal(X.length, member.lambda);
  return solve(
    K.map((row, i) => add(row, at(ridge, i))),
    X.map((x) => kernelOf(x, q, member)),
  );
}

/** T(q) = Xᵀ(K + λI)⁻¹ k(q), or Vᵀ(…) with values. */
export const kernelRegression = (q: Vector, X: Rows, member: KernelRegression, values: Rows = X): number[] =>
  combine(kernelRegressionWeights(q, X, member), values);
