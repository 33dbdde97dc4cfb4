/** The kernels against test/golden/models.json: every update, feature map, distance, kernel, regression and binary case, through the public surface. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createMemory, type MemoryOptions } from "../../src/index.ts";

type Numbers = number[];
const reference = JSON.parse(readFileSync(new URL("../golden/models.json", import.meta.url), "utf8"));
const { X, V, Q } = reference.inputs as { X: Numbers[]; V: Numbers[]; Q: Numbers[] };

/** f32 against f64: 2e-6 of the larger of 1 and the norm of the expected vector. */
function expectClose(actual: ArrayLike<number>, expected: Numbers, scale = 1): void {
  expect(actual.length).toBe(expected.length);
  const norm = Math.hypot(...expected);
  expected.forEach((x, i) => {
    expect(Math.abs((actual[i] as number) - x)).toBeLessThanOrEqual(2e-6 * scale * Math.max(1, norm));
  });
}

function optionsOf(spec: { kind: string; alpha?: number; k?: number; mask?: Numbers }): MemoryOptions {
  switch (spec.kind) {
    case "softmax":
      return { model: "dense" };
    case "topk":
      return { model: "top-k", k: spec.k as number };
    case "mask":
      return { model: "masked", supportMask: spec.mask as Numbers };
    case "ksubset":
      return { model: "k-subset", k: spec.k as number };
    case "entmax":
    case "normmax":
      return { model: spec.kind, alpha: spec.alpha as number };
    case "sparsemax":
    case "softmax1":
      return { model: spec.kind };
    default:
      throw new Error(spec.kind);
  }
}

describe("updates of the reference", () => {
  for (const update of reference.updates) {
    it(`${update.variant}, beta ${update.beta}, query ${update.query}`, () => {
      const options = { ...optionsOf(update.spec), beta: update.beta };
      const query = Q[update.query] as Numbers;
      const hetero = createMemory(X, { ...options, values: V });
      expectClose(hetero.recall(query).states.data, update.y_values);
      expectClose(hetero.weights(query).data, update.p);
      const auto = createMemory(X, { ...options, steps: update.state_traj.length - 1 });
      const { trace } = auto.recall(query, { trace: true });
      update.state_traj.forEach((state: Numbers, t: number) => {
        expectClose(trace?.states[t]?.data as Float32Array, state);
        const energy = trace?.energies[t]?.[0] as number;
        const expected = update.energy_traj[t] as number;
        // E has slope |q - y| <= 2 m around a state that is itself 2e-6 off.
        expect(Math.abs(energy - expected)).toBeLessThanOrEqual(2e-6 * Math.max(1, Math.abs(expected)) * 4);
      });
    });
  }
});

describe("feature maps of the reference", () => {
  for (const c of reference.feature_maps.cases) {
    it(`beta ${c.beta}, query ${c.query}`, () => {
      const query = Q[c.query] as Numbers;
      const linear = createMemory(X, { model: "linear", beta: c.beta, values: V });
      expectClose(linear.recall(query).states.data, c.linear.y);
      expectClose(linear.weights(query).data, c.linear.p);
      const features = createMemory(X, { model: "random-features", beta: c.beta, values: V, featureMatrix: reference.feature_maps.Omega });
      expectClose(features.recall(query).states.data, c.prf.y);
      expectClose(features.weights(query).data, c.prf.p);
    });
  }
});

describe("distances and kernels of the reference", () => {
  for (const c of reference.distance_and_kernel.cases) {
    it(`beta ${c.beta}, query ${c.query}`, () => {
      const query = Q[c.query] as Numbers;
      const l2 = createMemory(X, { beta: c.beta });
      expectClose(l2.recall(query).states.data, c.l2.y);
      expectClose(l2.weights(query).data, c.l2.p);
      expect(Math.abs((l2.energy(query)[0] as number) - c.l2.energy)).toBeLessThanOrEqual(2e-6 * Math.max(1, Math.abs(c.l2.energy)));
      const ball = createMemory(X, { model: "epanechnikov", beta: c.beta });
      expectClose(ball.recall(query).states.data, c.lsr.y);
      const ballEnergy = ball.energy(query)[0] ?? null;
      if (c.lsr.energy_eps0 === "Infinity") expect(ballEnergy).toBeNull();
      else
        expect(Math.abs((ballEnergy as number) - c.lsr.energy_eps0)).toBeLessThanOrEqual(2e-6 * Math.max(1, Math.abs(c.lsr.energy_eps0)));
      const kernel = createMemory(X, { model: "dense", similarity: "kernel", kernel: reference.distance_and_kernel.W, beta: c.beta });
      expectClose(kernel.recall(query).states.data, c.kernel.y);
      expectClose(kernel.weights(query).data, c.kernel.p);
      expect(Math.abs((kernel.energy(query)[0] as number) - c.kernel.energy)).toBeLessThanOrEqual(
        2e-6 * Math.max(1, Math.abs(c.kernel.energy)),
      );
    });
  }
});

describe("binary memories of the reference", () => {
  const { binary } = reference;
  const cases: [string, MemoryOptions, string, number, number][] = [
    ["hebbian", { model: "hebbian" }, "hebb_result", binary.hebb_energy_start, binary.hebb_energy_result],
    ["exponential", { model: "exponential" }, "exp", binary.dam_exp.energy_start, binary.dam_exp.energy_result],
    ...[2, 3, 4].map((degree): [string, MemoryOptions, string, number, number] => [
      `polynomial ${degree}`,
      { model: "polynomial", degree },
      `dam_rectpoly${degree}`,
      binary[`dam_rectpoly${degree}`].energy_start,
      binary[`dam_rectpoly${degree}`].energy_result,
    ]),
  ];
  for (const [name, options, key, before, after] of cases) {
    it(name, () => {
      const memory = createMemory(binary.patterns, options);
      const { states } = memory.recall(binary.start);
      const expected = key === "hebb_result" ? binary.hebb_result : key === "exp" ? binary.dam_exp.result : binary[key].result;
      expect(Array.from(states.data)).toEqual(expected);
      expect(memory.energy(binary.start)[0]).toBeCloseTo(before, 9);
      expect(Math.abs((memory.energy(states)[0] as number) - after)).toBeLessThanOrEqual(1e-12 * Math.abs(after));
    });
  }
});

it("kernel regression of the reference", () => {
  const k = reference.kernel_regression;
  const memory = createMemory(k.X, { model: "kernel-regression", beta: k.beta, lambda: k.lam });
  expectClose(memory.recall(k.q).states.data, k.y);
});
