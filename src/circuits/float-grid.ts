/** @file The numbers of F_p as a grid on the line: in order, as bits, and where one rounds to the next. */
import { type Float, zeroFloat } from "./float-format.ts";
import { bitOf } from "./primitives.ts";

/** Every number of F_p, ascending. */
export function gridOf(p: number): Float[] {
  const positive: Float[] = [];
  for (let e = -(2 ** p); e < 2 ** p; e++) for (let m = 2 ** (p - 1); m < 2 ** p; m++) positive.push({ m: BigInt(m), e });
  return [...positive.map(({ m, e }) => ({ m: -m, e })).reverse(), zeroFloat(p), ...positive];
}

/** Bit k of a number: p + 1 bits of the significand, then p + 1 of the exponent. */
export function bitOfFloat(x: Float | undefined, p: number, k: number): number {
  const { m, e } = x ?? zeroFloat(p);
  return k <= p ? bitOf(Number(m), k) : bitOf(e, k - p - 1);
}

/** The middle between neighbours of the grid in units of 2^-(2^p + 2), and whether it belongs to the upper one. */
export function middles(p: number, grid: readonly Float[]): { twice: number; inclusive: boolean }[] {
  const unit = ({ m, e }: Float): number => Number(m) * 2 ** (e + 2 ** p);
  return grid.slice(1).map((upper, i) => {
    const lower = grid[i] as Float;
    // Ties to the even significand; between 0 and its neighbours, to 0.
    const inclusive = upper.m === 0n || (lower.m !== 0n && upper.m % 2n === 0n);
    return { twice: unit(lower) + unit(upper), inclusive };
  });
}
