/** @file The separation loss of U-Hop (arXiv 2404.03827, Definition 2.2) on the features p = Wx or on u = p/‖p‖, and its gradient in W. */
import { add, apply, at, distance, dot, norm, type Rows, scale, subtract, sum, transpose, type Vector } from "./arrays.ts";

export interface SeparationLoss {
  /** Scale t of the distances, 2 in the paper's code. */
  readonly t?: number;
  /** Rows of the features scaled to length 1. */
  readonly normalized: boolean;
}

const features = (X: Rows, W: Rows, normalized: boolean): number[][] =>
  X.map((x) => apply(W, x)).map((p) => (normalized ? scale(1 / norm(p), p) : p));

/** e_ij = exp(−t‖u_i − u_j‖²) for i ≠ j, 0 for i = j */
const pairs = (U: Rows, t: number): number[][] => U.map((u, i) => U.map((v, j) => (i === j ? 0 : Math.exp(-t * distance(u, v) ** 2))));

/** L = log of the mean of exp(−t‖u_i − u_j‖²) over the pairs i < j */
export function separationLoss(X: Rows, W: Rows, { t = 2, normalized }: SeparationLoss): number {
  const e = pairs(features(X, W, normalized), t);
  return Math.log(sum(e.map((row) => sum(row))) / (X.length * (X.length - 1)));
}

/**
 * dL/dW = dPᵀX with w_ij = e_ij / Σ_{i<j} e_ij, G_i = dL/du_i = Σ_j −2t w_ij (u_i − u_j), and dP_i = G_i (raw) or (G_i − u_i(u_iᵀG_i))/‖p_i‖ (normalised).
 */
export function separationLossGradient(X: Rows, W: Rows, { t = 2, normalized }: SeparationLoss): number[][] {
  const U = features(X, W, normalized);
  const e = pairs(U, t);
  const total = sum(e.map((row) => sum(row))) / 2;
  const G = U.map((u, i) =>
    U.map((v, j) => scale((-2 * t * at(at(e, i), j)) / total, subtract(u, v))).reduce((a: Vector, b: Vector) => add(a, b), scale(0, u)),
  );
  const dP = G.map((g, i) => {
    const u = at(U, i);
    return normalized ? scale(1 / norm(apply(W, at(X, i))), subtract(g, scale(dot(u, g), u))) : g;
  });
  return transpose(dP).map((column) => transpose(X).map((entries) => dot(column, entries)));
}
