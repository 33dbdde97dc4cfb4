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

/**
 * As accumulate, for one query that is scaled and centred already and stored plainly (d floats).
 * @param y dv floats rounded up to eight. @param scratch 128 bytes.
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
  const sums = scratch + 64;
  const keyStride = (<usize>d) << 2;
  const valueStride = (<usize>dv) << 2;
  if (fresh) clearStates(state, 1, y, yStride);
  for (let base = first; base < last; base += 16) {
    const count = min(16, last - base);
    let key = keys + <usize>base * keyStride;
    for (let j = 0; j < count; j++) {
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
    for (let j = count; j < 16; j++) store<f32>(scores + ((<usize>j) << 2), -Infinity);
    if (!foldBlock(scores, 4, base, state, y, yStride, reach, sums)) continue;
    addRows(scores, values + <usize>base * valueStride, valueStride, count, dv, y);
  }
}

/** y[c] += sum_j w[j] v[j][c]: sixteen columns at a time, so that each block adds one rounded partial sum to y. */
function addRows(weights: usize, values: usize, valueStride: usize, count: i32, columns: i32, y: usize): void {
  const end = weights + ((<usize>count) << 2);
  let c = 0;
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
