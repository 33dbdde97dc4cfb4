/**
 * The inner loops of gemm.ts. Tiles of 4 x 8 keep their eight sums in registers on every engine and take one step of the inner index a turn: the engine orders the work of a longer turn so that sums
 * leave the registers (a third slower). A product of at most four columns would waste half of such a tile; it runs along the inner index instead.
 */
import { across, sums } from "./lanes";
import { fma } from "./vector";

// @ts-ignore: decorator
@inline
export function put(to: usize, x: v128, y: v128, add: bool, bias: usize, floor: f32): void {
  if (add) {
    x = f32x4.add(v128.load(to), x);
    y = f32x4.add(v128.load(to, 16), y);
  }
  if (bias) {
    x = f32x4.pmax(f32x4.add(x, v128.load(bias)), f32x4.splat(floor));
    y = f32x4.pmax(f32x4.add(y, v128.load(bias, 16)), f32x4.splat(floor));
  }
  v128.store(to, x);
  v128.store(to, y, 16);
}

/** out[r][c] = (or +=) sum_i a[r][i] b[i][c], r < 4, c < 8, plus bias, at least `floor`, where there is one. Row r of a stands a_r bytes behind a; a b-row every bStep bytes. */
export function rowsTile(a: usize, a1: usize, a2: usize, a3: usize, b: usize, bStep: usize, k: i32, out: usize, outStride: usize, add: bool, bias: usize, floor: f32): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let t0 = f32x4.splat(0);
  let t1 = f32x4.splat(0);
  let u0 = f32x4.splat(0);
  let u1 = f32x4.splat(0);
  let w0 = f32x4.splat(0);
  let w1 = f32x4.splat(0);
  const end = b + (<usize>k) * bStep;
  while (b < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s0 = fma(x, b0, s0);
    s1 = fma(x, b1, s1);
    x = v128.load32_splat(a + a1);
    t0 = fma(x, b0, t0);
    t1 = fma(x, b1, t1);
    x = v128.load32_splat(a + a2);
    u0 = fma(x, b0, u0);
    u1 = fma(x, b1, u1);
    x = v128.load32_splat(a + a3);
    w0 = fma(x, b0, w0);
    w1 = fma(x, b1, w1);
    b += bStep;
    a += 4;
  }
  put(out, s0, s1, add, bias, floor);
  put(out + outStride, t0, t1, add, bias, floor);
  put(out + 2 * outStride, u0, u1, add, bias, floor);
  put(out + 3 * outStride, w0, w1, add, bias, floor);
}

/** out[r][c] = (or +=) sum_i a[i][r] b[i][c], r < 4, c < 8: columns of a and b, rows aStep and bStep bytes apart. */
export function columnsTile(a: usize, aStep: usize, b: usize, bStep: usize, k: i32, out: usize, outStride: usize, add: bool): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let t0 = f32x4.splat(0);
  let t1 = f32x4.splat(0);
  let u0 = f32x4.splat(0);
  let u1 = f32x4.splat(0);
  let w0 = f32x4.splat(0);
  let w1 = f32x4.splat(0);
  const end = b + (<usize>k) * bStep;
  while (b < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s0 = fma(x, b0, s0);
    s1 = fma(x, b1, s1);
    x = v128.load32_splat(a, 4);
    t0 = fma(x, b0, t0);
    t1 = fma(x, b1, t1);
    x = v128.load32_splat(a, 8);
    u0 = fma(x, b0, u0);
    u1 = fma(x, b1, u1);
    x = v128.load32_splat(a, 12);
    w0 = fma(x, b0, w0);
    w1 = fma(x, b1, w1);
    b += bStep;
    a += aStep;
  }
  put(out, s0, s1, add, 0, 0);
  put(out + outStride, t0, t1, add, 0, 0);
  put(out + 2 * outStride, u0, u1, add, 0, 0);
  put(out + 3 * outStride, w0, w1, add, 0, 0);
}

