/**
 * @file The product of n numbers compared with a constant by one threshold gate: sum of logarithms >= logarithm of the constant. With whole multiples of 2^-K the comparison is exact as soon
 * as 2^K is larger than (n + 2) times the smallest relative distance there can be between a product and a bound, so K is a few bits more than the bound is long (docs/circuits/arithmetic.md).
 */
import { HopfieldError } from "../core/errors.ts";
import { portableLog2 } from "../core/portable.ts";

export interface LogScale {
  /** Weights are logarithms to base 2 in units of 2^-K. */
  readonly K: number;
  readonly n: number;
}

/** @param largestBound whole numbers are compared with whole bounds up to this. @throws HopfieldError E_LIMIT (more bits than doubles carry with room for the sum). */
export function logScale(n: number, largestBound: number): LogScale {
  // Different whole numbers, one of them at most B: their ratio is at least 1 + 1 / B; log2(1 + 1 / B) >= 1 / (B + 1).
  const K = Math.ceil(Math.log2((n + 3) * (largestBound + 1)));
  if (K > 38)
    throw new HopfieldError("E_LIMIT", `logScale: ${n} factors up to bounds of ${largestBound} need ${K} bits of a logarithm, at most 38`);
  return { K, n };
}

/** The logarithm of a whole number of at least 1. */
export function logWeight({ K }: LogScale, x: number): number {
  return Math.floor(2 ** K * portableLog2(x) + 0.5);
}

/**
 * t with [sum of logWeight >= t] = [product >= bound] (strict: > bound). Every rounding moves the sum by at most 1/2, and a product on the right side by more than n + 2 in all.
 * @param bound whole, at least 1; times 2^exponent.
 */
export function logThreshold({ K, n }: LogScale, bound: number, strict: boolean, exponent = 0): number {
  const exact = 2 ** K * (portableLog2(bound) + exponent);
  return strict ? Math.floor(exact + n / 2 + 0.5) + 1 : Math.ceil(exact - n / 2 - 0.5);
}
