/** @file The Nadaraya–Watson estimator: the average of the responses vᵢ, each weighted by the kernel at its observation. With K(x, u) = e^{β x·u} it is dense retrieval. */
import { add, at, dot, type Rows, scale, type Vector } from "./arrays.ts";

/** K(x, u) = e^{β x·u} */
export const exponentialKernel =
  (beta: number) =>
  (x: Vector, u: Vector): number =>
    Math.exp(beta * dot(x, u));

/** m(x) = Σᵢ K(x, uᵢ) vᵢ / Σᵢ K(x, uᵢ), numerator and denominator as they stand (no shift: for moderate exponents only). */
export function nadarayaWatson(x: Vector, observations: Rows, responses: Rows, kernel: (x: Vector, u: Vector) => number): number[] {
  let numerator = scale(0, at(responses, 0));
  let denominator = 0;
  observations.forEach((u, i) => {
    const weight = kernel(x, u);
    numerator = add(numerator, scale(weight, at(responses, i)));
    denominator += weight;
  });
  return numerator.map((value) => value / denominator);
}
