/**
 * @file The spectrum of C = F F^T / D for a large random F (N x D, ratio a = D / N): the Marchenko-Pastur law, as the transforms the theory of the linear manifold needs.
 * Source: V. A. Marchenko and L. A. Pastur, "Distribution of eigenvalues for some sets of random matrices" (1967); A. Tulino and S. Verdu, "Random Matrix Theory and Wireless
 * Communications" (2004), section 2.2 (the eta and Shannon transforms); docs/capacity/manifold.md.
 */
import { checkNumber } from "../core/options.ts";

export interface SpectrumTransform {
  /** L(g) = lim (1/N) sum log(1 + g c). */
  readonly log: number;
  /** L'(g) = lim (1/N) sum c / (1 + g c). */
  readonly slope: number;
  /** L''(g). */
  readonly curvature: number;
}

/**
 * With r = 1 / ratio, p = L' is the smaller root of g^2 r p^2 - (1 + g (1 + r)) p + 1 = 0 and L = -log(1 - g p) - ratio log(1 - g r p) - g p.
 * @param g at least 0. @param ratio D / N above 0.
 * @throws HopfieldError E_RANGE.
 */
export function spectrumTransform(g: number, ratio: number): SpectrumTransform {
  checkNumber("spectrumTransform", "g", g, { atLeast: 0 });
  checkNumber("spectrumTransform", "latentRatio", ratio, { above: 0 });
  const r = 1 / ratio;
  const b = 1 + g * (1 + r);
  // B^2 - 4 g^2 r = (1 + g (1 - sqrt r)^2) (1 + g (1 + sqrt r)^2): a product, so that nothing cancels.
  const root = Math.sqrt((1 + g * (1 - Math.sqrt(r)) ** 2) * (1 + g * (1 + Math.sqrt(r)) ** 2));
  const p = 2 / (b + root);
  const log = -Math.log1p(-g * p) - ratio * Math.log1p(-g * r * p) - g * p;
  const curvature = (p * (2 * g * r * p - (1 + r))) / root;
  return { log, slope: p, curvature };
}

/** Largest eigenvalue of C, (1 + 1 / sqrt(ratio))^2. @throws HopfieldError E_RANGE. */
export function largestEigenvalue(ratio: number): number {
  checkNumber("largestEigenvalue", "latentRatio", ratio, { above: 0 });
  return (1 + 1 / Math.sqrt(ratio)) ** 2;
}
