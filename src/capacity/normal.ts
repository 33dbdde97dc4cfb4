/**
 * @file The normal distribution: density, distribution function and its logarithm, through the scaled complementary error function.
 * Source: W. J. Cody, "Rational Chebyshev approximation for the error function", Math. Comp. 23 (1969), with the coefficients of his CALERF; relative error about 1e-15.
 */

const central = {
  top: [0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694],
  bottom: [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171],
};
const middle = {
  top: [
    2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001, 881.952221241769,
    1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
  ],
  bottom: [
    1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597, 4362.619090143247,
    3439.3676741437216, 1230.3393548037495,
  ],
};
const far = {
  top: [0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275, 0.0006587491615298378],
  bottom: [1, 2.568520192289822, 1.8729528499234671, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918],
};

const rootTwoPi = Math.sqrt(2 * Math.PI);
const inverseRootPi = 1 / Math.sqrt(Math.PI);

function ratio({ top, bottom }: { readonly top: readonly number[]; readonly bottom: readonly number[] }, x: number): number {
  let [p, q] = [0, 0];
  for (let i = 0; i < top.length; i++) {
    p = p * x + (top[i] as number);
    q = q * x + (bottom[i] as number);
  }
  return p / q;
}

/** e^{x^2} erfc(x) for x >= 0. */
function scaledErfc(x: number): number {
  if (x <= 0.46875) return Math.exp(x * x) * (1 - x * ratio(central, x * x));
  if (x <= 4) return ratio(middle, x);
  const y = 1 / (x * x);
  return (inverseRootPi - y * ratio(far, y)) / x;
}

/** e^{-x^2 / 2} / sqrt(2 pi). */
export function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / rootTwoPi;
}

/** Phi(x), the distribution function. */
export function normalCdf(x: number): number {
  const t = Math.abs(x) * Math.SQRT1_2;
  if (t <= 0.46875) return 0.5 + 0.5 * x * Math.SQRT1_2 * ratio(central, t * t);
  const upper = 0.5 * Math.exp(-t * t) * scaledErfc(t);
  return x < 0 ? upper : 1 - upper;
}

/** log Phi(x), without underflow for x far below 0. */
export function logNormalCdf(x: number): number {
  if (x > -0.66) {
    const t = x * Math.SQRT1_2;
    if (t < 0.46875) return Math.log(0.5 + 0.5 * t * ratio(central, t * t));
    return Math.log1p(-0.5 * Math.exp(-t * t) * scaledErfc(t));
  }
  const t = -x * Math.SQRT1_2;
  return Math.log(0.5 * scaledErfc(t)) - t * t;
}

/** log(e^a + e^b). */
export function logAdd(a: number, b: number): number {
  const high = Math.max(a, b);
  return high === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(-Math.abs(a - b)));
}
