/** @file The Hessian of the memory's energy at a point, I - lambda Cov_w(xi) with the covariance under the weights there: how a state is pulled back, direction by direction. */
import { memoryEnergy } from "./diffusion-energy.ts";
import type { Bias, PatternSet } from "./diffusion-set.ts";
import { symmetricEigen } from "./manifold-eigen.ts";

/**
 * Eigenvalues in increasing order, N of them; 1 in every direction in which the patterns do not differ. All above 0: x is pulled towards its image from every side.
 * @throws HopfieldError E_RANGE (lambda), E_LIMIT above N = 400.
 */
export function hessianSpectrum(set: PatternSet, x: ArrayLike<number>, lambda: number, bias: Bias): Float64Array {
  const { data, rows, columns: n } = set;
  const { weights, image } = memoryEnergy(set, x, lambda, bias);
  const hessian = new Float64Array(n * n);
  for (let i = 0; i < n; i++) hessian[i * n + i] = 1;
  const centred = new Float64Array(n);
  for (let mu = 0; mu < rows; mu++) {
    const w = lambda * (weights[mu] as number);
    if (w < 1e-18) continue;
    for (let k = 0; k < n; k++) centred[k] = (data[mu * n + k] as number) - (image[k] as number);
    for (let i = 0; i < n; i++) {
      const factor = w * (centred[i] as number);
      for (let j = i; j < n; j++) hessian[i * n + j] = (hessian[i * n + j] as number) - factor * (centred[j] as number);
    }
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) hessian[i * n + j] = hessian[j * n + i] as number;
  return symmetricEigen(hessian, n).values;
}
