/**
 * Products of features of instances with those of learned queries, and their way back, without the gradient by all features ever standing in memory: a query belongs to one head, so that gradient
 * is one number an instance and head times the features of the query. Heads stand side by side; of several queries each has a row of features of all heads. docs/layers/folding.md.
 */
import { exp2, four, log2e, putFour } from "./layers-exp";
import { fma, sumLanes } from "./vector";

/** phi = elu(x) + 1 of rows x (heads * n); scores, rows x (heads * quantity): phi of a head times that of a query q, quantity x (heads * n). */
export function eluScores(x: usize, rows: i32, heads: i32, n: i32, q: usize, quantity: i32, phi: usize, scores: usize): void {
  const wide = (<usize>n) << 2;
  const whole = (<usize>(n & -4)) << 2;
  for (let i = 0; i < rows; i++) {
    let query = q;
    for (let h = 0; h < heads; h++) {
      let sums = f32x4.splat(0);
      for (let at: usize = 0; at < whole; at += 16) {
        const feature = elu(v128.load(x + at));
        v128.store(phi + at, feature);
        sums = fma(feature, v128.load(query + at), sums);
      }
      if (whole < wide) {
        const left = n & 3;
        const feature = elu(four(x + whole, left, 0));
        putFour(phi + whole, feature, left);
        sums = fma(feature, four(query + whole, left, 0), sums);
      }
      store<f32>(scores, sumLanes(sums));
      scores += 4;
      for (let r = 1; r < quantity; r++) {
        store<f32>(scores, product(phi, q + (<usize>(r * heads + h)) * wide, n));
        scores += 4;
      }
      x += wide;
      phi += wide;
      query += wide;
    }
  }
}

/** x + 1 where x > 0, else e^x. */
// @ts-ignore: decorator
@inline
function elu(x: v128): v128 {
  const zero = f32x4.splat(0);
  const low = exp2(f32x4.mul(f32x4.pmin(x, zero), log2e()));
  return v128.bitselect(f32x4.add(x, f32x4.splat(1)), low, f32x4.gt(x, zero));
}

function product(a: usize, b: usize, n: i32): f32 {
  let sums = f32x4.splat(0);
  const whole = (<usize>(n & -4)) << 2;
  for (let at: usize = 0; at < whole; at += 16) sums = fma(v128.load(a + at), v128.load(b + at), sums);
  if (n & 3) sums = fma(four(a + whole, n & 3, 0), four(b + whole, n & 3, 0), sums);
  return sumLanes(sums);
}

/** dz: blocks of bags as in layers-blocks.ts, row h * quantity + r of each, by which dx (as phi) is set and dq (as q) is added to. phi' = min(phi, 1). */
export function eluScoresBack(bags: usize, count: i32, dz: usize, phi: usize, heads: i32, n: i32, q: usize, quantity: i32, dx: usize, dq: usize): void {
  const wide = (<usize>n) << 2;
  const whole = (<usize>(n & -4)) << 2;
  const one = f32x4.splat(1);
  for (let b = 0; b < count; b++) {
    const columns = load<i32>(bags, 12);
    const block = dz + ((<usize>load<u32>(bags, 16)) << 2);
    const first = <usize>load<u32>(bags, 8) * <usize>heads * wide;
    for (let i = 0; i < columns; i++) {
      for (let h = 0; h < heads; h++) {
        const row = first + (<usize>(i * heads + h)) * wide;
        for (let r = 0; r < quantity; r++) {
          const slope = v128.load32_splat(block + ((<usize>((h * quantity + r) * columns + i)) << 2));
          const its = (<usize>(r * heads + h)) * wide;
          for (let at: usize = 0; at < whole; at += 16) {
            const feature = v128.load(phi + row + at);
            const part = f32x4.mul(f32x4.mul(slope, v128.load(q + its + at)), f32x4.pmin(feature, one));
            v128.store(dx + row + at, r == 0 ? part : f32x4.add(v128.load(dx + row + at), part));
            v128.store(dq + its + at, fma(slope, feature, v128.load(dq + its + at)));
          }
          if (whole < wide) {
            const left = n & 3;
            const feature = four(phi + row + whole, left, 0);
            const part = f32x4.mul(f32x4.mul(slope, four(q + its + whole, left, 0)), f32x4.pmin(feature, one));
            putFour(dx + row + whole, r == 0 ? part : f32x4.add(four(dx + row + whole, left, 0), part), left);
            putFour(dq + its + whole, fma(slope, feature, four(dq + its + whole, left, 0)), left);
          }
        }
      }
    }
    bags += 20;
  }
}

function halfSquare(x: usize, d: i32): f32 {
  return 0.5 * product(x, x, d);
}

