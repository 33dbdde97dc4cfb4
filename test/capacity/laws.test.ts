/** Laws of every ensemble, by property tests; and the closed forms against their definitions (oracle.ts). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { annealedManifold } from "../../src/capacity/annealed.ts";
import {
  binaryEnsemble,
  clusterEnsemble,
  gaussianEnsemble,
  gaussianOverlap,
  scaledDotProduct,
  sphericalEnsemble,
} from "../../src/capacity/closed-forms.ts";
import { convertLambda } from "../../src/capacity/conventions.ts";
import { hiddenManifold } from "../../src/capacity/hidden-manifold.ts";
import { hysteresis } from "../../src/capacity/hysteresis.ts";
import { biasedBinary, discreteEnsemble, mixtureEnsemble, pottsEnsemble, sparseBinary } from "../../src/capacity/site-sums.ts";
import { alpha1, alphaMax, basin, lambdaSaturation, lambdaStar, participation, phi, sigma } from "../../src/capacity/thresholds.ts";
import type { Ensemble } from "../../src/capacity/types.ts";
import { alphaByGrid, binaryZetaFinite, expectation, freeEntropy, sphericalZeta } from "./oracle.ts";

const ensembles: Record<string, Ensemble> = {
  binary: binaryEnsemble(),
  "binary, flipped": binaryEnsemble({ flips: 0.1 }),
  "binary, noisy": binaryEnsemble({ noise: 0.4 }),
  spherical: sphericalEnsemble(),
  "spherical, noisy": sphericalEnsemble({ noise: 0.5 }),
  "spherical, at an angle": sphericalEnsemble({ signal: 0.8 }),
  gaussian: gaussianEnsemble(),
  "gaussian, noisy": gaussianEnsemble({ noise: 0.3 }),
  "gaussian overlap": gaussianOverlap({ mean: 0.2, variance: 2, signal: 1.5 }),
  clusters: clusterEnsemble({ centre: 0.5, spread: 1 }),
  "biased binary": biasedBinary(0.6),
  "sparse binary": sparseBinary(0.1),
  potts: pottsEnsemble(5),
  "potts, one-hot": pottsEnsemble(3, "one-hot"),
  "three values": discreteEnsemble(
    "ternary",
    [-1, 0, 2].map((value, i) => ({ value, probability: [0.3, 0.5, 0.2][i] ?? 0 })),
  ),
  mixture: mixtureEnsemble([
    { weight: 0.4, mean: -1, variance: 0.2 },
    { weight: 0.6, mean: 0.8, variance: 0.5 },
  ]),
  "scaled dot product": scaledDotProduct(),
  "linear manifold": hiddenManifold({ activation: "linear", ratio: 0.4 }),
  "linear manifold, spherical, noisy": hiddenManifold({ activation: "linear", ratio: 0.4, prior: "spherical", noise: 0.3 }),
  "relu manifold": hiddenManifold({ activation: "relu", ratio: 0.5, accuracy: "quick" }),
  "centred relu manifold, spherical": hiddenManifold({ activation: "centered-relu", ratio: 0.3, prior: "spherical", accuracy: "quick" }),
  "tanh manifold": hiddenManifold({ activation: "tanh", ratio: 0.7, accuracy: "quick" }),
  "sign manifold": hiddenManifold({ activation: "sign", ratio: 0.5, accuracy: "quick" }),
};
/** Where saddles exist for sure: up to lambda_s. */
const range = (ensemble: Ensemble): number => Math.min(4, lambdaSaturation(ensemble) ?? 4);

