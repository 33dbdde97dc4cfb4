/**
 * The streaming state of one query: what a pass over any range of keys leaves behind, so that ranges can follow each other or be merged.
 *
 *   offset 0   maximum   f32  largest logit so far, in units of log 2 (logits are scaled by beta * log2 e before they get here)
 *          4   rest      f32  sum of 2^(z - maximum) over all keys but the leader, whose term is exactly 1
 *          8   squares   f32  sum of the squares of the same terms
 *         12   second    f32  second largest logit
 *         16   leader    i32  index of the largest logit, the lowest of equals; -1 before the first key
 *   size 32
 *
 * Keeping the leader out of the sums makes 1 - p_top a sum of positive terms: it is never the difference of two numbers near 1.
 * Y (apart) is the sum of 2^(z - maximum) v, the leader included.
 */
import { exp2One, expRow } from "./exp";

/** Folds a block of logits (4 * vectors, padded with -Infinity) into a state; the row becomes the weights relative to the new maximum. Returns false when all of them are negligible. */
export function foldBlock(row: usize, vectors: i32, base: i32, state: usize, y: usize, columns: i32, reach: f32, sums: usize): bool {
  const top = largest(row, vectors);
  let maximum = load<f32>(state);
  const hasLeader = load<i32>(state, 16) >= 0;
  if (top == -Infinity) return false;
  if (!hasLeader || top > maximum) {
    let leader = 0;
    while (load<f32>(row + ((<usize>leader) << 2)) != top) leader++;
    const place = row + ((<usize>leader) << 2);
    store<f32>(place, -Infinity);
    const runner = largest(row, vectors);
    if (hasLeader) {
      const factor = exp2One(maximum - top);
      store<f32>(state, (load<f32>(state, 4) + 1) * factor, 4);
      store<f32>(state, (load<f32>(state, 8) + 1) * factor * factor, 8);
      store<f32>(state, max(maximum, runner), 12);
      const factors = f32x4.splat(factor);
      const last = y + ((<usize>columns) << 2);
      for (let at = y; at < last; at += 16) v128.store(at, f32x4.mul(v128.load(at), factors));
    } else {
      store<f32>(state, runner, 12);
    }
    maximum = top;
    store<f32>(state, maximum);
    store<i32>(state, base + leader, 16);
    expRow(row, vectors, maximum, sums);
    store<f32>(place, 1);
  } else {
    if (top > load<f32>(state, 12)) store<f32>(state, top, 12);
    if (top < maximum - reach) return false;
    expRow(row, vectors, maximum, sums);
  }
  store<f32>(state, load<f32>(state, 4) + load<f32>(sums), 4);
  store<f32>(state, load<f32>(state, 8) + load<f32>(sums, 4), 8);
  return true;
}

/** The largest number of a row of 4 * vectors (an even number of vectors). */
// @ts-ignore: decorator
@inline
function largest(row: usize, vectors: i32): f32 {
  let a = f32x4.splat(-Infinity);
  let b = a;
  const end = row + ((<usize>vectors) << 4);
  for (let at = row; at < end; at += 32) {
    a = f32x4.pmax(a, v128.load(at));
    b = f32x4.pmax(b, v128.load(at, 16));
  }
  a = f32x4.pmax(a, b);
  a = f32x4.pmax(a, v128.shuffle<f32>(a, a, 2, 3, 0, 1));
  return max(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1));
}

/** Empty states for `rows` queries and zero sums Y of `stride` floats each. */
export function clearStates(state: usize, rows: i32, y: usize, stride: i32): void {
  for (let r = 0; r < rows; r++) {
    const s = state + ((<usize>r) << 5);
    store<f32>(s, -Infinity);
    store<f32>(s, 0, 4);
    store<f32>(s, 0, 8);
    store<f32>(s, -Infinity, 12);
    store<i32>(s, -1, 16);
  }
  memory.fill(y, 0, (<usize>rows * <usize>stride) << 2);
}

/**
 * Adds the state and sums of a later range of keys (`from`) to those of the ranges before it (`into`), for one query; of equal leaders the earlier stays. `columns` of Y, a multiple
 * of four. Folding ranges in order gives the same bits whoever computed them.
 */
export function mergeStates(into: usize, y: usize, from: usize, fromY: usize, columns: i32): void {
  if (load<i32>(from, 16) < 0) return;
  const above = load<f32>(from) - load<f32>(into);
  const mine = load<i32>(into, 16) >= 0;
  const leads = !mine || above > 0;
  const scaleInto: f32 = !mine ? 0 : leads ? exp2One(-above) : 1;
  const scaleFrom: f32 = leads ? 1 : exp2One(above);
  // The leader of the losing side joins the rest.
  const restInto = load<f32>(into, 4) + (leads && mine ? <f32>1 : <f32>0);
  const restFrom = load<f32>(from, 4) + (leads ? <f32>0 : <f32>1);
  const squaresInto = load<f32>(into, 8) + (leads && mine ? <f32>1 : <f32>0);
  const squaresFrom = load<f32>(from, 8) + (leads ? <f32>0 : <f32>1);
  const second = leads ? max(load<f32>(into), load<f32>(from, 12)) : max(load<f32>(into, 12), load<f32>(from));
  store<f32>(into, restInto * scaleInto + restFrom * scaleFrom, 4);
  store<f32>(into, squaresInto * scaleInto * scaleInto + squaresFrom * scaleFrom * scaleFrom, 8);
  store<f32>(into, second, 12);
  if (leads) {
    store<f32>(into, load<f32>(from));
    store<i32>(into, load<i32>(from, 16), 16);
  }
  const a = f32x4.splat(scaleInto);
  const b = f32x4.splat(scaleFrom);
  for (let c = 0; c < columns; c += 4) {
    const at = (<usize>c) << 2;
    v128.store(y + at, f32x4.add(f32x4.mul(v128.load(y + at), a), f32x4.mul(v128.load(fromY + at), b)));
  }
}

/**
 * Answers from states: out[r] = Y[r] / (1 + rest + none), where none is the weight of "no pattern" (softmax1: count * 2^-maximum; 0 for softmax).
 * Also replaces `rest` and `squares` by shares of the whole: offset 4 the weight of all but the leader, 8 the sum of squared weights, 20 the leader's weight, 24 the weight of none.
 */
export function finish(state: usize, rows: i32, y: usize, yStride: i32, columns: i32, noneLogit: f32, out: usize): void {
  for (let r = 0; r < rows; r++) {
    const s = state + ((<usize>r) << 5);
    const rest = load<f32>(s, 4);
    let lead: f32 = 1;
    let none: f32 = 0;
    if (noneLogit > -Infinity) {
      const above = noneLogit - load<f32>(s);
      if (above > 0) {
        lead = exp2One(-above);
        none = 1;
      } else none = exp2One(above);
    }
    const total = lead * (1 + rest) + none;
    const scale = lead / total;
    store<f32>(s, rest * scale, 4);
    store<f32>(s, (1 + load<f32>(s, 8)) * scale * scale, 8);
    store<f32>(s, scale, 20);
    store<f32>(s, none / total, 24);
    const source = y + ((<usize>r * <usize>yStride) << 2);
    const target = out + ((<usize>r * <usize>columns) << 2);
    const whole = columns & ~3;
    const scales = f32x4.splat(scale);
    for (let c = 0; c < whole; c += 4) {
      const at = (<usize>c) << 2;
      v128.store(target + at, f32x4.mul(v128.load(source + at), scales));
    }
    for (let c = whole; c < columns; c++) {
      const at = (<usize>c) << 2;
      store<f32>(target + at, load<f32>(source + at) * scale);
    }
  }
}
