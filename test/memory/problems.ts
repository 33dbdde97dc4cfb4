/** Seeded random problems for tests, and the definition-level models that the options of a memory stand for. */
import { normal, type RandomStream, randomStream, uniformInteger } from "../../src/core/random.ts";
import type { MemoryOptions } from "../../src/index.ts";
import type { Model } from "../oracle/index.ts";

/** f32 numbers, so that both sides start from the same ones. */
export function gaussianRows(random: RandomStream, rows: number, columns: number, scale = 1): number[][] {
  return Array.from({ length: rows }, () => Array.from({ length: columns }, () => Math.fround(scale * normal(random))));
}

/** Queries near patterns: pattern + noise. */
export function noisyQueries(random: RandomStream, patterns: number[][], count: number, noise: number): number[][] {
  return Array.from({ length: count }, () => {
    const pattern = patterns[uniformInteger(random, patterns.length)] as number[];
    return pattern.map((x) => Math.fround(x + noise * normal(random)));
  });
}

export const stream = (seed: number): RandomStream => randomStream(seed, 77);

/** Options of a member beside its oracle. */
export interface Member {
  readonly name: string;
  readonly options: MemoryOptions;
  readonly model: Omit<Model, "beta">;
}

export const operatorMembers: readonly Member[] = [
  { name: "gaussian", options: { model: "gaussian" }, model: { similarity: "l2", separation: "softmax" } },
  { name: "dense", options: { model: "dense" }, model: { similarity: "dot", separation: "softmax" } },
  { name: "dense cosine", options: { model: "dense", similarity: "cosine" }, model: { similarity: "cosine", separation: "softmax" } },
  {
    name: "dense centered-cosine",
    options: { model: "dense", similarity: "centered-cosine" },
    model: { similarity: "centered-cosine", separation: "softmax" },
  },
  { name: "softmax1", options: { model: "softmax1" }, model: { similarity: "dot", separation: "softmax1" } },
  { name: "softmax1 l2", options: { model: "softmax1", similarity: "l2" }, model: { similarity: "l2", separation: "softmax1" } },
  { name: "sparsemax", options: { model: "sparsemax" }, model: { similarity: "dot", separation: "sparsemax" } },
  { name: "sparsemax l2", options: { model: "sparsemax", similarity: "l2" }, model: { similarity: "l2", separation: "sparsemax" } },
  { name: "entmax 1.5", options: { model: "entmax", alpha: 1.5 }, model: { similarity: "dot", separation: "entmax", alpha: 1.5 } },
  { name: "entmax 1.25", options: { model: "entmax", alpha: 1.25 }, model: { similarity: "dot", separation: "entmax", alpha: 1.25 } },
  { name: "entmax 3", options: { model: "entmax", alpha: 3 }, model: { similarity: "dot", separation: "entmax", alpha: 3 } },
  { name: "normmax 2", options: { model: "normmax", alpha: 2 }, model: { similarity: "dot", separation: "normmax", alpha: 2 } },
  { name: "normmax 5", options: { model: "normmax", alpha: 5 }, model: { similarity: "dot", separation: "normmax", alpha: 5 } },
  { name: "k-subset 3", options: { model: "k-subset", k: 3 }, model: { similarity: "dot", separation: "k-subset", k: 3 } },
  { name: "top-k 4", options: { model: "top-k", k: 4 }, model: { similarity: "dot", separation: "softmax", support: "top-k", k: 4 } },
  {
    name: "top-k 2 sparsemax",
    options: { model: "top-k", k: 2, separation: "sparsemax" },
    model: { similarity: "dot", separation: "sparsemax", support: "top-k", k: 2 },
  },
];
