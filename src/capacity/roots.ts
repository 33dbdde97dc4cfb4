/** @file Roots and minima of functions of one variable, without derivatives. Source: R. P. Brent, "Algorithms for Minimization without Derivatives" (1973), chapter 4. */

/**
 * Brent's root between `low` and `high`, where f changes sign; to about 4 units in the last place.
 * @returns NaN if f does not change sign.
 */
export function brentRoot(f: (x: number) => number, low: number, high: number, fLow = f(low), fHigh = f(high)): number {
  let [a, b, fa, fb] = [low, high, fLow, fHigh];
  if (fa === 0) return a;
  if (fb === 0) return b;
  if (!(fa * fb < 0)) return Number.NaN;
  let [c, fc, step, last] = [a, fa, b - a, b - a];
  for (let round = 0; round < 200; round++) {
    if (fb * fc > 0) [c, fc, step, last] = [a, fa, b - a, b - a];
    if (Math.abs(fc) < Math.abs(fb)) [a, b, c, fa, fb, fc] = [b, c, b, fb, fc, fb];
    const tolerance = 2 * Number.EPSILON * Math.abs(b);
    const half = (c - b) / 2;
    if (Math.abs(half) <= tolerance || fb === 0) return b;
    if (Math.abs(last) >= tolerance && Math.abs(fa) > Math.abs(fb)) {
      const s = fb / fa;
      // Secant where only two points differ, inverse quadratic interpolation else.
      let p = 2 * half * s;
      let q = 1 - s;
      if (a !== c) {
        const [t, r] = [fa / fc, fb / fc];
        p = s * (2 * half * t * (t - r) - (b - a) * (r - 1));
        q = (t - 1) * (r - 1) * (s - 1);
      }
      if (p > 0) q = -q;
      else p = -p;
      if (2 * p < Math.min(3 * half * q - Math.abs(tolerance * q), Math.abs(last * q))) [last, step] = [step, p / q];
      else [step, last] = [half, half];
    } else [step, last] = [half, half];
    [a, fa] = [b, fb];
    b += Math.abs(step) > tolerance ? step : half > 0 ? tolerance : -tolerance;
    fb = f(b);
  }
  return b;
}

/**
 * The root of an increasing function on 0 < x <= limit, or null if f stays below 0 there, or is NaN (not known) before it gets to 0. 0 when f is not below 0 near 0. The bracket grows
 * from 2^-10 by doubling.
 */
export function increasingRoot(f: (x: number) => number, limit: number): number | null {
  let low = Math.min(1e-9, limit);
  let fLow = f(low);
  if (fLow >= 0) return 0;
  for (let high = Math.min(2 ** -10, limit); ; high = Math.min(2 * high, limit)) {
    const fHigh = f(high);
    if (fHigh >= 0) return brentRoot(f, low, high, fLow, fHigh);
    if (high >= limit || Number.isNaN(fHigh)) return null;
    [low, fLow] = [high, fHigh];
  }
}
