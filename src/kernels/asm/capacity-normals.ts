/**
 * Standard normal numbers for eight patterns at a time, a function of (seed, stream, pattern, place) alone: Philox4x32-10 (as src/core/random.ts) with the counter
 * (pattern mod 2^32, place / 4, stream, 2 + pattern div 2^32), then the Box-Muller pairs of words (0, 1) and (2, 3) in f32. Last word of the counter: 0 for core/random.ts, 1 for masks.
 * Of a pair (a, b): length sqrt(-2 log u), u = a / 2^32 kept within [2^-33, 1 - 2^-24]; angle from b: as a signed number times 2^-31 pi / 4, then bit 0 exchanges cosine and sine and
 * bit 1 turns the sign of the cosine, so the four quarters of the circle are equally likely. Only IEEE operations: the same bits on every engine.
 */

/** Rows of numbers one panel has: eight patterns, 32 bytes a row. */
const rowBytes: usize = 32;

const table = memory.data<f32>([
  2.3283064365386963e-10, // 2^-32
  1.1641532182693481e-10, // 2^-33
  0.9999999403953552, // 1 - 2^-24
  0.6931471805599453, // log 2
  0.2857142857142857, // 2 atanh(s) = 2 s + (2/3) s^3 + (2/5) s^5 + (2/7) s^7 + (2/9) s^9
  0.4,
  0.6666666666666666,
  2.0,
  0.2222222222222222,
  3.657295198167899e-10, // pi / 4 / 2^31
  2.7557319223985893e-6, // sine: 1 - x^2/6 + x^4/120 - ...
  -1.984126984126984e-4,
  8.333333333333333e-3,
  -0.16666666666666666,
  1.0,
  2.48015873015873e-5, // cosine: 1 - x^2/2 + x^4/24 - ...
  -1.388888888888889e-3,
  4.1666666666666664e-2,
  -0.5,
]);

// @ts-ignore: decorator
@inline
function constant(i: usize): v128 {
  return v128.load32_splat(table + (i << 2));
}

// @ts-ignore: decorator
@inline
function step(p: v128, x: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(p, x), c);
}

/** sqrt(-2 log u). */
// @ts-ignore: decorator
@inline
function lengthOf(word: v128): v128 {
  const u = f32x4.pmin(constant(2), f32x4.pmax(constant(1), f32x4.mul(f32x4.convert_i32x4_u(word), constant(0))));
  // u = 2^k m, m in [sqrt(1/2), sqrt(2)): 0x3f3504f3 is sqrt(1/2).
  const shifted = i32x4.sub(u, i32x4.splat(0x3f3504f3));
  const k = f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23));
  const m = i32x4.add(v128.and(shifted, i32x4.splat(0x7fffff)), i32x4.splat(0x3f3504f3));
  const f = f32x4.sub(m, constant(14));
  const s = f32x4.div(f, f32x4.add(f, constant(7)));
  const q = f32x4.mul(s, s);
  let p = step(constant(8), q, constant(4));
  p = step(p, q, constant(5));
  p = step(p, q, constant(6));
  p = step(p, q, constant(7));
  const log = f32x4.add(f32x4.mul(p, s), f32x4.mul(k, constant(3)));
  // -2 log u >= 0: u < 1.
  return f32x4.sqrt(f32x4.mul(log, f32x4.neg(constant(7))));
}

/** Two rows of four normal numbers from two rows of words. */
// @ts-ignore: decorator
@inline
function storePair(a: v128, b: v128, to: usize): void {
  const r = lengthOf(a);
  const x = f32x4.mul(f32x4.convert_i32x4_s(b), constant(9));
  const q = f32x4.mul(x, x);
  let sine = step(constant(10), q, constant(11));
  sine = step(sine, q, constant(12));
  sine = step(sine, q, constant(13));
  sine = f32x4.mul(step(sine, q, constant(14)), f32x4.mul(x, r));
  let cosine = step(constant(15), q, constant(16));
  cosine = step(cosine, q, constant(17));
  cosine = step(cosine, q, constant(18));
  cosine = f32x4.mul(step(cosine, q, constant(14)), r);
  cosine = v128.xor(cosine, i32x4.shl(v128.and(b, i32x4.splat(2)), 30));
  // All ones where bit 0 is set.
  const swap = i32x4.shr_s(i32x4.shl(b, 31), 31);
  v128.store(to, v128.bitselect(sine, cosine, swap));
  v128.store(to + rowBytes, v128.bitselect(cosine, sine, swap));
}

/** Four rows for four patterns: one Philox block each. */
// @ts-ignore: decorator
@inline
function storeBlock(pattern: v128, place: u32, stream: u32, high: u32, seedLow: u32, seedHigh: u32, to: usize): void {
  let a = pattern;
  let b = i32x4.splat(place);
  let c = i32x4.splat(stream);
  let d = i32x4.splat(high);
  const ma = i32x4.splat(0xd2511f53);
  const mc = i32x4.splat(0xcd9e8d57);
  let k0 = seedLow;
  let k1 = seedHigh;
  for (let round = 0; round < 10; round++) {
    const a0 = i64x2.extmul_low_i32x4_u(a, ma);
    const a1 = i64x2.extmul_high_i32x4_u(a, ma);
    const c0 = i64x2.extmul_low_i32x4_u(c, mc);
    const c1 = i64x2.extmul_high_i32x4_u(c, mc);
    a = v128.xor(v128.xor(v128.shuffle<i32>(c0, c1, 1, 3, 5, 7), b), i32x4.splat(k0));
    b = v128.shuffle<i32>(c0, c1, 0, 2, 4, 6);
    c = v128.xor(v128.xor(v128.shuffle<i32>(a0, a1, 1, 3, 5, 7), d), i32x4.splat(k1));
    d = v128.shuffle<i32>(a0, a1, 0, 2, 4, 6);
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  storePair(a, b, to);
  storePair(c, d, to + 2 * rowBytes);
}

/** A panel: row k holds number k of patterns first ... first + 7, for k below `rows` rounded up to a multiple of four. `first` (in two halves) a multiple of 8. */
export function patternNormals(seedLow: u32, seedHigh: u32, stream: u32, firstLow: u32, firstHigh: u32, rows: i32, out: usize): void {
  const near = i32x4.add(i32x4.splat(firstLow), i32x4(0, 1, 2, 3));
  const far = i32x4.add(i32x4.splat(firstLow), i32x4(4, 5, 6, 7));
  let to = out;
  for (let place = 0; place << 2 < rows; place++) {
    storeBlock(near, place, stream, firstHigh + 2, seedLow, seedHigh, to);
    storeBlock(far, place, stream, firstHigh + 2, seedLow, seedHigh, to + 16);
    to += 4 * rowBytes;
  }
}

/** Every pattern's `rows` numbers scaled to |z|^2 = rows. */
export function panelToSphere(z: usize, rows: i32): void {
  const end = z + ((<usize>rows) << 5);
  for (let half: usize = 0; half < 32; half += 16) {
    let sum = f32x4.splat(1e-30);
    for (let at = z; at < end; at += 32) {
      const x = v128.load(at + half);
      sum = f32x4.add(sum, f32x4.mul(x, x));
    }
    const scale = f32x4.sqrt(f32x4.div(f32x4.splat(<f32>rows), sum));
    for (let at = z; at < end; at += 32) v128.store(at + half, f32x4.mul(v128.load(at + half), scale));
  }
}