describe.each(Object.entries(ensembles))("%s", (name, ensemble) => {
  const top = range(ensemble);
  const runs = { numRuns: name.includes("manifold") && !name.includes("linear") ? 12 : 40, seed: 3 };
  const lambdas = fc.double({ min: 0.01, max: 1, noNaN: true }).map((x) => x * top);

  test("zeta is convex, vanishes at 0, and zeta' is its derivative", () => {
    fc.assert(
      fc.property(lambdas, lambdas, (a, b) => {
        const middle = ensemble.zeta((a + b) / 2);
        // Quick quadrature is good to 1e-8.
        expect(middle).toBeLessThanOrEqual((ensemble.zeta(a) + ensemble.zeta(b)) / 2 + 2e-8);
        // A central difference of step h errs by h^2 zeta''' / 6 and by rounding and quadrature over h.
        const h = 1e-3 * a;
        expect(Math.abs((ensemble.zeta(a + h) - ensemble.zeta(a - h)) / (2 * h) - ensemble.zetaPrime(a))).toBeLessThan(
          1e-6 * (1 + ensemble.zetaPrime(a)) + 1e-12 / h,
        );
      }),
      runs,
    );
    expect(Math.abs(ensemble.zeta(1e-6))).toBeLessThan(1e-5);
  });

  test("alpha_1 is the sup of its definition, nondecreasing, and constant from lambda_s on", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.02, max: 1.3, noNaN: true }), fc.double({ min: 0.02, max: 1.3, noNaN: true }), (x, y) => {
        const [a, b] = [Math.min(x, y) * top, Math.max(x, y) * top];
        expect(alpha1(ensemble, a)).toBeLessThanOrEqual(alpha1(ensemble, b) + 1e-9);
        expect(alpha1(ensemble, b)).toBeLessThanOrEqual(b * ensemble.signal + 1e-12);
        const most = alphaMax(ensemble);
        if (most !== null) expect(alpha1(ensemble, b)).toBeLessThanOrEqual(most + 1e-9);
      }),
      runs,
    );
    // A grid of n points misses the sup by at most (top / n)^2 zeta'' / 8.
    const n = name.includes("manifold") ? 40 : 2000;
    const found = alpha1(ensemble, top);
    const grid = alphaByGrid((l) => ensemble.zeta(l), ensemble.signal, top, n);
    expect(grid).toBeLessThanOrEqual(found + 1e-9);
    expect(found - grid).toBeLessThan(1e-8 + 4 * (top / n) ** 2);
  });

  test("Legendre: Sigma grows, lambda_* inverts it, phi is continuous there, and alpha_1 is where phi meets the signal", () => {
    fc.assert(
      fc.property(lambdas, lambdas, (a, b) => {
        const alpha = sigma(ensemble, a);
        expect(sigma(ensemble, Math.max(a, b))).toBeGreaterThanOrEqual(sigma(ensemble, Math.min(a, b)) - 1e-7);
        if (alpha < 1e-6) return;
        const star = lambdaStar(ensemble, alpha);
        expect(star).not.toBeNull();
        // Sigma is flat where zeta' saturates, so lambda_* is found through it only to its own accuracy.
        expect(Math.abs(sigma(ensemble, star ?? 1) - alpha)).toBeLessThan(1e-8);
        const s = star ?? 1;
        expect(Math.abs(phi(ensemble, alpha, s * (1 - 1e-7)) - phi(ensemble, alpha, s * (1 + 1e-7)))).toBeLessThan(1e-5 * (1 + s));
        expect(participation(ensemble, alpha, s * 0.9)).toBe(0);
        expect(participation(ensemble, alpha, s * 2)).toBeCloseTo(0.5, 12);
        const threshold = alpha1(ensemble, b);
        if (threshold > 1e-4) {
          // phi increases with alpha, by less than alpha above condensation.
          expect(phi(ensemble, threshold * (1 - 1e-3), b)).toBeLessThan(b * ensemble.signal + 1e-8);
          expect(phi(ensemble, threshold * (1 + 1e-3), b)).toBeGreaterThan(b * ensemble.signal - 1e-8);
        }
      }),
      runs,
    );
  });
});

