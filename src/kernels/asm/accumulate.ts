/**
 * Streaming retrieval for batches: softmax-weighted sums of the values over keys first ... last, in blocks of 64 keys, four queries at a time. No B x M matrix exists:
 * a block's scores live in 1 KiB of scratch. logit = (packed query . key) * keyScale + keyBias * biasFactor, in units of log 2; or, when every query knows entries of its own,
 * form 1: A + B, form 2: A / sqrt(B), with A = packed query . key and B = packed second query . key^2.
 */
import { microScores, microScoresOn, microValuesTiles } from "./micro";
import { packKeys } from "./pack";
import { combine } from "./scores";
import { hideFour } from "./select";
import { clearStates, foldBlock } from "./state";
import { panelKeys } from "./width";

/** Tiles of four queries that share what was read into the first-level cache. */
const groupTiles: i32 = 4;
/** Entries of a panel taken at a time, about: 192 of sixteen keys and of sixteen queries are 24 KiB. */
const piece: i32 = 192;
/** Scratch before the panels: the scores of a group, the sums of a row, one panel of second sums. */
const scratchHead: usize = 8192;

/**
 * @param queries panels of packQueries; @param rows the true number of queries (the last tile may hold fewer than four).
 * @param keys values matrices M x d and M x dv. @param centre d f32 subtracted from keys, or 0. @param keyScale keyBias M f32 each, or 0.
 * @param mask bytes, 0 hides a key: maskStride bytes a query (0: one row for all); or 0.
 * @param reach blocks whose best logit lies this far below the maximum are skipped. @param fresh start from empty states.
 * @param state rows (rounded up to four) x 32 bytes. @param y rows (rounded up) x yStride floats, yStride >= dv rounded up to eight.
 * @param second panels of the second queries, or 0. @param scratch 64 * d * 4 + scratchHead bytes; 128 * d * 4 + scratchHead with second queries.
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
  const sums = scores + (<usize>groupTiles << 10);
  const other = sums + 64;
  const panels = scratch + scratchHead;
  const squarePanels = panels + ((<usize>d) << 8);
  const plain = !keyScale && !keyBias && !mask;
  if (fresh) clearStates(state, tiles << 2, y, yStride);
  for (let base = first; base < last; base += 64) {
    const count = min(64, last - base);
    if (mask && maskStride == 0 && blockHidden(mask + <usize>base, count)) continue;
    packKeys(keys + ((<usize>base * <usize>d) << 2), count, d, centre, false, panels);
    if (form) packKeys(keys + ((<usize>base * <usize>d) << 2), count, d, centre, true, squarePanels);
    for (let t0 = 0; t0 < tiles; t0 += groupTiles) {
      const group = min(groupTiles, tiles - t0);
      scoreGroup(queries + ((<usize>t0 * <usize>d) << 4), group, panels, d, count, scores);
      if (form) combineGroup(second + ((<usize>t0 * <usize>d) << 4), group, squarePanels, d, count, scores, other, form);
      let live = 0;
      for (let r = 0; r < group << 2; r++) {
        const row = (t0 << 2) + r;
        const line = scores + ((<usize>r) << 8);
        const used = row < rows && (plain && count == 64 ? true : prepare(line, base, count, keyScale, keyBias, biasFactor, mask ? mask + <usize>row * <usize>maskStride : 0));
        if (used && foldBlock(line, 16, base, state + ((<usize>row) << 5), y + ((<usize>row * <usize>yStride) << 2), yStride, reach, sums)) live |= 1 << (r >> 2);
        else memory.fill(line, 0, 256);
      }
      if (live) {
        const target = y + ((<usize>(t0 << 2) * <usize>yStride) << 2);
        microValuesTiles(scores, 256, values + ((<usize>base * <usize>dv) << 2), (<usize>dv) << 2, count, dv, target, (<usize>yStride) << 2, live);
      }
    }
  }
}

/** Scores of a group of tiles against a block: entries in equal pieces of about `piece`, so that a piece of a panel of keys and of the queries stays in the first-level cache for all tiles. */
function scoreGroup(queries: usize, group: i32, panels: usize, d: i32, count: i32, scores: usize): void {
  const pieces = max(1, (d + (piece >> 1)) / piece);
  const most = (d + pieces - 1) / pieces;
  for (let from = 0; from < d; from += most) {
    const size = min(most, d - from);
    for (let j = 0; j < count; j += panelKeys) {
      const panel = panels + (((<usize>j * <usize>d) + <usize>from * <usize>panelKeys) << 2);
      for (let t = 0; t < group; t++) {
        const query = queries + ((<usize>t * <usize>d + <usize>from) << 4);
        const to = scores + ((<usize>t) << 10) + ((<usize>j) << 2);
        if (from) microScoresOn(query, panel, size, to, 256);
        else microScores(query, panel, size, to, 256);
      }
    }
  }
}

/** Adds the second sums of queries that know entries of their own. */
function combineGroup(second: usize, group: i32, squarePanels: usize, d: i32, count: i32, scores: usize, other: usize, form: i32): void {
  const otherStride = (<usize>panelKeys) << 2;
  for (let t = 0; t < group; t++) {
    for (let j = 0; j < count; j += panelKeys) {
      microScores(second + ((<usize>t * <usize>d) << 4), squarePanels + ((<usize>j * <usize>d) << 2), d, other, otherStride);
      for (let r = 0; r < 4; r++) combine(scores + ((<usize>((t << 2) + r)) << 8) + ((<usize>j) << 2), other + <usize>r * otherStride, form);
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
  for (let j = 0; j < count; j += 4) hideFour(line + ((<usize>j) << 2), shown + <usize>j);
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
