/**
 * Streaming retrieval for one query over chosen keys: as accumulateOne, but only over the rows that a list names, so that the cost falls with the mask. The leader in the state is a
 * place in the list.
 */
import { dotRow } from "./accumulate-one";
import { clearStates, foldBlock } from "./state";
import { fma } from "./vector";

/**
 * @param indices `count` i32, the rows to look at. @param y dv floats rounded up to eight. @param scratch 128 bytes. The rest as accumulateOne.
 */
export function accumulateSome(
  q: usize,
  d: i32,
  keys: usize,
  values: usize,
  indices: usize,
  count: i32,
  dv: i32,
  centre: usize,
  keyScale: usize,
  keyBias: usize,
  biasFactor: f32,
  reach: f32,
  state: usize,
  y: usize,
  yStride: i32,
  scratch: usize,
): void {
  const scores = scratch;
  const sums = scratch + 64;
  clearStates(state, 1, y, yStride);
  for (let base = 0; base < count; base += 16) {
    const n = min(16, count - base);
    const list = indices + ((<usize>base) << 2);
    for (let j = 0; j < n; j++) {
      const i = <usize>load<i32>(list + ((<usize>j) << 2));
      let z = dotRow(q, keys + ((i * <usize>d) << 2), d, centre);
      if (keyScale) z *= load<f32>(keyScale + (i << 2));
      if (keyBias) z += load<f32>(keyBias + (i << 2)) * biasFactor;
      store<f32>(scores + ((<usize>j) << 2), z);
    }
    for (let j = n; j < 16; j++) store<f32>(scores + ((<usize>j) << 2), -Infinity);
    if (!foldBlock(scores, 4, base, state, y, yStride, reach, sums)) continue;
    for (let c = 0; c < dv; c += 4) {
      const at = (<usize>c) << 2;
      let a = f32x4.splat(0);
      for (let j = 0; j < n; j++) {
        const i = <usize>load<i32>(list + ((<usize>j) << 2));
        a = fma(v128.load32_splat(scores + ((<usize>j) << 2)), v128.load(values + ((i * <usize>dv) << 2) + at), a);
      }
      v128.store(y + at, f32x4.add(v128.load(y + at), a));
    }
  }
}

/** Copies the rows that a list names one after another. `columns` f32 each. */
export function gatherRows(source: usize, columns: i32, indices: usize, count: i32, out: usize): void {
  const bytes = (<usize>columns) << 2;
  for (let j = 0; j < count; j++) memory.copy(out + <usize>j * bytes, source + <usize>load<i32>(indices + ((<usize>j) << 2)) * bytes, bytes);
}

/** Writes the places of the bytes that are not 0; returns how many. */
export function shownIndices(mask: usize, n: i32, out: usize): i32 {
  let count = 0;
  for (let i = 0; i < n; i++) {
    store<i32>(out + ((<usize>count) << 2), i);
    count += load<u8>(mask + <usize>i) ? 1 : 0;
  }
  return count;
}