describe("against the definitions", () => {
  test("binary: zeta of N = 1 ... 300 entries is log cosh, for every N", () => {
    for (const lambda of [0.1, 0.7, 2.5]) {
      for (const N of [1, 17, 300]) expect(ensembles.binary?.zeta(lambda)).toBeCloseTo(binaryZetaFinite(lambda, N), 11);
    }
  });
  test("spherical: the largest h u + log(1 - u^2) / 2", () => {
    for (const h of [0.01, 0.5, 1, 4, 40]) expect(ensembles.spherical?.zeta(h)).toBeCloseTo(sphericalZeta(h), 11);
  });
  test("noisy binary and mixtures: one-entry integrals by Simpson's rule", () => {
    const [noisy, mixture] = [ensembles["binary, noisy"] as Ensemble, ensembles.mixture as Ensemble];
    for (const lambda of [0.3, 1, 3]) {
      expect(noisy.zeta(lambda)).toBeCloseTo(
        expectation((h) => Math.log(Math.cosh(lambda * (1 + Math.sqrt(0.4) * h))), -1 / Math.sqrt(0.4), 2000),
        9,
      );
      const inner = (x: number): number =>
        Math.log(0.4 * Math.exp(-lambda * x + 0.1 * (lambda * x) ** 2) + 0.6 * Math.exp(0.8 * lambda * x + 0.25 * (lambda * x) ** 2));
      const direct =
        0.4 * expectation((h) => inner(-1 + Math.sqrt(0.2) * h), 0, 2000) +
        0.6 * expectation((h) => inner(0.8 + Math.sqrt(0.5) * h), 0, 2000);
      expect(mixture.zeta(lambda)).toBeCloseTo(direct, 9);
    }
  });
  test("a mixture of one is Gaussian, a simplex of two states is binary, no bias is binary", () => {
    const one = mixtureEnsemble([{ weight: 1, mean: 0, variance: 1 }]);
    for (const lambda of [0.2, 0.9]) {
      // E x^2 lambda^2 / 2 over the query is the Gaussian zeta: entries of the query are averaged.
      expect(one.zeta(lambda)).toBeCloseTo(gaussianEnsemble().zeta(lambda), 12);
      expect(pottsEnsemble(2).zeta(lambda)).toBeCloseTo(binaryEnsemble().zeta(lambda), 13);
      expect(biasedBinary(0).zeta(lambda)).toBeCloseTo(binaryEnsemble().zeta(lambda), 13);
    }
    expect(alphaMax(pottsEnsemble(5))).toBeCloseTo(Math.log(5), 12);
    expect(alphaMax(sparseBinary(0.1))).toBeCloseTo(-0.1 * Math.log(0.1), 12);
  });
  test.each([
    ["relu", (u: number) => Math.max(0, u), 0.3],
    ["tanh", Math.tanh, 1],
    ["sign", Math.sign, 1],
    ["centered-relu", (u: number) => Math.max(0, u) - 1 / Math.sqrt(2 * Math.PI), 0.6],
  ] as const)("%s: zeta is the free entropy at its saddle, where it is stationary", (activation, value, lambda) => {
    const saddle = hiddenManifold({ activation, ratio: 0.5 }).saddle(lambda);
    if (!saddle) throw new Error("no saddle");
    const at = (dm: number, dq: number, dr: number, pieces = 28): number =>
      freeEntropy(value, 0.5, lambda, { m: saddle.m + dm, q: saddle.q + dq, r: saddle.r + dr }, pieces);
    // Simpson with 140 pieces over 17 standard deviations in three nested integrals: step^4 / 180 is 1e-6, times fourth derivatives.
    expect(Math.abs(at(0, 0, 0, 70) - saddle.zeta)).toBeLessThan(5e-6);
    const h = 0.01;
    // Central differences: h^2 times a third derivative of order 1, and the rule's error over h.
    expect(Math.abs(at(h, 0, 0) - at(-h, 0, 0)) / (2 * h)).toBeLessThan(1e-3);
    expect(Math.abs(at(0, h, 0) - at(0, -h, 0)) / (2 * h)).toBeLessThan(1e-3);
    expect(Math.abs(at(0, 0, h) - at(0, 0, -h)) / (2 * h)).toBeLessThan(1e-3);
  });
});

