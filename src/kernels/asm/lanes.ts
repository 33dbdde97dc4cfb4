/** Four vectors at a time. */

/** Sums of the lanes of four vectors, (0 + 2) + (1 + 3) each. */
// @ts-ignore: decorator
@inline
export function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(i32x4.shuffle(a, b, 0, 1, 4, 5), i32x4.shuffle(a, b, 2, 3, 6, 7));
  const cd = f32x4.add(i32x4.shuffle(c, d, 0, 1, 4, 5), i32x4.shuffle(c, d, 2, 3, 6, 7));
  return f32x4.add(i32x4.shuffle(ab, cd, 0, 2, 4, 6), i32x4.shuffle(ab, cd, 1, 3, 5, 7));
}

/** The number `at` bytes behind each of four addresses. */
// @ts-ignore: decorator
@inline
export function across(a: usize, b: usize, c: usize, d: usize, at: usize): v128 {
  let x = f32x4.splat(load<f32>(a + at));
  x = f32x4.replace_lane(x, 1, load<f32>(b + at));
  x = f32x4.replace_lane(x, 2, load<f32>(c + at));
  return f32x4.replace_lane(x, 3, load<f32>(d + at));
}
