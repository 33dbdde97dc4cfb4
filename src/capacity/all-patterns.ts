/**
 * @file alpha_c: the load up to which every one of the P patterns is retrieved, not only a typical one. Derivation: docs/capacity/all-patterns.md.
 * For patterns of one norm (binary, spherical, sign of a manifold) it is alpha_1. Gaussian patterns fail earlier, in one of two ways.
 */
import { checkNumber } from "../core/options.ts";
import { brentRoot } from "./roots.ts";

/** The load at which some pattern has a partner as close as itself although typical pairs are orthogonal: log(2) / 4. */
const closePair = Math.LN2 / 4;

/**
 * Gaussian patterns at inverse temperature lambda > 0.
 * @returns `norm`: the channel of patterns with small norm alone, the alpha with J(alpha / c) = alpha, J(r) = (r - 1 - log r) / 2, c = lambda - lambda^2 / 2 (1/2 from lambda = 1 on);
 * `pair`: log(2) / 4, the channel of one close partner; `both`: the smaller one, alpha_c.
 * @throws HopfieldError E_RANGE.
 */
export function gaussianAllPatterns(lambda: number): { both: number; norm: number; pair: number } {
  checkNumber("gaussianAllPatterns", "lambda", lambda, { above: 0 });
  const c = lambda >= 1 ? 0.5 : lambda - (lambda * lambda) / 2;
  // In r = alpha / c: J(r) - c r falls from +infinity at 0 to -c at 1.
  const r = brentRoot((x) => 0.5 * (x - 1 - Math.log(x)) - c * x, 1e-300, 1);
  return { both: Math.min(c * r, closePair), norm: c * r, pair: closePair };
}

/**
 * The same for N entries and infinite lambda, exactly by the union bound: alpha_N = -log(E Q(|x|)) / (2 N), Q(|x|) the chance that one other pattern answers louder. E Q(|x|) for
 * x ~ N(0, I_N) is E erfc(|x| / sqrt 2) / 2 = 1/2 I_{1/2}(N/2, 1/2)-type integral, evaluated as (1 / pi) times the integral of (1 + 1 / sin^2 t)^{-N/2} over 0 < t < pi / 2.
 * @param n entries, whole, at least 1. @throws HopfieldError E_RANGE.
 */
export function gaussianPairFinite(n: number): number {
  checkNumber("gaussianPairFinite", "n", n, { atLeast: 1, whole: true });
  // Q(a) = (1/pi) int exp(-a^2 / (2 sin^2 t)) dt (Craig 1991), and E exp(-s |x|^2 / 2) = (1 + s)^{-N/2}. Trapezoid in t: periodic and analytic, so it converges exponentially.
  const points = 2000;
  let sum = 0;
  for (let i = 1; i <= points; i++) {
    const s = Math.sin(((i - 0.5) / points) * (Math.PI / 2)) ** 2;
    // Factor 2^{-N/2}, the value at sin t = 1, kept out so that large N does not underflow.
    sum += Math.exp(-0.5 * n * Math.log((1 + 1 / s) / 2));
  }
  return -(Math.log(sum / points / 2) - 0.5 * n * Math.LN2) / (2 * n);
}