describe("hidden manifolds", () => {
  const quick = { accuracy: "quick" } as const;
  test.each(["relu", "tanh", "sign", "linear"] as const)("%s: alpha_1 grows with the ratio, towards independent entries", (activation) => {
    const values = [0.1, 0.3, 1, 5, 200].map((ratio) => alpha1(hiddenManifold({ activation, ratio, ...quick }), 0.5));
    values.slice(1).forEach((value, i) => void expect(value).toBeGreaterThan(values[i] ?? 0));
    const limit = alpha1(hiddenManifold({ activation, ratio: Number.POSITIVE_INFINITY, ...quick }), 0.5);
    expect(limit).toBeGreaterThan(values[4] ?? 1);
    // Corrections are of order 1 / ratio.
    expect(limit - (values[4] ?? 0)).toBeLessThan(2 / 200);
  });
  test("a ratio of 1e6 is the integral over independent entries, to the 1 / ratio between them", () => {
    for (const activation of ["relu", "tanh", "sign"] as const) {
      const [far, limit] = [1e6, Number.POSITIVE_INFINITY].map((ratio) => hiddenManifold({ activation, ratio }).zeta(0.4));
      expect(Math.abs((far ?? 0) - (limit ?? 1))).toBeLessThan(1e-6);
    }
  });
  test("raw and normalised axes are a relabelling: lambda times E sigma^2, signals 1", () => {
    for (const activation of ["relu", "tanh"] as const) {
      const raw = hiddenManifold({ activation, ratio: 0.5, noise: 0, ...quick });
      const normalised = hiddenManifold({ activation, ratio: 0.5, axis: "normalised", ...quick });
      const rho = raw.signal;
      expect(normalised.signal).toBe(1);
      expect(alpha1(normalised, convertLambda(0.3, "raw", "normalised", { rho }))).toBeCloseTo(alpha1(raw, 0.3), 10);
      expect((lambdaSaturation(normalised) ?? 0) / (lambdaSaturation(raw) ?? 1)).toBeCloseTo(rho, 9);
    }
  });
  test("the annealed curve lies above the quenched one, strictly for every activation, and meets it at small lambda", () => {
    for (const activation of ["linear", "relu", "tanh", "sign"] as const) {
      const [quenched, annealed] = [
        hiddenManifold({ activation, ratio: 0.5, ...quick }),
        annealedManifold({ activation, ratio: 0.5, ...quick }),
      ];
      const top = range(quenched);
      const gaps = [0.05, 0.4, 1].map((part) => annealed.zeta(part * top) - quenched.zeta(part * top));
      // The gap starts at fourth order in lambda; quick quadrature is good to 1e-8.
      gaps.forEach((gap) => void expect(gap).toBeGreaterThan(-2e-8));
      expect(gaps[2]).toBeGreaterThan(1e-3);
      expect(alpha1(annealed, top)).toBeLessThan(alpha1(quenched, top));
    }
  });
  test("upward and downward continuation meet: no hysteresis up to twice lambda_s", () => {
    const found = hysteresis({ activation: "tanh", ratio: 0.5, ...quick }, [0.5, 1, 2, 2.6, 4]);
    expect(found.start).toBe("informed");
    // Both solve the same equations to 1e-10.
    expect(found.largestDifference).toBeLessThan(1e-8);
  });
  test("noisy queries: a user's linear sigma on the general path is the closed form", () => {
    const [general, exact] = [{ value: (u: number) => u }, "linear" as const].map((activation) =>
      hiddenManifold({ activation, ratio: 0.5, noise: 0.5, ...quick }),
    );
    for (const lambda of [0.05, 0.2, 0.28]) expect(Math.abs((general?.zeta(lambda) ?? 0) - (exact?.zeta(lambda) ?? 1))).toBeLessThan(1e-7);
  });
  test("signs with noise tau saturate at lambda = 1 / tau, where the query is the posterior's own (Nishimori)", () => {
    const ensemble = hiddenManifold({ activation: "sign", ratio: 0.5, noise: 0.8, ...quick });
    // The rule for the noise has 25 nodes, a step of 2/3: its error is exp(-2 pi d / step), with d = 1.4 the distance of the zeros of cosh.
    expect(Math.abs((lambdaSaturation(ensemble) ?? 0) - 1 / 0.8)).toBeLessThan(1e-4);
  });
  test("a user's relu, tanh and sign, and a table of relu, are the named ones", () => {
    const pairs = [
      ["relu", { value: (u: number) => Math.max(0, u), breakpoints: [0] }, 0.3],
      [
        "relu",
        {
          table: [
            [-1, 0],
            [0, 0],
            [2, 2],
          ],
        },
        0.3,
      ],
      ["tanh", { value: Math.tanh }, 1],
      ["sign", { value: Math.sign, breakpoints: [0] }, 1],
    ] as const;
    for (const [name, own, lambda] of pairs) {
      expect(
        Math.abs(
          hiddenManifold({ activation: own, ratio: 0.5 }).zeta(lambda) - hiddenManifold({ activation: name, ratio: 0.5 }).zeta(lambda),
        ),
      ).toBeLessThan(1e-9);
    }
  });
  test("a sigma that is not monotone is fine", () => {
    const ensemble = hiddenManifold({ activation: { value: (u) => Math.sin(2 * u) }, ratio: 0.5, ...quick });
    expect(alphaMax(ensemble)).toBeGreaterThan(0.1);
    expect(ensemble.saddle(1)?.residual).toBeLessThan(1e-10);
  });
});

