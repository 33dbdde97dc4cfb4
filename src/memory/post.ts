/** @file What is done to a state after an evaluation: nothing, unit length, layer normalisation (no affine part, epsilon 1e-5), or signs (0 stays 0). In place, f64 sums. */
import type { Post } from "./types.ts";

export function applyPost(post: Post, states: Float32Array, columns: number): void {
  if (post === "identity") return;
  for (let start = 0; start < states.length; start += columns) {
    const row = states.subarray(start, start + columns);
    if (post === "sign") for (let k = 0; k < columns; k++) row[k] = Math.sign(row[k] as number);
    else normalise(row, post === "layernorm");
  }
}

function normalise(row: Float32Array, layer: boolean): void {
  let mean = 0;
  if (layer) {
    for (const x of row) mean += x;
    mean /= row.length;
  }
  let squares = 0;
  for (const x of row) squares += (x - mean) * (x - mean);
  const length = layer ? Math.sqrt(squares / row.length + 1e-5) : Math.sqrt(squares);
  if (length === 0) return;
  for (let k = 0; k < row.length; k++) row[k] = ((row[k] as number) - mean) / length;
}
