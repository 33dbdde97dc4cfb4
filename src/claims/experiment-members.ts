/** @file The members that the retrieval experiments compare, as data. beta .01 on normalised pixels is the setting of the papers' code; "advised" takes beta from the patterns. */
import type { MemoryOptions, RecallOptions } from "../index.ts";
import { halfKnown } from "./experiment-digits.ts";

export interface Contestant {
  readonly name: string;
  /** @param M stored patterns. */
  options(M: number): MemoryOptions;
  readonly recall?: RecallOptions;
  /** Patterns and cues as +1 and -1. */
  readonly binary?: boolean;
  /** Asked in the first trial only and not beyond 200 patterns: drawing 784-dimensional features, a cubic fit, or a sweep over all bits. */
  readonly dear?: boolean;
}

const beta = 0.01;
const d = 784;
const known = halfKnown(d, "top");

/** The variants of arXiv 2404.03900 and its code. */
export const papersMembers: readonly Contestant[] = [
  { name: "dense", options: () => ({ model: "dense", beta }) },
  // The published code takes ten steps by default, its configurations one.
  { name: "dense, 10 steps", options: () => ({ model: "dense", beta, steps: 10 }) },
  { name: "sparsemax", options: () => ({ model: "sparsemax", beta }) },
  { name: "top-k 20 %", options: (M) => ({ model: "top-k", k: Math.ceil(0.2 * M), beta }) },
  { name: "top-k 50 %", options: (M) => ({ model: "top-k", k: Math.ceil(0.5 * M), beta }) },
  { name: "random-masked .5", options: () => ({ model: "random-masked", keep: 0.5, beta }) },
  { name: "window 5", options: () => ({ model: "window", window: 5, beta }) },
  { name: "linear", options: () => ({ model: "linear", beta }) },
  { name: "random-features", options: () => ({ model: "random-features", beta }), dear: true },
];

/** The rest of the family at the same beta; one step each. */
export const otherMembers: readonly Contestant[] = [
  { name: "entmax 1.5", options: () => ({ model: "entmax", beta }) },
  { name: "normmax 2", options: () => ({ model: "normmax", beta }) },
  { name: "softmax1", options: () => ({ model: "softmax1", beta }) },
  { name: "k-subset 1", options: () => ({ model: "k-subset", k: 1, beta }) },
  { name: "kernel-regression", options: () => ({ model: "kernel-regression", beta }), dear: true },
  { name: "epanechnikov", options: () => ({ model: "epanechnikov", beta: 1 / 200 }) },
  { name: "gaussian", options: () => ({ model: "gaussian", beta }) },
  // Cosines lie in [-1, 1] where dot products reach 784: the same logits for a pattern of norm 28.
  { name: "cosine", options: () => ({ model: "dense", similarity: "cosine", beta: beta * d }) },
  { name: "centered-cosine", options: () => ({ model: "dense", similarity: "centered-cosine", beta: beta * d }) },
  { name: "hebbian", options: () => ({ model: "hebbian" }), binary: true, dear: true },
  { name: "polynomial 3", options: () => ({ model: "polynomial" }), binary: true, dear: true },
  { name: "exponential", options: () => ({ model: "exponential" }), binary: true, dear: true },
];

/** This library's way: beta from the patterns. */
export const advisedMembers: readonly Contestant[] = [
  { name: "dense, advised", options: () => ({ model: "dense" }) },
  { name: "gaussian, advised", options: () => ({}) },
  { name: "cosine, advised", options: () => ({ model: "dense", similarity: "cosine" }) },
];

/** The same with the masked half declared missing. */
export const declaredMembers: readonly Contestant[] = [
  { name: "gaussian, declared", options: () => ({}), recall: { known } },
  { name: "cosine, declared", options: () => ({ model: "dense", similarity: "cosine" }), recall: { known } },
];
