/** @file Fixed point: p-bit two's complement whole numbers x that stand for x / 2^f. Every operation is exact, then rounded once (half to even) and cut to the range. */
import { HopfieldError } from "../core/errors.ts";
import { exponential, rootOf } from "./float-functions.ts";

export interface FixedFormat {
  /** Bits, 2 ... 10. */
  readonly p: number;
  /** Fractional bits, 0 ... p - 1. */
  readonly f: number;
}

/** The quotient to the nearest whole number, ties to even, cut to p bits. @param denominator above 0. */
function roundFixed({ p }: FixedFormat, numerator: bigint, denominator: bigint): number {
  let low = numerator / denominator;
  if (low * denominator > numerator) low--;
  const rest = 2n * (numerator - low * denominator);
  const nearest = rest > denominator || (rest === denominator && low % 2n !== 0n) ? low + 1n : low;
  return clampFixed(p, nearest);
}

function clampFixed(p: number, x: bigint): number {
  const qm = 1n << BigInt(p - 1);
  return Number(x < -qm ? -qm : x >= qm ? qm - 1n : x);
}

const one = ({ f }: FixedFormat): bigint => 1n << BigInt(f);

export function sumFixed(format: FixedFormat, numbers: readonly number[]): number {
  return clampFixed(
    format.p,
    numbers.reduce((sum, x) => sum + BigInt(x), 0n),
  );
}

/** The product of all, rounded once. */
export function multiplyFixed(format: FixedFormat, numbers: readonly number[]): number {
  const product = numbers.reduce((all, x) => all * BigInt(x), 1n);
  return roundFixed(format, product, 1n << BigInt(format.f * Math.max(0, numbers.length - 1)));
}

/** @throws HopfieldError E_RANGE for y = 0. */
export function divideFixed(format: FixedFormat, x: number, y: number): number {
  if (y === 0) throw new HopfieldError("E_RANGE", "divideFixed: division by 0");
  const sign = y < 0 ? -1n : 1n;
  return roundFixed(format, sign * BigInt(x) * one(format), sign * BigInt(y));
}

/** The largest whole number of at most x, in the same format. */
export function floorFixed({ f }: FixedFormat, x: number): number {
  return Math.floor(x / 2 ** f) * 2 ** f;
}

/** @throws HopfieldError E_RANGE below 0. */
export function sqrtFixed(format: FixedFormat, x: number): number {
  if (x < 0) throw new HopfieldError("E_RANGE", "sqrtFixed: the number is below 0");
  // sqrt(x 2^f) in units of 1/4, with a last unit that says whether something was left over.
  const [root, exact] = rootOf((BigInt(x) * one(format)) << 4n);
  return roundFixed(format, 2n * root + (exact ? 0n : 1n), 8n);
}

export function expFixed(format: FixedFormat, x: number): number {
  // e^x of a fraction other than 0 is irrational: never a tie. 60 bits tell it from one (at most 1024 values; the nearest comes to within about 2^-20).
  const { value, exponent } = exponential(BigInt(x), -format.f, 60);
  const scaled = value * one(format);
  return exponent >= 0 ? roundFixed(format, scaled << BigInt(exponent), 1n) : roundFixed(format, scaled, 1n << BigInt(-exponent));
}
