/** Philox4x32-10, as src/core/random.ts: random masks, one bit for every (seed, query row, pattern row), the same whenever and wherever it is asked for. */

/** Writes 1 (kept) or 0 for patterns first ... last of a query row: kept when the word at that place is below `threshold` (= keep * 2^32; 2^32 keeps all). Returns how many are kept. */
export function randomMask(seedLow: u32, seedHigh: u32, row: u32, first: i32, last: i32, threshold: f64, out: usize): i32 {
  let kept = 0;
  for (let group = first >> 2; group << 2 < last; group++) {
    let a: u32 = group;
    let b: u32 = row;
    let c: u32 = 0;
    let d: u32 = 1;
    let k0 = seedLow;
    let k1 = seedHigh;
    for (let round = 0; round < 10; round++) {
      const m0: u64 = <u64>0xd2511f53 * <u64>a;
      const m1: u64 = <u64>0xcd9e8d57 * <u64>c;
      a = <u32>(m1 >> 32) ^ b ^ k0;
      b = <u32>m1;
      c = <u32>(m0 >> 32) ^ d ^ k1;
      d = <u32>m0;
      k0 += 0x9e3779b9;
      k1 += 0xbb67ae85;
    }
    for (let lane = 0; lane < 4; lane++) {
      const i = (group << 2) + lane;
      if (i < first || i >= last) continue;
      const word = lane == 0 ? a : lane == 1 ? b : lane == 2 ? c : d;
      const keep = <f64>word < threshold;
      store<u8>(out + <usize>(i - first), keep ? 1 : 0);
      if (keep) kept++;
    }
  }
  return kept;
}
