/** What published implementations get wrong, one test each: here the models compute what their names say. */
import { expect, it } from "vitest";
import { createMemory } from "../../src/index.ts";
import { gaussianRows, noisyQueries, stream } from "./problems.ts";

const random = stream(31);
const X = gaussianRows(random, 100, 64, 0.2);
const [q] = noisyQueries(random, X, 1, 0.1) as [number[]];

it("top-k: no weight outside the k, at any beta", () => {
  for (const beta of [0.1, 1, 8, 25]) {
    const weights = createMemory(X, { model: "top-k", k: 20, beta }).weights(q).data;
    expect(weights.filter((p) => p > 0).length).toBe(20);
    expect(weights.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
  }
});

it("random mask: a masked pattern has weight 0, and the kept ones the softmax at the beta given", () => {
  for (const beta of [0.1, 1, 8]) {
    const weights = createMemory(X, { model: "random-masked", keep: 0.5, beta, seed: 3 }).weights(q).data;
    const kept = Array.from(weights.keys()).filter((i) => (weights[i] as number) > 0);
    expect(kept.length).toBeGreaterThan(25);
    expect(kept.length).toBeLessThan(75);
    const scores = kept.map((i) => Math.exp(beta * (X[i] as number[]).reduce((sum, x, k) => sum + x * (q[k] as number), 0)));
    const total = scores.reduce((a, b) => a + b, 0);
    kept.forEach((i, j) => {
      expect(weights[i]).toBeCloseTo((scores[j] as number) / total, 6);
    });
  }
});

it("random mask: the same at every step and at every call, not redrawn", () => {
  const memory = createMemory(X, { model: "random-masked", keep: 0.3, beta: 1, seed: 3 });
  const first = Array.from(memory.weights(q).data, (p) => p > 0);
  expect(Array.from(memory.weights(X[5] as number[]).data, (p) => p > 0)).toEqual(first);
});

it("sparsemax and entmax are sparse, not dense", () => {
  for (const model of ["sparsemax", "entmax"] as const) {
    const weights = createMemory(X, { model, beta: 10 }).weights(q).data;
    expect(weights.filter((p) => p === 0).length).toBeGreaterThan(50);
  }
});

it("beta multiplies the logits, not the output", () => {
  for (const beta of [0.5, 2, 7]) {
    const weights = createMemory(X, { model: "dense", beta }).weights(q).data;
    expect(weights.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
  }
});

it("scores keep their size: non-negative images are not averaged", () => {
  const images = gaussianRows(random, 10, 30).map((row) => row.map(Math.abs));
  const weights = createMemory(images, { model: "dense", beta: 1 }).weights(images[2] as number[]).data;
  expect(Math.max(...weights)).toBeGreaterThan(0.5);
});

it("the energy is the Lyapunov function for beta other than 1: its gradient is q - y", () => {
  const beta = 3;
  const memory = createMemory(X, { model: "dense", beta });
  const y = memory.recall(q).states.data;
  const h = 2 ** -6;
  for (const k of [0, 17, 63]) {
    const shifted = (sign: number): number[] => q.map((x, j) => (j === k ? x + sign * h : x));
    const slope = ((memory.energy(shifted(1))[0] as number) - (memory.energy(shifted(-1))[0] as number)) / (2 * h);
    // Central difference: error h^2/6 times a third derivative of order beta^2 m^3.
    expect(slope).toBeCloseTo((q[k] as number) - (y[k] as number), 3);
  }
});

it("a mask that leaves one pattern gives that pattern, and none is refused, never NaN", () => {
  const mask = new Array(100).fill(0);
  mask[7] = 1;
  const { states } = createMemory(X, { model: "masked", supportMask: mask, beta: 1 }).recall(q);
  expect(Array.from(states.data)).toEqual(X[7]);
  expect(() => createMemory(X, { model: "masked", supportMask: new Array(100).fill(0) })).toThrow(/hides every pattern/);
});

it("linear uses a positive feature map: it cannot divide by 0", () => {
  const { states } = createMemory(
    [
      [-1, -1],
      [-2, -2],
    ],
    { model: "linear", beta: 1 },
  ).recall([-5, -5]);
  for (const y of states.data) expect(Number.isFinite(y)).toBe(true);
});

it("random features use the positive exponential map and beta", () => {
  const softmax = createMemory(X, { model: "dense", beta: 0.5 }).weights(q).data;
  const features = createMemory(X, { model: "random-features", beta: 0.5, features: 4096 }).weights(q).data;
  const error = features.reduce((sum, p, i) => sum + Math.abs(p - (softmax[i] as number)), 0);
  expect(error).toBeLessThan(0.05);
});
