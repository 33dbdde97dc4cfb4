/** @file Laws of the binary members: each bit lowers the energy or keeps it, recall ends, orthogonal patterns are fixed. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "./oracle/arbitraries.ts";
import * as oracle from "./oracle/index.ts";
import { at, type BinaryModel, dot, type Rows, replace, scale, type Vector } from "./oracle/index.ts";

const models: BinaryModel[] = [
  { model: "hebbian" },
  { model: "polynomial", degree: 2 },
  { model: "polynomial", degree: 3 },
  { model: "polynomial", degree: 5 },
  { model: "exponential" },
];

const bit = fc.constantFrom(-1, 1);
const binaryProblem = fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 2, max: 10 })).chain(([M, d]) =>
  fc.record({
    X: fc.array(fc.array(bit, { minLength: d, maxLength: d }), { minLength: M, maxLength: M }),
    s: fc.array(bit, { minLength: d, maxLength: d }),
    i: fc.integer({ min: 0, max: d - 1 }),
  }),
);

/** The energy, for the exponential −log ΣF, which orders states in the same way and does not overflow. */
function level(s: Vector, X: Rows, member: BinaryModel): number {
  return member.model === "exponential" ? -oracle.logSumExp(X.map((x) => dot(x, s))) : (oracle.binaryEnergy(s, X, member) ?? Number.NaN);
}

/** Polynomial energies are sums of integers, exact; the others round. */
const rounding = (member: BinaryModel): number => (member.model === "polynomial" ? 0 : 1e-12);

describe.each(models.map((member) => [JSON.stringify(member), member] as const))("%s", (_, member) => {
  it("the local field points to the value of the bit with the lower energy", () => {
    const check = fc.property(binaryProblem, ({ X, s, i }) => {
      const gain = level(replace(s, i, -1), X, member) - level(replace(s, i, 1), X, member);
      const field = oracle.localField(s, i, X, member);
      if (Math.abs(gain) > rounding(member)) expect(Math.sign(field)).toBe(Math.sign(gain));
      else expect(Math.abs(field)).toBeLessThanOrEqual(rounding(member));
    });
    fc.assert(check, runs);
  });

  it("a sweep does not raise the energy and keeps ties; recall ends at a state that a sweep keeps", () => {
    const check = fc.property(binaryProblem, ({ X, s }) => {
      const next = oracle.sweep(s, X, member);
      expect(level(next, X, member)).toBeLessThanOrEqual(level(s, X, member) + rounding(member));
      if (next.some((value, i) => value !== s[i])) expect(level(next, X, member)).toBeLessThan(level(s, X, member));
      const { state, converged } = oracle.binaryRecall(s, X, member);
      expect(converged).toBe(true);
      expect(oracle.sweep(state, X, member)).toEqual(state);
    });
    fc.assert(check, runs);
  });

  it("orthogonal patterns are fixed, and so are they with signs and columns changed", () => {
    // Sylvester: H₂ₙ = [[H, H], [H, −H]], rows orthogonal. M < d keeps the Hebbian field (1 − M/d)x away from 0.
    const twice = (H: number[][]): number[][] => [...H.map((row) => [...row, ...row]), ...H.map((row) => [...row, ...scale(-1, row)])];
    const H8 = twice(twice(twice([[1]])));
    const check = fc.property(
      fc.constantFrom(H8, twice(H8)),
      fc.integer({ min: 1, max: 7 }),
      fc.array(bit, { minLength: 16, maxLength: 16 }),
      (H, M, signs) => {
        const X = H.slice(0, M).map((row) => row.map((value, j) => value * at(signs, j)));
        for (const x of X) expect(oracle.sweep(x, X, member)).toEqual(x);
      },
    );
    fc.assert(check, runs);
  });
});

it("a stronger separation recovers what Hebb loses: 30 random patterns of 20 bits, one bit flipped", () => {
  // Hebb holds about 0.138·20 ≈ 3 patterns, the exponential member far more than 30.
  const uniform = oracle.uniforms(9);
  const X = Array.from({ length: 30 }, () => Array.from({ length: 20 }, () => (uniform() < 0.5 ? -1 : 1)));
  const recovered = (member: BinaryModel): number =>
    X.filter((x) => oracle.binaryRecall(replace(x, 0, -at(x, 0)), X, member).state.every((value, i) => value === x[i])).length;
  expect(recovered({ model: "exponential" })).toBeGreaterThan(25);
  expect(recovered({ model: "hebbian" })).toBeLessThan(5);
});

it("exponential: energy null where the sum overflows, while the descent goes on", () => {
  const x = Array.from({ length: 1000 }, () => 1);
  expect(oracle.binaryEnergy(x, [x], { model: "exponential" })).toBeNull();
  expect(oracle.binaryEnergy(x.slice(0, 700), [x.slice(0, 700)], { model: "exponential" })).toBe(-Math.exp(700));
  expect(oracle.sweep(replace(x, 3, -1), [x], { model: "exponential" })).toEqual(x);
});
