/**
 * Streaming retrieval for one query: reads the keys strictly in order, once, sixteen rows at a time, and uses each block for the sum of values while it is still in
 * the cache. Memory bandwidth is the limit here, not arithmetic, and interleaved rows lose more than half of it.
 */
import { fma, sumLanes } from "./vector";
import { clearStates, foldBlock } from "./state";

/** Sum_k q[k] (x[k] - centre[k]) with four accumulators; q holds d floats. */
// @ts-ignore: decorator
@inline
export function dotRow(q: usize, x: usize, d: i32, centre: usize): f32 {
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  let c = f32x4.splat(0);
  let e = f32x4.splat(0);
  const wide = (<usize>(d & ~15)) << 2;
  const whole = (<usize>(d & ~3)) << 2;
  const end = (<usize>d) << 2;
  let at: usize = 0;
  if (centre) {
    for (; at < wide; at += 64) {
      a = fma(v128.load(q + at), f32x4.sub(v128.load(x + at), v128.load(centre + at)), a);
      b = fma(v128.load(q + at, 16), f32x4.sub(v128.load(x + at, 16), v128.load(centre + at, 16)), b);
      c = fma(v128.load(q + at, 32), f32x4.sub(v128.load(x + at, 32), v128.load(centre + at, 32)), c);
      e = fma(v128.load(q + at, 48), f32x4.sub(v128.load(x + at, 48), v128.load(centre + at, 48)), e);
    }
    for (; at < whole; at += 16) a = fma(v128.load(q + at), f32x4.sub(v128.load(x + at), v128.load(centre + at)), a);
  } else {
    for (; at < wide; at += 64) {
      a = fma(v128.load(q + at), v128.load(x + at), a);
      b = fma(v128.load(q + at, 16), v128.load(x + at, 16), b);
      c = fma(v128.load(q + at, 32), v128.load(x + at, 32), c);
      e = fma(v128.load(q + at, 48), v128.load(x + at, 48), e);
    }
    for (; at < whole; at += 16) a = fma(v128.load(q + at), v128.load(x + at), a);
  }
  let sum = sumLanes(f32x4.add(f32x4.add(a, b), f32x4.add(c, e)));
  for (; at < end; at += 4) sum += load<f32>(q + at) * (load<f32>(x + at) - (centre ? load<f32>(centre + at) : 0));
  return sum;
}

/** As dotRow but for the horizontal sum: four partial sums in the lanes, for d a multiple of four. */
// @ts-ignore: decorator
@inline
function partialRow(q: usize, x: usize, d: i32): v128 {
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  let c = f32x4.splat(0);
  let e = f32x4.splat(0);
  const wide = (<usize>(d & ~15)) << 2;
  const end = (<usize>d) << 2;
  let at: usize = 0;
  for (; at < wide; at += 64) {
    a = fma(v128.load(q + at), v128.load(x + at), a);
    b = fma(v128.load(q + at, 16), v128.load(x + at, 16), b);
    c = fma(v128.load(q + at, 32), v128.load(x + at, 32), c);
    e = fma(v128.load(q + at, 48), v128.load(x + at, 48), e);
  }
  for (; at < end; at += 16) a = fma(v128.load(q + at), v128.load(x + at), a);
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, e));
}

/** Four rows one after another, their horizontal sums together: lane j is q . x_j, summed as sumLanes does. */
// @ts-ignore: decorator
@inline
function dotFourRows(q: usize, x: usize, d: i32): v128 {
  const stride = (<usize>d) << 2;
  const r0 = partialRow(q, x, d);
  const r1 = partialRow(q, x + stride, d);
  const r2 = partialRow(q, x + 2 * stride, d);
  const r3 = partialRow(q, x + 3 * stride, d);
  const low = f32x4.add(v128.shuffle<f32>(r0, r1, 0, 1, 4, 5), v128.shuffle<f32>(r0, r1, 2, 3, 6, 7));
  const high = f32x4.add(v128.shuffle<f32>(r2, r3, 0, 1, 4, 5), v128.shuffle<f32>(r2, r3, 2, 3, 6, 7));
  return f32x4.add(v128.shuffle<f32>(low, high, 0, 2, 4, 6), v128.shuffle<f32>(low, high, 1, 3, 5, 7));
}

/**
 * As accumulate, for one query that is scaled and centred already and stored plainly (d floats).
 * @param y dv floats rounded up to eight. @param scratch 512 bytes.
 */
