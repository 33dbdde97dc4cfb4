/** @file Random problems for the claims. Numbers are rounded to f32, so that the kernels and the f64 reference see the same ones. */
import type { RandomStream } from "../core/random.ts";
import { normal, uniform, uniformInteger } from "../core/random.ts";
import { norm, type Rows, type Vector } from "./reference.ts";

export const rounded = (x: Vector): number[] => x.map((value) => Math.fround(value));

export const gaussianVector = (random: RandomStream, d: number, scale = 1): number[] =>
  rounded(Array.from({ length: d }, () => scale * normal(random)));

export const gaussianRows = (random: RandomStream, rows: number, d: number, scale = 1): number[][] =>
  Array.from({ length: rows }, () => gaussianVector(random, d, scale));

export function unitVector(random: RandomStream, d: number): number[] {
  const x = Array.from({ length: d }, () => normal(random));
  const length = norm(x);
  return rounded(x.map((value) => value / length));
}

export const unitRows = (random: RandomStream, rows: number, d: number): number[][] =>
  Array.from({ length: rows }, () => unitVector(random, d));

/** x + radius * a random direction. */
export function shifted(random: RandomStream, x: Vector, radius: number): number[] {
  const direction = Array.from(x, () => normal(random));
  const length = norm(direction);
  return rounded(x.map((value, k) => value + (radius * (direction[k] as number)) / length));
}

/** low * (high / low)^u, u uniform. */
export const logUniform = (random: RandomStream, low: number, high: number): number => low * (high / low) ** uniform(random);

export const between = (random: RandomStream, low: number, high: number): number => low + uniformInteger(random, high - low + 1);

export const pick = <T>(random: RandomStream, list: readonly T[]): T => list[uniformInteger(random, list.length)] as T;

export const signRows = (random: RandomStream, rows: number, d: number): number[][] =>
  Array.from({ length: rows }, () => Array.from({ length: d }, () => (uniform(random) < 0.5 ? -1 : 1)));

/** Row b of a matrix as plain numbers. */
export const rowOf = (matrix: { data: Float32Array; columns: number }, b: number): number[] =>
  Array.from(matrix.data.subarray(b * matrix.columns, (b + 1) * matrix.columns));

export function median(values: readonly number[]): number {
  const sorted = values.slice().sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** Smallest distance between two rows. */
export function smallestDistance(X: Rows, measure: (a: Vector, b: Vector) => number): number {
  let smallest = Number.POSITIVE_INFINITY;
  X.forEach((x, i) => {
    for (const other of X.slice(i + 1)) smallest = Math.min(smallest, measure(x, other));
  });
  return smallest;
}
