/**
 * Keys as 16-bit whole numbers with a scale each, for scanning: x_i ~ scale_i * short. Half the memory of f32, 2^-16 of a row's largest entry at most lost from each: so close that
 * few keys are left to weigh exactly even where many scores lie side by side.
 */

/**
 * Rounds `count` rows of d f32: scale_i = max|x| / 32767.
 * @param out count x stride i16, stride = d rounded up to 16, padded with zeros. @param scales count f32. @returns the largest norm of what rounding took from a row.
 */
export function quantiseShorts(x: usize, count: i32, d: i32, out: usize, scales: usize): f32 {
  const stride = (d + 15) & ~15;
  let worst: f64 = 0;
  for (let i = 0; i < count; i++) {
    const row = x + ((<usize>i * <usize>d) << 2);
    const shorts = out + ((<usize>i * <usize>stride) << 1);
    let largest: f32 = 0;
    for (let k = 0; k < d; k++) largest = max(largest, abs(load<f32>(row + ((<usize>k) << 2))));
    const scale: f32 = largest / 32767;
    store<f32>(scales + ((<usize>i) << 2), scale);
    let lost: f64 = 0;
    for (let k = 0; k < stride; k++) {
      const v: f32 = k < d ? load<f32>(row + ((<usize>k) << 2)) : 0;
      const b: f32 = scale > 0 ? max(<f32>-32767, min(<f32>32767, nearest(v / scale))) : 0;
      store<i16>(shorts + ((<usize>k) << 1), <i16>b);
      const rest = <f64>v - <f64>b * <f64>scale;
      lost += rest * rest;
    }
    worst = max(worst, lost);
  }
  return <f32>(Math.sqrt(worst) * 1.000001);
}

/**
 * scores[i - first] = (high . shorts_i + low . shorts_i * lowScale) * scale_i * queryScale + keyBias_i for keys first ... last: the query in two digits, because one of few enough bits
 * for a sum of 32 would be coarser than the keys.
 * @param q the high digits, d i16 rounded up to 16 and padded with zeros, then the low ones. @param keyBias f32 or 0.
 */
export function scoreShorts(q: usize, d: i32, shorts: usize, scales: usize, first: i32, last: i32, queryScale: f32, lowScale: f32, keyBias: usize, scores: usize): void {
  const stride = (<usize>((d + 15) & ~15)) << 1;
  const digits = q + stride;
  let row = shorts + <usize>first * stride;
  for (let i = first; i < last; i++) {
    let a = i32x4.splat(0);
    let b = i32x4.splat(0);
    for (let k: usize = 0; k < stride; k += 16) {
      const x = v128.load(row + k);
      a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(q + k), x));
      b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(digits + k), x));
    }
    const high = i32x4.extract_lane(a, 0) + i32x4.extract_lane(a, 1) + (i32x4.extract_lane(a, 2) + i32x4.extract_lane(a, 3));
    const low = i32x4.extract_lane(b, 0) + i32x4.extract_lane(b, 1) + (i32x4.extract_lane(b, 2) + i32x4.extract_lane(b, 3));
    const at = (<usize>i) << 2;
    let s: f32 = (<f32>high + <f32>low * lowScale) * (load<f32>(scales + at) * queryScale);
    if (keyBias) s += load<f32>(keyBias + at);
    store<f32>(scores + at - ((<usize>first) << 2), s);
    row += stride;
  }
}
