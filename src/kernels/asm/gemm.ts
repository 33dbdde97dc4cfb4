/**
 * Products of small and middling matrices for the trainable layers, forward and backward: C = A B, A B^T and A^T B, row-major f32 with strides in bytes, added to C or in place of it. The
 * inner loops (gemm-tiles.ts) hold a tile of C in registers. Lanes beyond an edge read what lies behind (readable, never used); only the lanes that exist are stored, and the order of every
 * sum depends on the inner size and on whether at most four columns of B^T are left, so the same row gives the same bits at any place of a larger A.
 */
import { columnsTile, dotTile, fewRows, rowsTile } from "./gemm-tiles";

/** One tile that does not fit C whole. */
const tile = memory.data(128, 16);

/** The part of the tile that exists goes to C; rows of the tile are `wide` bytes. */
function putSome(out: usize, stride: usize, rows: i32, columns: i32, wide: usize, add: bool, bias: usize, floor: f32): void {
  for (let r = 0; r < rows; r++) {
    const to = out + (<usize>r) * stride;
    const from = tile + (<usize>r) * wide;
    for (let c = 0; c < columns; c++) {
      const at = (<usize>c) << 2;
      let value = load<f32>(from + at);
      if (add) value = load<f32>(to + at) + value;
      if (bias) {
        value += load<f32>(bias + at);
        value = value < floor ? floor : value;
      }
      store<f32>(to + at, value);
    }
  }
}

/** Rows of A against eight columns in a panel or in place. */
function rowsTimesEight(a: usize, aStride: usize, m: i32, b: usize, bStep: usize, k: i32, c: usize, cStride: usize, columns: i32, add: bool, bias: usize, floor: f32): void {
  for (let i = 0; i < m; i += 4) {
    const rows = min(4, m - i);
    const a1: usize = rows > 1 ? aStride : 0;
    const a2: usize = rows > 2 ? 2 * aStride : a1;
    const a3: usize = rows > 3 ? 3 * aStride : a2;
    const from = a + (<usize>i) * aStride;
    const to = c + (<usize>i) * cStride;
    if (rows == 4 && columns == 8) rowsTile(from, a1, a2, a3, b, bStep, k, to, cStride, add, bias, floor);
    else {
      rowsTile(from, a1, a2, a3, b, bStep, k, tile, 32, false, 0, 0);
      putSome(to, cStride, rows, columns, 32, add, bias, floor);
    }
  }
}

/** Rows of A against at most four rows of B. */
function rowsTimesFour(a: usize, aStride: usize, m: i32, b: usize, bStride: usize, k: i32, c: usize, cStride: usize, columns: i32, add: bool, bias: usize, floor: f32): void {
  const b1: usize = columns > 1 ? bStride : 0;
  const b2: usize = columns > 2 ? 2 * bStride : 0;
  const b3: usize = columns > 3 ? 3 * bStride : 0;
  for (let i = 0; i < m; i += 2) {
    const rows = min(2, m - i);
    dotTile(a + (<usize>i) * aStride, rows > 1 ? aStride : 0, b, b1, b2, b3, k, tile);
    const to = c + (<usize>i) * cStride;
    if (columns == 4 && rows == 2 && !bias && !add) {
      v128.store(to, v128.load(tile));
      v128.store(to + cStride, v128.load(tile, 16));
    } else putSome(to, cStride, rows, columns, 16, add, bias, floor);
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
    rowsTimesEight(a, aStride, m, from, step, k, c + ((<usize>j) << 2), cStride, columns, add != 0, 0, 0);
  }
}

/** `columns` rows of B, k numbers each, side by side: number i of row r at panel + 32 i + 4 r. */
function packRows(b: usize, bStride: usize, columns: i32, k: i32, panel: usize): void {
  for (let r = 0; r < columns; r++) {
    let from = b + (<usize>r) * bStride;
    let to = panel + ((<usize>r) << 2);
    for (let i = 0; i < k; i++) {
      store<f32>(to, load<f32>(from));
      from += 4;
      to += 32;
    }
  }
}

function timesTransposed(a: usize, aStride: usize, b: usize, bStride: usize, c: usize, cStride: usize, m: i32, n: i32, k: i32, add: bool, panel: usize, bias: usize, floor: f32): void {
  for (let j = 0; j < n; j += 8) {
    const columns = min(8, n - j);
    const at = (<usize>j) << 2;
    const rows = b + (<usize>j) * bStride;
    const some = bias ? bias + at : 0;
    if (columns <= 4) rowsTimesFour(a, aStride, m, rows, bStride, k, c + at, cStride, columns, add, some, floor);
    else {
      packRows(rows, bStride, columns, k, panel);
      rowsTimesEight(a, aStride, m, panel, 32, k, c + at, cStride, columns, add, some, floor);
    }
  }
}

/** C (m x n) = or += A (m x k) B^T, B n x k. `panel`: k * 32 bytes. */
export function gemmNT(a: usize, aStride: usize, b: usize, bStride: usize, c: usize, cStride: usize, m: i32, n: i32, k: i32, add: i32, panel: usize): void {
  timesTransposed(a, aStride, b, bStride, c, cStride, m, n, k, add != 0, panel, 0, 0);
}

/** C = A B^T + bias in every row, then max(0, .) where `rectify`; sizes as in gemmNT. */
export function gemmBias(a: usize, aStride: usize, b: usize, bStride: usize, c: usize, cStride: usize, m: i32, n: i32, k: i32, bias: usize, rectify: i32, panel: usize): void {
  timesTransposed(a, aStride, b, bStride, c, cStride, m, n, k, false, panel, bias, rectify ? 0 : -Infinity);
}

/** Rows of A and B that are gone through together, so that both stay in the nearest cache. */
const rowsTogether: i32 = 64;

/** C (k x n) = or += A^T B, A m x k, B m x n; summed in blocks of rows, in order. */
export function gemmTN(a: usize, aStride: usize, b: usize, bStride: usize, c: usize, cStride: usize, m: i32, k: i32, n: i32, add: i32): void {
  if (m <= 4) {
    fewRows(a, aStride, b, bStride, c, cStride, m, k, n, add != 0);
    return;
  }
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
        if (i + 4 <= k && j + 8 <= n) columnsTile(from, aStride, other, bStride, rows, to, cStride, more);
        else {
          columnsTile(from, aStride, other, bStride, rows, tile, 32, false);
          putSome(to, cStride, min(4, k - i), min(8, n - j), 32, more, 0, 0);
        }
      }
    }
  }
}
