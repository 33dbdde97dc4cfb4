/** @file Splits of rows or bags into folds and into training and watched rows, with classes spread evenly (numbers: small and large ones). The same seed gives the same split. */
import { randomStream, sampleWithoutReplacement } from "../core/random.ts";

/** Row numbers of each fold; every row is in one. Classes are spread evenly. */
export function stratifiedFolds(targets: ArrayLike<number>, folds: number, seed: number): number[][] {
  const made: number[][] = Array.from({ length: folds }, () => []);
  let next = 0;
  for (const target of [...new Set(Array.from(targets))].sort((a, b) => a - b)) {
    const members = rowsWhere(targets, target);
    for (const i of sampleWithoutReplacement(randomStream(seed, 0x666f6c64), members.length, members.length))
      made[next++ % folds]?.push(members[i] as number);
  }
  return made;
}

function rowsWhere(targets: ArrayLike<number>, target: number): number[] {
  return Array.from({ length: targets.length }, (_, i) => i).filter((i) => targets[i] === target);
}

/** Numbers as a few levels of equal size, so that folds of a regression hold small and large ones alike. */
export function levelsOf(targets: ArrayLike<number>, levels = 10): Int32Array {
  const order = Array.from({ length: targets.length }, (_, i) => i).sort(
    (a, b) => (targets[a] as number) - (targets[b] as number) || a - b,
  );
  const found = new Int32Array(targets.length);
  order.forEach((row, rank) => {
    found[row] = Math.floor((rank * levels) / order.length);
  });
  return found;
}

/** Some rows are watched, the others train. @param share of the rows that is watched; at least one row, and at least one trains. */
export function watchSome(
  rows: readonly number[],
  targets: ArrayLike<number>,
  share: number,
  seed: number,
): { train: number[]; watched: number[] } {
  const folds = Math.max(2, Math.min(rows.length, Math.round(1 / share)));
  const [watched = [], ...rest] = stratifiedFolds(
    rows.map((i) => targets[i] as number),
    folds,
    seed,
  );
  return { train: rest.flat().map((i) => rows[i] as number), watched: watched.map((i) => rows[i] as number) };
}
