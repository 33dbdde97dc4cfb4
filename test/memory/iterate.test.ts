/** Iteration: fixed steps, convergence, traces, energies along the way. */
import { describe, expect, it } from "vitest";
import { createMemory } from "../../src/index.ts";
import { kernelRegression, type Model, iterate as oracleIterate, recall } from "../oracle/index.ts";
import { gaussianRows, noisyQueries, operatorMembers, stream } from "./problems.ts";

const random = stream(11);
const X = gaussianRows(random, 24, 6, 0.7);
const V = gaussianRows(random, 24, 3);
const Q = noisyQueries(random, X, 7, 0.5);

function expectRow(actual: Float32Array, row: number, expected: readonly number[], tolerance: number): void {
  const bound = tolerance * Math.max(1, Math.hypot(...expected));
  expected.forEach((x, k) => {
    expect(Math.abs((actual[row * expected.length + k] as number) - x)).toBeLessThanOrEqual(bound);
  });
}

describe("steps", () => {
  for (const member of operatorMembers.filter(({ name }) => !name.includes("top-k 2"))) {
    it(`${member.name}: n steps, then values`, () => {
      const model: Model = { ...member.model, beta: 1.5 };
      for (const steps of [1, 2, 5]) {
        const { states, results } = createMemory(X, { ...member.options, beta: 1.5, values: V, steps }).recall(Q);
        Q.forEach((q, b) => {
          // Rounding of a state to f32 is passed on by at most the Lipschitz constant beta D^2 / 4 of a step; here below 10 over four steps.
          expectRow(states.data, b, recall(q, X, model, { values: V, steps }).answer, 2e-5);
          expect(results[b]?.steps).toBe(steps);
          expect(results[b]?.converged).toBeNull();
        });
      }
    });
    it(`${member.name}: to convergence`, () => {
      const model: Model = { ...member.model, beta: 4 };
      const { states, results } = createMemory(X, { ...member.options, beta: 4, steps: "converge", maxSteps: 500 }).recall(Q);
      Q.forEach((q, b) => {
        const expected = recall(q, X, model, { steps: "converge", maxSteps: 500 });
        expect(results[b]?.converged).toBe(expected.converged);
        // Both stop once a step is below 1e-6; near a slow fixed point they may stop a few steps apart.
        if (expected.converged) expectRow(states.data, b, expected.answer, 1e-4);
        expect(Math.abs((results[b]?.steps as number) - expected.steps)).toBeLessThanOrEqual(Math.max(2, 0.3 * expected.steps));
      });
    });
  }
});

it("stops at maxSteps and says so", () => {
  const memory = createMemory(X, { model: "dense", beta: 0.9, steps: "converge", maxSteps: 3, tolerance: 0 });
  for (const result of memory.recall(Q).results) {
    expect(result.steps).toBe(3);
    expect(result.converged).toBe(false);
  }
});

it("tolerance 0 still ends: a state that repeats or alternates within 4 ulp is at rest", () => {
  for (const beta of [0.1, 1, 5, 50]) {
    for (const result of createMemory(X, { model: "dense", beta, steps: "converge", tolerance: 0, maxSteps: 100_000 }).recall(Q).results)
      expect(result.converged).toBe(true);
  }
});

it("a query's answer does not depend on when the others settle", () => {
  const memory = createMemory(X, { beta: 3, steps: "converge" });
  const together = memory.recall(Q);
  Q.forEach((q, b) => {
    const alone = memory.recall(q);
    expect(alone.results[0]?.steps).toBe(together.results[b]?.steps);
    expectRow(alone.states.data, 0, Array.from(together.states.data.subarray(b * 6, b * 6 + 6)), 1e-6);
  });
});

it("the step out of a partial cue is never taken for a fixed point", () => {
  // The missing entries of this cue hold 0, and so does the pattern: one step changes nothing, yet only the second step shows that.
  const memory = createMemory(
    [
      [1, 0],
      [-1, 5],
    ],
    { beta: 50, steps: "converge" },
  );
  expect(memory.recall([1, Number.NaN], { missing: "nan" }).results[0]?.steps).toBe(2);
});

