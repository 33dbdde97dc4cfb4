/** Against reference numbers of an independent f64 implementation (test/golden/README.md). */
import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { gaussianAllPatterns, gaussianPairFinite } from "../../src/capacity/all-patterns.ts";
import { binaryEnsemble, gaussianEnsemble, sphericalEnsemble } from "../../src/capacity/closed-forms.ts";
import { hiddenManifold } from "../../src/capacity/hidden-manifold.ts";
import { perceptronInformation } from "../../src/capacity/perceptron.ts";
import { alpha1, alphaMax, basin, lambdaSaturation, lambdaStar, phi } from "../../src/capacity/thresholds.ts";
import type { Ensemble } from "../../src/capacity/types.ts";

type Row = [lambda: number, zeta: number | null, zetaPrime: number | null, alpha1: number, m: number, q: number, r: number];
interface Manifold {
  lambda_s: number | null;
  alpha_max: number | null;
  rho: number;
  "rows(lam,zeta,dzeta,alpha1,m,q,r)": Row[];
}
const golden = JSON.parse(readFileSync(new URL("../golden/capacity.json", import.meta.url), "utf8")) as {
  iid: Record<string, number[]>;
  phi: { kind: "binary" | "spherical" | "gaussian"; alpha: number; lam: number; phi: number; lam_star: number | null; cos_basin: number }[];
  hmm: Record<string, Record<string, Manifold>>;
  linear?: unknown;
  rs_unit_test_points_gauss: {
    sigma: string;
    alpha_D: number;
    lam: number;
    m: number;
    q: number;
    r: number;
    zeta: number;
    dzeta: number;
  }[];
  sign_lambda_inf_bayes_mutual_information: Record<string, number>;
};
const numbers = (name: string): number[] => golden.iid[name] ?? [];
const iid: Record<"binary" | "spherical" | "gaussian", Ensemble> = {
  binary: binaryEnsemble(),
  spherical: sphericalEnsemble(),
  gaussian: gaussianEnsemble(),
};

// Closed forms agree to rounding; the reference states 1e-12.
describe("independent entries", () => {
  test.each(["binary", "spherical", "gaussian"] as const)("%s: alpha_1 at 100 lambdas to 1e-12", (name) => {
    const worst = Math.max(...numbers("lambda").map((lambda, i) => Math.abs(alpha1(iid[name], lambda) - (numbers(name)[i] ?? Number.NaN))));
    expect(worst).toBeLessThan(1e-12);
  });
  test("both channels of the Gaussian alpha_c to 1e-12", () => {
    numbers("lambda").forEach((lambda, i) => {
      const found = gaussianAllPatterns(lambda);
      expect(Math.abs(found.both - (numbers("gaussian_alpha_c")[i] ?? Number.NaN))).toBeLessThan(1e-12);
      expect(Math.abs(found.norm - (numbers("gaussian_alpha_c_worst_norm_only")[i] ?? Number.NaN))).toBeLessThan(1e-12);
    });
    expect(gaussianAllPatterns(3).norm).toBeCloseTo(1 / (2 * Math.E), 12);
    expect(gaussianAllPatterns(3).pair).toBe(Math.LN2 / 4);
  });
  test("phi, lambda_*, basin at 105 points to 1e-11", () => {
    // The reference solves binary lambda_* by bracketing to about 1e-12.
    for (const { kind, alpha, lam, phi: expected, lam_star, cos_basin } of golden.phi) {
      expect(Math.abs(phi(iid[kind], alpha, lam) - expected)).toBeLessThan(1e-11);
      const star = lambdaStar(iid[kind], alpha);
      if (star !== null && lam_star !== null && Number.isFinite(lam_star)) expect(Math.abs(star / lam_star - 1)).toBeLessThan(1e-11);
      const found = basin(iid[kind], alpha, lam);
      if (found === null) expect(cos_basin).toBeGreaterThan(1);
      else expect(Math.abs(found - cos_basin)).toBeLessThan(1e-11);
    }
  });
  test("all Gaussian patterns at finite N: the union bound at N = 20, 50, 200, 1000, 10000", () => {
    // Printed to four or five digits by the source of these numbers.
    [
      [20, 0.2264],
      [50, 0.1988],
      [200, 0.1814],
      [1000, 0.1753],
      [10_000, 0.17355],
    ].forEach(([n, expected]) => {
      expect(Math.abs(gaussianPairFinite(n as number) - (expected as number))).toBeLessThan(6e-5);
    });
  });
});

/** zeta of the reference at ratio "inf" is taken at ratio 1e9, where ratio * S(m, q, r) has a rounding error of 1e9 * 1e-16. */
const rounding = (ratio: string): number => (ratio === "inf" ? 1e-7 : 0);
const tolerances: Record<string, number> = { relu: 1e-8, reluc: 1e-8, sign: 1e-8, tanh: 1e-7 };

