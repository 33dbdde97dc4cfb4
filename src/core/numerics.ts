/** @file Special functions that more than one room needs. */
import { portableExp, portableLog } from "./portable.ts";

/** x * x: unlike x ** 2, fixed to the bit. */
export function square(x: number): number {
  return x * x;
}

/** Principal branch of Lambert's W for x >= 0: the w >= 0 with w e^w = x, by Halley's iteration. Relative error about 1e-15. */
export function lambertW(x: number): number {
  if (!(x >= 0)) return Number.NaN;
  if (x === 0) return 0;
  if (x === Number.POSITIVE_INFINITY) return x;
  // log x - log log x is close for large x, x / (1 + x) for small x.
  let w = x > 3 ? portableLog(x) - portableLog(portableLog(x)) : x / (1 + x);
  for (let round = 0; round < 50; round++) {
    const e = portableExp(w);
    const f = w * e - x;
    const step = f / (e * (w + 1) - ((w + 2) * f) / (2 * w + 2));
    w -= step;
    if (Math.abs(step) <= 1e-16 * Math.abs(w)) break;
  }
  return w;
}
