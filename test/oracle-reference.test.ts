/** @file The oracle against the reference vectors of test/golden/models.json (an independent implementation in another language). */
import { describe, expect, it } from "vitest";
import { readGolden, type Update } from "./oracle/golden.ts";
import * as oracle from "./oracle/index.ts";
import { at, type Model, type Rows, type Separation, type Vector } from "./oracle/index.ts";

const golden = readGolden();
const { X, V, Q } = golden.inputs;

/** 1e-9 relative plus absolute: both sides are float64 with a few hundred operations, so they differ by far less unless a formula differs. */
const tolerance = (expected: number): number => 1e-9 * (1 + Math.abs(expected));

function close(actual: number | null, expected: number, what = ""): void {
  if (actual === null || !(Math.abs(actual - expected) <= tolerance(expected)))
    throw new Error(`${what}: got ${actual}, expected ${expected}`);
}

function closeVector(actual: Vector, expected: Vector, what = ""): void {
  expect(actual.length, what).toBe(expected.length);
  expected.forEach((value, i) => {
    close(at(actual, i), value, `${what}[${i}]`);
  });
}

function closeMatrix(actual: Rows, expected: Rows, what = ""): void {
  expect(actual.length, what).toBe(expected.length);
  expected.forEach((row, i) => {
    closeVector(at(actual, i), row, `${what}[${i}]`);
  });
}

const members: [name: string, member: Separation][] = [
  ["softmax", { separation: "softmax" }],
  ["softmax1", { separation: "softmax1" }],
  ["sparsemax", { separation: "sparsemax" }],
  ["entmax1.25", { separation: "entmax", alpha: 1.25 }],
  ["entmax1.5", { separation: "entmax", alpha: 1.5 }],
  ["entmax3", { separation: "entmax", alpha: 3 }],
  ["normmax2", { separation: "normmax", alpha: 2 }],
  ["normmax5", { separation: "normmax", alpha: 5 }],
  ["ksubset2", { separation: "k-subset", k: 2 }],
];

describe("separations", () => {
  const weightsOf = (name: string, entry: unknown): Vector => {
    if (typeof entry === "object" && entry !== null && "p" in entry) return entry.p as Vector;
    throw new Error(`no ${name}`);
  };

  it.each(members)("%s", (name, member) => {
    const cases = golden.separations.filter((reference) => name in reference);
    expect(cases.length).toBe(name === "ksubset2" ? 5 : 8);
    for (const reference of cases)
      closeVector(oracle.separate(reference.z, member), weightsOf(name, reference[name]), `${name} of ${reference.z}`);
  });

  it("entmax 1.5 and 2 by bisection", () => {
    for (const reference of golden.separations) {
      const z = reference.z.filter((value) => value !== -Infinity);
      const finite = (p: Vector): Vector => p.filter((_, i) => reference.z[i] !== -Infinity);
      closeVector(oracle.entmaxByBisection(z, 1.5), finite(weightsOf("1.5", reference["entmax1.5"])));
      closeVector(oracle.entmaxByBisection(z, 2), finite(weightsOf("2", reference.sparsemax)));
    }
  });

  it("top-2: mask and softmax on it", () => {
    const cases = golden.separations.filter((reference) => "top2" in reference);
    expect(cases.length).toBe(5);
    for (const { z, top2 } of cases) {
      const chosen = oracle.topKMask(z, 2);
      expect(chosen).toEqual((top2 as unknown as { mask: boolean[] }).mask);
      const masked = z.map((value, i) => (chosen[i] ? value : -Infinity));
      closeVector(oracle.softmax(masked), weightsOf("top2", top2));
    }
  });

  it("conjugates", () => {
    for (const reference of golden.separations) {
      const { z, lse, lse1 } = reference;
      close(oracle.conjugate(z, { separation: "softmax" }), lse, `lse ${z}`);
      close(oracle.conjugate(z, { separation: "softmax1" }), lse1, `lse1 ${z}`);
      close(oracle.conjugate(z, { separation: "sparsemax" }), Number(reference.sparsemax_conj), `sparsemax ${z}`);
      close(oracle.conjugate(z, { separation: "entmax", alpha: 1.5 }), Number(reference["entmax1.5_conj"]), `entmax ${z}`);
    }
  });
});