export function accumulateOne(
  q: usize,
  d: i32,
  keys: usize,
  values: usize,
  first: i32,
  last: i32,
  dv: i32,
  centre: usize,
  keyScale: usize,
  keyBias: usize,
  biasFactor: f32,
  mask: usize,
  reach: f32,
  fresh: bool,
  state: usize,
  y: usize,
  yStride: i32,
  scratch: usize,
): void {
  const scores = scratch;
  const sums = scratch + 256;
  const keyStride = (<usize>d) << 2;
  const valueStride = (<usize>dv) << 2;
  // Blocks short enough to be in the first-level cache when the values are read; longer ones share the fixed cost of a block.
  const block = d <= 64 ? 32 : 16;
  const plain = !centre && !mask && (d & 3) == 0;
  if (fresh) clearStates(state, 1, y, yStride);
  for (let base = first; base < last; base += block) {
    const count = min(block, last - base);
    let key = keys + <usize>base * keyStride;
    let j = 0;
    if (plain) {
      for (; j + 4 <= count; j += 4) {
        let z = dotFourRows(q, key, d);
        const i = (<usize>(base + j)) << 2;
        if (keyScale) z = f32x4.mul(z, v128.load(keyScale + i));
        if (keyBias) z = f32x4.add(z, f32x4.mul(v128.load(keyBias + i), f32x4.splat(biasFactor)));
        v128.store(scores + ((<usize>j) << 2), z);
        key += 4 * keyStride;
      }
    }
    for (; j < count; j++) {
      const i = (<usize>(base + j)) << 2;
      let z: f32 = -Infinity;
      if (!mask || load<u8>(mask + <usize>(base + j))) {
        z = dotRow(q, key, d, centre);
        if (keyScale) z *= load<f32>(keyScale + i);
        if (keyBias) z += load<f32>(keyBias + i) * biasFactor;
      }
      store<f32>(scores + ((<usize>j) << 2), z);
      key += keyStride;
    }
    for (let k = count; k < block; k++) store<f32>(scores + ((<usize>k) << 2), -Infinity);
    if (!foldBlock(scores, block >> 2, base, state, y, yStride, reach, sums)) continue;
    addRows(scores, values + <usize>base * valueStride, valueStride, count, dv, y);
  }
}

/**
 * y[c] += sum_j w[j] v[j][c]: sixteen columns at a time, so that each block adds one rounded partial sum to y; thirty-two where multiplying and adding is one instruction (the separate product of the
 * plain build takes the registers that this would need).
 */
function addRows(weights: usize, values: usize, valueStride: usize, count: i32, columns: i32, y: usize): void {
  const end = weights + ((<usize>count) << 2);
  let c = 0;
  if (ASC_FEATURE_RELAXED_SIMD) {
    for (; c + 32 <= columns; c += 32) addThirtyTwo(weights, end, values + ((<usize>c) << 2), valueStride, y + ((<usize>c) << 2));
  }
  for (; c + 16 <= columns; c += 16) {
    const at = (<usize>c) << 2;
    let a0 = f32x4.splat(0);
    let a1 = f32x4.splat(0);
    let a2 = f32x4.splat(0);
    let a3 = f32x4.splat(0);
    let value = values + at;
    for (let w = weights; w < end; w += 4) {
      const p = v128.load32_splat(w);
      a0 = fma(p, v128.load(value), a0);
      a1 = fma(p, v128.load(value, 16), a1);
      a2 = fma(p, v128.load(value, 32), a2);
      a3 = fma(p, v128.load(value, 48), a3);
      value += valueStride;
    }
    const to = y + at;
    v128.store(to, f32x4.add(v128.load(to), a0));
    v128.store(to, f32x4.add(v128.load(to, 16), a1), 16);
    v128.store(to, f32x4.add(v128.load(to, 32), a2), 32);
    v128.store(to, f32x4.add(v128.load(to, 48), a3), 48);
  }
  for (; c < columns; c += 4) {
    const at = (<usize>c) << 2;
    let a = f32x4.splat(0);
    let value = values + at;
    for (let w = weights; w < end; w += 4) {
      a = fma(v128.load32_splat(w), v128.load(value), a);
      value += valueStride;
    }
    v128.store(y + at, f32x4.add(v128.load(y + at), a));
  }
}

// @ts-ignore: decorator
@inline
function addThirtyTwo(weights: usize, end: usize, value: usize, valueStride: usize, to: usize): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let a4 = a0;
  let a5 = a0;
  let a6 = a0;
  let a7 = a0;
  for (let w = weights; w < end; w += 4) {
    const p = v128.load32_splat(w);
    a0 = fma(p, v128.load(value), a0);
    a1 = fma(p, v128.load(value, 16), a1);
    a2 = fma(p, v128.load(value, 32), a2);
    a3 = fma(p, v128.load(value, 48), a3);
    a4 = fma(p, v128.load(value, 64), a4);
    a5 = fma(p, v128.load(value, 80), a5);
    a6 = fma(p, v128.load(value, 96), a6);
    a7 = fma(p, v128.load(value, 112), a7);
    value += valueStride;
  }
  v128.store(to, f32x4.add(v128.load(to), a0));
  v128.store(to, f32x4.add(v128.load(to, 16), a1), 16);
  v128.store(to, f32x4.add(v128.load(to, 32), a2), 32);
  v128.store(to, f32x4.add(v128.load(to, 48), a3), 48);
  v128.store(to, f32x4.add(v128.load(to, 64), a4), 64);
  v128.store(to, f32x4.add(v128.load(to, 80), a5), 80);
  v128.store(to, f32x4.add(v128.load(to, 96), a6), 96);
  v128.store(to, f32x4.add(v128.load(to, 112), a7), 112);
}
