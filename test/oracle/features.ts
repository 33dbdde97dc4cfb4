/** @file Members with feature maps: p = φ(q)·φ(xᵢ)/Σⱼ φ(q)·φ(xⱼ) (arXiv 2404.03900). */
import { apply, dot, type Rows, scale, sum, type Vector } from "./arrays.ts";
import { logSumExp } from "./conjugates.ts";
import { softmax } from "./separations.ts";

/** φ(x) = elu(√β x) + 1 by entry: √β x + 1 above zero, e^{√β x} below (arXiv 2006.16236). */
export const linearFeatures = (x: Vector, beta: number): number[] =>
  x.map((value) => (value > 0 ? Math.sqrt(beta) * value + 1 : Math.exp(Math.sqrt(beta) * value)));

/** log φ(x) = Ωx̃ − ‖x̃‖²/2 − ½ log m with x̃ = √β x; Ω is m×d (positive random features, arXiv 2009.14794). */
export function logRandomFeatures(x: Vector, beta: number, Omega: Rows): number[] {
  const scaled = scale(Math.sqrt(beta), x);
  return apply(Omega, scaled).map((value) => value - dot(scaled, scaled) / 2 - Math.log(Omega.length) / 2);
}

/** φ(x) = m^{−1/2} exp(Ωx̃ − ‖x̃‖²/2) */
export const randomFeatures = (x: Vector, beta: number, Omega: Rows): number[] => logRandomFeatures(x, beta, Omega).map(Math.exp);

/** The kernel estimate φ(q)·φ(x), whose mean over Ω ~ N(0, I) is e^{β q·x}. */
export const randomKernel = (q: Vector, x: Vector, beta: number, Omega: Rows): number =>
  dot(randomFeatures(q, beta, Omega), randomFeatures(x, beta, Omega));

/** Weights of the linear member. */
export function linearWeights(q: Vector, X: Rows, beta: number): number[] {
  const a = X.map((x) => dot(linearFeatures(q, beta), linearFeatures(x, beta)));
  return scale(1 / sum(a), a);
}

/** Weights of the random-features member, from the logarithms of φ(q)·φ(xᵢ) so that no product overflows. */
export function randomFeatureWeights(q: Vector, X: Rows, beta: number, Omega: Rows): number[] {
  const left = logRandomFeatures(q, beta, Omega);
  return softmax(X.map((x) => logSumExp(logRandomFeatures(x, beta, Omega).map((value, r) => value + (left[r] ?? Number.NaN)))));
}