describe.each(Object.keys(golden.hmm).filter((key) => key !== "linear"))("hidden manifold, %s", (key) => {
  const [short = "", priorName] = key.split("_");
  const activation = short === "reluc" ? "centered-relu" : (short as "relu" | "tanh" | "sign");
  const prior = priorName === "sph" ? "spherical" : "gaussian";
  it.each(Object.entries(golden.hmm[key] ?? {}))(
    "ratio %s: zeta, zeta', order parameters, alpha_1, lambda_s, alpha_max",
    (name, expected) => {
      const tolerance = (tolerances[short] as number) + rounding(name);
      const ensemble = hiddenManifold({ activation, prior, ratio: name === "inf" ? Number.POSITIVE_INFINITY : Number(name) });
      // A relative error in E sigma^2 would move every threshold.
      expect(Math.abs(ensemble.signal - expected.rho)).toBeLessThan(1e-12);
      const saturation = lambdaSaturation(ensemble);
      if (expected.lambda_s === null) expect(saturation).toBeNull();
      else {
        expect(Math.abs((saturation ?? Number.NaN) - expected.lambda_s)).toBeLessThan(10 * tolerance);
        expect(Math.abs((alphaMax(ensemble) ?? Number.NaN) - (expected.alpha_max ?? Number.NaN))).toBeLessThan(tolerance);
      }
      for (const [lambda, zeta, zetaPrime, threshold, m, q, r] of expected["rows(lam,zeta,dzeta,alpha1,m,q,r)"]) {
        expect(Math.abs(alpha1(ensemble, lambda) - threshold)).toBeLessThan(tolerance);
        if (zeta === null || zetaPrime === null) continue;
        const saddle = ensemble.saddle(lambda);
        expect(saddle).not.toBeNull();
        expect(Math.abs((saddle?.zeta ?? Number.NaN) - zeta)).toBeLessThan(tolerance);
        expect(Math.abs((saddle?.zetaPrime ?? Number.NaN) - zetaPrime)).toBeLessThan(tolerance);
        for (const [found, wanted] of [
          [saddle?.m, m],
          [saddle?.q, q],
          [saddle?.r, r],
        ] as const) {
          // zeta is stationary in the order parameters, so theirs are the larger errors.
          expect(Math.abs((found ?? Number.NaN) - wanted)).toBeLessThan(10 * tolerance);
        }
        expect(saddle?.residual).toBeLessThan(1e-10);
        // Replica symmetry is locally stable at every point up to lambda_s.
        expect(saddle?.replicon).toBeGreaterThan(0.5);
      }
    },
  );
});

describe("linear hidden manifold", () => {
  test("Gaussian and spherical prior, to 1e-12", () => {
    const linear = golden.hmm.linear as unknown as Record<
      string,
      Record<"gauss" | "sph", { lambda_s: number; alpha_max: number; alpha1: [number, number][] }>
    >;
    for (const [ratio, priors] of Object.entries(linear)) {
      for (const prior of ["gauss", "sph"] as const) {
        const ensemble = hiddenManifold({
          activation: "linear",
          ratio: Number(ratio),
          prior: prior === "gauss" ? "gaussian" : "spherical",
        });
        const { lambda_s, alpha_max, alpha1: rows } = priors[prior];
        // The reference finds lambda_s = 1 by bracketing where it is exact here.
        expect(Math.abs((lambdaSaturation(ensemble) ?? Number.NaN) - lambda_s)).toBeLessThan(1e-9);
        expect(Math.abs((alphaMax(ensemble) ?? Number.NaN) - alpha_max)).toBeLessThan(1e-12);
        for (const [lambda, expected] of rows) expect(Math.abs(alpha1(ensemble, lambda) - expected)).toBeLessThan(1e-12);
      }
    }
  });
});

test("unit points of the replica-symmetric solution", () => {
  for (const { sigma, alpha_D, lam, m, q, r, zeta, dzeta } of golden.rs_unit_test_points_gauss) {
    const activation = sigma === "reluc" ? "centered-relu" : (sigma as "relu" | "tanh" | "sign");
    const saddle = hiddenManifold({ activation, ratio: alpha_D }).saddle(lam);
    for (const [found, wanted] of [
      [saddle?.m, m],
      [saddle?.q, q],
      [saddle?.r, r],
      [saddle?.zeta, zeta],
      [saddle?.zetaPrime, dzeta],
    ] as const) {
      expect(Math.abs((found ?? Number.NaN) - wanted)).toBeLessThan(1e-7);
    }
  }
});

test("sign at infinite lambda: the one-parameter formula, to 1e-6, and the saddle at lambda = 30 beside it", () => {
  for (const [ratio, expected] of Object.entries(golden.sign_lambda_inf_bayes_mutual_information)) {
    const information = perceptronInformation(Number(ratio));
    // Six printed digits.
    expect(Math.abs(information - expected)).toBeLessThan(1e-6);
    const saddle = hiddenManifold({ activation: "sign", ratio: Number(ratio) });
    expect(Math.abs(alpha1(saddle, 30) - information)).toBeLessThan(1e-6);
    expect(alphaMax(saddle)).toBe(information);
  }
});
