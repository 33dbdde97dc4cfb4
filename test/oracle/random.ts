/** @file A seeded generator for tests, on its own (mulberry32 and Box–Muller), and random feature directions. */
import { at, dot, norm, scale, subtract } from "./arrays.ts";

/** Uniform numbers in [0, 1) from a 32-bit seed (mulberry32). */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal numbers (Box–Muller: √(−2 ln u)·cos 2πv). */
export function normals(seed: number): () => number {
  const uniform = uniforms(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** A vector of d normal numbers. */
export const normalVector = (d: number, normal: () => number): number[] => Array.from({ length: d }, () => normal());

/** A random unit vector. */
export function unitVector(d: number, normal: () => number): number[] {
  const x = normalVector(d, normal);
  return scale(1 / norm(x), x);
}

/** m independent rows N(0, I). */
export const independentRows = (m: number, d: number, normal: () => number): number[][] =>
  Array.from({ length: m }, () => normalVector(d, normal));

/**
 * m rows in blocks of d orthogonal directions, each scaled to the norm of a fresh normal vector. Gram–Schmidt is the QR decomposition with a positive diagonal
 * of R, which makes the directions uniform on the sphere (Mezzadri, arXiv math-ph/0609050).
 */
export function orthogonalRows(m: number, d: number, normal: () => number): number[][] {
  const rows: number[][] = [];
  while (rows.length < m) {
    const block: number[][] = [];
    for (let r = 0; r < d; r++) {
      let x = normalVector(d, normal);
      for (const b of block) x = subtract(x, scale(dot(b, x), b));
      block.push(scale(1 / norm(x), x));
    }
    for (let r = 0; r < d && rows.length < m; r++) rows.push(scale(norm(normalVector(d, normal)), at(block, r)));
  }
  return rows;
}
