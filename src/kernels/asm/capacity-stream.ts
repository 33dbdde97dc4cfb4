/**
 * Streams of hidden-manifold patterns, eight at a time, none kept: normal numbers, their image under the map, the activation, the overlap with the query in f32; the weights and their sum in f64.
 * Panels: row i holds one number of each of the eight patterns, 32 bytes.
 */
import { panelToSphere, patternNormals } from "./capacity-normals";
import { table } from "./exp";
import { microScores } from "./micro";

/** Kinds of activation; others are applied by the caller between panelFields and panelOverlaps. */
const rectified: i32 = 1;
const hyperbolic: i32 = 2;
const signs: i32 = 3;

/** -2 log2 e: tanh |x| is made of e^{-2 |x|} = 2^{-2 |x| log2 e}. */
const tanhScale: f32 = -2.8853900817779268;

// @ts-ignore: decorator
@inline
function tanhVector(x: v128, magic: v128, scale: v128, low: v128, one: v128, c1: v128, c2: v128, c3: v128, c4: v128, c5: v128, sign: v128): v128 {
  // e = e^{-2 |x|}; tanh |x| = (1 - e) / (1 + e).
  const t = f32x4.pmax(f32x4.mul(v128.andnot(x, sign), scale), low);
  const shifted = f32x4.add(t, magic);
  const r = f32x4.sub(t, f32x4.sub(shifted, magic));
  let p = f32x4.add(f32x4.mul(c5, r), c4);
  p = f32x4.add(f32x4.mul(p, r), c3);
  p = f32x4.add(f32x4.mul(p, r), c2);
  p = f32x4.add(f32x4.mul(p, r), c1);
  p = f32x4.add(f32x4.mul(p, r), one);
  const e = i32x4.add(p, i32x4.shl(shifted, 23));
  const y = f32x4.div(f32x4.sub(one, e), f32x4.add(one, e));
  return v128.or(y, v128.and(x, sign));
}

/**
 * fields[i][p] = sum_k map[i][k] z[k][p] for the eight patterns first ... first + 7 and all rows i (rounded up to a multiple of four; the map is packed in groups of four rows: [i / 4][k][4]).
 * latent 0: the fields are the normal numbers. spherical 1: |z|^2 = latent.
 */
export function panelFields(map: usize, n: i32, latent: i32, spherical: i32, seedLow: u32, seedHigh: u32, stream: u32, firstLow: u32, firstHigh: u32, z: usize, fields: usize): void {
  if (latent == 0) {
    patternNormals(seedLow, seedHigh, stream, firstLow, firstHigh, n, fields);
    return;
  }
  patternNormals(seedLow, seedHigh, stream, firstLow, firstHigh, latent, z);
  if (spherical) panelToSphere(z, latent);
  const groupBytes = (<usize>latent) << 4;
  let rows = map;
  let to = fields;
  for (let i = 0; i < n; i += 4) {
    microScores(rows, z, latent, to, 32);
    rows += groupBytes;
    to += 128;
  }
}

/** overlaps[p] = sum_i query[i] (sigma(fields[i][p]) - shift), in f32. */
export function panelOverlaps(kind: i32, shift: f32, fields: usize, query: usize, n: i32, overlaps: usize): void {
  const magic = v128.load32_splat(table);
  const scale = f32x4.splat(tanhScale);
  const low = v128.load32_splat(table, 8);
  const one = v128.load32_splat(table, 12);
  const c1 = v128.load32_splat(table, 16);
  const c2 = v128.load32_splat(table, 20);
  const c3 = v128.load32_splat(table, 24);
  const c4 = v128.load32_splat(table, 28);
  const c5 = v128.load32_splat(table, 32);
  const sign = i32x4.splat(0x80000000);
  const zero = f32x4.splat(0);
  const away = f32x4.splat(shift);
  let first = f32x4.splat(0);
  let second = f32x4.splat(0);
  let at = fields;
  const end = query + ((<usize>n) << 2);
  for (let from = query; from < end; from += 4) {
    let x = v128.load(at);
    let y = v128.load(at, 16);
    if (kind == hyperbolic) {
      x = tanhVector(x, magic, scale, low, one, c1, c2, c3, c4, c5, sign);
      y = tanhVector(y, magic, scale, low, one, c1, c2, c3, c4, c5, sign);
    } else if (kind == rectified) {
      x = f32x4.sub(f32x4.pmax(zero, x), away);
      y = f32x4.sub(f32x4.pmax(zero, y), away);
    } else if (kind == signs) {
      // 1 with the sign of x; 0 of 0.
      x = v128.and(v128.or(one, v128.and(x, sign)), f32x4.ne(x, zero));
      y = v128.and(v128.or(one, v128.and(y, sign)), f32x4.ne(y, zero));
    }
    const q = v128.load32_splat(from);
    first = f32x4.add(first, f32x4.mul(q, x));
    second = f32x4.add(second, f32x4.mul(q, y));
    at += 32;
  }
  v128.store(overlaps, first);
  v128.store(overlaps, second, 16);
}

