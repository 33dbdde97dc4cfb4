/** @file Arithmetic of F_p as the depth theorems define it: sums align the smaller number by a division that remembers whether something was left over. */
import { HopfieldError } from "../core/errors.ts";
import { type Float, roundFloat } from "./float-format.ts";

const floorDivide = (a: bigint, b: bigint): bigint => {
  const q = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? q - 1n : q;
};

/**
 * a // b in eighths: a / b where that is a multiple of 1/4, else floor(4 a / b) / 4 + 1/8. The eighth says "a little more", which is all that rounding to nearest needs to know.
 * @param b not 0.
 */
export function stickyDivide(a: bigint, b: bigint): bigint {
  const quarters = floorDivide(4n * a, b);
  return quarters * b === 4n * a ? 2n * quarters : 2n * quarters + 1n;
}

const power = (n: number): bigint => 1n << BigInt(n);

/** Nearest to x + y. */
export function addFloats(p: number, x: Float, y: Float): Float {
  const [a, b] = x.e >= y.e ? [x, y] : [y, x];
  return roundFloat(p, 8n * a.m + stickyDivide(b.m, power(a.e - b.e)), a.e - 3);
}

/** Nearest to x y. */
export function multiplyFloats(p: number, x: Float, y: Float): Float {
  return roundFloat(p, x.m * y.m, x.e + y.e);
}

/** Nearest to x / y. @throws HopfieldError E_RANGE for y = 0. */
export function divideFloats(p: number, x: Float, y: Float): Float {
  if (y.m === 0n) throw new HopfieldError("E_RANGE", "divideFloats: division by 0");
  return roundFloat(p, stickyDivide(x.m * power(p - 1), y.m), x.e - y.e - p + 1 - 3);
}

/** x <= y. */
export function atMostFloat(x: Float, y: Float): boolean {
  return x.e >= y.e ? 8n * x.m <= stickyDivide(y.m, power(x.e - y.e)) : stickyDivide(x.m, power(y.e - x.e)) <= 8n * y.m;
}

/** Nearest to the largest whole number of at most x. */
export function floorFloat(p: number, { m, e }: Float): Float {
  return e >= 0 ? roundFloat(p, m, e) : roundFloat(p, m >> BigInt(-e), 0);
}

/** Nearest to the exact sum, one rounding: the order does not matter. */
export function sumFloats(p: number, numbers: readonly Float[]): Float {
  const lowest = numbers.reduce((least, { e }) => Math.min(least, e), 2 ** p);
  const total = numbers.reduce((sum, { m, e }) => sum + m * power(e - lowest), 0n);
  return roundFloat(p, total, lowest);
}

/** Nearest to the exact product, one rounding. The empty product is 1. */
export function multiplyAllFloats(p: number, numbers: readonly Float[]): Float {
  return roundFloat(
    p,
    numbers.reduce((product, { m }) => product * m, 1n),
    numbers.reduce((sum, { m, e }) => sum + (m === 0n ? 0 : e), 0),
  );
}
