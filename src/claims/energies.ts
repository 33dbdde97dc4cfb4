/**
 * @file Energies from their definitions, E(q) = -Omega*(z) / beta + the term of the similarity, with the conjugate as a maximum that the weights attain:
 * Omega*(z) = p . z - Omega(p). Only for the claims.
 */
import {
  apply,
  blend,
  dot,
  dotLogits,
  entmax,
  gaussianLogits,
  kSubset,
  largest,
  logSumExp,
  norm,
  normmax,
  type Rows,
  softmax,
  softmaxOn,
  sum,
  type Vector,
} from "./reference.ts";

export interface Member {
  readonly name: string;
  readonly options: Record<string, unknown>;
  /** Weights from logits; `z` are beta * similarities. */
  readonly weights: (z: Vector) => number[];
  /** Omega*(z). */
  readonly conjugate: (z: Vector) => number;
  readonly logits: (q: Vector, X: Rows, beta: number) => number[];
  /** 1/2 |q|^2 for dot, 1/2 |W q|^2 for kernel, 0 for l2. */
  readonly own: (q: Vector) => number;
  /** Length that the descent is measured in: |v| or |W v|. */
  readonly size: (v: Vector) => number;
}

const plain = { logits: dotLogits, own: (q: Vector) => 0.5 * dot(q, q), size: norm };
const distances = { logits: gaussianLogits, own: () => 0, size: norm };

const tsallis = (alpha: number) => ({
  weights: (z: Vector) => entmax(z, alpha),
  conjugate: (z: Vector) => {
    const p = entmax(z, alpha);
    return dot(p, z) + sum(p.map((value) => value - value ** alpha)) / (alpha * (alpha - 1));
  },
});

const normEntropy = (alpha: number) => ({
  weights: (z: Vector) => normmax(z, alpha),
  conjugate: (z: Vector) => {
    const p = normmax(z, alpha);
    return dot(p, z) - sum(p.map((value) => value ** alpha)) ** (1 / alpha);
  },
});

const soft = { weights: softmax, conjugate: logSumExp };
const withZero = (z: Vector): number[] => [...z, 0];

/** Members with an energy. M: number of patterns; W: a d x d kernel; mask: which patterns are shown. */
export function members(M: number, W: Rows, mask: readonly number[]): Member[] {
  const shown = mask.flatMap((bit, i) => (bit ? [i] : []));
  const k = Math.min(3, M);
  return [
    { name: "dense", options: { model: "dense" }, ...soft, ...plain },
    { name: "gaussian", options: { model: "gaussian" }, ...soft, ...distances },
    {
      name: "masked",
      options: { model: "masked", supportMask: mask },
      weights: (z) => softmaxOn(z, shown),
      conjugate: (z) => logSumExp(shown.map((i) => z[i] as number)),
      ...plain,
    },
    { name: "sparsemax", options: { model: "sparsemax" }, ...tsallis(2), ...plain },
    { name: "entmax 1.5", options: { model: "entmax" }, ...tsallis(1.5), ...plain },
    { name: "entmax 1.5 over l2", options: { model: "entmax", similarity: "l2" }, ...tsallis(1.5), ...distances },
    { name: "normmax 2", options: { model: "normmax" }, ...normEntropy(2), ...plain },
    { name: "normmax 5", options: { model: "normmax", alpha: 5 }, ...normEntropy(5), ...plain },
    {
      name: "softmax1",
      options: { model: "softmax1" },
      weights: (z) => softmax(withZero(z)).slice(0, -1),
      conjugate: (z) => logSumExp(withZero(z)),
      ...plain,
    },
    {
      name: "k-subset",
      options: { model: "k-subset", k },
      weights: (z) => kSubset(z, k),
      conjugate: (z) => {
        const p = kSubset(z, k);
        return dot(p, z) - 0.5 * dot(p, p);
      },
      ...plain,
    },
    {
      name: "top-k",
      options: { model: "top-k", k },
      weights: (z) => softmaxOn(z, largest(z, k)),
      conjugate: (z) => logSumExp(largest(z, k).map((i) => z[i] as number)),
      ...plain,
    },
    {
      name: "kernel",
      options: { model: "dense", similarity: "kernel", kernel: W },
      ...soft,
      logits: (q, X, beta) => X.map((x) => beta * dot(apply(W, x), apply(W, q))),
      own: (q) => 0.5 * dot(apply(W, q), apply(W, q)),
      size: (v) => norm(apply(W, v)),
    },
    {
      name: "epanechnikov",
      options: { model: "epanechnikov" },
      weights: (z) => {
        const inside = z.map((value): number => (value > -1 ? 1 : 0));
        return inside.map((value) => value / Math.max(1, sum(inside)));
      },
      conjugate: (z) => Math.log(sum(z.map((value) => Math.max(0, 1 + value)))),
      ...distances,
    },
  ];
}

export const energyOf = (member: Member, q: Vector, X: Rows, beta: number): number =>
  member.own(q) - member.conjugate(member.logits(q, X, beta)) / beta;

export const update = (member: Member, q: Vector, X: Rows, beta: number): number[] => blend(member.weights(member.logits(q, X, beta)), X);
