/**
 * Streaming retrieval for batches: softmax-weighted sums of the values over keys first ... last, in blocks of 64 keys, four queries at a time. No B x M matrix exists:
 * a block's scores live in 1 KiB of scratch. logit = (packed query . key) * keyScale + keyBias * biasFactor, in units of log 2; or, when every query knows entries of its own,
 * form 1: A + B, form 2: A / sqrt(B), with A = packed query . key and B = packed second query . key^2.
 */
import { microScores, microValues } from "./micro";
import { packKeys } from "./pack";
import { combine } from "./scores";
import { clearStates, foldBlock } from "./state";
import { panelKeys } from "./width";

/**
 * @param queries panels of packQueries; @param rows the true number of queries (the last tile may hold fewer than four).
 * @param keys values matrices M x d and M x dv. @param centre d f32 subtracted from keys, or 0. @param keyScale keyBias M f32 each, or 0.
 * @param mask bytes, 0 hides a key: maskStride bytes a query (0: one row for all); or 0.
 * @param reach blocks whose best logit lies this far below the maximum are skipped. @param fresh start from empty states.
 * @param state rows (rounded up to four) x 32 bytes. @param y rows (rounded up) x yStride floats, yStride >= dv rounded up to eight.
 * @param second panels of the second queries, or 0. @param scratch 64 * d * 4 + 2048 bytes; 128 * d * 4 + 2048 with second queries.
 */
export function accumulate(
  queries: usize,
  rows: i32,
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
  maskStride: i32,
  reach: f32,
  fresh: bool,
  state: usize,
  y: usize,
  yStride: i32,
  scratch: usize,
  second: usize,
  form: i32,
): void {
  const tiles = (rows + 3) >> 2;
  const scores = scratch;
  const sums = scores + 1024;
  const other = sums + 64;
  const panels = scratch + 2048;
  const squarePanels = panels + ((<usize>d) << 8);
  const otherStride = (<usize>panelKeys) << 2;
  const plain = !keyScale && !keyBias && !mask;
  if (fresh) clearStates(state, tiles << 2, y, yStride);
  for (let base = first; base < last; base += 64) {
    const count = min(64, last - base);
    if (mask && maskStride == 0 && blockHidden(mask + <usize>base, count)) continue;
    packKeys(keys + ((<usize>base * <usize>d) << 2), count, d, centre, false, panels);
    if (form) packKeys(keys + ((<usize>base * <usize>d) << 2), count, d, centre, true, squarePanels);
    for (let t = 0; t < tiles; t++) {
      const query = queries + ((<usize>t * <usize>d) << 4);
      for (let j = 0; j < count; j += panelKeys) microScores(query, panels + ((<usize>j * <usize>d) << 2), d, scores + ((<usize>j) << 2), 256);
      if (form) {
        const secondQuery = second + ((<usize>t * <usize>d) << 4);
        for (let j = 0; j < count; j += panelKeys) {
          microScores(secondQuery, squarePanels + ((<usize>j * <usize>d) << 2), d, other, otherStride);
          for (let r = 0; r < 4; r++) combine(scores + ((<usize>r) << 8) + ((<usize>j) << 2), other + <usize>r * otherStride, form);
        }
      }
      let live = false;
      for (let r = 0; r < 4; r++) {
        const row = (t << 2) + r;
        const line = scores + ((<usize>r) << 8);
        const used = row < rows && (plain && count == 64 ? true : prepare(line, base, count, keyScale, keyBias, biasFactor, mask ? mask + <usize>row * <usize>maskStride : 0));
        if (used && foldBlock(line, 16, base, state + ((<usize>row) << 5), y + ((<usize>row * <usize>yStride) << 2), yStride, reach, sums)) live = true;
        else memory.fill(line, 0, 256);
      }
      if (live) {
        const target = y + ((<usize>(t << 2) * <usize>yStride) << 2);
        microValues(scores, 256, values + ((<usize>base * <usize>dv) << 2), (<usize>dv) << 2, count, dv, target, (<usize>yStride) << 2);
      }
    }
  }
}

/** Turns a line of raw scores into logits: scale, bias, mask, padding. Returns false when nothing is left. */
export function prepare(line: usize, base: i32, count: i32, keyScale: usize, keyBias: usize, biasFactor: f32, mask: usize): bool {
  if (keyScale) {
    const scales = keyScale + ((<usize>base) << 2);
    for (let j = 0; j < count; j += 4) {
      const at = line + ((<usize>j) << 2);
      v128.store(at, f32x4.mul(v128.load(at), v128.load(scales + ((<usize>j) << 2))));
    }
  }
  if (keyBias) {
    const biases = keyBias + ((<usize>base) << 2);
    const factor = f32x4.splat(biasFactor);
    for (let j = 0; j < count; j += 4) {
      const at = line + ((<usize>j) << 2);
      v128.store(at, f32x4.add(v128.load(at), f32x4.mul(v128.load(biases + ((<usize>j) << 2)), factor)));
    }
  }
  for (let j = count; j < 64; j++) store<f32>(line + ((<usize>j) << 2), -Infinity);
  if (!mask) return true;
  const shown = mask + <usize>base;
  if (blockHidden(shown, count)) return false;
  for (let j = 0; j < count; j++) if (!load<u8>(shown + <usize>j)) store<f32>(line + ((<usize>j) << 2), -Infinity);
  return true;
}

// @ts-ignore: decorator
@inline
function blockHidden(mask: usize, count: i32): bool {
  let j = 0;
  for (; j + 16 <= count; j += 16) if (v128.any_true(v128.load(mask + <usize>j))) return false;
  for (; j < count; j++) if (load<u8>(mask + <usize>j)) return false;
  return true;
}