/**
 * out[r][c] = sum_i a[r][i] b[c][i] for two rows of a and four of b, rows of out 16 bytes apart: four lanes of i at a time, added at the end. An edge is clamped by the caller, by strides of 0.
 */
export function dotTile(a: usize, aStride: usize, b: usize, b1: usize, b2: usize, b3: usize, k: i32, out: usize): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  let t0 = f32x4.splat(0);
  let t1 = f32x4.splat(0);
  let t2 = f32x4.splat(0);
  let t3 = f32x4.splat(0);
  const end = a + ((<usize>(k & -4)) << 2);
  while (a < end) {
    const x = v128.load(a);
    const y = v128.load(a + aStride);
    let c = v128.load(b);
    s0 = fma(x, c, s0);
    t0 = fma(y, c, t0);
    c = v128.load(b + b1);
    s1 = fma(x, c, s1);
    t1 = fma(y, c, t1);
    c = v128.load(b + b2);
    s2 = fma(x, c, s2);
    t2 = fma(y, c, t2);
    c = v128.load(b + b3);
    s3 = fma(x, c, s3);
    t3 = fma(y, c, t3);
    a += 16;
    b += 16;
  }
  let first = sums(s0, s1, s2, s3);
  let second = sums(t0, t1, t2, t3);
  for (let i = 0; i < (k & 3); i++) {
    const at = (<usize>i) << 2;
    const c = across(b, b + b1, b + b2, b + b3, at);
    first = fma(v128.load32_splat(a + at), c, first);
    second = fma(v128.load32_splat(a + aStride + at), c, second);
  }
  v128.store(out, first);
  v128.store(out, second, 16);
}

/** C (k x n) = or += A^T B with m <= 4 rows: eight columns of B stay in registers while C is gone through row by row. */
export function fewRows(a: usize, aStride: usize, b: usize, bStride: usize, c: usize, cStride: usize, m: i32, k: i32, n: i32, add: bool): void {
  const second: usize = m > 1 ? aStride : 0;
  const third: usize = m > 2 ? 2 * aStride : 0;
  const fourth: usize = m > 3 ? 3 * aStride : 0;
  const none = f32x4.splat(0);
  for (let j = 0; j < n; j += 8) {
    const columns = n - j;
    let from = b + ((<usize>j) << 2);
    const s0 = v128.load(from);
    const s1 = v128.load(from, 16);
    from += bStride;
    const t0 = m > 1 ? v128.load(from) : none;
    const t1 = m > 1 ? v128.load(from, 16) : none;
    from += bStride;
    const u0 = m > 2 ? v128.load(from) : none;
    const u1 = m > 2 ? v128.load(from, 16) : none;
    from += bStride;
    const w0 = m > 3 ? v128.load(from) : none;
    const w1 = m > 3 ? v128.load(from, 16) : none;
    let left = a;
    let to = c + ((<usize>j) << 2);
    for (let i = 0; i < k; i++) {
      let x = v128.load32_splat(left);
      let low = f32x4.mul(x, s0);
      let high = f32x4.mul(x, s1);
      if (m > 1) {
        x = v128.load32_splat(left + second);
        low = fma(x, t0, low);
        high = fma(x, t1, high);
      }
      if (m > 2) {
        x = v128.load32_splat(left + third);
        low = fma(x, u0, low);
        high = fma(x, u1, high);
      }
      if (m > 3) {
        x = v128.load32_splat(left + fourth);
        low = fma(x, w0, low);
        high = fma(x, w1, high);
      }
      if (columns >= 8) put(to, low, high, add, 0, 0);
      else putColumns(to, low, high, columns, add);
      left += 4;
      to += cStride;
    }
  }
}

/** The first columns of eight. */
function putColumns(to: usize, low: v128, high: v128, columns: i32, add: bool): void {
  for (let c = 0; c < columns; c++) {
    if (c == 4) low = high;
    const value = f32x4.extract_lane(low, 0);
    store<f32>(to, add ? load<f32>(to) + value : value);
    low = i8x16.shuffle(low, low, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
    to += 4;
  }
}
