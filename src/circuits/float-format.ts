/**
 * @file The p-bit floating-point numbers F_p of the depth theorems: m 2^e with p-bit significand, 2^(p-1) <= |m| < 2^p or m = 0, and -2^p <= e < 2^p (Chiang, "Transformers in uniform TC0",
 * arXiv 2409.13629; Chen, Li, Liang, Shi, Song, "Computational limits of state space models and Mamba via the lens of circuit complexity", PMLR 280, appendix A). Exact integers throughout.
 */
import { HopfieldError } from "../core/errors.ts";

export interface Float {
  readonly m: bigint;
  /** Exponent; the smallest one for 0, so that alignment loses nothing. */
  readonly e: number;
  /** Set where the exact value was larger than the format holds: then this is the largest number of its sign. */
  readonly overflow?: true;
}

export function zeroFloat(p: number): Float {
  return { m: 0n, e: -(2 ** p) };
}

const abs = (x: bigint): bigint => (x < 0n ? -x : x);

/** Bits of |x|. */
export function bitLength(x: bigint): number {
  return x === 0n ? 0 : abs(x).toString(2).length;
}

/**
 * The number of F_p nearest to m 2^e, ties to the even significand. Beyond the largest number: that number with `overflow`. Below half of the smallest magnitude, and at half of it: 0.
 * @param p at least 2; numbers of 2^(p + 1) bits are shifted, so that p up to about 16 is practical. @param m any whole number.
 */
export function roundFloat(p: number, m: bigint, e: number): Float {
  if (m === 0n) return zeroFloat(p);
  const size = abs(m);
  const sign = m < 0n ? -1n : 1n;
  const shift = bitLength(size) - p;
  const smallest = -(2 ** p);
  // Below the smallest exponent there is only 0 and the smallest magnitude: half of that is 2^(p - 2 + smallest).
  if (e + shift < smallest) {
    const half = p - 2 + smallest - e;
    const above = half < 0 ? true : size > 1n << BigInt(half);
    return above ? { m: sign * (1n << BigInt(p - 1)), e: smallest } : zeroFloat(p);
  }
  let significand = shift > 0 ? size >> BigInt(shift) : size << BigInt(-shift);
  let exponent = e + shift;
  if (shift > 0) {
    const rest = size - (significand << BigInt(shift));
    const half = 1n << BigInt(shift - 1);
    if (rest > half || (rest === half && significand % 2n === 1n)) significand++;
    if (significand === 1n << BigInt(p)) {
      significand >>= 1n;
      exponent++;
    }
  }
  if (exponent >= 2 ** p) return { m: sign * ((1n << BigInt(p)) - 1n), e: 2 ** p - 1, overflow: true };
  return { m: sign * significand, e: exponent };
}

/** @throws HopfieldError E_RANGE unless the pair is a number of F_p. */
export function checkFloat(where: string, p: number, { m, e }: Float): void {
  const size = abs(m);
  const fits = m === 0n || (size >= 1n << BigInt(p - 1) && size < 1n << BigInt(p));
  if (!fits || !Number.isInteger(e) || e < -(2 ** p) || e >= 2 ** p) {
    throw new HopfieldError("E_RANGE", `${where}: <${m}, ${e}> is no ${p}-bit floating-point number`);
  }
}
