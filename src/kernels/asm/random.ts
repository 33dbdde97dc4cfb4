/** Philox4x32-10, as src/core/random.ts: random masks, one bit for every (seed, query row, pattern row), the same whenever and wherever it is asked for. */

/**
 * Writes 1 (kept) or 0 for patterns 0 ... n - 1 of a query row, and up to fifteen bytes more: kept when the word at that place is below `threshold` (= keep * 2^32, above 0; 2^32 keeps all).
 * Four counters at a time, four words each. Returns how many of the n are kept.
 */
export function randomMask(seedLow: u32, seedHigh: u32, row: u32, n: i32, threshold: f64, out: usize): i32 {
  // A word is below the threshold when it is at most the whole number before it.
  const limit = i32x4.splat(<u32>(Math.ceil(threshold) - 1));
  const m0 = i32x4.splat(<i32>0xd2511f53);
  const m1 = i32x4.splat(<i32>0xcd9e8d57);
  const one = i32x4.splat(1);
  let kept = 0;
  for (let first = 0; first < n; first += 16) {
    let a = i32x4.add(i32x4.splat(first >> 2), i32x4(0, 1, 2, 3));
    let b = i32x4.splat(row);
    let c = i32x4.splat(0);
    let d = one;
    let k0 = seedLow;
    let k1 = seedHigh;
    for (let round = 0; round < 10; round++) {
      const low0 = i64x2.extmul_low_i32x4_u(a, m0);
      const high0 = i64x2.extmul_high_i32x4_u(a, m0);
      const low1 = i64x2.extmul_low_i32x4_u(c, m1);
      const high1 = i64x2.extmul_high_i32x4_u(c, m1);
      a = v128.xor(v128.xor(v128.shuffle<i32>(low1, high1, 1, 3, 5, 7), b), i32x4.splat(k0));
      b = v128.shuffle<i32>(low1, high1, 0, 2, 4, 6);
      c = v128.xor(v128.xor(v128.shuffle<i32>(low0, high0, 1, 3, 5, 7), d), i32x4.splat(k1));
      d = v128.shuffle<i32>(low0, high0, 0, 2, 4, 6);
      k0 += 0x9e3779b9;
      k1 += 0xbb67ae85;
    }
    // The four words of a counter are those of neighbouring patterns: neighbouring bytes.
    const even = v128.or(v128.and(i32x4.le_u(a, limit), one), i32x4.shl(v128.and(i32x4.le_u(c, limit), one), 16));
    const odd = v128.or(i32x4.shl(v128.and(i32x4.le_u(b, limit), one), 8), i32x4.shl(v128.and(i32x4.le_u(d, limit), one), 24));
    const bytes = v128.or(even, odd);
    v128.store(out + <usize>first, bytes);
    const bits = i8x16.bitmask(i8x16.neg(bytes));
    kept += popcnt<i32>(n - first < 16 ? bits & ((1 << (n - first)) - 1) : bits);
  }
  return kept;
}
