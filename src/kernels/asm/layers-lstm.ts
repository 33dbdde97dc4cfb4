/** One position of a long short-term memory, forward and back. Rows are bags; gates stand side by side, `hidden` numbers each: input, forget, new cell, output. Strides are bytes. */
import { four, logistic, putFour, tanh } from "./layers-exp";

/** gates (in place) through their functions; cell = forget * before + input * fresh; state = output * tanh(cell). */
export function lstmStep(gates: usize, gatesStride: usize, before: usize, beforeStride: usize, rows: i32, hidden: i32, cell: usize, state: usize, stride: usize): void {
  const wide = (<usize>hidden) << 2;
  for (let b = 0; b < rows; b++) {
    for (let c = 0; c < hidden; c += 4) {
      const at = (<usize>c) << 2;
      const left = hidden - c;
      const gate = gates + at;
      const input = logistic(four(gate, left, 0));
      const forget = logistic(four(gate + wide, left, 0));
      const fresh = tanh(four(gate + 2 * wide, left, 0));
      const output = logistic(four(gate + 3 * wide, left, 0));
      putFour(gate, input, left);
      putFour(gate + wide, forget, left);
      putFour(gate + 2 * wide, fresh, left);
      putFour(gate + 3 * wide, output, left);
      const next = f32x4.add(f32x4.mul(forget, four(before + at, left, 0)), f32x4.mul(input, fresh));
      putFour(cell + at, next, left);
      putFour(state + at, f32x4.mul(output, tanh(next)), left);
    }
    gates += gatesStride;
    before += beforeStride;
    cell += stride;
    state += stride;
  }
}

/**
 * Gradient by the gates before their functions, from that by the state of this position (dState, rows x hidden, and dy added to it) and by the cell (dCell, rows x hidden, which becomes that of
 * the cell one position earlier).
 */
export function lstmStepBack(gates: usize, gatesStride: usize, cell: usize, cellStride: usize, before: usize, beforeStride: usize, dy: usize, dyStride: usize, dState: usize, dCell: usize, rows: i32, hidden: i32, dGates: usize): void {
  const wide = (<usize>hidden) << 2;
  const one = f32x4.splat(1);
  for (let b = 0; b < rows; b++) {
    for (let c = 0; c < hidden; c += 4) {
      const at = (<usize>c) << 2;
      const left = hidden - c;
      const gate = gates + at;
      const input = four(gate, left, 0);
      const forget = four(gate + wide, left, 0);
      const fresh = four(gate + 2 * wide, left, 0);
      const output = four(gate + 3 * wide, left, 0);
      const squashed = tanh(four(cell + at, left, 0));
      const slope = f32x4.add(four(dState + at, left, 0), four(dy + at, left, 0));
      const curve = f32x4.sub(one, f32x4.mul(squashed, squashed));
      const dc = f32x4.add(four(dCell + at, left, 0), f32x4.mul(f32x4.mul(slope, output), curve));
      const to = dGates + at;
      putFour(to, f32x4.mul(f32x4.mul(dc, fresh), logisticSlope(input)), left);
      putFour(to + wide, f32x4.mul(f32x4.mul(dc, four(before + at, left, 0)), logisticSlope(forget)), left);
      putFour(to + 2 * wide, f32x4.mul(f32x4.mul(dc, input), f32x4.sub(one, f32x4.mul(fresh, fresh))), left);
      putFour(to + 3 * wide, f32x4.mul(f32x4.mul(slope, squashed), logisticSlope(output)), left);
      putFour(dCell + at, f32x4.mul(dc, forget), left);
    }
    gates += gatesStride;
    cell += cellStride;
    before += beforeStride;
    dy += dyStride;
    dState += wide;
    dCell += wide;
    dGates += gatesStride;
  }
}

// @ts-ignore: decorator
@inline
function logisticSlope(y: v128): v128 {
  return f32x4.mul(y, f32x4.sub(f32x4.splat(1), y));
}