describe("basins", () => {
  test("spherical: cos theta_c = sqrt(1 - e^{-2 alpha}) when condensed; binary: I(1 - 2 p_c) = alpha", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.02, max: 0.6, noNaN: true }), (alpha) => {
        expect(basin(sphericalEnsemble(), alpha, 50)).toBeCloseTo(Math.sqrt(1 - Math.exp(-2 * alpha)), 10);
        const e = basin(binaryEnsemble(), alpha, 400) ?? 1;
        expect(0.5 * ((1 + e) * Math.log(1 + e) + (1 - e) * Math.log(1 - e))).toBeCloseTo(alpha, 9);
      }),
      { seed: 5 },
    );
    expect(basin(gaussianEnsemble(), 2, 3)).toBeNull();
  });
  test("a query at the critical angle has alpha_1 = alpha", () => {
    const cosine = basin(sphericalEnsemble(), 0.4, 1.3) ?? 0;
    expect(alpha1(sphericalEnsemble({ norm: 1, signal: cosine }), 1.3)).toBeCloseTo(0.4, 10);
  });
});

test("conventions: every conversion and its way back; unit norm is N times normalised", () => {
  const names = ["raw", "normalised", "unit", "n-scaled", "root-n-scaled"] as const;
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.constantFrom(...names),
      fc.double({ min: 0.01, max: 50, noNaN: true }),
      (from, to, lambda) => {
        const settings = { rho: 0.4, n: 49 };
        expect(convertLambda(convertLambda(lambda, from, to, settings), to, from, settings) / lambda).toBeCloseTo(1, 12);
      },
    ),
  );
  expect(convertLambda(2, "normalised", "unit", { n: 100 })).toBe(200);
  expect(convertLambda(2, "raw", "n-scaled", { n: 100, rho: 0.5 })).toBe(200);
  expect(convertLambda(2, "raw", "root-n-scaled", { n: 100, rho: 0.5 })).toBe(20);
});
