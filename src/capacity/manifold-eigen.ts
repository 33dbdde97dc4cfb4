/** @file Eigenvalues and eigenvectors of a symmetric matrix by Jacobi rotations. Source: G. Golub and C. Van Loan, "Matrix Computations", section 8.5 (cyclic by row). */
import { HopfieldError } from "../core/errors.ts";

/** Rows of `vectors` are the eigenvectors, in the order of the eigenvalues (increasing). */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** Largest matrix: about n^3 * 60 operations. */
const largest = 400;

/**
 * @param matrix n x n, symmetric; not changed.
 * @throws HopfieldError E_LIMIT above n = 400.
 */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  if (n > largest) throw new HopfieldError("E_LIMIT", `symmetricEigen: matrices up to ${largest} x ${largest}, got ${n} x ${n}`, { n });
  const a = matrix.slice();
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  let scale = 0;
  for (const entry of a) scale += entry * entry;
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += (a[p * n + q] as number) * (a[p * n + q] as number);
    if (off <= 1e-30 * scale) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => (a[i * n + i] as number) - (a[j * n + j] as number));
  const vectors = new Float64Array(n * n);
  order.forEach((i, row) => {
    vectors.set(v.subarray(i * n, (i + 1) * n), row * n);
  });
  return { values: Float64Array.from(order, (i) => a[i * n + i] as number), vectors };
}

/** Makes entry (p, q) zero. Rows of v turn with the coordinates. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q] as number;
  if (apq === 0) return;
  const theta = ((a[q * n + q] as number) - (a[p * n + p] as number)) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[k * n + p] as number, a[k * n + q] as number];
    a[k * n + p] = c * x - s * y;
    a[k * n + q] = s * x + c * y;
  }
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[p * n + k] as number, a[q * n + k] as number];
    a[p * n + k] = c * x - s * y;
    a[q * n + k] = s * x + c * y;
    const [f, g] = [v[p * n + k] as number, v[q * n + k] as number];
    v[p * n + k] = c * f - s * g;
    v[q * n + k] = s * f + c * g;
  }
}
