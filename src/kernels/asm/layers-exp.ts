/** Constants in memory, f32 each: engines rebuild vector constants at every turn of a loop, and the compiler cannot fold a load into one. */
const table = memory.data<f32>([
  12582912.0, // 1.5 * 2^23: adding it rounds to a whole number, whose low bits are those of the sum
  -126.0,
  0.001326472731307149,
  0.009671512991189957,
  0.05550733581185341,
  0.24022242426872253,
  0.6931470036506653,
  1.0,
  1.4426950408889634, // log2 e
]);

/** 2^t of four f32 lanes for t <= 0, as in exp.ts: round to a whole number by a large addend, polynomial on the rest. Relative error below 3e-7; 0 below t = -126. */
// @ts-ignore: decorator
@inline
export function exp2(t: v128): v128 {
  const low = v128.load32_splat(table, 4);
  const magic = v128.load32_splat(table);
  const x = f32x4.pmax(t, low);
  const shifted = f32x4.add(x, magic);
  const r = f32x4.sub(x, f32x4.sub(shifted, magic));
  let p = f32x4.add(f32x4.mul(v128.load32_splat(table, 8), r), v128.load32_splat(table, 12));
  p = f32x4.add(f32x4.mul(p, r), v128.load32_splat(table, 16));
  p = f32x4.add(f32x4.mul(p, r), v128.load32_splat(table, 20));
  p = f32x4.add(f32x4.mul(p, r), v128.load32_splat(table, 24));
  p = f32x4.add(f32x4.mul(p, r), v128.load32_splat(table, 28));
  return v128.and(i32x4.add(p, i32x4.shl(shifted, 23)), f32x4.gt(t, low));
}

/** log2 e in every lane. */
// @ts-ignore: decorator
@inline
export function log2e(): v128 {
  return v128.load32_splat(table, 32);
}

/** 1 in every lane. */
// @ts-ignore: decorator
@inline
function one(): v128 {
  return v128.load32_splat(table, 28);
}

/** 1 / (1 + e^-x), from an exponential of a number that is not above 0. Relative error below 6e-7. */
// @ts-ignore: decorator
@inline
export function logistic(x: v128): v128 {
  const e = exp2(f32x4.neg(f32x4.mul(f32x4.abs(x), log2e())));
  return f32x4.div(v128.bitselect(e, one(), f32x4.lt(x, f32x4.splat(0))), f32x4.add(one(), e));
}

/** (1 - e^-2|x|) / (1 + e^-2|x|) with the sign of x; below 1/4, where that difference loses digits, the series x - x^3 / 3 + ... to x^9, whose rest is below 1e-8 of it there. Relative error below 1e-6. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const size = f32x4.abs(x);
  const e = exp2(f32x4.neg(f32x4.mul(f32x4.add(size, size), log2e())));
  const far = f32x4.div(f32x4.sub(one(), e), f32x4.add(one(), e));
  const z = f32x4.mul(x, x);
  let series = f32x4.add(f32x4.mul(z, f32x4.splat(62.0 / 2835)), f32x4.splat(-17.0 / 315));
  series = f32x4.add(f32x4.mul(series, z), f32x4.splat(2.0 / 15));
  series = f32x4.add(f32x4.mul(series, z), f32x4.splat(-1.0 / 3));
  const near = f32x4.add(size, f32x4.mul(f32x4.mul(size, z), series));
  const value = v128.bitselect(near, far, f32x4.lt(size, f32x4.splat(0.25)));
  return v128.or(value, v128.and(x, f32x4.splat(-0.0)));
}

/** Up to four numbers of a row, `fill` beyond its end. */
// @ts-ignore: decorator
@inline
export function four(at: usize, count: i32, fill: f32): v128 {
  if (count >= 4) return v128.load(at);
  let x = f32x4.splat(fill);
  x = f32x4.replace_lane(x, 0, load<f32>(at));
  if (count > 1) x = f32x4.replace_lane(x, 1, load<f32>(at, 4));
  if (count > 2) x = f32x4.replace_lane(x, 2, load<f32>(at, 8));
  return x;
}

// @ts-ignore: decorator
@inline
export function putFour(at: usize, x: v128, count: i32): void {
  if (count >= 4) v128.store(at, x);
  else {
    store<f32>(at, f32x4.extract_lane(x, 0));
    if (count > 1) store<f32>(at, f32x4.extract_lane(x, 1), 4);
    if (count > 2) store<f32>(at, f32x4.extract_lane(x, 2), 8);
  }
}
