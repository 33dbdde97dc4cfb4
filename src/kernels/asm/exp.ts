/**
 * Powers of two of a row of logits, in place. 2^t = 2^n p(t - n), n = t rounded to the nearest whole number, p a minimax polynomial of degree 5 on [-1/2, 1/2]
 * (largest relative error in f32 1.9e-7, scripts/fit-exp2.mjs; p(0) = 1 exactly, so the leader's weight is exactly 1).
 * The constants are loaded from a table: engines rebuild vector constants inside loops, and the compiler cannot fold a load into one.
 */
import { fma } from "./vector";

/** Constants of 2^t: magic, lowest, floor, one, then the coefficients 1 ... 5 of the polynomial, f32 each. */
export const table = memory.data<f32>([
  12582912.0, // 1.5 * 2^23: adding it rounds to a whole number, whose low bits are those of the sum
  -100.0, // below this the power is 0 in any case
  -60.0, // weights under 2^-60 are dropped: together under 2^-29 of the leader's for any M below 2^31
  1.0,
  0.6931470036506653,
  0.24022242426872253,
  0.05550733581185341,
  0.009671512991189957,
  0.001326472731307149,
]);

// @ts-ignore: decorator
@inline
function exp2Vector(t: v128, magic: v128, low: v128, floor: v128, one: v128, c1: v128, c2: v128, c3: v128, c4: v128, c5: v128): v128 {
  const x = f32x4.pmax(t, low);
  const shifted = f32x4.add(x, magic);
  const r = f32x4.sub(x, f32x4.sub(shifted, magic));
  let p = fma(c5, r, c4);
  p = fma(p, r, c3);
  p = fma(p, r, c2);
  p = fma(p, r, c1);
  p = fma(p, r, one);
  const power = i32x4.add(p, i32x4.shl(shifted, 23));
  return v128.and(power, f32x4.ge(t, floor));
}

/**
 * row[i] <- 2^(row[i] - maximum), for 4 * vectors entries (an even number of vectors).
 * @returns the sum in `sums[0]` and the sum of squares in `sums[1]` (f32 each).
 */
export function expRow(row: usize, vectors: i32, maximum: f32, sums: usize): void {
  const magic = v128.load32_splat(table);
  const low = v128.load32_splat(table, 4);
  const floor = v128.load32_splat(table, 8);
  const one = v128.load32_splat(table, 12);
  const c1 = v128.load32_splat(table, 16);
  const c2 = v128.load32_splat(table, 20);
  const c3 = v128.load32_splat(table, 24);
  const c4 = v128.load32_splat(table, 28);
  const c5 = v128.load32_splat(table, 32);
  const shift = f32x4.splat(maximum);
  let sum = f32x4.splat(0);
  let squares = f32x4.splat(0);
  const end = row + ((<usize>vectors) << 4);
  for (let at = row; at < end; at += 32) {
    const a = exp2Vector(f32x4.sub(v128.load(at), shift), magic, low, floor, one, c1, c2, c3, c4, c5);
    const b = exp2Vector(f32x4.sub(v128.load(at, 16), shift), magic, low, floor, one, c1, c2, c3, c4, c5);
    v128.store(at, a);
    v128.store(at, b, 16);
    sum = f32x4.add(sum, f32x4.add(a, b));
    squares = fma(a, a, squares);
    squares = fma(b, b, squares);
  }
  store<f32>(sums, f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 2) + (f32x4.extract_lane(sum, 1) + f32x4.extract_lane(sum, 3)));
  store<f32>(sums, f32x4.extract_lane(squares, 0) + f32x4.extract_lane(squares, 2) + (f32x4.extract_lane(squares, 1) + f32x4.extract_lane(squares, 3)), 4);
}

/** 2^t of one number, by the same polynomial. */
export function exp2One(t: f32): f32 {
  if (t < -60) return 0;
  const shifted = t + 12582912.0;
  const r = t - (shifted - 12582912.0);
  let p: f32 = load<f32>(table, 32);
  p = p * r + load<f32>(table, 28);
  p = p * r + load<f32>(table, 24);
  p = p * r + load<f32>(table, 20);
  p = p * r + load<f32>(table, 16);
  p = p * r + 1;
  return reinterpret<f32>(reinterpret<i32>(p) + (reinterpret<i32>(shifted) << 23));
}
