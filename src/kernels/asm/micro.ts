/**
 * The two inner loops everything rests on: four queries against eight keys, and four rows of weights against eight columns of values. 4 x 8 is the one shape that
 * keeps its accumulators in registers on every engine. The loops are deliberately not unrolled: unrolled source is regrouped by the optimiser into dependent chains.
 */
import { fma } from "./vector";

/** scores[r][j] = sum_k queryPanel[k][r] * keyPanel[k][j], r < 4, j < 8; rows of `scores` are `stride` bytes apart. */
export function microScores(queryPanel: usize, keyPanel: usize, d: i32, scores: usize, stride: usize): void {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  let d0 = f32x4.splat(0);
  let d1 = f32x4.splat(0);
  const end = queryPanel + ((<usize>d) << 4);
  let key = keyPanel;
  for (let query = queryPanel; query < end; query += 16) {
    const k0 = v128.load(key);
    const k1 = v128.load(key, 16);
    let q = v128.load32_splat(query);
    a0 = fma(q, k0, a0);
    a1 = fma(q, k1, a1);
    q = v128.load32_splat(query, 4);
    b0 = fma(q, k0, b0);
    b1 = fma(q, k1, b1);
    q = v128.load32_splat(query, 8);
    c0 = fma(q, k0, c0);
    c1 = fma(q, k1, c1);
    q = v128.load32_splat(query, 12);
    d0 = fma(q, k0, d0);
    d1 = fma(q, k1, d1);
    key += 32;
  }
  v128.store(scores, a0);
  v128.store(scores, a1, 16);
  v128.store(scores + stride, b0);
  v128.store(scores + stride, b1, 16);
  v128.store(scores + 2 * stride, c0);
  v128.store(scores + 2 * stride, c1, 16);
  v128.store(scores + 3 * stride, d0);
  v128.store(scores + 3 * stride, d1, 16);
}

/**
 * y[r][c] += sum_{j < count} weights[r][j] * values[j][c], r < 4, for all c < columns; columns beyond a multiple of eight run into the padding of y and the next
 * row of the values (finite numbers that nobody reads). Rows of weights are weightStride bytes apart, of y yStride, of values valueStride.
 */
export function microValues(weights: usize, weightStride: usize, values: usize, valueStride: usize, count: i32, columns: i32, y: usize, yStride: usize): void {
  const w1 = weightStride;
  const w2 = 2 * weightStride;
  const w3 = 3 * weightStride;
  const end = weights + ((<usize>count) << 2);
  for (let c = 0; c < columns; c += 8) {
    const at = (<usize>c) << 2;
    let a0 = f32x4.splat(0);
    let a1 = f32x4.splat(0);
    let b0 = f32x4.splat(0);
    let b1 = f32x4.splat(0);
    let c0 = f32x4.splat(0);
    let c1 = f32x4.splat(0);
    let d0 = f32x4.splat(0);
    let d1 = f32x4.splat(0);
    let value = values + at;
    for (let w = weights; w < end; w += 4) {
      const v0 = v128.load(value);
      const v1 = v128.load(value, 16);
      let p = v128.load32_splat(w);
      a0 = fma(p, v0, a0);
      a1 = fma(p, v1, a1);
      p = v128.load32_splat(w + w1);
      b0 = fma(p, v0, b0);
      b1 = fma(p, v1, b1);
      p = v128.load32_splat(w + w2);
      c0 = fma(p, v0, c0);
      c1 = fma(p, v1, c1);
      p = v128.load32_splat(w + w3);
      d0 = fma(p, v0, d0);
      d1 = fma(p, v1, d1);
      value += valueStride;
    }
    let to = y + at;
    v128.store(to, f32x4.add(v128.load(to), a0));
    v128.store(to, f32x4.add(v128.load(to, 16), a1), 16);
    to += yStride;
    v128.store(to, f32x4.add(v128.load(to), b0));
    v128.store(to, f32x4.add(v128.load(to, 16), b1), 16);
    to += yStride;
    v128.store(to, f32x4.add(v128.load(to), c0));
    v128.store(to, f32x4.add(v128.load(to, 16), c1), 16);
    to += yStride;
    v128.store(to, f32x4.add(v128.load(to), d0));
    v128.store(to, f32x4.add(v128.load(to, 16), d1), 16);
  }
}
