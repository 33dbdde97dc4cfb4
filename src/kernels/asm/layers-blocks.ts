/**
 * Blocks of association weights, one a bag, all bags in one call. A bag is five i32: first state row, state rows, first stored row, stored rows, first entry of its block (state rows x stored
 * rows, f32). Strides are bytes; `panel` is packing space as in gemm.ts.
 */
import { gemmNN, gemmNT, gemmTN } from "./gemm";
import { keepLargest, ratioRows, ratioRowsBack, separateRows, separateRowsBack } from "./separate-rows";

const record: usize = 20;

// @ts-ignore: decorator
@inline
function stateOf(bag: usize): usize {
  return <usize>load<u32>(bag);
}

// @ts-ignore: decorator
@inline
function rowsOf(bag: usize): i32 {
  return load<i32>(bag, 4);
}

// @ts-ignore: decorator
@inline
function storedOf(bag: usize): usize {
  return <usize>load<u32>(bag, 8);
}

// @ts-ignore: decorator
@inline
function columnsOf(bag: usize): i32 {
  return load<i32>(bag, 12);
}

/** Bytes before the block. */
// @ts-ignore: decorator
@inline
function startOf(bag: usize): usize {
  return (<usize>load<u32>(bag, 16)) << 2;
}

// @ts-ignore: decorator
@inline
function strideOf(bag: usize): usize {
  return (<usize>columnsOf(bag)) << 2;
}

/** State rows of y = or += P times stored rows of x. */
export function blendBlocks(bags: usize, count: i32, p: usize, x: usize, xStride: usize, y: usize, yStride: usize, columns: i32, add: i32, panel: usize): void {
  for (const end = bags + <usize>count * record; bags < end; bags += record)
    gemmNN(p + startOf(bags), strideOf(bags), x + storedOf(bags) * xStride, xStride, y + stateOf(bags) * yStride, yStride, rowsOf(bags), columns, columnsOf(bags), add, panel);
}

/** Stored rows of x = or += P^T times state rows of y. */
export function blendBlocksBack(bags: usize, count: i32, p: usize, y: usize, yStride: usize, x: usize, xStride: usize, columns: i32, add: i32): void {
  for (const end = bags + <usize>count * record; bags < end; bags += record)
    gemmTN(p + startOf(bags), strideOf(bags), y + stateOf(bags) * yStride, yStride, x + storedOf(bags) * xStride, xStride, rowsOf(bags), columnsOf(bags), columns, add);
}

/** D = state rows of a times stored rows of b. */
export function compareBlocks(bags: usize, count: i32, a: usize, aStride: usize, b: usize, bStride: usize, columns: i32, d: usize, panel: usize): void {
  for (const end = bags + <usize>count * record; bags < end; bags += record)
    gemmNT(a + stateOf(bags) * aStride, aStride, b + storedOf(bags) * bStride, bStride, d + startOf(bags), strideOf(bags), rowsOf(bags), columnsOf(bags), columns, 0, panel);
}

/** The same for few state rows: stored rows times state rows, turned. `scratch` has room for the transpose of the largest block. */
export function compareFew(bags: usize, count: i32, a: usize, aStride: usize, b: usize, bStride: usize, columns: i32, d: usize, panel: usize, scratch: usize): void {
  for (const end = bags + <usize>count * record; bags < end; bags += record) {
    const rows = rowsOf(bags);
    const wide = (<usize>rows) << 2;
    gemmNT(b + storedOf(bags) * bStride, bStride, a + stateOf(bags) * aStride, aStride, scratch, wide, columnsOf(bags), rows, columns, 0, panel);
    turn(scratch, rows, columnsOf(bags), 0, d + startOf(bags));
  }
}

/** p[i][j] = scores[j][i] + constants[i] (constants 0: none). */
function turn(scores: usize, rows: i32, columns: i32, constants: usize, p: usize): void {
  const wide = (<usize>rows) << 2;
  for (let i = 0; i < rows; i++) {
    const constant: f32 = constants ? load<f32>(constants + ((<usize>i) << 2)) : 0;
    let from = scores + ((<usize>i) << 2);
    for (let j = 0; j < columns; j++) {
      store<f32>(p, load<f32>(from) + constant);
      from += wide;
      p += 4;
    }
  }
}

/** Narrow rows of all instances become blocks: every bag is met by the same number of rows, side by side in `scores`. */
export function turnBlocks(bags: usize, count: i32, scores: usize, constants: usize, p: usize): void {
  for (const end = bags + <usize>count * record; bags < end; bags += record) {
    const rows = rowsOf(bags);
    turn(scores + ((storedOf(bags) * <usize>rows) << 2), rows, columnsOf(bags), constants, p + startOf(bags));
  }
}

/** Sums of the rows of all blocks, in order, in f64; one f32 a state row. */
export function sumBlocks(bags: usize, count: i32, p: usize, out: usize): void {
  for (const end = bags + <usize>count * record; bags < end; bags += record) {
    let from = p + startOf(bags);
    const to = out + (stateOf(bags) << 2);
    for (let i = 0; i < rowsOf(bags); i++) {
      let sum: f64 = 0;
      for (let j = 0; j < columnsOf(bags); j++) {
        sum += <f64>load<f32>(from);
        from += 4;
      }
      store<f32>(to + ((<usize>i) << 2), <f32>sum);
    }
  }
}

/** Logits become weights, in place; first all but the `top` largest of a row are hidden (0: none). */
export function separateBlocks(bags: usize, count: i32, kind: i32, z: usize, top: i32, alpha: f64, k: i32, scratch: usize): void {
  for (const end = bags + <usize>count * record; bags < end; bags += record) {
    const at = z + startOf(bags);
    if (top) keepLargest(at, rowsOf(bags), columnsOf(bags), strideOf(bags), top);
    separateRows(kind, at, rowsOf(bags), columnsOf(bags), strideOf(bags), alpha, k, at, scratch);
  }
}

/** dp becomes the gradient by the logits; returns that by alpha (entmax where wanted, else 0). */
export function separateBlocksBack(bags: usize, count: i32, kind: i32, p: usize, dp: usize, alpha: f64, scratch: usize, wantAlpha: i32): f64 {
  let dAlpha: f64 = 0;
  for (const end = bags + <usize>count * record; bags < end; bags += record) {
    const slope = dp + startOf(bags);
    dAlpha += separateRowsBack(kind, p + startOf(bags), slope, rowsOf(bags), columnsOf(bags), strideOf(bags), alpha, slope, scratch, wantAlpha);
  }
  return dAlpha;
}

/** Rows divided by their sums, in place; the sums, one a state row, are kept. */
export function ratioBlocks(bags: usize, count: i32, p: usize, sums: usize): void {
  for (const end = bags + <usize>count * record; bags < end; bags += record) {
    const at = p + startOf(bags);
    ratioRows(at, rowsOf(bags), columnsOf(bags), strideOf(bags), at, sums + (stateOf(bags) << 2));
  }
}

/** dp becomes the gradient by what was divided. */
export function ratioBlocksBack(bags: usize, count: i32, p: usize, dp: usize, sums: usize): void {
  for (const end = bags + <usize>count * record; bags < end; bags += record) {
    const slope = dp + startOf(bags);
    ratioRowsBack(p + startOf(bags), slope, sums + (stateOf(bags) << 2), rowsOf(bags), columnsOf(bags), strideOf(bags), slope);
  }
}
