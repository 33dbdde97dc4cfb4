/** y = sum_j weights[j] * values[indices[j]], summed in f64 and rounded once: the answer of a row whose weights lie on chosen patterns. */
export function gather(values: usize, columns: i32, indices: usize, weights: usize, count: i32, sums: usize, y: usize): void {
  memory.fill(sums, 0, (<usize>columns) << 3);
  const stride = (<usize>columns) << 2;
  for (let j = 0; j < count; j++) {
    const weight = load<f64>(weights + ((<usize>j) << 3));
    if (weight == 0) continue;
    const w = f64x2.splat(weight);
    const v = values + <usize>load<i32>(indices + ((<usize>j) << 2)) * stride;
    let c = 0;
    for (; c + 4 <= columns; c += 4) {
      const to = sums + ((<usize>c) << 3);
      const x = v128.load(v + ((<usize>c) << 2));
      const low = f64x2.promote_low_f32x4(x);
      const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 0));
      v128.store(to, f64x2.add(v128.load(to), f64x2.mul(w, low)));
      v128.store(to, f64x2.add(v128.load(to, 16), f64x2.mul(w, high)), 16);
    }
    for (; c < columns; c++) {
      const to = sums + ((<usize>c) << 3);
      store<f64>(to, load<f64>(to) + weight * <f64>load<f32>(v + ((<usize>c) << 2)));
    }
  }
  for (let c = 0; c < columns; c++) store<f32>(y + ((<usize>c) << 2), <f32>load<f64>(sums + ((<usize>c) << 3)));
}
