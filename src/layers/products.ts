/** @file Products of parts of tensors. A part is an address with a row stride in bytes, so that the columns of one head need no copy. */
import type { Tensor } from "./types.ts";
import { addressOf, panelFor, type Workspace } from "./workspace.ts";

export interface Part {
  readonly at: number;
  readonly stride: number;
}

/** Rows from `row` on and columns from `column` on of a tensor in the workspace. */
export function part(workspace: Workspace, x: Tensor, row = 0, column = 0): Part {
  const stride = x.columns * 4;
  return { at: addressOf(workspace, x) + row * stride + column * 4, stride };
}

export function moved(from: Part, row: number, column: number): Part {
  return { at: from.at + row * from.stride + column * 4, stride: from.stride };
}

/** C (m x n) = (or += with `add`) A (m x k) B (k x n). */
export function timesNN(w: Workspace, a: Part, b: Part, c: Part, m: number, n: number, k: number, add = false): void {
  w.kernels.gemmNN(a.at, a.stride, b.at, b.stride, c.at, c.stride, m, n, k, add ? 1 : 0, panelFor(w, k));
}

/** C (m x n) = or += A (m x k) B^T, B n x k. */
export function timesNT(w: Workspace, a: Part, b: Part, c: Part, m: number, n: number, k: number, add = false): void {
  w.kernels.gemmNT(a.at, a.stride, b.at, b.stride, c.at, c.stride, m, n, k, add ? 1 : 0, panelFor(w, k));
}

/** C (m x n) = A (m x k) B^T + bias (address) in every row, then max(0, .) where `rectify`. */
export function timesBias(w: Workspace, a: Part, b: Part, c: Part, m: number, n: number, k: number, bias: number, rectify: boolean): void {
  w.kernels.gemmBias(a.at, a.stride, b.at, b.stride, c.at, c.stride, m, n, k, bias, rectify ? 1 : 0, panelFor(w, k));
}

/** C (k x n) = or += A^T B, A m x k, B m x n. */
export function timesTN(w: Workspace, a: Part, b: Part, c: Part, m: number, k: number, n: number, add = false): void {
  w.kernels.gemmTN(a.at, a.stride, b.at, b.stride, c.at, c.stride, m, k, n, add ? 1 : 0);
}
