/**
 * Memories against the definition-level f64 oracle, on random problems small enough to be weighed exactly and large enough to be streamed. Answers agree to
 * 2e-6 max(1, norm): exact rows lose only the last rounding (6e-8); streamed ones at these sizes (|z| <= 60) a few 1e-7 of the pattern norm.
 */
import { describe, expect, it } from "vitest";
import { createMemory } from "../../src/index.ts";
import { diagnose, energy, evaluate, type Model, weights } from "../oracle/index.ts";
import { gaussianRows, type Member, noisyQueries, operatorMembers, stream } from "./problems.ts";

interface Size {
  readonly patterns: number;
  readonly dimension: number;
  readonly values: number;
  readonly queries: number;
}

const small: Size[] = [
  { patterns: 1, dimension: 3, values: 2, queries: 2 },
  { patterns: 2, dimension: 1, values: 1, queries: 5 },
  { patterns: 17, dimension: 5, values: 9, queries: 3 },
  { patterns: 70, dimension: 12, values: 4, queries: 9 },
];
/** patterns * dimension >= 2^15. */
const streamed: Size[] = [
  { patterns: 700, dimension: 50, values: 7, queries: 1 },
  { patterns: 641, dimension: 53, values: 16, queries: 3 },
  { patterns: 1030, dimension: 33, values: 21, queries: 4 },
  { patterns: 512, dimension: 64, values: 64, queries: 66 },
];

function closeTo(actual: ArrayLike<number>, expected: readonly number[], what: string): void {
  const bound = 2e-6 * Math.max(1, Math.hypot(...expected));
  expected.forEach((x, i) => {
    if (!(Math.abs((actual[i] as number) - x) <= bound))
      throw new Error(`${what}: entry ${i} is ${actual[i]}, expected ${x} within ${bound}`);
  });
}

function check(member: Member, size: Size, seed: number, beta: number): void {
  const random = stream(seed);
  const scale = 1 / Math.sqrt(size.dimension);
  const X = gaussianRows(random, size.patterns, size.dimension, scale);
  const V = gaussianRows(random, size.patterns, size.values);
  const Q = noisyQueries(random, X, size.queries, 0.3 * scale);
  const model: Model = { ...member.model, beta };
  const auto = createMemory(X, { ...member.options, beta });
  const hetero = createMemory(X, { ...member.options, beta, values: V });
  const { states, results } = auto.recall(Q, { energy: true });
  const read = hetero.recall(Q);
  const matrix = auto.weights(Q);
  Q.forEach((q, b) => {
    // The oracle is slow on purpose: of large batches the first, the last and every sixteenth query are compared.
    if (size.queries > 10 && b % 16 !== 0 && b !== size.queries - 1) return;
    const where = `${member.name}, M ${size.patterns}, beta ${beta}, query ${b}`;
    const expected = evaluate(q, X, model);
    closeTo(states.data.subarray(b * size.dimension, (b + 1) * size.dimension), expected, `${where}, state`);
    closeTo(read.states.data.subarray(b * size.values, (b + 1) * size.values), evaluate(q, X, model, { values: V }), `${where}, values`);
    closeTo(matrix.data.subarray(b * size.patterns, (b + 1) * size.patterns), weights(q, X, model), `${where}, weights`);
    const result = results[b];
    if (!result) throw new Error(where);
    const told = diagnose(q, X, model);
    expect(result.top, where).toBe(told.top);
    expect(Math.abs(result.weight - told.weight), where).toBeLessThanOrEqual(2e-6);
    // The rounded participation ratio may fall to either side of a half.
    expect(Math.abs(result.support - told.support), where).toBeLessThanOrEqual(
      member.model.separation === "softmax" || member.model.separation === "softmax1" ? 1 : 0,
    );
    expect(result.label, where).toBe(told.label);
    const stateEnergy = energy(expected, X, model);
    if (stateEnergy === null || !Number.isFinite(stateEnergy)) expect(result.energy).toBeNull();
    else expect(Math.abs((result.energy as number) - stateEnergy), where).toBeLessThanOrEqual(8e-6 * Math.max(1, Math.abs(stateEnergy)));
    if (told.bound !== null) {
      const distance = Math.hypot(...(X[result.top] as number[]).map((x, k) => x - (states.data[b * size.dimension + k] as number)));
      expect(distance, where).toBeLessThanOrEqual(result.bound as number);
    } else expect(result.bound).toBeNull();
  });
}

describe("operator members against the oracle", () => {
  for (const member of operatorMembers) {
    it(`${member.name}, weighed exactly`, () => {
      small.forEach((size, i) => {
        for (const beta of [0.25, 2, 30]) check(member, size, 100 + i, beta);
      });
    });
    it(`${member.name}, streamed sizes`, () => {
      streamed.forEach((size, i) => {
        check(member, size, 200 + i, i % 2 ? 1 : 40);
      });
    });
  }
});
