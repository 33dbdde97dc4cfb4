/**
 * Similarities of one query with chosen keys in f64, straight from the definitions: no expansion of the square, no rounding beyond that of the f32 inputs. This is what
 * the leaders of a sharp retrieval are weighed with when the f32 scores are not sure enough, and what energies are made of.
 */
import { sumLanes64 } from "./vector";

/** Four f32 as two pairs of f64, less a centre (f64, or 0). */
// @ts-ignore: decorator
@inline
function low(x: usize, centre: usize): v128 {
  const v = f64x2.promote_low_f32x4(v128.load64_zero(x));
  return centre ? f64x2.sub(v, v128.load(centre)) : v;
}

/**
 * out[j] = sim(q, key[indices[j]]) for j < count, f64.
 * kind 0: sum w q x;  1: -1/2 sum w (q - x)^2;  2: sum w q' x' / sqrt(sum w q'^2 * sum w x'^2), 0 where a norm is 0, with q' = q - centre, x' = x - centre.
 * @param weights d f32 or 0 (all 1). @param centre d f64 or 0 (kind 2 only).
 */
export function exactScores(kind: i32, q: usize, d: i32, keys: usize, weights: usize, centre: usize, indices: usize, count: i32, out: usize): void {
  const stride = (<usize>d) << 2;
  let queryNorm: f64 = 0;
  if (kind == 2) {
    for (let k = 0; k < d; k++) {
      const at = (<usize>k) << 2;
      const v = <f64>load<f32>(q + at) - (centre ? load<f64>(centre + (at << 1)) : 0);
      queryNorm += v * v * (weights ? <f64>load<f32>(weights + at) : 1);
    }
  }
  for (let j = 0; j < count; j++) {
    const x = keys + <usize>load<i32>(indices + ((<usize>j) << 2)) * stride;
    let s: f64;
    if (kind == 0) s = weights ? dotWeighted(q, x, d, weights) : dotPlain(q, x, d);
    else if (kind == 1) s = -0.5 * (weights ? distanceWeighted(q, x, d, weights) : distancePlain(q, x, d));
    else s = cosine(q, x, d, weights, centre, queryNorm);
    store<f64>(out + ((<usize>j) << 3), s);
  }
}

function dotPlain(q: usize, x: usize, d: i32): f64 {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let k = 0;
  for (; k + 4 <= d; k += 4) {
    const at = (<usize>k) << 2;
    a = f64x2.add(a, f64x2.mul(low(q + at, 0), low(x + at, 0)));
    b = f64x2.add(b, f64x2.mul(low(q + at + 8, 0), low(x + at + 8, 0)));
  }
  let sum = sumLanes64(f64x2.add(a, b));
  for (; k < d; k++) sum += <f64>load<f32>(q + ((<usize>k) << 2)) * <f64>load<f32>(x + ((<usize>k) << 2));
  return sum;
}

function dotWeighted(q: usize, x: usize, d: i32, weights: usize): f64 {
  let sum: f64 = 0;
  for (let k = 0; k < d; k++) {
    const at = (<usize>k) << 2;
    sum += <f64>load<f32>(weights + at) * <f64>load<f32>(q + at) * <f64>load<f32>(x + at);
  }
  return sum;
}

function distancePlain(q: usize, x: usize, d: i32): f64 {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let k = 0;
  for (; k + 4 <= d; k += 4) {
    const at = (<usize>k) << 2;
    const u = f64x2.sub(low(q + at, 0), low(x + at, 0));
    const v = f64x2.sub(low(q + at + 8, 0), low(x + at + 8, 0));
    a = f64x2.add(a, f64x2.mul(u, u));
    b = f64x2.add(b, f64x2.mul(v, v));
  }
  let sum = sumLanes64(f64x2.add(a, b));
  for (; k < d; k++) {
    const u = <f64>load<f32>(q + ((<usize>k) << 2)) - <f64>load<f32>(x + ((<usize>k) << 2));
    sum += u * u;
  }
  return sum;
}

function distanceWeighted(q: usize, x: usize, d: i32, weights: usize): f64 {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let k = 0;
  for (; k + 4 <= d; k += 4) {
    const at = (<usize>k) << 2;
    const u = f64x2.sub(low(q + at, 0), low(x + at, 0));
    const v = f64x2.sub(low(q + at + 8, 0), low(x + at + 8, 0));
    a = f64x2.add(a, f64x2.mul(f64x2.mul(u, u), low(weights + at, 0)));
    b = f64x2.add(b, f64x2.mul(f64x2.mul(v, v), low(weights + at + 8, 0)));
  }
  let sum = sumLanes64(f64x2.add(a, b));
  for (; k < d; k++) {
    const at = (<usize>k) << 2;
    const u = <f64>load<f32>(q + at) - <f64>load<f32>(x + at);
    sum += u * u * <f64>load<f32>(weights + at);
  }
  return sum;
}

function cosine(q: usize, x: usize, d: i32, weights: usize, centre: usize, queryNorm: f64): f64 {
  let product: f64 = 0;
  let norm: f64 = 0;
  for (let k = 0; k < d; k++) {
    const at = (<usize>k) << 2;
    const c: f64 = centre ? load<f64>(centre + (at << 1)) : 0;
    const w: f64 = weights ? <f64>load<f32>(weights + at) : 1;
    const v = <f64>load<f32>(x + at) - c;
    product += w * v * (<f64>load<f32>(q + at) - c);
    norm += w * v * v;
  }
  const scale = queryNorm * norm;
  return scale > 0 ? product / Math.sqrt(scale) : 0;
}
