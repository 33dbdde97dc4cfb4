/** F_p and fixed point against exact fractions: all pairs at small p, every significand and every shift at p up to 5, and laws. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { divideFixed, expFixed, floorFixed, multiplyFixed, sqrtFixed, sumFixed } from "../../src/circuits/fixed-arithmetic.ts";
import {
  addFloats,
  atMostFloat,
  divideFloats,
  floorFloat,
  multiplyAllFloats,
  multiplyFloats,
  stickyDivide,
  sumFloats,
} from "../../src/circuits/float-arithmetic.ts";
import { checkFloat, type Float, roundFloat } from "../../src/circuits/float-format.ts";
import { expFloat, sqrtFloat } from "../../src/circuits/float-functions.ts";
import { add, allFloats, compare, divide, type Fraction, fraction, multiply, nearest, scaled } from "./fractions.ts";

const key = ({ m, e }: { m: bigint; e: number }): string => `${m},${e}`;
const exact = ({ m, e }: Float): Fraction => scaled(m, e);

describe("F_p, all pairs", () => {
  it.each([2, 3])("p = %i: add, multiply, divide, compare are the nearest to the exact result", (p) => {
    const list = allFloats(p);
    let wrong = 0;
    for (const x of list) {
      for (const y of list) {
        const [a, b] = [exact(x), exact(y)];
        if (key(addFloats(p, x, y)) !== key(nearest(list, add(a, b)))) wrong++;
        if (key(multiplyFloats(p, x, y)) !== key(nearest(list, multiply(a, b)))) wrong++;
        if (y.m !== 0n && key(divideFloats(p, x, y)) !== key(nearest(list, divide(a, b)))) wrong++;
        if (atMostFloat(x, y) !== compare(a, b) <= 0) wrong++;
      }
    }
    expect(wrong).toBe(0);
  });

  it.each([4, 5])("p = %i: every pair of significands, every shift up to 2 p + 2", (p) => {
    const list = allFloats(p);
    const significands = Array.from({ length: 2 ** p }, (_, i) => BigInt(i < 2 ** (p - 1) ? -(2 ** (p - 1)) - i : i));
    let wrong = 0;
    for (const m of significands) {
      for (const other of significands) {
        for (let shift = 0; shift <= 2 * p + 2; shift++) {
          const [x, y] = [
            { m, e: shift - p },
            { m: other, e: -p },
          ];
          const [a, b] = [exact(x), exact(y)];
          if (key(addFloats(p, x, y)) !== key(nearest(list, add(a, b)))) wrong++;
          if (atMostFloat(y, x) !== compare(b, a) <= 0) wrong++;
        }
        const [x, y] = [
          { m, e: 1 },
          { m: other, e: -1 },
        ];
        if (key(divideFloats(p, x, y)) !== key(nearest(list, divide(exact(x), exact(y))))) wrong++;
        if (key(multiplyFloats(p, x, y)) !== key(nearest(list, multiply(exact(x), exact(y))))) wrong++;
      }
    }
    expect(wrong).toBe(0);
  });

  it("floor and square root: every number, p = 2 ... 4", () => {
    for (const p of [2, 3, 4]) {
      const list = allFloats(p);
      for (const x of list) {
        const value = exact(x);
        let whole = value.n / value.d;
        if (whole * value.d > value.n) whole--;
        expect([p, key(x), key(floorFloat(p, x))]).toEqual([p, key(x), key(nearest(list, fraction(whole)))]);
        if (x.m < 0n) continue;
        // r is the nearest root iff the midpoints around it, squared, enclose x.
        const r = sqrtFloat(p, x);
        const at = list.findIndex((y) => key(y) === key(r));
        const middle = (i: number): Fraction => {
          const sum = add(exact(list[i] as Float), exact(list[i + 1] as Float));
          return multiply(sum, fraction(1n, 2n));
        };
        const below = middle(at - 1);
        if (below.n > 0n) expect(compare(multiply(below, below), value)).toBeLessThanOrEqual(0);
        const above = middle(at);
        expect(compare(value, multiply(above, above))).toBeLessThanOrEqual(0);
      }
    }
  });

  it("the example that the division without a floor gets wrong: 8 + 15 // 32 is 8", () => {
    expect(stickyDivide(15n, 32n)).toBe(3n);
    expect(key(addFloats(4, { m: 8n, e: 5 }, { m: 15n, e: 0 }))).toBe("8,5");
  });
});

describe("iterated operations", () => {
  const p = 4;
  const list = allFloats(p);
  const some = fc.array(fc.constantFrom(...list), { minLength: 1, maxLength: 7 });
  it("sum: nearest to the exact sum, whatever the order", () => {
    fc.assert(
      fc.property(some, (numbers) => {
        const total = numbers.map(exact).reduce(add, fraction(0n));
        expect(key(sumFloats(p, numbers))).toBe(key(nearest(list, total)));
        expect(key(sumFloats(p, numbers.slice().reverse()))).toBe(key(sumFloats(p, numbers)));
      }),
      { numRuns: 150, seed: 1 },
    );
  });
  it("product: nearest to the exact product", () => {
    fc.assert(
      fc.property(some, (numbers) => {
        expect(key(multiplyAllFloats(p, numbers))).toBe(key(nearest(list, numbers.map(exact).reduce(multiply, fraction(1n)))));
      }),
      { numRuns: 150, seed: 1 },
    );
  });
});

describe("exponential", () => {
  it.each([2, 3, 4, 6, 8])("p = %i: relative error at most 2^-p on every number whose result is in range (a sample for large p)", (p) => {
    const list = allFloats(p);
    const step = Math.ceil(list.length / 2000);
    for (let i = 0; i < list.length; i += step) {
      const x = list[i] as Float;
      const value = Number(x.m) * 2 ** x.e;
      const result = expFloat(p, x);
      checkFloat("test", p, result);
      const log = Math.log(Math.abs(Number(result.m))) + result.e * Math.LN2;
      const largest = Math.log(2 ** p - 1) + (2 ** p - 1) * Math.LN2;
      const smallest = Math.log(2 ** (p - 1)) - 2 ** p * Math.LN2;
      if (value > largest) expect(result).toMatchObject({ overflow: true });
      else if (value < smallest - Math.LN2) expect(result.m).toBe(0n);
      // In the logarithm, where doubles are good to 1e-12 of values up to 200.
      else if (value > smallest) expect(Math.abs(log - value)).toBeLessThanOrEqual(2 ** -p * 1.0001 + 1e-10);
    }
  });
});

describe("fixed point, every number", () => {
  const formats = [
    { p: 4, f: 2 },
    { p: 5, f: 0 },
    { p: 6, f: 5 },
  ];
  it.each(formats)("p = $p, f = $f", (format) => {
    const { p, f } = format;
    const qm = 2 ** (p - 1);
    const numbers = Array.from({ length: 2 * qm }, (_, i) => i - qm);
    const cut = (x: number): number => Math.min(qm - 1, Math.max(-qm, x)) + 0;
    // Doubles are exact here: products below 2^20, quotients compared by cross-multiplication.
    const halfEven = (n: number, d: number): number => {
      const low = Math.floor(n / d);
      const rest = 2 * (n - low * d);
      return cut(rest > d || (rest === d && low % 2 !== 0) ? low + 1 : low);
    };
    for (const x of numbers) {
      for (const y of numbers) {
        expect(sumFixed(format, [x, y])).toBe(cut(x + y));
        expect(multiplyFixed(format, [x, y])).toBe(halfEven(x * y, 2 ** f));
        if (y !== 0) expect(divideFixed(format, x, y)).toBe(halfEven(Math.sign(y) * x * 2 ** f, Math.abs(y)));
      }
      expect(floorFixed(format, x)).toBe(Math.floor(x / 2 ** f) * 2 ** f);
      // Doubles decide these roundings: no e^x or irrational root is within 1e-12 of a half here.
      expect(expFixed(format, x)).toBe(cut(Math.round(Math.exp(x / 2 ** f) * 2 ** f)));
      if (x >= 0) {
        const root = Math.sqrt(x * 2 ** f);
        expect(sqrtFixed(format, x)).toBe(cut(Math.round(root)));
      }
    }
    expect(multiplyFixed(format, [3, -2, 5])).toBe(halfEven(-30, 2 ** (2 * f)));
  });
});

describe("refusals and limits", () => {
  it.each<[string, () => unknown]>([
    ["a float divided by 0", () => divideFloats(3, { m: 4n, e: 0 }, { m: 0n, e: -8 })],
    ["a fixed-point number divided by 0", () => divideFixed({ p: 4, f: 1 }, 1, 0)],
    ["the root of a negative float", () => sqrtFloat(3, { m: -4n, e: 0 })],
    ["the root of a negative fixed-point number", () => sqrtFixed({ p: 4, f: 1 }, -1)],
    ["a pair that is no float", () => checkFloat("test", 3, { m: 3n, e: 0 })],
    ["an exponent that is too large", () => checkFloat("test", 3, { m: 4n, e: 8 })],
  ])("%s", (_, work) => expect(work).toThrow(expect.objectContaining({ code: "E_RANGE" })));

  it("overflow saturates and is flagged, half of the smallest goes to 0", () => {
    expect(roundFloat(3, 1n, 100)).toEqual({ m: 7n, e: 7, overflow: true });
    expect(roundFloat(3, -1n, 100)).toEqual({ m: -7n, e: 7, overflow: true });
    expect(roundFloat(3, 2n, -8)).toEqual({ m: 0n, e: -8 });
    expect(roundFloat(3, 5n, -9)).toEqual({ m: 4n, e: -8 });
  });
});
