/**
 * @file The deep-fork pair: two trees of n nodes with equal degrees that differ only at the far end from the root. One is a path of n - 2 nodes with two leaves at its end, the other
 * a path of n - 1 nodes with a leaf one level up. Their levels differ first at depth n - 3, so anything that passes news one level at a time needs n - 3 rounds.
 */
import { checkNumber } from "../core/options.ts";

/** @param n nodes of each tree, at least 5 (with 4 the degrees differ). Parent lists, root 0. @throws HopfieldError E_RANGE. */
export function deepForkPair(n: number): { readonly fork: number[]; readonly spur: number[] } {
  checkNumber("deepForkPair", "n", n, { whole: true, atLeast: 5, atMost: 1_000_000 });
  const path = (length: number): number[] => Array.from({ length }, (_, i) => i - 1);
  return { fork: [...path(n - 2), n - 3, n - 3], spur: [...path(n - 1), n - 4] };
}

/** Rounds of refinement after which the roots of the pair differ: n - 3. */
export function deepForkRounds(n: number): number {
  return n - 3;
}