/** The member that an entry of `updates` names. */
function modelOf({ spec, beta }: Update): Model {
  const base = { similarity: "dot", beta } as const;
  switch (spec.kind) {
    case "mask":
      return { ...base, separation: "softmax", support: "mask", supportMask: spec.mask ?? [] };
    case "topk":
      return { ...base, separation: "softmax", support: "top-k", k: spec.k ?? 0 };
    case "ksubset":
      return { ...base, separation: "k-subset", k: spec.k ?? 0 };
    case "softmax":
    case "softmax1":
    case "sparsemax":
      return { ...base, separation: spec.kind };
    case "entmax":
    case "normmax":
      return { ...base, separation: spec.kind, alpha: spec.alpha ?? 0 };
  }
  throw new Error(spec.kind);
}

describe("updates", () => {
  const variants = [...new Set(golden.updates.map((update) => update.variant))];
  it.each(variants)("%s: logits, weights, values, five states and their energies", (variant) => {
    const cases = golden.updates.filter((update) => update.variant === variant);
    expect(cases.length).toBe(9);
    for (const update of cases) {
      const model = modelOf(update);
      const q = at(Q, update.query);
      const all: Model = { similarity: "dot", separation: "softmax", beta: update.beta };
      closeVector(oracle.logits(q, X, all), update.z, "z");
      closeVector(oracle.weights(q, X, model), update.p, "p");
      closeVector(oracle.recall(q, X, model, { values: V }).answer, update.y_values, "y");
      const { states } = oracle.recall(q, X, model, { steps: 5 });
      closeMatrix(states, update.state_traj, "states");
      update.energy_traj.forEach((value, t) => {
        close(oracle.energy(at(states, t), X, model), value, `energy ${t}`);
      });
    }
  });

  it("dense: energy with its constants and Jacobian", () => {
    const dense = golden.updates.filter((update) => update.variant === "dense");
    expect(dense.length).toBe(9);
    for (const { query, beta, energy_ramsauer = Number.NaN, jacobian_state = [] } of dense) {
      close(oracle.ramsauerEnergy(at(Q, query), X, beta), energy_ramsauer);
      expect(jacobian_state.length).toBe(4);
      closeMatrix(oracle.denseJacobian(at(Q, query), X, beta), jacobian_state);
    }
  });
});

it("feature maps", () => {
  const { Omega, cases } = golden.feature_maps;
  expect(cases.length).toBe(6);
  for (const { beta, query, linear, prf } of cases) {
    const q = at(Q, query);
    const linearP = oracle.linearWeights(q, X, beta);
    const randomP = oracle.randomFeatureWeights(q, X, beta, Omega);
    closeVector(oracle.linearFeatures(q, beta), linear.phi_q, "linear φ(q)");
    closeVector(linearP, linear.p, "linear p");
    closeVector(oracle.combine(linearP, V), linear.y, "linear y");
    closeVector(oracle.randomFeatures(q, beta, Omega), prf.phi_q, "random φ(q)");
    closeVector(
      X.map((x) => oracle.randomKernel(q, x, beta, Omega)),
      prf.a,
      "random kernel",
    );
    closeVector(
      X.map((x) => oracle.exponentialKernel(beta)(q, x)),
      prf.exact,
      "kernel",
    );
    closeVector(randomP, prf.p, "random p");
    closeVector(oracle.combine(randomP, V), prf.y, "random y");
  }
});

