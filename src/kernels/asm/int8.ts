/**
 * Keys as signed bytes with a scale each, for scanning: x_i ~ scale_i * byte. A scan reads a quarter of the memory; what it finds is weighed again exactly, so that only its error bound
 * matters, never its error.
 */

/**
 * Rounds `count` rows of d f32 to bytes: scale_i = max|x| / 127.
 * @param out count x stride bytes, stride = d rounded up to 16, padded with zeros. @param scales count f32. @returns the largest norm of what rounding took from a row.
 */
export function quantiseRows(x: usize, count: i32, d: i32, out: usize, scales: usize): f32 {
  const stride = (d + 15) & ~15;
  let worst: f64 = 0;
  for (let i = 0; i < count; i++) {
    const row = x + ((<usize>i * <usize>d) << 2);
    const bytes = out + <usize>i * <usize>stride;
    let largest: f32 = 0;
    for (let k = 0; k < d; k++) largest = max(largest, abs(load<f32>(row + ((<usize>k) << 2))));
    const scale: f32 = largest / 127;
    store<f32>(scales + ((<usize>i) << 2), scale);
    let lost: f64 = 0;
    for (let k = 0; k < stride; k++) {
      const v: f32 = k < d ? load<f32>(row + ((<usize>k) << 2)) : 0;
      const b: f32 = scale > 0 ? nearest(v / scale) : 0;
      store<i8>(bytes + <usize>k, <i8>b);
      const rest = <f64>v - <f64>b * <f64>scale;
      lost += rest * rest;
    }
    worst = max(worst, lost);
  }
  return <f32>(Math.sqrt(worst) * 1.000001);
}

/**
 * scores[i - first] = (q . bytes_i) * scale_i * queryScale + keyBias_i for keys first ... last.
 * @param q d i16 rounded up to 16 and padded with zeros, small enough that a sum fits 32 bits. @param keyBias f32 or 0.
 */
export function scoreBytes(q: usize, d: i32, bytes: usize, scales: usize, first: i32, last: i32, queryScale: f32, keyBias: usize, scores: usize): void {
  const stride = <usize>((d + 15) & ~15);
  let row = bytes + <usize>first * stride;
  for (let i = first; i < last; i++) {
    let a = i32x4.splat(0);
    let b = i32x4.splat(0);
    for (let k: usize = 0; k < stride; k += 16) {
      a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(q + (k << 1)), v128.load_ext<i8>(row + k)));
      b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(q + (k << 1), 16), v128.load_ext<i8>(row + k, 8)));
    }
    const sum = i32x4.add(a, b);
    const dot = i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + (i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3));
    const at = (<usize>i) << 2;
    let s: f32 = <f32>dot * (load<f32>(scales + at) * queryScale);
    if (keyBias) s += load<f32>(keyBias + at);
    store<f32>(scores + at - ((<usize>first) << 2), s);
    row += stride;
  }
}
