/** Measured on the manifold: streamed updates against stored patterns, the plane, the Hessian, twins and mixtures. */
import { describe, expect, test } from "vitest";
import { drawPatterns } from "../../src/capacity/diffusion-draw.ts";
import { memoryEnergy } from "../../src/capacity/diffusion-energy.ts";
import { patternSet, withNorms } from "../../src/capacity/diffusion-set.ts";
import { hessianSpectrum } from "../../src/capacity/manifold-hessian.ts";
import { limitHessianSpectrum, manifoldLimit } from "../../src/capacity/manifold-limit.ts";
import { mixtureEnds } from "../../src/capacity/manifold-mixtures.ts";
import { drawManifold, fillManifoldPatterns } from "../../src/capacity/manifold-patterns.ts";
import { manifoldPlane, type PlaneSettings } from "../../src/capacity/manifold-plane.ts";
import { streamUpdates } from "../../src/capacity/manifold-stream.ts";
import { twinMemories } from "../../src/capacity/manifold-twins.ts";

test("streamed updates are those of stored patterns, at every number of patterns and lambda", () => {
  const manifold = drawManifold(10, 0.6, "tanh", 4, 2);
  const rows = 3000;
  const data = new Float64Array(rows * 10);
  fillManifoldPatterns(data.subarray(10), manifold, 4, 2, 0);
  const source = data.subarray(0, 10);
  fillManifoldPatterns(source, manifold, 4, 77, 0);
  const query = source.map((value, k) => value + 0.3 * Math.sin(k));
  for (const bias of ["none", "norm"] as const) {
    const counts = [1, 40, rows];
    const found = streamUpdates(manifold, { query, source }, { lambdas: [0.2, 3], counts, bias, seed: 4, instance: 2 });
    counts.forEach((count, c) => {
      const set = withNorms(data.slice(0, count * 10), count, 10);
      [0.2, 3].forEach((lambda, l) => {
        const { image, weights, participation } = memoryEnergy(set, query, lambda, bias);
        const update = found[c]?.[l];
        // Sums of up to 3 000 weights in another order.
        expect(Math.max(...image.map((value, k) => Math.abs(value - (update?.image[k] ?? Number.NaN))))).toBeLessThan(1e-12);
        expect(Math.abs((update?.sourceWeight ?? 0) - (weights[0] ?? 1))).toBeLessThan(1e-12);
        expect(Math.abs((update?.participation ?? 0) - participation)).toBeLessThan(1e-12);
      });
    });
  }
});

test("patterns: any part of the stream again, and a function as activation", () => {
  const manifold = drawManifold(6, 0.5, (u) => u * u, 2);
  const [whole, part] = [new Float64Array(60), new Float64Array(12)];
  fillManifoldPatterns(whole, manifold, 2, 1, 0);
  fillManifoldPatterns(part, manifold, 2, 1, 5);
  expect(part).toEqual(whole.slice(30, 42));
  expect(Math.min(...whole)).toBeGreaterThanOrEqual(0);
  const broken = drawManifold(6, 0.5, (u) => Math.log(u), 2);
  expect(() => fillManifoldPatterns(whole, broken, 2, 1, 0)).toThrow(expect.objectContaining({ code: "E_NONFINITE" }));
});

describe("the plane", () => {
  const base: PlaneSettings = {
    n: 30,
    ratio: 0.5,
    alphas: [0.08, 0.3],
    lambdas: [0.05, 0.3, 3],
    noise: 0,
    bias: "none",
    instances: 12,
    seed: 1,
  };

  test("memory, generalisation and neither where theory has them, far from the borders", () => {
    const points = manifoldPlane(base);
    const at = (alpha: number, lambda: number) => points.find((p) => p.alpha === alpha && p.lambda === lambda);
    expect(at(0.08, 0.3)).toMatchObject({ regime: "memory", regimeMeasured: "memory", stable: false });
    expect(at(0.3, 0.05)).toMatchObject({ regime: "generalisation", regimeMeasured: "generalisation", stable: true });
    expect(at(0.3, 3)).toMatchObject({ regime: "neither", regimeMeasured: "neither" });
    for (const { offManifold, relativeError, sigma, lambda } of points) {
      // Sums of patterns on the manifold; the eigenvectors of C are good to 1e-14.
      expect(offManifold).toBeLessThan(1e-12);
      expect(relativeError.low <= relativeError.median && relativeError.median <= relativeError.high).toBe(true);
      // Mean over 12 draws of lambda^2 x^T C x / 2N around 3 lambda^2 / 2: each has a deviation of about 30 %.
      expect(Math.abs(sigma / (1.5 * lambda * lambda) - 1)).toBeLessThan(0.35);
    }
  });

  test("the error falls with alpha where alpha is above Sigma, and hardly where it is below", () => {
    const points = manifoldPlane({ ...base, alphas: [0.15, 0.34], lambdas: [0.1, 2], instances: 8 });
    const [early, late] = [points[0], points[2]].map((p) => p?.relativeError.median ?? Number.NaN) as [number, number];
    // e^{-N (alpha - 2 Sigma) / 2}: a factor e^{-30 * .19 / 2} = .06.
    expect(late / early).toBeLessThan(0.2);
    const [stuck, still] = [points[1], points[3]].map((p) => p?.relativeError.median ?? Number.NaN) as [number, number];
    expect(still / stuck).toBeGreaterThan(0.7);
  });

  test("bias and noise 1 / lambda: the border between memory and generalisation is the collapse", () => {
    // alpha_C(1) = .247 at ratio 1/2.
    const points = manifoldPlane({ ...base, n: 24, bias: "norm", noise: 1, lambdas: [1], alphas: [0.1, 0.4] });
    expect(points.map((p) => p.regime)).toEqual(["memory", "generalisation"]);
    expect(points.map((p) => p.regimeMeasured)).toEqual(["memory", "generalisation"]);
  });

  test("the same for the same seed; refusals", () => {
    const small = { ...base, instances: 3, alphas: [0.1] };
    expect(manifoldPlane(small)).toEqual(manifoldPlane(small));
    expect(manifoldPlane(small)).not.toEqual(manifoldPlane({ ...small, seed: 2 }));
    expect(() => manifoldPlane({ ...base, alphas: [0.8] })).toThrow(expect.objectContaining({ code: "E_LIMIT" }));
    expect(() => manifoldPlane({ ...base, lambdas: [0] })).toThrow(expect.objectContaining({ code: "E_RANGE" }));
  });
});

