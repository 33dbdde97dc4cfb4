/** Circuits of single operations against the arithmetic they stand for: every operand where that can be done, and block-save addition against BigInt. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countGates, depthOf } from "../../src/circuits/circuit.ts";
import { evaluate } from "../../src/circuits/evaluate.ts";
import { divideFixed, expFixed, type FixedFormat, multiplyFixed, sqrtFixed, sumFixed } from "../../src/circuits/fixed-arithmetic.ts";
import { fixedCircuit } from "../../src/circuits/fixed-operations.ts";
import {
  addFloats,
  atMostFloat,
  divideFloats,
  floorFloat,
  multiplyAllFloats,
  multiplyFloats,
  sumFloats,
} from "../../src/circuits/float-arithmetic.ts";
import type { Float } from "../../src/circuits/float-format.ts";
import { expFloat, sqrtFloat } from "../../src/circuits/float-functions.ts";
import { floatCircuit } from "../../src/circuits/float-operations.ts";
import { iteratedAddition, multiplication } from "../../src/circuits/iterated-addition.ts";
import { fixedLedger, floatLedger, theoremDepth } from "../../src/circuits/ledger.ts";
import { measure } from "../../src/circuits/measure.ts";
import { verifyCircuit } from "../../src/circuits/verify.ts";
import { randomStream, uniformInteger } from "../../src/core/random.ts";
import { allFloats } from "./fractions.ts";
import { bitsOf, numbersOf } from "./reference.ts";

describe.each<FixedFormat>([
  { p: 3, f: 0 },
  { p: 4, f: 2 },
  { p: 5, f: 3 },
])("fixed point p = $p, f = $f, every operand", (format) => {
  const { p } = format;
  const qm = 2 ** (p - 1);
  const numbers = Array.from({ length: 2 * qm }, (_, i) => i - qm);
  const one = (circuit: ReturnType<typeof fixedCircuit>, ...operands: number[]): number =>
    numbersOf(evaluate(circuit, bitsOf(operands, p)), p, 1)[0] as number;

  it("sum, product, quotient, comparison", () => {
    const [sum, product, quotient, atMost] = (["sum", "product", "quotient", "at most"] as const).map((name) => fixedCircuit(name, format));
    if (!sum || !product || !quotient || !atMost) throw new Error("no circuit");
    expect([sum, product, quotient, atMost].map(depthOf)).toEqual([2, 3, 2, 1]);
    for (const circuit of [sum, product, quotient, atMost]) verifyCircuit(circuit);
    for (const x of numbers) {
      for (const y of numbers) {
        expect([x, y, one(sum, x, y)]).toEqual([x, y, sumFixed(format, [x, y])]);
        expect([x, y, one(product, x, y)]).toEqual([x, y, multiplyFixed(format, [x, y])]);
        if (y !== 0) expect([x, y, one(quotient, x, y)]).toEqual([x, y, divideFixed(format, x, y)]);
        expect(evaluate(atMost, bitsOf([x, y], p))[0]).toBe(x <= y ? 1 : 0);
      }
    }
  });

  it("exp and sqrt", () => {
    const [exp, sqrt] = [fixedCircuit("exp", format), fixedCircuit("sqrt", format)];
    expect([depthOf(exp), depthOf(sqrt)]).toEqual([2, 2]);
    for (const x of numbers) {
      expect(one(exp, x)).toBe(expFixed(format, x));
      if (x >= 0) expect(one(sqrt, x)).toBe(sqrtFixed(format, x));
    }
  });

  it("iterated sum and product of 3 to 5 numbers: depth 2 and 4 whatever the count", () => {
    for (const n of [3, 4, 5]) {
      const [sum, product] = [fixedCircuit("sum", format, n), fixedCircuit("product", format, n)];
      expect([depthOf(sum), depthOf(product)]).toEqual([2, 4]);
      verifyCircuit(product);
      const random = randomStream(1, n);
      for (let t = 0; t < 400; t++) {
        // Small factors, so that products are not all cut off; zeros and -qm come up.
        const operands = Array.from({ length: n }, () => (t % 2 ? uniformInteger(random, 5) - 2 : uniformInteger(random, 2 * qm) - qm));
        expect([operands, one(sum, ...operands)]).toEqual([operands, sumFixed(format, operands)]);
        expect([operands, one(product, ...operands)]).toEqual([operands, multiplyFixed(format, operands)]);
      }
    }
  });
});

describe.each([2, 3])("F_p, p = %i", (p) => {
  const list = allFloats(p);
  const bits = ({ m, e }: Float): number[] => [...bitsOf([Number(m)], p + 1), ...bitsOf([e], p + 1)];
  const read = (output: ArrayLike<number>): string => numbersOf(output, p + 1, 2).join();
  const key = ({ m, e }: Float): string => `${m},${e}`;
  // Every pair at p = 2; at p = 3 every 37th of the 16 641 pairs (37 and 129 have no common factor).
  const pairs = list.flatMap((x) => list.map((y) => [x, y] as const)).filter((_, i) => p === 2 || i % 37 === 0);

  it.each([
    ["sum", (x: Float, y: Float) => addFloats(p, x, y)],
    ["product", (x: Float, y: Float) => multiplyFloats(p, x, y)],
    ["quotient", (x: Float, y: Float) => divideFloats(p, x, y)],
  ] as const)("%s: depth 4", (name, operation) => {
    const circuit = floatCircuit(name, p);
    verifyCircuit(circuit);
    expect(depthOf(circuit)).toBe(4);
    for (const [x, y] of pairs) {
      if (name === "quotient" && y.m === 0n) continue;
      expect([key(x), key(y), read(evaluate(circuit, [...bits(x), ...bits(y)]))]).toEqual([key(x), key(y), key(operation(x, y))]);
    }
  });

  it("comparison, floor, exp, square root", () => {
    const atMost = floatCircuit("at most", p);
    expect(depthOf(atMost)).toBe(3);
    for (const [x, y] of pairs) expect(evaluate(atMost, [...bits(x), ...bits(y)])[0]).toBe(atMostFloat(x, y) ? 1 : 0);
    const [floor, exp, sqrt] = [floatCircuit("floor", p), floatCircuit("exp", p), floatCircuit("sqrt", p)];
    expect([floor, exp, sqrt].map(depthOf)).toEqual([2, 2, 2]);
    for (const x of list) {
      expect([key(x), read(evaluate(floor, bits(x)))]).toEqual([key(x), key(floorFloat(p, x))]);
      expect([key(x), read(evaluate(exp, bits(x)))]).toEqual([key(x), key(expFloat(p, x))]);
      if (x.m >= 0n) expect([key(x), read(evaluate(sqrt, bits(x)))]).toEqual([key(x), key(sqrtFloat(p, x))]);
    }
  });

  it("iterated product of two to five: depth 4, one rounding", () => {
    for (const n of [2, 3, 5]) {
      const circuit = floatCircuit("iterated product", p, n);
      verifyCircuit(circuit);
      expect(depthOf(circuit)).toBe(4);
      const random = randomStream(4, p);
      for (let t = 0; t < 200; t++) {
        // Half of them with exponents near 0, so that products do not all leave the range.
        const numbers = Array.from({ length: n }, () => {
          const x = list[uniformInteger(random, list.length)] as Float;
          return t % 2 || x.m === 0n ? x : { m: x.m, e: uniformInteger(random, 3) - 2 };
        });
        expect([numbers.map(key), read(evaluate(circuit, numbers.flatMap(bits)))]).toEqual([
          numbers.map(key),
          key(multiplyAllFloats(p, numbers)),
        ]);
      }
    }
  });

  it("iterated sum of five: depth 4, one rounding", () => {
    const circuit = floatCircuit("sum", p, 5);
    expect(depthOf(circuit)).toBe(4);
    const random = randomStream(3, p);
    for (let t = 0; t < 200; t++) {
      const numbers = Array.from({ length: 5 }, () => list[uniformInteger(random, list.length)] as Float);
      expect(read(evaluate(circuit, numbers.flatMap(bits)))).toBe(key(sumFloats(p, numbers)));
    }
  });
});

describe.each([4, 5])("F_p, p = %i", (p) => {
  const list = allFloats(p);
  const bits = ({ m, e }: Float): number[] => [...bitsOf([Number(m)], p + 1), ...bitsOf([e], p + 1)];
  const read = (output: ArrayLike<number>): string => numbersOf(output, p + 1, 2).join();
  const key = ({ m, e }: Float): string => `${m},${e}`;
  const random = randomStream(6, p);
  // Half of the exponents near 0, so that results do not all leave the range; then pairs whose quotients and products lie at a boundary.
  const draw = (t: number): Float => {
    const x = list[uniformInteger(random, list.length)] as Float;
    return t % 2 || x.m === 0n ? x : { m: x.m, e: uniformInteger(random, 5) - 2 };
  };

  it.each<[string, (x: Float, y: Float) => Float]>([
    ["product", (x, y) => multiplyFloats(p, x, y)],
    ["quotient", (x, y) => divideFloats(p, x, y)],
    ...(p === 4 ? [["sum", (x: Float, y: Float) => addFloats(p, x, y)] as [string, (x: Float, y: Float) => Float]] : []),
  ])("%s: depth 4", (name, operation) => {
    const circuit = floatCircuit(name as "product", p);
    verifyCircuit(circuit);
    expect(depthOf(circuit)).toBe(4);
    for (let t = 0; t < 400; t++) {
      const [x, y] = [draw(t), draw(t)];
      if (name === "quotient" && y.m === 0n) continue;
      expect([key(x), key(y), read(evaluate(circuit, [...bits(x), ...bits(y)]))]).toEqual([key(x), key(y), key(operation(x, y))]);
    }
  });

  it("floor, exp, square root: every number; comparison to p = 4", () => {
    const [floor, exp, sqrt] = [floatCircuit("floor", p), floatCircuit("exp", p), floatCircuit("sqrt", p)];
    expect([floor, exp, sqrt].map(depthOf)).toEqual([2, 2, 2]);
    for (const x of list.filter((_, i) => i % (p === 4 ? 1 : 5) === 0)) {
      expect([key(x), read(evaluate(floor, bits(x)))]).toEqual([key(x), key(floorFloat(p, x))]);
      expect([key(x), read(evaluate(exp, bits(x)))]).toEqual([key(x), key(expFloat(p, x))]);
      if (x.m >= 0n) expect([key(x), read(evaluate(sqrt, bits(x)))]).toEqual([key(x), key(sqrtFloat(p, x))]);
    }
    if (p > 4) {
      for (const name of ["sum", "at most"] as const)
        expect(() => floatCircuit(name, p)).toThrow(expect.objectContaining({ code: "E_RANGE" }));
      return;
    }
    const atMost = floatCircuit("at most", p);
    for (let t = 0; t < 400; t++) {
      const [x, y] = [draw(t), draw(t)];
      expect(evaluate(atMost, [...bits(x), ...bits(y)])[0]).toBe(atMostFloat(x, y) ? 1 : 0);
    }
  });
});

describe("block-save addition", () => {
  const add = (words: readonly bigint[], bits: number): bigint => {
    const circuit = iteratedAddition(words.length, bits);
    const input = words.flatMap((word) => Array.from({ length: bits }, (_, k) => Number((word >> BigInt(k)) & 1n)));
    return Array.from(evaluate(circuit, input)).reduce((sum, bit, k) => sum + (BigInt(bit) << BigInt(k)), 0n);
  };
  it("is the sum, all ones and random words, n up to 20 and 70 bits", () => {
    const word = fc.bigInt({ min: 0n, max: 2n ** 70n - 1n });
    const problem = fc.tuple(fc.array(word, { minLength: 2, maxLength: 20 }), fc.integer({ min: 1, max: 70 }));
    fc.assert(
      fc.property(problem, ([words, bits]) => {
        const cut = words.map((x) => x & (2n ** BigInt(bits) - 1n));
        const ones = words.map(() => 2n ** BigInt(bits) - 1n);
        for (const list of [cut, ones]) expect(add(list, bits)).toBe(list.reduce((a, b) => a + b, 0n));
      }),
      { numRuns: 25, seed: 1 },
    );
  });

  it.each([
    [2, 8],
    [4, 8],
    [8, 8],
    [8, 32],
    [16, 8],
    [32, 8],
    [64, 8],
    [8, 64],
  ])("n = %i words of %i bits: depth 7, weights below the power of two above n", (n, bits) => {
    const found = measure(iteratedAddition(n, bits));
    expect(found.depth).toBe(7);
    expect(found.maxWeight).toBeLessThan(2 * n);
  });

  it.each([2, 3, 4, 5])("multiplication of %i bits: every pair", (bits) => {
    const circuit = multiplication(bits);
    verifyCircuit(circuit);
    for (let x = 0; x < 2 ** bits; x++) {
      for (let y = 0; y < 2 ** bits; y++) {
        const input = [x, y].flatMap((word) => Array.from({ length: bits }, (_, k) => (word >> k) & 1));
        expect(Array.from(evaluate(circuit, input)).reduce((sum, bit, k) => sum + bit * 2 ** k, 0)).toBe(x * y);
      }
    }
  });

  it("multiplication: depth 8 from 4 bits on", () => {
    expect([4, 8, 16].map((bits) => depthOf(multiplication(bits)))).toEqual([8, 8, 8]);
    expect(countGates(multiplication(16))).toBeLessThan(16 ** 3);
  });
});

describe("the ledger", () => {
  it("depths of the operations, put into the formulas of the theorems", () => {
    const fixed = fixedLedger({ p: 4, f: 2 }, 8);
    expect(fixed.depths).toEqual({ std: 3, sum: 2, product: 4, exp: 2, sqrt: 2 });
    expect(theoremDepth(fixed.depths, 1, false)).toBe(8 * 3 + 6 * 2 + 2);
    expect(theoremDepth(fixed.depths, 1, true)).toBe(10 * 3 + 8 * 2 + 2);
    expect(theoremDepth(fixed.depths, 3, false, 5)).toBe(4 * 5 + 3 * 38);
    const float = floatLedger(2, 8);
    expect(float.depths).toEqual({ std: 4, sum: 4, product: 4, exp: 2, sqrt: 2 });
    expect(theoremDepth(float.depths, 1, false)).toBe(58);
    for (const { measures } of [...fixed.entries, ...float.entries]) expect(measures.gates).toBeGreaterThan(0);
  });
});
