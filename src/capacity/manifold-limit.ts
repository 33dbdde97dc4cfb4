/**
 * @file One draw of the linear manifold with infinitely many patterns: the covariance C = F F^T / D, the update the memory tends to, the rate Sigma of a query, the spectrum of its
 * Hessian. docs/capacity/manifold.md.
 */
import type { Bias } from "./diffusion-set.ts";
import { type Eigen, symmetricEigen } from "./manifold-eigen.ts";
import type { Manifold } from "./manifold-patterns.ts";

export interface ManifoldLimit {
  /** C, N x N. */
  readonly covariance: Float64Array;
  readonly dimension: number;
  readonly latent: number;
  /** Eigenvalues of C (increasing; N - D of them 0 up to rounding) and eigenvectors. */
  readonly eigen: Eigen;
}

/** @throws HopfieldError E_LIMIT above N = 400. */
export function manifoldLimit({ map, dimension: n, latent }: Manifold): ManifoldLimit {
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < latent; k++) sum += (map[i * latent + k] as number) * (map[j * latent + k] as number);
      covariance[i * n + j] = sum;
      covariance[j * n + i] = sum;
    }
  }
  return { covariance, dimension: n, latent, eigen: symmetricEigen(covariance, n) };
}

/** Components of x along the eigenvectors. */
function componentsOf({ dimension: n, eigen }: ManifoldLimit, x: Float64Array): Float64Array {
  return Float64Array.from({ length: n }, (_, row) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += (eigen.vectors[row * n + k] as number) * (x[k] as number);
    return sum;
  });
}

/** lambda C x, or with the bias C (C + I / lambda)^{-1} x. */
export function limitUpdate(limit: ManifoldLimit, x: Float64Array, lambda: number, bias: Bias): Float64Array {
  const { dimension: n, eigen } = limit;
  const parts = componentsOf(limit, x);
  const out = new Float64Array(n);
  parts.forEach((part, row) => {
    const c = Math.max(0, eigen.values[row] as number);
    const factor = bias === "none" ? lambda * c : (lambda * c) / (1 + lambda * c);
    for (let k = 0; k < n; k++) out[k] = (out[k] as number) + factor * part * (eigen.vectors[row * n + k] as number);
  });
  return out;
}

/**
 * Sigma_x(lambda) = lambda zeta_x' - zeta_x for one query: the memory tends to the limit update where alpha is above it. Without the bias lambda^2 x^T C x / 2N; with it
 * N zeta_x = -(1/2) sum log(1 + lambda c) + (lambda^2 / 2) sum c x_c^2 / (1 + lambda c) over the eigenvalues c and the components x_c.
 */
export function queryRate(limit: ManifoldLimit, x: Float64Array, lambda: number, bias: Bias): number {
  const { dimension: n, eigen } = limit;
  let rate = 0;
  componentsOf(limit, x).forEach((part, row) => {
    const c = Math.max(0, eigen.values[row] as number);
    const square = part * part;
    if (bias === "none") {
      rate += 0.5 * lambda * lambda * c * square;
      return;
    }
    const shrink = (lambda * c) / (1 + lambda * c);
    const zeta = -0.5 * Math.log1p(lambda * c) + 0.5 * lambda * shrink * square;
    const slope = -0.5 * shrink + shrink * lambda * square - 0.5 * shrink * shrink * lambda * square;
    rate += slope - zeta;
  });
  return rate / n;
}

/** |part of y outside the span of F| / |y|: 0 where D >= N. */
export function offManifold({ dimension: n, latent, eigen }: ManifoldLimit, y: Float64Array): number {
  let [outside, all] = [0, 0];
  for (let k = 0; k < n; k++) all += (y[k] as number) * (y[k] as number);
  // The eigenvectors of the n - D smallest eigenvalues, which are 0, span what F does not reach.
  for (let row = 0; row < n - latent; row++) {
    let along = 0;
    for (let k = 0; k < n; k++) along += (eigen.vectors[row * n + k] as number) * (y[k] as number);
    outside += along * along;
  }
  return all > 0 ? Math.sqrt(outside / all) : 0;
}

/** Eigenvalues of the Hessian of the limit energy, increasing: 1 - lambda c, or with the bias 1 / (1 + lambda c); 1 off the manifold. */
export function limitHessianSpectrum({ eigen }: ManifoldLimit, lambda: number, bias: Bias): Float64Array {
  return eigen.values.map((c) => (bias === "none" ? 1 - lambda * Math.max(0, c) : 1 / (1 + lambda * Math.max(0, c)))).sort();
}
