/**
 * @file Learning the kernel W of similarity "kernel" by pushing stored patterns apart (U-Hop: Wu, Hu, Hsiao, Liu, arXiv 2404.03827, Definition 2.2):
 *   L(W) = log mean_{mu < nu} exp(-t |u_mu - u_nu|^2),  u = W xi, or its direction when `normalised`.
 * Gradient (docs/models/kernel-similarity.md): with w the softmax of -t |u_mu - u_nu|^2 over pairs, G_mu = sum_nu -2 t w_mu,nu (u_mu - u_nu), through the normalisation
 * (G - u (u . G)) / |W xi|, and dW = dP^T X. f64.
 */

import { HopfieldError } from "../core/errors.ts";
import { type Matrix, type MatrixLike, toMatrix } from "../core/matrix.ts";
import { square } from "../core/numerics.ts";
import { checkNames, checkNumber } from "../core/options.ts";
import { portableExp, portableLog } from "../core/portable.ts";

export interface SeparationLossOptions {
  /** Sharpness t > 0; default 2. */
  readonly t?: number;
  /** Compare directions (default) rather than raw W xi. */
  readonly normalised?: boolean;
}

/**
 * @param patterns M x d, M >= 2. @param kernel W, r x d, r * d numbers row-major in f64 or any matrix form.
 * @returns the loss and its gradient with respect to W (r x d, row-major).
 * @throws HopfieldError E_SHAPE, E_RANGE (a pattern that W maps to 0, when normalised).
 */
export function separationLoss(
  patterns: MatrixLike,
  kernel: Matrix | { data: Float64Array; rows: number; columns: number } | MatrixLike,
  options: SeparationLossOptions = {},
) {
  checkNames("separationLoss", options, ["t", "normalised"]);
  const t = checkNumber("separationLoss", "t", options.t ?? 2, { above: 0 });
  const normalised = options.normalised ?? true;
  const { data: x, rows: count, columns: d } = toMatrix(patterns, "separationLoss: patterns");
  const w = readKernel(kernel);
  if (w.columns !== d) throw new HopfieldError("E_SHAPE", `separationLoss: kernel has ${w.columns} columns, the patterns have ${d}`);
  if (count < 2) throw new HopfieldError("E_SHAPE", `separationLoss: needs at least 2 patterns, got ${count}`);
  const r = w.rows;
  const u = new Float64Array(count * r);
  const norms = new Float64Array(count).fill(1);
  for (let i = 0; i < count; i++) {
    let squared = 0;
    for (let a = 0; a < r; a++) {
      let sum = 0;
      for (let k = 0; k < d; k++) sum += (w.data[a * d + k] as number) * (x[i * d + k] as number);
      u[i * r + a] = sum;
      squared += sum * sum;
    }
    if (!normalised) continue;
    if (squared === 0)
      throw new HopfieldError("E_RANGE", `separationLoss: the kernel maps pattern ${i} to 0, which has no direction`, { row: i });
    norms[i] = Math.sqrt(squared);
    for (let a = 0; a < r; a++) u[i * r + a] = (u[i * r + a] as number) / (norms[i] as number);
  }
  const exponent = (i: number, j: number): number => {
    let sum = 0;
    for (let a = 0; a < r; a++) sum += square((u[i * r + a] as number) - (u[j * r + a] as number));
    return -t * sum;
  };
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) for (let j = 0; j < i; j++) largest = Math.max(largest, exponent(i, j));
  let total = 0;
  const g = new Float64Array(count * r);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const e = portableExp(exponent(i, j) - largest);
      total += e;
      for (let a = 0; a < r; a++) {
        const push = -2 * t * e * ((u[i * r + a] as number) - (u[j * r + a] as number));
        g[i * r + a] = (g[i * r + a] as number) + push;
        g[j * r + a] = (g[j * r + a] as number) - push;
      }
    }
  }
  const gradient = new Float64Array(r * d);
  for (let i = 0; i < count; i++) {
    let along = 0;
    if (normalised) for (let a = 0; a < r; a++) along += (u[i * r + a] as number) * (g[i * r + a] as number);
    for (let a = 0; a < r; a++) {
      const p = ((g[i * r + a] as number) - along * (u[i * r + a] as number)) / (norms[i] as number) / total;
      for (let k = 0; k < d; k++) gradient[a * d + k] = (gradient[a * d + k] as number) + p * (x[i * d + k] as number);
    }
  }
  return { loss: largest + portableLog(total / ((count * (count - 1)) / 2)), gradient: { data: gradient, rows: r, columns: d } };
}

function readKernel(kernel: MatrixLike | { data: Float64Array; rows: number; columns: number }): {
  data: ArrayLike<number>;
  rows: number;
  columns: number;
} {
  if ("data" in kernel && kernel.data instanceof Float64Array) return kernel;
  return toMatrix(kernel as MatrixLike, "separationLoss: kernel");
}
