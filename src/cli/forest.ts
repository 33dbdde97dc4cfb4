/**
 * @file A random forest (Breiman, Machine Learning 45, 2001) as the plain method beside the models of tables: trees on bootstrap samples, at every split the best threshold among a few columns drawn
 * anew, Gini impurity for classes, squared error for numbers. Thresholds are found in one sorted pass a column, so a node of n rows costs n log n, not n squared.
 */
import { type RandomStream, randomStream, sampleWithoutReplacement, uniformInteger } from "../core/random.ts";
import type { Encoded } from "../tasks/index.ts";

export interface ForestOptions {
  readonly trees: number;
  /** Columns drawn at every split. */
  readonly columns: number;
  /** Rows of a sample: as many as there are, at most so many. */
  readonly rows: number;
  /** A node with fewer rows is a leaf. */
  readonly smallest: number;
  readonly seed: number;
}

/** Nodes one behind the other: column and threshold, or -1 and a leaf's value from `at` on; the left child is the next node. */
interface Tree {
  readonly column: number[];
  readonly threshold: number[];
  readonly right: number[];
  /** Of leaves: shares of the classes, or the mean. */
  readonly value: (Float64Array | null)[];
}

/** @param targets class numbers, or numbers where `classes` is null. */
export function growForest(x: Encoded, targets: ArrayLike<number>, classes: number | null, options: ForestOptions): readonly Tree[] {
  return Array.from({ length: options.trees }, (_, t) => {
    const random = randomStream(options.seed, 0x74726565 + t);
    const sample = Int32Array.from({ length: Math.min(options.rows, x.rows) }, () => uniformInteger(random, x.rows));
    const tree: Tree = { column: [], threshold: [], right: [], value: [] };
    grow(tree, x, targets, classes, sample, options, random);
    return tree;
  });
}

/** Mean of the trees' leaves: rows x classes shares, or rows x 1 numbers. */
export function askForest(forest: readonly Tree[], query: Encoded, classes: number | null): Float64Array {
  const width = classes ?? 1;
  const answer = new Float64Array(query.rows * width);
  for (let i = 0; i < query.rows; i++)
    for (const { column, threshold, right, value } of forest) {
      let node = 0;
      while (column[node] !== -1)
        node =
          (query.data[i * query.columns + (column[node] as number)] as number) < (threshold[node] as number)
            ? node + 1
            : (right[node] as number);
      const leaf = value[node] as Float64Array;
      for (let c = 0; c < width; c++) answer[i * width + c] = (answer[i * width + c] as number) + (leaf[c] as number) / forest.length;
    }
  return answer;
}

function grow(
  tree: Tree,
  x: Encoded,
  targets: ArrayLike<number>,
  classes: number | null,
  rows: Int32Array,
  options: ForestOptions,
  random: RandomStream,
): void {
  const node = tree.column.length;
  const split = rows.length < options.smallest ? null : bestSplit(x, targets, classes, rows, options.columns, random);
  tree.column.push(split?.column ?? -1);
  tree.threshold.push(split?.threshold ?? 0);
  tree.right.push(0);
  tree.value.push(split ? null : leafOf(targets, classes, rows));
  if (!split) return;
  const below = (i: number): boolean => (x.data[i * x.columns + split.column] as number) < split.threshold;
  grow(tree, x, targets, classes, rows.filter(below), options, random);
  tree.right[node] = tree.column.length;
  const above = rows.filter((i) => !below(i));
  grow(tree, x, targets, classes, above, options, random);
}

function leafOf(targets: ArrayLike<number>, classes: number | null, rows: Int32Array): Float64Array {
  const value = new Float64Array(classes ?? 1);
  for (const i of rows) {
    const at = classes === null ? 0 : (targets[i] as number);
    value[at] = (value[at] as number) + (classes === null ? (targets[i] as number) : 1) / rows.length;
  }
  return value;
}

interface Split {
  readonly column: number;
  readonly threshold: number;
}

/**
 * The split that leaves the least impurity, of columns drawn until `most` that are not constant here were looked at; null for a pure node or one without a split.
 * The impurity times rows is n - sum_c n_c^2 / n for classes and sum y^2 - (sum y)^2 / n for numbers, so in both cases sum_c s_c^2 / n of the two sides is to be as large as possible.
 */
export function bestSplit(
  x: Encoded,
  targets: ArrayLike<number>,
  classes: number | null,
  rows: Int32Array,
  most: number,
  random: RandomStream,
): Split | null {
  const width = classes ?? 1;
  const total = new Float64Array(width);
  const add = (sums: Float64Array, i: number, sign: number): number => {
    const c = classes === null ? 0 : (targets[i] as number);
    const before = sums[c] as number;
    const after = before + sign * (classes === null ? (targets[i] as number) : 1);
    sums[c] = after;
    return after * after - before * before;
  };
  let whole = 0;
  for (const i of rows) whole += add(total, i, 1);
  const first = targets[rows[0] as number];
  if (rows.every((i) => targets[i] === first)) return null;
  let best: (Split & { gain: number }) | null = null;
  let looked = 0;
  const values = new Float64Array(rows.length);
  for (const column of sampleWithoutReplacement(random, x.columns, x.columns)) {
    if (looked === most) break;
    rows.forEach((i, r) => {
      values[r] = x.data[i * x.columns + column] as number;
    });
    const order = Uint32Array.from(rows.keys()).sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
    const at = (r: number): number => values[order[r] as number] as number;
    if (at(0) === at(rows.length - 1)) continue;
    looked++;
    const [left, right] = [new Float64Array(width), Float64Array.from(total)];
    let [squaresLeft, squaresRight] = [0, whole];
    for (let r = 1; r < rows.length; r++) {
      const moved = rows[order[r - 1] as number] as number;
      squaresLeft += add(left, moved, 1);
      squaresRight += add(right, moved, -1);
      if (at(r) === at(r - 1)) continue;
      const gain = squaresLeft / r + squaresRight / (rows.length - r);
      if (!best || gain > best.gain) best = { column, threshold: (at(r - 1) + at(r)) / 2, gain };
    }
  }
  return best;
}