describe("distance and kernel", () => {
  const { W, cases, sep_loss_t2: loss } = golden.distance_and_kernel;

  it("l2, epanechnikov and kernel members", () => {
    expect(cases.length).toBe(6);
    for (const { beta, query, l2, lsr, kernel } of cases) {
      const q = at(Q, query);
      const gaussian: Model = { similarity: "l2", separation: "softmax", beta };
      const balls: Model = { similarity: "l2", separation: "epanechnikov", beta };
      const kernelised: Model = { similarity: "kernel", kernel: W, separation: "softmax", beta };
      closeVector(oracle.weights(q, X, gaussian), l2.p);
      closeVector(oracle.evaluate(q, X, gaussian), l2.y);
      close(oracle.energy(q, X, gaussian), l2.energy);
      closeVector(oracle.weights(q, X, balls), lsr.weights);
      closeVector(
        oracle.epanechnikovFromDistances(
          X.map((x) => oracle.distance(q, x) ** 2),
          beta,
        ),
        lsr.weights,
      );
      closeVector(oracle.evaluate(q, X, balls), lsr.y);
      if (lsr.energy_eps0 === Infinity) expect(oracle.energy(q, X, balls)).toBeNull();
      else close(oracle.energy(q, X, balls), lsr.energy_eps0);
      close(oracle.energy(q, X, balls, 1e-3), lsr.energy_eps1e_3);
      closeVector(oracle.weights(q, X, kernelised), kernel.p);
      closeVector(oracle.evaluate(q, X, kernelised), kernel.y);
      close(oracle.energy(q, X, kernelised), kernel.energy);
    }
  });

  it.each(["normalized", "raw"] as const)("separation loss and its gradient, %s", (form) => {
    const options = { t: 2, normalized: form === "normalized" };
    close(oracle.separationLoss(X, W, options), loss[form].loss);
    closeMatrix(oracle.separationLossGradient(X, W, options), loss[form].dW);
  });
});

describe("binary", () => {
  const { patterns, start, ...expected } = golden.binary;

  it("hebbian", () => {
    const { state } = oracle.binaryRecall(start, patterns, { model: "hebbian" });
    closeMatrix(oracle.hebbianMatrix(patterns), expected.hebb_W);
    expect(state).toEqual(expected.hebb_result);
    close(oracle.binaryEnergy(start, patterns, { model: "hebbian" }), expected.hebb_energy_start);
    close(oracle.binaryEnergy(state, patterns, { model: "hebbian" }), expected.hebb_energy_result);
  });

  it.each([
    [{ model: "polynomial", degree: 2 }, expected.dam_rectpoly2],
    [{ model: "polynomial", degree: 3 }, expected.dam_rectpoly3],
    [{ model: "polynomial", degree: 4 }, expected.dam_rectpoly4],
    [{ model: "exponential" }, expected.dam_exp],
  ] as const)("%j", (member, { result, energy_start, energy_result }) => {
    const { state } = oracle.binaryRecall(start, patterns, member);
    expect(state).toEqual(result);
    close(oracle.binaryEnergy(start, patterns, member), energy_start);
    close(oracle.binaryEnergy(state, patterns, member), energy_result);
  });
});

it("kernel regression", () => {
  const { X: patterns, beta, lam, q, y } = golden.kernel_regression;
  closeVector(oracle.kernelRegression(q, patterns, { similarity: "dot", beta, lambda: lam }), y);
});

describe("diagnostics", () => {
  const { separation_Delta, max_norm, capacity } = golden.diagnostics;

  it("separation and largest norm", () => {
    closeVector(oracle.separation(X), separation_Delta);
    close(oracle.largestNorm(X), max_norm);
  });

  it("capacity bound", () => {
    expect(capacity.length).toBe(3);
    for (const { beta, K, d, p, a, b, c, c_min, N } of capacity) {
      const bound = oracle.capacityBound(beta, K, d, p);
      closeVector([bound.a, bound.b, bound.c, bound.cMin, bound.count], [a, b, c, c_min, N]);
      expect(bound.holds).toBe(true);
    }
  });

  it("the two constants printed in arXiv 2008.02217, which truncates them to four decimals", () => {
    expect(Math.abs(oracle.capacityBound(1, 3, 20, 0.001).c - 3.1546)).toBeLessThan(1e-4);
    expect(Math.abs(oracle.capacityBound(1, 1, 75, 0.001).c - 1.3718)).toBeLessThan(1e-4);
  });
});