describe("energy along the path", () => {
  const members = operatorMembers.filter(
    ({ model }) => !model.similarity.includes("cosine") && !(model.similarity === "l2" && model.separation === "softmax1"),
  );
  for (const member of members) {
    it(`${member.name}: E(q) - E(f(q)) >= 1/2 |q - f(q)|^2`, () => {
      for (const beta of [0.5, 3, 20]) {
        const { trace } = createMemory(X, { ...member.options, beta, steps: 6 }).recall(Q, { trace: true });
        if (!trace) throw new Error("no trace");
        for (let t = 0; t + 1 < trace.states.length; t++) {
          Q.forEach((_, b) => {
            const before = trace.energies[t]?.[b] as number;
            const after = trace.energies[t + 1]?.[b] as number;
            let moved = 0;
            for (let k = 0; k < 6; k++)
              moved += ((trace.states[t]?.data[b * 6 + k] as number) - (trace.states[t + 1]?.data[b * 6 + k] as number)) ** 2;
            // f(q) is rounded to f32: E changes by |grad E| * 6e-8 |f| there, and the moved length by as much.
            expect(before - after).toBeGreaterThanOrEqual(0.5 * moved - 3e-6 * (1 + Math.abs(before)));
          });
        }
      }
    });
  }
});

it("trace: n + 1 states, the cue first, the answer last; with values n of them", () => {
  const auto = createMemory(X, { beta: 2, steps: 3 }).recall(Q, { trace: true, energy: true });
  expect(auto.trace?.states.length).toBe(4);
  expect(Array.from(auto.trace?.states[0]?.data ?? [])).toEqual(Q.flat());
  expect(auto.trace?.states[3]?.data).toEqual(auto.states.data);
  auto.results.forEach((result, b) => {
    expect(result.energy).toBe(auto.trace?.energies[3]?.[b]);
  });
  const hetero = createMemory(X, { beta: 2, steps: 3, values: V }).recall(Q, { trace: true, energy: true });
  expect(hetero.trace?.states.length).toBe(3);
  expect(hetero.states.columns).toBe(3);
  // The energy is that of the last state in the pattern space, before the values are read.
  expect(hetero.results[0]?.energy).toBe(hetero.trace?.energies[2]?.[0]);
});

it("energy is null for models without one", () => {
  const none: Parameters<typeof createMemory>[1][] = [
    { model: "linear", beta: 1 },
    { model: "random-features", beta: 1, features: 16 },
    { model: "kernel-regression", beta: 1 },
    { model: "dense", similarity: "cosine", beta: 1 },
    { model: "dense", similarity: "centered-cosine", beta: 1 },
    { model: "dense", post: "l2norm", beta: 1 },
    { model: "softmax1", similarity: "l2", beta: 1 },
    { model: "k-subset", similarity: "l2", beta: 1 },
    { model: "epanechnikov", beta: 1e6 },
  ];
  for (const options of none) expect(createMemory(X, options).energy(Q[0] as number[])).toEqual([null]);
});

it("kernel regression iterates like its definition", () => {
  const member = { similarity: "l2" as const, beta: 2, lambda: 0.3 };
  const { states } = createMemory(X, { model: "kernel-regression", ...member, steps: 3 }).recall(Q);
  Q.forEach((q, b) => {
    const expected = oracleIterate((state) => kernelRegression(state, X, member), q, { steps: 3 }).answer;
    expectRow(states.data, b, expected, 2e-5);
  });
});

it("onProgress: the batch in parts, told about each, the same answers", () => {
  const big = gaussianRows(stream(12), 150, 6, 0.7);
  const options = { model: "window", window: 3, beta: 2, steps: "converge" } as const;
  const positions = big.map((_, b) => (b * 7) % 24);
  const whole = createMemory(X, options).recall(big, { positions, trace: true });
  const seen: number[] = [];
  const parts = createMemory(X, options).recall(big, { positions, trace: true, onProgress: (done, total) => seen.push(done / total) });
  expect(seen.length).toBeGreaterThan(1);
  expect(seen.at(-1)).toBe(1);
  expect(parts.results).toEqual(whole.results);
  expect(parts.states).toEqual(whole.states);
  expect(parts.trace).toEqual(whole.trace);
});
