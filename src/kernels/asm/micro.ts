/**
 * The two inner loops everything rests on: four queries against eight keys, and four rows of weights against eight columns of values. 4 x 8 is the one shape that
 * keeps its accumulators in registers on every engine; the wide build has 4 x 16, which an engine that joins vectors in pairs keeps in as many registers of twice the width. The loops are deliberately not unrolled: unrolled source is regrouped by the optimiser into dependent chains.
 */
import { fma } from "./vector";
import { panelKeys } from "./width";

/** scores[r][j] = sum_k queryPanel[k][r] * keyPanel[k][j], r < 4, j < panelKeys; rows of `scores` are `stride` bytes apart. */
export function microScores(queryPanel: usize, keyPanel: usize, d: i32, scores: usize, stride: usize): void {
  if (panelKeys == 16) microScores16(queryPanel, keyPanel, d, scores, stride, true);
  else microScores8(queryPanel, keyPanel, d, scores, stride, true);
}

/** The same, going on from the sums that `scores` holds: the bits are those of one pass over all of k. */
export function microScoresOn(queryPanel: usize, keyPanel: usize, d: i32, scores: usize, stride: usize): void {
  if (panelKeys == 16) microScores16(queryPanel, keyPanel, d, scores, stride, false);
  else microScores8(queryPanel, keyPanel, d, scores, stride, false);
}

/** Where a sum starts: at zero, or at what was stored. */
// @ts-ignore: decorator
@inline
function start(at: usize, fresh: bool): v128 {
  return fresh ? f32x4.splat(0) : v128.load(at);
}

