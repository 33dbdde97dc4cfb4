/** @file Random frequencies and the positive random features made of them (Choromanski et al., arXiv 2009.14794): what the random-features model draws. */

import type { Matrix } from "../core/matrix.ts";
import { square } from "../core/numerics.ts";
import { portableExp } from "../core/portable.ts";
import { normal, randomStream } from "../core/random.ts";

/**
 * m x d frequencies: blocks of d orthogonal rows whose lengths are those of independent Gaussian rows (chi with d degrees of freedom). Gram-Schmidt on Gaussian rows keeps
 * every diagonal of R positive, so a block is uniform over the orthogonal matrices; a QR without that sign rule is biased.
 */
export function drawFrequencies(count: number, dimension: number, seed: number): Matrix {
  const random = randomStream(seed, 0xfea7);
  const data = new Float32Array(count * dimension);
  let block: Float64Array[] = [];
  for (let f = 0; f < count; f++) {
    if (f % dimension === 0) block = [];
    const direction = Float64Array.from({ length: dimension }, () => normal(random));
    for (let pass = 0; pass < 2; pass++) {
      for (const other of block) {
        let dot = 0;
        for (let k = 0; k < dimension; k++) dot += (other[k] as number) * (direction[k] as number);
        for (let k = 0; k < dimension; k++) direction[k] = (direction[k] as number) - dot * (other[k] as number);
      }
    }
    const norm = length(direction);
    for (let k = 0; k < dimension; k++) direction[k] = (direction[k] as number) / norm;
    block.push(direction);
    const radius = length(Float64Array.from({ length: dimension }, () => normal(random)));
    for (let k = 0; k < dimension; k++) data[f * dimension + k] = radius * (direction[k] as number);
  }
  return { data, rows: count, columns: dimension };
}

function length(x: Float64Array): number {
  let sum = 0;
  for (const entry of x) sum += entry * entry;
  return Math.sqrt(sum);
}

/** Positive random features of one vector: exp(omega . x~ - |x~|^2 / 2) / sqrt(m), f64 (used to study their variance). */
export function positiveFeatures(frequencies: Matrix, x: ArrayLike<number>, beta: number): Float64Array {
  const root = Math.sqrt(beta);
  let norm = 0;
  for (let k = 0; k < x.length; k++) norm += square(x[k] as number);
  return Float64Array.from({ length: frequencies.rows }, (_, f) => {
    let dot = 0;
    for (let k = 0; k < frequencies.columns; k++) dot += (frequencies.data[f * frequencies.columns + k] as number) * (x[k] as number);
    return portableExp(root * dot - (beta * norm) / 2) / Math.sqrt(frequencies.rows);
  });
}
