/** @file Equality of numeric data, to the bit of the value: NaN equals NaN, and -0 differs from 0. */

/** Throws at the first entry that differs. */
export function expectEqualData(a: ArrayLike<number>, b: ArrayLike<number>): void {
  if (a.length !== b.length) throw new Error(`${a.length} entries, then ${b.length}`);
  for (let i = 0; i < a.length; i++) {
    if (!Object.is(a[i], b[i])) throw new Error(`entry ${i} was ${a[i]}, then ${b[i]}`);
  }
}
