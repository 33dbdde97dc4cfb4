/**
 * @file The product of n numbers of F_p, or the quotient of two, with one rounding, in depth 4 for every n: logarithms of significands are tables, exponents add up as they are, and each boundary of the grid is one gate on the
 * sum (log-product.ts). Derivation: docs/circuits/arithmetic.md.
 */
import { addForm, addGate, type Builder } from "./builder.ts";
import { zeroFloat } from "./float-format.ts";
import { bitOfFloat, gridOf, middles } from "./float-grid.ts";
import { logScale, logThreshold, logWeight } from "./log-product.ts";
import { buffer, conjunction, negation, numberOfBits, stepGates, unary } from "./primitives.ts";

/** @param words per operand p + 1 bits of the significand, then p + 1 bits of the exponent. @throws HopfieldError E_LIMIT (p n beyond about 34). */
export function productOfFloats(b: Builder, p: number, words: readonly (readonly number[])[]): number[] {
  // Significands multiply to whole numbers below 2^(p n); a boundary is a whole number of p + 2 bits times a power of two.
  return roundedProduct(b, p, words, 1, 2 ** Math.max(p * words.length, p + 2));
}

/** The first number divided by the second. |x| >= boundary |y| compares a significand with a significand times p + 2 bits: whole numbers below 2^(2 p + 2). Where y is 0 it gives anything. */
export function quotientOfFloats(b: Builder, p: number, words: readonly (readonly number[])[]): number[] {
  return roundedProduct(b, p, words, -1, 2 ** (2 * p + 2));
}

/** @param power of all numbers but the first, 1 or -1. @param bound of one of two different whole numbers that are compared. */
function roundedProduct(b: Builder, p: number, words: readonly (readonly number[])[], power: 1 | -1, bound: number): number[] {
  const n = words.length;
  const scale = logScale(n, bound);
  const one = 2 ** scale.K;
  // A factor 0 takes away more than the logarithms and exponents of all others can bring.
  const none = -n * one * (2 ** (p + 2) + p + 2);
  const most = 2 ** p;
  const thresholds = Array.from({ length: 2 * most - 1 }, (_, i) => i - most + 1);
  const logs = words.map((word) =>
    unary(b, stepGates(b, numberOfBits(b, word.slice(0, p + 1)), thresholds, -most + 1), (m) =>
      m === 0 ? none : logWeight(scale, Math.abs(m)),
    ),
  );
  const exponents = words.map((word) => numberOfBits(b, word.slice(p + 1)));
  const powers = words.map((_, i) => (i === 0 ? 1 : power));
  const sum = addForm(b, [...logs, ...exponents], [...powers, ...powers.map((each) => each * one)]);
  const positive = gridOf(p).filter(({ m }) => m >= 0n);
  const magnitude = middles(p, positive).map(({ twice, inclusive }) =>
    addGate(b, [sum], [1], logThreshold(scale, twice, !inclusive, -(2 ** p) - 1)),
  );
  const signs = words.map((word) => word[p] as number);
  const counts = stepGates(
    b,
    addForm(b, signs, new Array(n).fill(1)),
    signs.map((_, i) => i + 1),
  );
  const negative = unary(b, counts, (count) => count % 2);
  const above = magnitude.map((gate) => conjunction(b, [gate, negation(b, negative)]));
  const below = magnitude.map((gate) => conjunction(b, [gate, negative]));
  const negated = positive.map(({ m, e }) => ({ m: -m, e }));
  return Array.from({ length: 2 * (p + 1) }, (_, k) => {
    const steps = (grid: readonly { m: bigint; e: number }[]): number[] =>
      magnitude.map((_gate, i) => bitOfFloat(grid[i + 1], p, k) - bitOfFloat(grid[i], p, k));
    return buffer(b, addForm(b, [...above, ...below], [...steps(positive), ...steps(negated)], bitOfFloat(zeroFloat(p), p, k)));
  });
}