// @ts-ignore: decorator
@inline
function microScores8(queryPanel: usize, keyPanel: usize, d: i32, scores: usize, stride: usize, fresh: bool): void {
  let a0 = start(scores, fresh);
  let a1 = start(scores + 16, fresh);
  let b0 = start(scores + stride, fresh);
  let b1 = start(scores + stride + 16, fresh);
  let c0 = start(scores + 2 * stride, fresh);
  let c1 = start(scores + 2 * stride + 16, fresh);
  let d0 = start(scores + 3 * stride, fresh);
  let d1 = start(scores + 3 * stride + 16, fresh);
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

// @ts-ignore: decorator
@inline
function microScores16(queryPanel: usize, keyPanel: usize, d: i32, scores: usize, stride: usize, fresh: bool): void {
  let a0 = start(scores, fresh);
  let a1 = start(scores + 16, fresh);
  let a2 = start(scores + 32, fresh);
  let a3 = start(scores + 48, fresh);
  let b0 = start(scores + stride, fresh);
  let b1 = start(scores + stride + 16, fresh);
  let b2 = start(scores + stride + 32, fresh);
  let b3 = start(scores + stride + 48, fresh);
  let c0 = start(scores + 2 * stride, fresh);
  let c1 = start(scores + 2 * stride + 16, fresh);
  let c2 = start(scores + 2 * stride + 32, fresh);
  let c3 = start(scores + 2 * stride + 48, fresh);
  let e0 = start(scores + 3 * stride, fresh);
  let e1 = start(scores + 3 * stride + 16, fresh);
  let e2 = start(scores + 3 * stride + 32, fresh);
  let e3 = start(scores + 3 * stride + 48, fresh);
  const end = queryPanel + ((<usize>d) << 4);
  let key = keyPanel;
  for (let query = queryPanel; query < end; query += 16) {
    const k0 = v128.load(key);
    const k1 = v128.load(key, 16);
    const k2 = v128.load(key, 32);
    const k3 = v128.load(key, 48);
    let q = v128.load32_splat(query);
    a0 = fma(q, k0, a0);
    a1 = fma(q, k1, a1);
    a2 = fma(q, k2, a2);
    a3 = fma(q, k3, a3);
    q = v128.load32_splat(query, 4);
    b0 = fma(q, k0, b0);
    b1 = fma(q, k1, b1);
    b2 = fma(q, k2, b2);
    b3 = fma(q, k3, b3);
    q = v128.load32_splat(query, 8);
    c0 = fma(q, k0, c0);
    c1 = fma(q, k1, c1);
    c2 = fma(q, k2, c2);
    c3 = fma(q, k3, c3);
    q = v128.load32_splat(query, 12);
    e0 = fma(q, k0, e0);
    e1 = fma(q, k1, e1);
    e2 = fma(q, k2, e2);
    e3 = fma(q, k3, e3);
    key += 64;
  }
  v128.store(scores, a0);
  v128.store(scores, a1, 16);
  v128.store(scores, a2, 32);
  v128.store(scores, a3, 48);
  v128.store(scores + stride, b0);
  v128.store(scores + stride, b1, 16);
  v128.store(scores + stride, b2, 32);
  v128.store(scores + stride, b3, 48);
  v128.store(scores + 2 * stride, c0);
  v128.store(scores + 2 * stride, c1, 16);
  v128.store(scores + 2 * stride, c2, 32);
  v128.store(scores + 2 * stride, c3, 48);
  v128.store(scores + 3 * stride, e0);
  v128.store(scores + 3 * stride, e1, 16);
  v128.store(scores + 3 * stride, e2, 32);
  v128.store(scores + 3 * stride, e3, 48);
}

/**
 * y[r][c] += sum_{j < count} weights[r][j] * values[j][c], r < 4, for all c < columns; columns beyond a multiple of eight run into the padding of y and the next
 * row of the values (finite numbers that nobody reads). Rows of weights are weightStride bytes apart, of y yStride, of values valueStride.
 */
export function microValues(weights: usize, weightStride: usize, values: usize, valueStride: usize, count: i32, columns: i32, y: usize, yStride: usize): void {
  microValuesTiles(weights, weightStride, values, valueStride, count, columns, y, yStride, 1);
}

/** The same for tiles of four rows one after another (bit t of `live` says whether tile t is wanted): a strip of the values is read once for all of them. */
export function microValuesTiles(weights: usize, weightStride: usize, values: usize, valueStride: usize, count: i32, columns: i32, y: usize, yStride: usize, live: i32): void {
  const tileWeights = 4 * weightStride;
  const tileY = 4 * yStride;
  let c = 0;
  if (panelKeys == 16) {
    for (; c + 8 < columns; c += 16) {
      const at = (<usize>c) << 2;
      for (let t: usize = 0; live >> <i32>t; t++) {
        if ((live >> <i32>t) & 1) microValues16(weights + t * tileWeights, weightStride, values + at, valueStride, count, y + t * tileY + at, yStride);
      }
    }
  }
  for (; c < columns; c += 8) {
    const at = (<usize>c) << 2;
    for (let t: usize = 0; live >> <i32>t; t++) {
      if ((live >> <i32>t) & 1) microValues8(weights + t * tileWeights, weightStride, values + at, valueStride, count, y + t * tileY + at, yStride);
    }
  }
}

// @ts-ignore: decorator
@inline
function microValues8(weights: usize, weightStride: usize, values: usize, valueStride: usize, count: i32, y: usize, yStride: usize): void {
  const w1 = weightStride;
  const w2 = 2 * weightStride;
  const w3 = 3 * weightStride;
  const end = weights + ((<usize>count) << 2);
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  let d0 = f32x4.splat(0);
  let d1 = f32x4.splat(0);
  let value = values;
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
  let to = y;
  storeTwo(to, a0, a1);
  to += yStride;
  storeTwo(to, b0, b1);
  to += yStride;
  storeTwo(to, c0, c1);
  to += yStride;
  storeTwo(to, d0, d1);
}

function microValues16(weights: usize, weightStride: usize, values: usize, valueStride: usize, count: i32, y: usize, yStride: usize): void {
  const w1 = weightStride;
  const w2 = 2 * weightStride;
  const w3 = 3 * weightStride;
  const end = weights + ((<usize>count) << 2);
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let a2 = f32x4.splat(0);
  let a3 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let b2 = f32x4.splat(0);
  let b3 = f32x4.splat(0);
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  let c2 = f32x4.splat(0);
  let c3 = f32x4.splat(0);
  let e0 = f32x4.splat(0);
  let e1 = f32x4.splat(0);
  let e2 = f32x4.splat(0);
  let e3 = f32x4.splat(0);
  let value = values;
  for (let w = weights; w < end; w += 4) {
    const v0 = v128.load(value);
    const v1 = v128.load(value, 16);
    const v2 = v128.load(value, 32);
    const v3 = v128.load(value, 48);
    let p = v128.load32_splat(w);
    a0 = fma(p, v0, a0);
    a1 = fma(p, v1, a1);
    a2 = fma(p, v2, a2);
    a3 = fma(p, v3, a3);
    p = v128.load32_splat(w + w1);
    b0 = fma(p, v0, b0);
    b1 = fma(p, v1, b1);
    b2 = fma(p, v2, b2);
    b3 = fma(p, v3, b3);
    p = v128.load32_splat(w + w2);
    c0 = fma(p, v0, c0);
    c1 = fma(p, v1, c1);
    c2 = fma(p, v2, c2);
    c3 = fma(p, v3, c3);
    p = v128.load32_splat(w + w3);
    e0 = fma(p, v0, e0);
    e1 = fma(p, v1, e1);
    e2 = fma(p, v2, e2);
    e3 = fma(p, v3, e3);
    value += valueStride;
  }
  let to = y;
  storeTwo(to, a0, a1);
  storeTwo(to + 32, a2, a3);
  to += yStride;
  storeTwo(to, b0, b1);
  storeTwo(to + 32, b2, b3);
  to += yStride;
  storeTwo(to, c0, c1);
  storeTwo(to + 32, c2, c3);
  to += yStride;
  storeTwo(to, e0, e1);
  storeTwo(to + 32, e2, e3);
}

/** to[0..3] += a, to[4..7] += b. Both loads before both stores: a load between them would keep an engine from joining the pair. */
// @ts-ignore: decorator
@inline
function storeTwo(to: usize, a: v128, b: v128): void {
  const first = f32x4.add(v128.load(to), a);
  const second = f32x4.add(v128.load(to, 16), b);
  v128.store(to, first);
  v128.store(to, second, 16);
}
