/** @file Square root and exponential in exact integers, for F_p and for fixed point. The exponential reduces its argument by multiples of log 2 and sums Taylor terms, as the depth theorems do. */
import { HopfieldError } from "../core/errors.ts";
import { bitLength, type Float, roundFloat } from "./float-format.ts";

/** Nearest to the square root. @throws HopfieldError E_RANGE below 0. */
export function sqrtFloat(p: number, { m, e }: Float): Float {
  if (m < 0n) throw new HopfieldError("E_RANGE", "sqrtFloat: the number is below 0");
  // An even exponent, and 2 p + 4 more bits: then one remembered bit decides every rounding.
  const shift = 2 * p + 4 + (Math.abs(e) % 2);
  const [root, exact] = rootOf(m << BigInt(shift));
  return roundFloat(p, 2n * root + (exact ? 0n : 1n), (e - shift) / 2 - 1);
}

/** Floor of the square root, and whether it is exact. Newton from above. */
export function rootOf(x: bigint): [root: bigint, exact: boolean] {
  if (x < 2n) return [x, true];
  let root = 1n << BigInt(Math.ceil(bitLength(x) / 2));
  for (;;) {
    const next = (root + x / root) >> 1n;
    if (next >= root) return [root, root * root === x];
    root = next;
  }
}

/** e^x within relative error 2^-(p + 8), rounded to F_p: relative error below 2^-p (2^-p / 2 by rounding, and 2^-(p + 8)). */
export function expFloat(p: number, { m, e }: Float): Float {
  // |x| >= 2^(p + 1) is beyond the largest exponent, and below -2^(p + 1) under half of the smallest number.
  if (bitLength(m) + e > p + 2) return m > 0n ? roundFloat(p, 1n, 2 ** (p + 2)) : roundFloat(p, 0n, 0);
  const { value, exponent } = exponential(m, e, p + 8);
  return roundFloat(p, value, exponent);
}

/**
 * value 2^exponent = e^(m 2^e) within relative error 2^-bits.
 * @param m and e with |m 2^e| below 2^24.
 */
export function exponential(m: bigint, e: number, bits: number): { value: bigint; exponent: number } {
  // Errors: one unit for each of fewer than `bits` terms, and 2^25 units of log 2 at most for the reduction.
  const fraction = bits + 40;
  const unit = BigInt(fraction);
  const x = e + fraction >= 0 ? m << BigInt(e + fraction) : m >> BigInt(-e - fraction);
  const log2 = logarithmOfTwo(fraction + 30);
  const k = (2n * (x << 30n) + log2) / (2n * log2) - (x < 0n ? 1n : 0n);
  const r = x - ((k * log2) >> 30n);
  let term = 1n << unit;
  let sum = term;
  for (let n = 1n; term !== 0n && n < 1000n; n++) {
    term = ((term * r) / n) >> unit;
    // A negative term shifted right stays at -1: that is below every error counted.
    if (term === -1n) break;
    sum += term;
  }
  return { value: sum, exponent: Number(k) - fraction };
}

/** log 2 in units of 2^-fraction, one unit low at most: sum of 1 / (n 2^n), with 16 bits to spare. */
function logarithmOfTwo(fraction: number): bigint {
  let sum = 0n;
  for (let n = 1; n <= fraction + 16; n++) sum += (1n << BigInt(fraction + 16 - n)) / BigInt(n);
  return sum >> 16n;
}
