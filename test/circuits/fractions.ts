/** Exact fractions, and rounding to F_p by looking for the nearest number: an implementation of the definition that shares nothing with src. */
export interface Fraction {
  readonly n: bigint;
  /** Above 0. */
  readonly d: bigint;
}

export const fraction = (n: bigint, d = 1n): Fraction => (d < 0n ? { n: -n, d: -d } : { n, d });
export const scaled = (m: bigint, e: number): Fraction => (e >= 0 ? { n: m * 2n ** BigInt(e), d: 1n } : { n: m, d: 2n ** BigInt(-e) });
export const add = (a: Fraction, b: Fraction): Fraction => fraction(a.n * b.d + b.n * a.d, a.d * b.d);
export const multiply = (a: Fraction, b: Fraction): Fraction => fraction(a.n * b.n, a.d * b.d);
export const divide = (a: Fraction, b: Fraction): Fraction => fraction(a.n * b.d, a.d * b.n);
export const compare = (a: Fraction, b: Fraction): number => {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

/** Every number of F_p, ascending. */
export function allFloats(p: number): { m: bigint; e: number }[] {
  const list: { m: bigint; e: number }[] = [];
  for (let e = -(2 ** p); e < 2 ** p; e++) for (let m = 2 ** (p - 1); m < 2 ** p; m++) list.push({ m: BigInt(m), e });
  const negative = list.map(({ m, e }) => ({ m: -m, e })).reverse();
  return [...negative, { m: 0n, e: -(2 ** p) }, ...list];
}

/** The nearest entry of an ascending list, ties to the even significand (0 is even). */
export function nearest(list: readonly { m: bigint; e: number }[], x: Fraction): { m: bigint; e: number } {
  let [low, high] = [0, list.length - 1];
  const at = (i: number): { m: bigint; e: number } => list[i] as { m: bigint; e: number };
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (compare(scaled(at(middle).m, at(middle).e), x) <= 0) low = middle;
    else high = middle;
  }
  const [a, b] = [at(low), at(high)];
  const left = add(x, scaled(-a.m, a.e));
  const right = add(scaled(b.m, b.e), fraction(-x.n, x.d));
  const closer = compare(left, right);
  if (closer !== 0) return closer < 0 ? a : b;
  // Half of the smallest magnitude goes to 0, although that magnitude is even too.
  if (a.m === 0n || b.m === 0n) return a.m === 0n ? a : b;
  return a.m % 2n === 0n ? a : b;
}
