import { panelKeys } from "./width";

/**
 * Panels for the micro kernels. Queries: panel[k][4], four queries side by side. Keys: panel[k][panelKeys], so many patterns side by side; a block is 64 keys.
 * Rows beyond the end are zeros. With a centre, every entry has the centre subtracted; `squares` packs (x - centre)^2.
 */

/**
 * Packs `rows` queries of d entries; `out` has room for rows rounded up to four.
 * @param scale multiplies every entry. @param rowScales address of `rows` f32 that multiply each row too, or 0. @param weights address of weights (d, or rows x d when
 * weightStride = d), or 0; @param form 0: w (q - c), 1: -w/2 alone, 2: w alone.
 */
export function packQueries(q: usize, rows: i32, d: i32, centre: usize, scale: f32, rowScales: usize, weights: usize, weightStride: i32, form: i32, out: usize): void {
  const tiles = (rows + 3) >> 2;
  const whole = d & ~3;
  const stride = (<usize>d) << 2;
  const weightBytes = (<usize>weightStride) << 2;
  for (let t = 0; t < tiles; t++) {
    const panel = out + ((<usize>t * <usize>d) << 4);
    const row = t << 2;
    const source = q + <usize>row * stride;
    const weight = weights ? weights + <usize>row * weightBytes : 0;
    const scales = rowScales ? rowScales + ((<usize>row) << 2) : 0;
    let packed = 0;
    if (row + 4 <= rows) {
      packed = whole;
      const f0 = f32x4.splat(scales ? scale * load<f32>(scales) : scale);
      const f1 = f32x4.splat(scales ? scale * load<f32>(scales, 4) : scale);
      const f2 = f32x4.splat(scales ? scale * load<f32>(scales, 8) : scale);
      const f3 = f32x4.splat(scales ? scale * load<f32>(scales, 12) : scale);
      for (let k = 0; k < whole; k += 4) {
        const at = (<usize>k) << 2;
        const c = centre ? v128.load(centre + at) : f32x4.splat(0);
        const w = weight ? weight + at : 0;
        const a0 = f32x4.mul(fourOfQuery(source + at, c, w, form), f0);
        const a1 = f32x4.mul(fourOfQuery(source + stride + at, c, w ? w + weightBytes : 0, form), f1);
        const a2 = f32x4.mul(fourOfQuery(source + 2 * stride + at, c, w ? w + 2 * weightBytes : 0, form), f2);
        const a3 = f32x4.mul(fourOfQuery(source + 3 * stride + at, c, w ? w + 3 * weightBytes : 0, form), f3);
        transposeInto(a0, a1, a2, a3, panel + (at << 2), 16);
      }
    }
    for (let r = 0; r < 4; r++) {
      const target = panel + (<usize>r << 2);
      const mine = row + r < rows;
      const own = weight ? weight + <usize>r * weightBytes : 0;
      const factor: f32 = mine && scales ? scale * load<f32>(scales + ((<usize>r) << 2)) : scale;
      for (let k = packed; k < d; k++) {
        const at = (<usize>k) << 2;
        store<f32>(target + (at << 2), mine ? entryOfQuery(source + <usize>r * stride, k, centre, own, form) * factor : 0);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function entryOfQuery(q: usize, k: i32, centre: usize, weights: usize, form: i32): f32 {
  const at = (<usize>k) << 2;
  const w: f32 = weights ? load<f32>(weights + at) : 1;
  if (form == 0) return w == 0 ? 0 : w * (load<f32>(q + at) - (centre ? load<f32>(centre + at) : 0));
  return form == 1 ? <f32>-0.5 * w : w;
}

/** Four entries of one query by the same rule. */
// @ts-ignore: decorator
@inline
function fourOfQuery(q: usize, c: v128, weights: usize, form: i32): v128 {
  const w = weights ? v128.load(weights) : f32x4.splat(1);
  if (form == 0) {
    const x = f32x4.sub(v128.load(q), c);
    return weights ? v128.and(f32x4.mul(w, x), f32x4.ne(w, f32x4.splat(0))) : x;
  }
  return form == 1 ? f32x4.mul(f32x4.splat(-0.5), w) : w;
}

/** Four rows of four turned into four columns, `line` bytes apart. */
// @ts-ignore: decorator
@inline
function transposeInto(a0: v128, a1: v128, a2: v128, a3: v128, to: usize, line: usize): void {
  const b0 = v128.shuffle<f32>(a0, a1, 0, 4, 1, 5);
  const b1 = v128.shuffle<f32>(a2, a3, 0, 4, 1, 5);
  const b2 = v128.shuffle<f32>(a0, a1, 2, 6, 3, 7);
  const b3 = v128.shuffle<f32>(a2, a3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(b0, b1, 0, 1, 4, 5));
  v128.store(to + line, v128.shuffle<f32>(b0, b1, 2, 3, 6, 7));
  v128.store(to + 2 * line, v128.shuffle<f32>(b2, b3, 0, 1, 4, 5));
  v128.store(to + 3 * line, v128.shuffle<f32>(b2, b3, 2, 3, 6, 7));
}

// @ts-ignore: decorator
@inline
function entry(x: usize, k: i32, centre: usize, squares: bool): f32 {
  const at = (<usize>k) << 2;
  const v = load<f32>(x + at) - (centre ? load<f32>(centre + at) : 0);
  return squares ? v * v : v;
}

// @ts-ignore: decorator
@inline
function four(x: usize, c: v128, squares: bool): v128 {
  const v = f32x4.sub(v128.load(x), c);
  return squares ? f32x4.mul(v, v) : v;
}

/** Reads one number of every cache line in order: rows side by side come from memory at half the rate of rows one after another. The sum is kept so that the reads are. */
function touch(x: usize, bytes: usize, out: usize): void {
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  let at: usize = 0;
  for (; at + 128 <= bytes; at += 128) {
    a = f32x4.add(a, v128.load(x + at));
    b = f32x4.add(b, v128.load(x + at, 64));
  }
  v128.store(out, f32x4.add(a, b));
}

/** Packs keys x[0 ... count) (count <= 64) into panels of d x panelKeys. */
export function packKeys(x: usize, count: i32, d: i32, centre: usize, squares: bool, out: usize): void {
  const stride = (<usize>d) << 2;
  const whole = d & ~3;
  const line = (<usize>panelKeys) << 2;
  touch(x, <usize>count * stride, out);
  for (let first = 0; first < 64; first += panelKeys) {
    const panel = out + ((<usize>first * <usize>d) << 2);
    if (first >= count) return; // the micro kernel is not called for panels without keys
    for (let part = 0; part < panelKeys; part += 4) {
      const base = first + part;
      const target = panel + ((<usize>part) << 2);
      const n = min(4, count - base);
      if (n == 4) {
        const x0 = x + <usize>base * stride;
        const x1 = x0 + stride;
        const x2 = x1 + stride;
        const x3 = x2 + stride;
        for (let k = 0; k < whole; k += 4) {
          const at = (<usize>k) << 2;
          const c = centre ? v128.load(centre + at) : f32x4.splat(0);
          const a0 = four(x0 + at, c, squares);
          const a1 = four(x1 + at, c, squares);
          const a2 = four(x2 + at, c, squares);
          const a3 = four(x3 + at, c, squares);
          transposeInto(a0, a1, a2, a3, target + <usize>k * line, line);
        }
        for (let k = whole; k < d; k++) {
          const to = target + <usize>k * line;
          store<f32>(to, entry(x0, k, centre, squares));
          store<f32>(to, entry(x1, k, centre, squares), 4);
          store<f32>(to, entry(x2, k, centre, squares), 8);
          store<f32>(to, entry(x3, k, centre, squares), 12);
        }
      } else {
        for (let k = 0; k < d; k++) {
          const to = target + <usize>k * line;
          for (let j = 0; j < 4; j++) {
            const v: f32 = j < n ? entry(x + <usize>(base + j) * stride, k, centre, squares) : 0;
            store<f32>(to + ((<usize>j) << 2), v);
          }
        }
      }
    }
  }
}