describe("the Hessian", () => {
  test("two patterns by hand; finite differences of the gradient", () => {
    const { set } = patternSet([
      [1, 0],
      [-1, 0],
    ]);
    // Weights 1/2 at the origin: covariance diag(1, 0).
    expect(Array.from(hessianSpectrum(set, [0, 0], 0.75, "none"))).toEqual([0.25, 1]);
    const more = drawPatterns({ kind: "spherical" }, 5, 0.6, 1);
    const x = [0.2, -0.4, 0.9, 0.1, -0.3];
    const h = 1e-5;
    const trace = x.reduce((sum, _, k) => {
      const at = (shift: number): number =>
        memoryEnergy(
          more,
          x.map((v, i) => (i === k ? v + shift : v)),
          0.8,
          "none",
        ).gradient[k] ?? Number.NaN;
      return sum + (at(h) - at(-h)) / (2 * h);
    }, 0);
    const spectrum = hessianSpectrum(more, x, 0.8, "none");
    expect(Math.abs(spectrum.reduce((a, b) => a + b, 0) - trace)).toBeLessThan(1e-8);
  });

  test("n - D eigenvalues are 1; with many patterns the others are near those of the limit", () => {
    const ensemble = { kind: "hidden-manifold", activation: "linear", latentRatio: 0.5 } as const;
    const set = drawPatterns(ensemble, 24, 0.4, 6);
    const limit = manifoldLimit(drawManifold(24, 0.5, "linear", 6));
    for (const bias of ["none", "norm"] as const) {
      const found = hessianSpectrum(set, new Float64Array(24), 0.1, bias);
      const wanted = limitHessianSpectrum(limit, 0.1, bias);
      expect(found.filter((value) => Math.abs(value - 1) < 1e-12).length).toBe(12);
      // Covariance of 14 765 patterns in 12 dimensions: eigenvalues to sqrt(12 / 14765) = 3 % of c, times lambda c <= .6; sampling by weight costs some.
      expect(Math.max(...found.map((value, k) => Math.abs(value - (wanted[k] ?? Number.NaN))))).toBeLessThan(0.06);
    }
  });
});

describe("beyond: twins and mixtures", () => {
  test("two memories of a nonlinear manifold disagree below the collapse and agree above", () => {
    const settings = { n: 24, ratio: 0.5, activation: "tanh", lambdas: [1], noise: 1, bias: "norm", instances: 10, seed: 1 } as const;
    // alpha_C(1) = .137 for tanh at ratio 1/2.
    const [low, high] = twinMemories({ ...settings, alphas: [0.05, 0.38] });
    expect(low?.weightOfSource).toBeGreaterThan(0.9);
    expect(low?.difference.median).toBeGreaterThan(0.8);
    expect(high?.weightOfSource).toBeLessThan(0.1);
    expect(high?.difference.median).toBeLessThan(0.2);
  });

  test("on the linear manifold the twins' difference is about sqrt 2 times the distance from the limit", () => {
    const settings = { n: 24, ratio: 0.5, alphas: [0.35], lambdas: [0.1], noise: 0, bias: "none", instances: 40, seed: 1 } as const;
    const twins = twinMemories({ ...settings, activation: "linear" })[0]?.difference.median ?? Number.NaN;
    const error = manifoldPlane(settings)[0]?.relativeError.median ?? Number.NaN;
    // Medians of 40 numbers that vary by a third.
    expect(Math.abs(twins / error / Math.SQRT2 - 1)).toBeLessThan(0.3);
  });

  test("mixtures: below the threshold patterns hold, above they end in the mean or on others", () => {
    const few = drawPatterns({ kind: "spherical" }, 20, 0.15, 1);
    for (const end of mixtureEnds(few, 2, "none", { starts: 10, seed: 1 })) {
      expect(end.converged).toBe(true);
      expect(end.overlapStart).toBeGreaterThan(0.99);
      expect(end.patterns).toBeLessThan(1.05);
      expect(end.curvature).toBeGreaterThan(0.5);
    }
    // lambda = .5 is below the speciation of the sphere, lambda Lambda_max = 1: everything flows to one state near the mean.
    const many = mixtureEnds(drawPatterns({ kind: "spherical" }, 20, 0.3, 1), 0.5, "none", { starts: 5, seed: 1 });
    for (const end of many) {
      expect(end.patterns).toBeGreaterThan(20);
      expect(end.norm).toBeLessThan(0.2);
      expect(end.curvature).toBeGreaterThan(0);
    }
  });
});
