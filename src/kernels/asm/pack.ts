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
  const stride = (<usize>d) << 2;
  for (let row = 0; row < rows; row += 4) {
    const panel = out + <usize>row * stride;
    let packed = 0;
    if (row + 4 <= rows && !weights && !form) {
      packed = d & ~3;
      const source = q + <usize>row * stride;
      for (let k = 0; k < packed; k += 4) {
        const at = (<usize>k) << 2;
        const c = centre ? v128.load(centre + at) : f32x4.splat(0);
        const a0 = scaled(source + at, c, factorOf(row, scale, rowScales));
        const a1 = scaled(source + stride + at, c, factorOf(row + 1, scale, rowScales));
        const a2 = scaled(source + 2 * stride + at, c, factorOf(row + 2, scale, rowScales));
        const a3 = scaled(source + 3 * stride + at, c, factorOf(row + 3, scale, rowScales));
        transposeInto(a0, a1, a2, a3, panel + (at << 2), 16);
      }
    }
    for (let r = row; r < row + 4; r++) {
      const source = q + <usize>r * stride;
      const own = weights ? weights + ((<usize>r * <usize>weightStride) << 2) : 0;
      for (let k = packed; k < d; k++) {
        const at = (<usize>k) << 2;
        let x: f32 = 0;
        if (r < rows) {
          const w: f32 = own ? load<f32>(own + at) : 1;
          if (form == 0) x = w == 0 ? 0 : w * (load<f32>(source + at) - (centre ? load<f32>(centre + at) : 0));
          else x = form == 1 ? <f32>-0.5 * w : w;
          x *= factorOf(r, scale, rowScales);
        }
        store<f32>(panel + (at << 2) + (<usize>(r - row) << 2), x);
      }
    }
  }
}

function factorOf(row: i32, scale: f32, rowScales: usize): f32 {
  return rowScales ? scale * load<f32>(rowScales + ((<usize>row) << 2)) : scale;
}

// @ts-ignore: decorator
@inline
function scaled(x: usize, c: v128, factor: f32): v128 {
  return f32x4.mul(f32x4.sub(v128.load(x), c), f32x4.splat(factor));
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

/** Entries of a panel packed at a time: its lines are filled while they are in the first-level cache, not once for every four keys. */
const stretch: i32 = 64;

/** Packs keys x[0 ... count) (count <= 64) into panels of d x panelKeys. */
export function packKeys(x: usize, count: i32, d: i32, centre: usize, squares: bool, out: usize): void {
  const stride = (<usize>d) << 2;
  touch(x, <usize>count * stride, out);
  // The micro kernel is not called for panels without keys.
  for (let first = 0; first < count; first += panelKeys) {
    const panel = out + <usize>first * stride;
    for (let from = 0; from < d; from += stretch) {
      const to = min(d, from + stretch);
      for (let part = 0; part < panelKeys; part += 4) {
        packFour(x + <usize>(first + part) * stride, count - first - part, from, to, stride, centre, squares, panel + ((<usize>part) << 2));
      }
    }
  }
}

/** Entries from ... to - 1 of four keys, of which `count` exist, side by side. */
// @ts-ignore: decorator
@inline
function packFour(x: usize, count: i32, from: i32, to: i32, stride: usize, centre: usize, squares: bool, target: usize): void {
  const line = (<usize>panelKeys) << 2;
  let k = from;
  if (count >= 4) {
    for (; k + 4 <= to; k += 4) {
      const at = (<usize>k) << 2;
      const c = centre ? v128.load(centre + at) : f32x4.splat(0);
      const a0 = four(x + at, c, squares);
      const a1 = four(x + stride + at, c, squares);
      const a2 = four(x + 2 * stride + at, c, squares);
      const a3 = four(x + 3 * stride + at, c, squares);
      transposeInto(a0, a1, a2, a3, target + <usize>k * line, line);
    }
  }
  for (; k < to; k++) {
    const place = target + <usize>k * line;
    for (let j = 0; j < 4; j++) store<f32>(place + ((<usize>j) << 2), j < count ? entry(x + <usize>j * stride, k, centre, squares) : 0);
  }
}
