/**
 * Layer norm of contiguous rows and its way back, four rows side by side: a row by itself would wait for its mean, then for its deviation. Four numbers at a time, then what is left; the bits of a
 * row do not depend on its neighbours.
 */
import { across, sums } from "./lanes";
import { fma } from "./vector";

// @ts-ignore: decorator
@inline
function lane(x: v128, r: i32): v128 {
  if (r == 0) return i32x4.shuffle(x, x, 0, 0, 0, 0);
  if (r == 1) return i32x4.shuffle(x, x, 1, 1, 1, 1);
  if (r == 2) return i32x4.shuffle(x, x, 2, 2, 2, 2);
  return i32x4.shuffle(x, x, 3, 3, 3, 3);
}

/** 1 / sqrt(x + eps) in f64, rounded once. */
// @ts-ignore: decorator
@inline
function inverseRoots(x: v128, eps: f32): v128 {
  const small = f64x2.splat(<f64>eps);
  const one = f64x2.splat(1);
  const low = f64x2.div(one, f64x2.sqrt(f64x2.add(f64x2.promote_low_f32x4(x), small)));
  const high = f64x2.div(one, f64x2.sqrt(f64x2.add(f64x2.promote_low_f32x4(i32x4.shuffle(x, x, 2, 3, 2, 3)), small)));
  return i32x4.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

/** y = gain * (x - mean) / sqrt(var + eps) + shift (gain 0: neither); keeps the normalised rows and 1 / sqrt(var + eps). */
export function layerNorm(x: usize, rows: i32, columns: i32, eps: f32, gain: usize, shift: usize, y: usize, normal: usize, inverse: usize): void {
  const whole = (<usize>(columns & -4)) << 2;
  const size = (<usize>columns) << 2;
  const count = f32x4.splat(<f32>columns);
  const last = rows - 1;
  for (let i = 0; i < rows; i += 4) {
    // At the lower edge the last row stands in for those that are not there.
    const a = x + <usize>i * size;
    const b = x + <usize>min(i + 1, last) * size;
    const c = x + <usize>min(i + 2, last) * size;
    const d = x + <usize>min(i + 3, last) * size;
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    for (let at: usize = 0; at < whole; at += 16) {
      s0 = f32x4.add(s0, v128.load(a + at));
      s1 = f32x4.add(s1, v128.load(b + at));
      s2 = f32x4.add(s2, v128.load(c + at));
      s3 = f32x4.add(s3, v128.load(d + at));
    }
    let total = sums(s0, s1, s2, s3);
    for (let at = whole; at < size; at += 4) total = f32x4.add(total, across(a, b, c, d, at));
    const means = f32x4.div(total, count);
    const m0 = lane(means, 0);
    const m1 = lane(means, 1);
    const m2 = lane(means, 2);
    const m3 = lane(means, 3);
    s0 = f32x4.splat(0);
    s1 = f32x4.splat(0);
    s2 = f32x4.splat(0);
    s3 = f32x4.splat(0);
    for (let at: usize = 0; at < whole; at += 16) {
      let off = f32x4.sub(v128.load(a + at), m0);
      s0 = fma(off, off, s0);
      off = f32x4.sub(v128.load(b + at), m1);
      s1 = fma(off, off, s1);
      off = f32x4.sub(v128.load(c + at), m2);
      s2 = fma(off, off, s2);
      off = f32x4.sub(v128.load(d + at), m3);
      s3 = fma(off, off, s3);
    }
    total = sums(s0, s1, s2, s3);
    for (let at = whole; at < size; at += 4) {
      const off = f32x4.sub(across(a, b, c, d, at), means);
      total = f32x4.add(total, f32x4.mul(off, off));
    }
    const scales = inverseRoots(f32x4.div(total, count), eps);
    const kept = inverse + ((<usize>i) << 2);
    store<f32>(kept, f32x4.extract_lane(scales, 0));
    if (i + 1 <= last) store<f32>(kept, f32x4.extract_lane(scales, 1), 4);
    if (i + 2 <= last) store<f32>(kept, f32x4.extract_lane(scales, 2), 8);
    if (i + 3 <= last) store<f32>(kept, f32x4.extract_lane(scales, 3), 12);
    const r0 = lane(scales, 0);
    const r1 = lane(scales, 1);
    const r2 = lane(scales, 2);
    const r3 = lane(scales, 3);
    const to = normal - x;
    const out = y - x;
    for (let at: usize = 0; at < whole; at += 16) {
      const n0 = f32x4.mul(f32x4.sub(v128.load(a + at), m0), r0);
      v128.store(a + at + to, n0);
      const n1 = f32x4.mul(f32x4.sub(v128.load(b + at), m1), r1);
      v128.store(b + at + to, n1);
      const n2 = f32x4.mul(f32x4.sub(v128.load(c + at), m2), r2);
      v128.store(c + at + to, n2);
      const n3 = f32x4.mul(f32x4.sub(v128.load(d + at), m3), r3);
      v128.store(d + at + to, n3);
      if (gain) {
        const g = v128.load(gain + at);
        const h = v128.load(shift + at);
        v128.store(a + at + out, fma(n0, g, h));
        v128.store(b + at + out, fma(n1, g, h));
        v128.store(c + at + out, fma(n2, g, h));
        v128.store(d + at + out, fma(n3, g, h));
      }
    }
    if (whole < size) {
      restOfRow(a, whole, size, means, scales, gain, shift, a + out, a + to);
      restOfRow(b, whole, size, m1, r1, gain, shift, b + out, b + to);
      restOfRow(c, whole, size, m2, r2, gain, shift, c + out, c + to);
      restOfRow(d, whole, size, m3, r3, gain, shift, d + out, d + to);
    }
  }
}

/** What is left of a row behind its whole vectors; mean and scale in lane 0. */
function restOfRow(from: usize, at: usize, size: usize, mean: v128, scale: v128, gain: usize, shift: usize, y: usize, normal: usize): void {
  for (; at < size; at += 4) {
    const value = (load<f32>(from + at) - f32x4.extract_lane(mean, 0)) * f32x4.extract_lane(scale, 0);
    store<f32>(normal + at, value);
    if (gain) store<f32>(y + at, value * load<f32>(gain + at) + load<f32>(shift + at));
  }
}

/** Rows gone through column by column and then row by row while the nearest cache has them. */
const rowsTogether: i32 = 32;

/** dx of layerNorm (dx may be dy); with a gain also adds to the gradients of gain and shift. */
export function layerNormBack(normal: usize, inverse: usize, dy: usize, rows: i32, columns: i32, gain: usize, dGain: usize, dShift: usize, dx: usize): void {
  const whole = (<usize>(columns & -4)) << 2;
  const size = (<usize>columns) << 2;
  const count = f32x4.splat(<f32>columns);
  const last = rows - 1;
  for (let i = 0; i < rows; i += 4) {
    const a = <usize>i * size;
    // Before dx may take the place of dy.
    if (gain && i % rowsTogether == 0) gainBack(normal + a, dy + a, min(rowsTogether, rows - i), size, whole, dGain, dShift);
    const b = <usize>min(i + 1, last) * size;
    const c = <usize>min(i + 2, last) * size;
    const d = <usize>min(i + 3, last) * size;
    let p0 = f32x4.splat(0);
    let p1 = f32x4.splat(0);
    let p2 = f32x4.splat(0);
    let p3 = f32x4.splat(0);
    let q0 = f32x4.splat(0);
    let q1 = f32x4.splat(0);
    let q2 = f32x4.splat(0);
    let q3 = f32x4.splat(0);
    for (let at: usize = 0; at < whole; at += 16) {
      const factor = gain ? v128.load(gain + at) : f32x4.splat(1);
      const from = dy + at;
      const xs = normal + at;
      let g = f32x4.mul(v128.load(from + a), factor);
      p0 = f32x4.add(p0, g);
      q0 = fma(g, v128.load(xs + a), q0);
      g = f32x4.mul(v128.load(from + b), factor);
      p1 = f32x4.add(p1, g);
      q1 = fma(g, v128.load(xs + b), q1);
      g = f32x4.mul(v128.load(from + c), factor);
      p2 = f32x4.add(p2, g);
      q2 = fma(g, v128.load(xs + c), q2);
      g = f32x4.mul(v128.load(from + d), factor);
      p3 = f32x4.add(p3, g);
      q3 = fma(g, v128.load(xs + d), q3);
    }
    let plain = sums(p0, p1, p2, p3);
    let along = sums(q0, q1, q2, q3);
    for (let at = whole; at < size; at += 4) {
      let g = across(dy + a, dy + b, dy + c, dy + d, at);
      if (gain) g = f32x4.mul(g, v128.load32_splat(gain + at));
      plain = f32x4.add(plain, g);
      along = f32x4.add(along, f32x4.mul(g, across(normal + a, normal + b, normal + c, normal + d, at)));
    }
    const means = f32x4.div(plain, count);
    const slopes = f32x4.div(along, count);
    const from = inverse + ((<usize>i) << 2);
    twoRowsBack(a, b, normal, dy, whole, size, gain, means, slopes, load<f32>(from), load<f32>(from, 4), dx);
    if (i + 2 > last) break;
    const next = i32x4.shuffle(means, means, 2, 3, 2, 3);
    twoRowsBack(c, d, normal, dy, whole, size, gain, next, i32x4.shuffle(slopes, slopes, 2, 3, 2, 3), load<f32>(from, 8), load<f32>(from, 12), dx);
  }
}

/** Rows a and b (offsets, may be the same one); means and slopes in lanes 0 and 1. */
function twoRowsBack(a: usize, b: usize, normal: usize, dy: usize, whole: usize, size: usize, gain: usize, means: v128, slopes: v128, scaleA: f32, scaleB: f32, dx: usize): void {
  const m0 = lane(means, 0);
  const m1 = lane(means, 1);
  const s0 = lane(slopes, 0);
  const s1 = lane(slopes, 1);
  const r0 = f32x4.splat(scaleA);
  const r1 = f32x4.splat(a == b ? scaleA : scaleB);
  let at: usize = 0;
  for (; at < whole; at += 16) {
    let x = v128.load(dy + a + at);
    let y = v128.load(dy + b + at);
    if (gain) {
      const factor = v128.load(gain + at);
      x = f32x4.mul(x, factor);
      y = f32x4.mul(y, factor);
    }
    v128.store(dx + a + at, f32x4.mul(r0, f32x4.sub(f32x4.sub(x, m0), f32x4.mul(v128.load(normal + a + at), s0))));
    v128.store(dx + b + at, f32x4.mul(r1, f32x4.sub(f32x4.sub(y, m1), f32x4.mul(v128.load(normal + b + at), s1))));
  }
  for (; at < size; at += 4) {
    const factor: f32 = gain ? load<f32>(gain + at) : 1;
    const x = load<f32>(dy + a + at) * factor;
    const y = load<f32>(dy + b + at) * factor;
    store<f32>(dx + a + at, scaleA * (x - f32x4.extract_lane(m0, 0) - load<f32>(normal + a + at) * f32x4.extract_lane(s0, 0)));
    store<f32>(dx + b + at, f32x4.extract_lane(r1, 0) * (y - f32x4.extract_lane(m1, 0) - load<f32>(normal + b + at) * f32x4.extract_lane(s1, 0)));
  }
}

/** Adds the sums over the rows of dy times the normalised rows, and of dy; in the order of the rows, eight columns at once. */
function gainBack(normal: usize, dy: usize, rows: i32, size: usize, whole: usize, dGain: usize, dShift: usize): void {
  let at: usize = 0;
  for (; at + 32 <= whole; at += 32) {
    let xs = normal + at;
    let from = dy + at;
    let g0 = v128.load(dGain + at);
    let g1 = v128.load(dGain + at, 16);
    let s0 = v128.load(dShift + at);
    let s1 = v128.load(dShift + at, 16);
    for (let i = 0; i < rows; i++) {
      const low = v128.load(from);
      const high = v128.load(from, 16);
      g0 = fma(low, v128.load(xs), g0);
      g1 = fma(high, v128.load(xs, 16), g1);
      s0 = f32x4.add(s0, low);
      s1 = f32x4.add(s1, high);
      xs += size;
      from += size;
    }
    v128.store(dGain + at, g0);
    v128.store(dGain + at, g1, 16);
    v128.store(dShift + at, s0);
    v128.store(dShift + at, s1, 16);
  }
  for (; at < size; at += 4) {
    let slope = load<f32>(dGain + at);
    let sum = load<f32>(dShift + at);
    for (let i = 0; i < rows; i++) {
      const g = load<f32>(dy + <usize>i * size + at);
      slope += g * load<f32>(normal + <usize>i * size + at);
      sum += g;
    }
    store<f32>(dGain + at, slope);
    store<f32>(dShift + at, sum);
  }
}