/**
 * One head of positive random features: phi (rows x n, stride apart) holds Omega x of each row and becomes e^(Omega x - |x|^2 / 2 - shift), the shift being the largest exponent of all rows;
 * scores: its products with q (quantity x n). Strides are bytes.
 */
export function positiveScores(x: usize, xStride: usize, d: i32, rows: i32, n: i32, phi: usize, stride: usize, q: usize, qStride: usize, quantity: i32, scores: usize, sStride: usize): void {
  const whole = (<usize>(n & -4)) << 2;
  const left = n & 3;
  let tops = f32x4.splat(-Infinity);
  for (let i = 0; i < rows; i++) {
    const row = phi + <usize>i * stride;
    const half = f32x4.splat(halfSquare(x + <usize>i * xStride, d));
    for (let at: usize = 0; at < whole; at += 16) {
      const exponent = f32x4.sub(v128.load(row + at), half);
      tops = f32x4.pmax(tops, exponent);
      v128.store(row + at, exponent);
    }
    if (left) {
      const exponent = f32x4.sub(four(row + whole, left, -Infinity), half);
      tops = f32x4.pmax(tops, exponent);
      putFour(row + whole, exponent, left);
    }
  }
  const top = max(max(f32x4.extract_lane(tops, 0), f32x4.extract_lane(tops, 1)), max(f32x4.extract_lane(tops, 2), f32x4.extract_lane(tops, 3)));
  const shift = f32x4.splat(top);
  const factor = log2e();
  for (let i = 0; i < rows; i++) {
    let sums = f32x4.splat(0);
    for (let at: usize = 0; at < whole; at += 16) {
      const feature = exp2(f32x4.mul(f32x4.sub(v128.load(phi + at), shift), factor));
      v128.store(phi + at, feature);
      sums = fma(feature, v128.load(q + at), sums);
    }
    if (left) {
      const feature = exp2(f32x4.mul(f32x4.sub(four(phi + whole, left, -Infinity), shift), factor));
      putFour(phi + whole, feature, left);
      sums = fma(feature, four(q + whole, left, 0), sums);
    }
    store<f32>(scores, sumLanes(sums));
    for (let r = 1; r < quantity; r++) store<f32>(scores + ((<usize>r) << 2), product(phi, q + <usize>r * qStride, n));
    phi += stride;
    scores += sStride;
  }
}

/**
 * Back from dz (blocks; `firstRow`: h * quantity) to the exponents, dE (stored rows x n, contiguous), to q (added to dq, strides as q) and, by -|x|^2 / 2, to x: dx = -x times the sum of dE. What is
 * left, dE Omega, is a product.
 */
export function positiveScoresBack(bags: usize, count: i32, dz: usize, firstRow: i32, x: usize, xStride: usize, d: i32, n: i32, phi: usize, stride: usize, q: usize, qStride: usize, quantity: i32, dE: usize, dq: usize, dx: usize): void {
  const wide = (<usize>n) << 2;
  const whole = (<usize>(n & -4)) << 2;
  for (let b = 0; b < count; b++) {
    const columns = load<i32>(bags, 12);
    const stored = <usize>load<u32>(bags, 8);
    const block = dz + ((<usize>load<u32>(bags, 16)) << 2) + ((<usize>(firstRow * columns)) << 2);
    for (let i = 0; i < columns; i++) {
      const from = phi + (stored + <usize>i) * stride;
      const to = dE + (stored + <usize>i) * wide;
      let sums = f32x4.splat(0);
      for (let r = 0; r < quantity; r++) {
        const slope = v128.load32_splat(block + ((<usize>(r * columns + i)) << 2));
        const its = <usize>r * qStride;
        for (let at: usize = 0; at < whole; at += 16) {
          const feature = f32x4.mul(slope, v128.load(from + at));
          const part = f32x4.mul(feature, v128.load(q + its + at));
          sums = f32x4.add(sums, part);
          v128.store(to + at, r == 0 ? part : f32x4.add(v128.load(to + at), part));
          v128.store(dq + its + at, f32x4.add(feature, v128.load(dq + its + at)));
        }
        if (whole < wide) {
          const left = n & 3;
          const feature = f32x4.mul(slope, four(from + whole, left, 0));
          const part = f32x4.mul(feature, four(q + its + whole, left, 0));
          sums = f32x4.add(sums, part);
          putFour(to + whole, r == 0 ? part : f32x4.add(four(to + whole, left, 0), part), left);
          putFour(dq + its + whole, f32x4.add(feature, four(dq + its + whole, left, 0)), left);
        }
      }
      const sum = f32x4.splat(-sumLanes(sums));
      const row = (stored + <usize>i) * xStride;
      for (let j = 0; j < d; j += 4) {
        const at = (<usize>j) << 2;
        putFour(dx + row + at, f32x4.mul(four(x + row + at, d - j, 0), sum), d - j);
      }
    }
    bags += 20;
  }
}
