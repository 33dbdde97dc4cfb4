/** 2^t of four f32 lanes for t <= 0, as in exp.ts: round to a whole number by a large addend, polynomial on the rest. Relative error below 3e-7; 0 below t = -126. */
// @ts-ignore: decorator
@inline
export function exp2(t: v128): v128 {
  const magic = f32x4.splat(12582912.0);
  const x = f32x4.pmax(t, f32x4.splat(-126.0));
  const shifted = f32x4.add(x, magic);
  const r = f32x4.sub(x, f32x4.sub(shifted, magic));
  let p = f32x4.add(f32x4.mul(f32x4.splat(0.001326472731307149), r), f32x4.splat(0.009671512991189957));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.05550733581185341));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.24022242426872253));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.6931470036506653));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0));
  return v128.and(i32x4.add(p, i32x4.shl(shifted, 23)), f32x4.gt(t, f32x4.splat(-126.0)));
}

export const log2e: f32 = 1.4426950408889634;

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
