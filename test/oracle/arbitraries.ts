/** @file Random problems and the list of members for property tests. Not part of index.ts, which needs no test library. */
import fc from "fast-check";
import { at, type Rows, type Vector } from "./arrays.ts";
import type { Model } from "./operator.ts";

/** Every property runs with one seed, at least 200 times. */
export const runs = { seed: 20240403, numRuns: 200 };

/** Multiples of 2⁻¹⁰ in [−2, 2]: few enough digits that sums and differences of a few are exact, and ties and kinks occur. */
export const entry = fc.integer({ min: -2048, max: 2048 }).map((value) => value / 1024);

export const vector = (d: number, value = entry): fc.Arbitrary<number[]> => fc.array(value, { minLength: d, maxLength: d });

export const matrix = (rows: number, columns: number, value = entry): fc.Arbitrary<number[][]> =>
  fc.array(vector(columns, value), { minLength: rows, maxLength: rows });

/** Inverse temperatures from 1/8 to 8. */
export const beta = fc.integer({ min: 1, max: 64 }).map((value) => value / 8);

export const seed = fc.integer({ min: 0, max: 2 ** 31 });

export interface Problem {
  readonly X: number[][];
  readonly V: number[][];
  readonly q: number[];
  readonly u: number[];
  readonly beta: number;
}

/** M patterns (2 to 7 by default) and M values of d entries (1 to 5), a query, a direction u, and β. */
export const problem = ({
  M = [2, 7],
  d = [1, 5],
  value = entry,
}: {
  M?: [number, number];
  d?: [number, number];
  value?: typeof entry;
} = {}) =>
  fc
    .tuple(fc.integer({ min: M[0], max: M[1] }), fc.integer({ min: d[0], max: d[1] }))
    .chain(
      ([rows, columns]): fc.Arbitrary<Problem> =>
        fc.record({ X: matrix(rows, columns, value), V: matrix(rows, columns), q: vector(columns, value), u: vector(columns), beta }),
    );

type Member = Omit<Model, "beta" | "similarity">;

/** Separations and supports under test; the mask always holds pattern 0 and the window of width 1 sits at row 0. */
export const members: [name: string, member: Member][] = [
  ["softmax", { separation: "softmax" }],
  ["softmax1", { separation: "softmax1" }],
  ["sparsemax", { separation: "sparsemax" }],
  ["entmax 1.25", { separation: "entmax", alpha: 1.25 }],
  ["entmax 1.5", { separation: "entmax", alpha: 1.5 }],
  ["entmax 3", { separation: "entmax", alpha: 3 }],
  ["normmax 1.5", { separation: "normmax", alpha: 1.5 }],
  ["normmax 2", { separation: "normmax", alpha: 2 }],
  ["normmax 5", { separation: "normmax", alpha: 5 }],
  ["2-subset", { separation: "k-subset", k: 2 }],
  ["softmax on a mask", { separation: "softmax", support: "mask", supportMask: [1, 0, 1, 1, 0, 1, 1] }],
  ["softmax in a window", { separation: "softmax", support: "window", window: 1, position: 0 }],
  ["softmax on the top 2", { separation: "softmax", support: "top-k", k: 2 }],
  ["sparsemax on the top 3", { separation: "sparsemax", support: "top-k", k: 3 }],
  ["softmax1 on a mask", { separation: "softmax1", support: "mask", supportMask: [1, 1, 0, 1, 0, 0, 1] }],
];

/** The members for which `keep` holds. */
export const membersWhere = (keep: (member: Member) => boolean): typeof members => members.filter(([, member]) => keep(member));

/** Σp = 1 and sep(z + c) = sep(z). */
export const sumsToOne = ({ separation }: Member): boolean => separation !== "softmax1" && separation !== "k-subset";

/**
 * How far weights may move when the logits or a sum move by `delta` (M <= 7): entmax and normmax weights near a kink go like [x]₊^{1/(α−1)}, which for α > 2
 * is only Hölder continuous, with a constant below 4; everywhere else the change is a small multiple of delta, below 100.
 */
export function slack({ separation, alpha = 2 }: Member, delta: number): number {
  const rough = (separation === "entmax" || separation === "normmax") && alpha > 2;
  return rough ? 4 * delta ** (1 / (alpha - 1)) : 100 * delta;
}

/** Leaves out α = 5, whose weights follow rounding by its fourth root: tests that round their inputs say little about it. */
export const isSmoothEnough = ({ alpha = 2 }: Member): boolean => alpha <= 3;

/** Distance of the k-th from the (k+1)-th largest entry: how far the choice of the top k is from changing. */
export function topGap(s: Vector, k: number): number {
  const sorted = [...s].sort((a, b) => b - a);
  return k >= s.length ? Infinity : at(sorted, k - 1) - at(sorted, k);
}

/** The largest difference of two vectors' entries. */
export const largestDifference = (a: Vector, b: Vector): number => Math.max(...a.map((value, i) => Math.abs(value - at(b, i))));

/** The rows of X in another order. */
export const permuted = <T>(rows: readonly T[], order: readonly number[]): T[] => order.map((i) => at(rows, i));

/** X and X again. */
export const doubled = (X: Rows): Vector[] => [...X, ...X];
