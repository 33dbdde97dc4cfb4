/** @file The capacity guarantee of arXiv 2008.02217, Theorem 3: random patterns on the sphere of radius K√(d−1), failure probability p. */

/** The principal branch W₀ of the Lambert function, w e^w = x, for x >= 0: w ↦ w e^w increases there, so by bisection. */
export function lambertW0(x: number): number {
  let [low, high] = [0, Math.max(1, Math.log1p(x))];
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return low;
    if (middle * Math.exp(middle) <= x) low = middle;
    else high = middle;
  }
}

export interface CapacityBound {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  /** The theorem needs c >= cMin. */
  readonly cMin: number;
  readonly holds: boolean;
  /** √p·c^{(d−1)/4} patterns can be stored. */
  readonly count: number;
}

/** a = 2/(d−1)·(1 + ln(2βK²p(d−1))), b = 2K²β/5, c = b/W₀(e^{a + ln b}), cMin = (2/√p)^{4/(d−1)}, count = √p·c^{(d−1)/4}. */
export function capacityBound(beta: number, K: number, d: number, p: number): CapacityBound {
  const a = (2 / (d - 1)) * (1 + Math.log(2 * beta * K ** 2 * p * (d - 1)));
  const b = (2 * K ** 2 * beta) / 5;
  const c = b / lambertW0(Math.exp(a + Math.log(b)));
  const cMin = (2 / Math.sqrt(p)) ** (4 / (d - 1));
  return { a, b, c, cMin, holds: c >= cMin, count: Math.sqrt(p) * c ** ((d - 1) / 4) };
}