/** e^x of two numbers of |x| <= 700: 2^k times the Taylor series of degree 13 on [-log 2 / 2, log 2 / 2]; relative error below 1e-15. */
// @ts-ignore: decorator
@inline
function expPair(x: v128): v128 {
  const k = f64x2.nearest(f64x2.mul(x, f64x2.splat(1.4426950408889634)));
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(k, f64x2.splat(6.93147180369123816490e-1))), f64x2.mul(k, f64x2.splat(1.90821492927058770002e-10)));
  let p = f64x2.splat(1.6059043836821613e-10);
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(2.08767569878681e-9));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(2.505210838544172e-8));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(2.755731922398589e-7));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(2.7557319223985893e-6));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(2.48015873015873e-5));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.984126984126984e-4));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.3888888888888889e-3));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(8.333333333333333e-3));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(4.1666666666666664e-2));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.6666666666666666e-1));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.5));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1));
  const whole = i32x4.trunc_sat_f64x2_s_zero(k);
  return f64x2.mul(p, i64x2.shl(i64x2.add(i64x2.extend_low_i32x4_s(whole), i64x2.splat(1023)), 52));
}

/** Adds e^{lambda overlap - signal} of the first `count` of eight patterns to `sum`, one after the other. Returns which one takes it above 1, or -1. */
export function addWeights(overlaps: usize, count: i32, lambda: f64, signal: f64, sum: usize): i32 {
  const scale = f64x2.splat(lambda);
  const away = f64x2.splat(signal);
  const most = f64x2.splat(700);
  const least = f64x2.splat(-700);
  let total = load<f64>(sum);
  for (let p = 0; p < count; p += 2) {
    const pair = f64x2.promote_low_f32x4(v128.load64_zero(overlaps + ((<usize>p) << 2)));
    const weights = expPair(f64x2.pmin(most, f64x2.pmax(least, f64x2.sub(f64x2.mul(pair, scale), away))));
    total += f64x2.extract_lane(weights, 0);
    if (total > 1) return p;
    if (p + 1 == count) break;
    total += f64x2.extract_lane(weights, 1);
    if (total > 1) return p + 1;
  }
  store<f64>(sum, total);
  return -1;
}

/**
 * Patterns first ... first + count - 1 (first a multiple of 8): their weights are added to `sum`. Returns the place of the one that takes it above 1, or -1.
 * scratch: latent rounded up to four, and n rounded up to four, rows of 32 bytes, and 32 bytes.
 */
export function streamPatterns(
  kind: i32, shift: f32, map: usize, n: i32, latent: i32, spherical: i32, query: usize, lambda: f64, signal: f64,
  seedLow: u32, seedHigh: u32, stream: u32, firstLow: u32, firstHigh: u32, count: i32, sum: usize, scratch: usize,
): i32 {
  const fields = scratch + ((<usize>((latent + 3) & ~3)) << 5);
  const overlaps = fields + ((<usize>((n + 3) & ~3)) << 5);
  for (let done = 0; done < count; done += 8) {
    const low = firstLow + done;
    const high = low < firstLow ? firstHigh + 1 : firstHigh;
    panelFields(map, n, latent, spherical, seedLow, seedHigh, stream, low, high, scratch, fields);
    panelOverlaps(kind, shift, fields, query, n, overlaps);
    const left = count - done;
    const over = addWeights(overlaps, left < 8 ? left : 8, lambda, signal, sum);
    if (over >= 0) return done + over;
  }
  return -1;
}
