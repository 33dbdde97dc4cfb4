/**
 * Products of small and middling matrices for the trainable layers, forward and backward: C = A B, A B^T and A^T B, row-major f32 with strides in bytes, added to C or in place of it. The
 * inner loops hold a 4 x 8 tile of C in registers (micro.ts says why). Lanes beyond an edge read what lies behind (readable, never used); only the lanes that exist are stored, and the
 * order of every sum depends on the inner size alone, so the same numbers give the same bits at any place of a larger matrix.
 */
import { fma } from "./vector";

/** One tile that does not fit C whole. */
const tile = memory.data(128, 16);

/** out[r][c] = (or +=) sum_i a[r][i] b[i][c], r < 4, c < 8. Row r of a is at a + r-th offset (clamped by the caller at the lower edge); an a-entry every aStep bytes, a b-row every bStep. */
function micro(a: usize, a1: usize, a2: usize, a3: usize, aStep: usize, b: usize, bStep: usize, k: i32, out: usize, outStride: usize, add: bool): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let t0 = f32x4.splat(0);
  let t1 = f32x4.splat(0);
  let u0 = f32x4.splat(0);
  let u1 = f32x4.splat(0);
  let w0 = f32x4.splat(0);
  let w1 = f32x4.splat(0);
  const end = b + (<usize>k) * bStep;
  for (; b < end; b += bStep) {
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
    a += aStep;
  }
  put(out, s0, s1, add);
  put(out + outStride, t0, t1, add);
  put(out + 2 * outStride, u0, u1, add);
  put(out + 3 * outStride, w0, w1, add);
}

// @ts-ignore: decorator
@inline
function put(to: usize, x: v128, y: v128, add: bool): void {
  if (add) {
    x = f32x4.add(v128.load(to), x);
    y = f32x4.add(v128.load(to, 16), y);
  }
  v128.store(to, x);
  v128.store(to, y, 16);
}

/** The part of the tile that exists goes to C. */
function putSome(out: usize, stride: usize, rows: i32, columns: i32, add: bool): void {
  for (let r = 0; r < rows; r++) {
    const to = out + (<usize>r) * stride;
    const from = tile + ((<usize>r) << 5);
    for (let c = 0; c < columns; c++) {
      const at = (<usize>c) << 2;
      store<f32>(to + at, add ? load<f32>(to + at) + load<f32>(from + at) : load<f32>(from + at));
    }
  }
}

function rowsTimesPanel(a: usize, aStride: usize, m: i32, b: usize, bStep: usize, k: i32, c: usize, cStride: usize, columns: i32, add: bool): void {
  for (let i = 0; i < m; i += 4) {
    const rows = min(4, m - i);
    const a1: usize = rows > 1 ? aStride : 0;
    const a2: usize = rows > 2 ? 2 * aStride : a1;
    const a3: usize = rows > 3 ? 3 * aStride : a2;
    const from = a + (<usize>i) * aStride;
    const to = c + (<usize>i) * cStride;
    if (rows == 4 && columns == 8) micro(from, a1, a2, a3, 4, b, bStep, k, to, cStride, add);
    else {
      micro(from, a1, a2, a3, 4, b, bStep, k, tile, 32, false);
      putSome(to, cStride, rows, columns, add);
    }
  }
}

/** C (m x n) = or += A (m x k) B (k x n). `panel`: k * 32 bytes. */
export function gemmNN(a: usize, aStride: usize, b: usize, bStride: usize, c: usize, cStride: usize, m: i32, n: i32, k: i32, add: i32, panel: usize): void {
  for (let j = 0; j < n; j += 8) {
    const columns = min(8, n - j);
    let from = b + ((<usize>j) << 2);
    let step = bStride;
    if (m > 16) {
      let to = panel;
      for (let i = 0; i < k; i++) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
        from += bStride;
        to += 32;
      }
      from = panel;
      step = 32;
    }
    rowsTimesPanel(a, aStride, m, from, step, k, c + ((<usize>j) << 2), cStride, columns, add != 0);
  }
}

/** C (m x n) = or += A (m x k) B^T, B n x k. `panel`: k * 32 bytes. */
export function gemmNT(a: usize, aStride: usize, b: usize, bStride: usize, c: usize, cStride: usize, m: i32, n: i32, k: i32, add: i32, panel: usize): void {
  for (let j = 0; j < n; j += 8) {
    const columns = min(8, n - j);
    for (let r = 0; r < columns; r++) {
      let from = b + (<usize>(j + r)) * bStride;
      let to = panel + ((<usize>r) << 2);
      for (let i = 0; i < k; i++) {
        store<f32>(to, load<f32>(from));
        from += 4;
        to += 32;
      }
    }
    rowsTimesPanel(a, aStride, m, panel, 32, k, c + ((<usize>j) << 2), cStride, columns, add != 0);
  }
}

/** Rows of A and B that are gone through together, so that both stay in the nearest cache. */
const rowsTogether: i32 = 64;

/** C (k x n) = or += A^T B, A m x k, B m x n; summed in blocks of rows, in order. */
export function gemmTN(a: usize, aStride: usize, b: usize, bStride: usize, c: usize, cStride: usize, m: i32, k: i32, n: i32, add: i32): void {
  for (let first = 0; first < m; first += rowsTogether) {
    const rows = min(rowsTogether, m - first);
    const more = add != 0 || first > 0;
    const aBlock = a + (<usize>first) * aStride;
    const bBlock = b + (<usize>first) * bStride;
    for (let i = 0; i < k; i += 4) {
      for (let j = 0; j < n; j += 8) {
        const to = c + (<usize>i) * cStride + ((<usize>j) << 2);
        const from = aBlock + ((<usize>i) << 2);
        const other = bBlock + ((<usize>j) << 2);
        if (i + 4 <= k && j + 8 <= n) micro(from, 4, 8, 12, aStride, other, bStride, rows, to, cStride, more);
        else {
          micro(from, 4, 8, 12, aStride, other, bStride, rows, tile, 32, false);
          putSome(to, cStride, min(4, k - i), min(8, n - j), more);
        }
      }
    }
  }
}
