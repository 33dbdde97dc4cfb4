/** The linear manifold with infinitely many patterns: eigenvalues, the limit update, rates and thresholds against their definitions. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Bias } from "../../src/capacity/diffusion-set.ts";
import { symmetricEigen } from "../../src/capacity/manifold-eigen.ts";
import { limitHessianSpectrum, limitUpdate, manifoldLimit, offManifold, queryRate } from "../../src/capacity/manifold-limit.ts";
import { drawManifold, fillManifoldPatterns, type Manifold } from "../../src/capacity/manifold-patterns.ts";
import { instabilityLambda, linearManifoldEnsemble, manifoldRegime, triplePoint } from "../../src/capacity/manifold-theory.ts";
import { alpha1, sigma } from "../../src/capacity/thresholds.ts";

const wave = (n: number, phase: number): Float64Array => Float64Array.from({ length: n }, (_, k) => Math.sin(1.7 * k * k + phase));

/** log det and solution of a positive matrix by plain elimination. */
function eliminate(matrix: number[][], right: number[]): { logDet: number; solution: number[] } {
  const a = matrix.map((row, i) => [...row, right[i] ?? 0]);
  const n = a.length;
  let logDet = 0;
  for (let p = 0; p < n; p++) {
    const pivot = a[p] as number[];
    logDet += Math.log(pivot[p] as number);
    for (let i = p + 1; i < n; i++) {
      const row = a[i] as number[];
      const factor = (row[p] as number) / (pivot[p] as number);
      for (let j = p; j <= n; j++) row[j] = (row[j] as number) - factor * (pivot[j] as number);
    }
  }
  const solution = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let value = (a[i] as number[])[n] as number;
    for (let j = i + 1; j < n; j++) value -= ((a[i] as number[])[j] as number) * (solution[j] as number);
    solution[i] = value / ((a[i] as number[])[i] as number);
  }
  return { logDet, solution };
}

/** (1/N) log E_z exp(lambda (x . Fz - bias |Fz|^2 / 2)) as a Gaussian integral over the D latent variables. */
function plainZeta({ map, dimension: n, latent }: Manifold, x: Float64Array, lambda: number, bias: Bias): number {
  const column = (k: number): number[] => Array.from({ length: n }, (_, i) => map[i * latent + k] as number);
  const columns = Array.from({ length: latent }, (_, k) => column(k));
  const field = columns.map((c) => c.reduce((sum, v, i) => sum + v * (x[i] as number), 0));
  if (bias === "none") return (0.5 * lambda * lambda * field.reduce((sum, h) => sum + h * h, 0)) / n;
  const gram = columns.map((c, i) =>
    columns.map((d, j) => (i === j ? 1 : 0) + lambda * c.reduce((sum, v, k) => sum + v * (d[k] as number), 0)),
  );
  const { logDet, solution } = eliminate(gram, field);
  return (-0.5 * logDet + 0.5 * lambda * lambda * field.reduce((sum, h, k) => sum + h * (solution[k] as number), 0)) / n;
}

test("eigenvalues and eigenvectors: A v = c v, orthonormal, increasing", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.double({ min: 0.1, max: 9, noNaN: true }), (n, phase) => {
      const half = wave(n * n, phase);
      const a = Float64Array.from({ length: n * n }, (_, i) => (half[i] ?? 0) + (half[(i % n) * n + Math.floor(i / n)] ?? 0));
      const { values, vectors } = symmetricEigen(a, n);
      for (let row = 0; row < n; row++) {
        const v = vectors.subarray(row * n, (row + 1) * n);
        if (row > 0) expect(values[row]).toBeGreaterThanOrEqual(values[row - 1] as number);
        for (let i = 0; i < n; i++) {
          let [image, overlap] = [0, 0];
          for (let k = 0; k < n; k++) {
            image += (a[i * n + k] as number) * (v[k] as number);
            overlap += (vectors[i * n + k] as number) * (v[k] as number);
          }
          // Entries up to 2, n up to 9: a few dozen roundings.
          expect(Math.abs(image - (values[row] as number) * (v[i] as number))).toBeLessThan(1e-13);
          expect(Math.abs(overlap - (i === row ? 1 : 0))).toBeLessThan(1e-13);
        }
      }
    }),
    { numRuns: 30 },
  );
});

describe("one draw of the manifold", () => {
  const manifold = drawManifold(15, 0.4, "linear", 3);
  const limit = manifoldLimit(manifold);
  const x = wave(15, 1);

  test("the limit update: lambda C x by the matrix; with the bias C u where (C + I / lambda) u = x", () => {
    for (const lambda of [0.3, 5]) {
      const plain = limitUpdate(limit, x, lambda, "none");
      const norm = limitUpdate(limit, x, lambda, "norm");
      const row = (v: ArrayLike<number>, i: number): number => {
        let sum = 0;
        for (let k = 0; k < 15; k++) sum += (limit.covariance[i * 15 + k] as number) * (v[k] as number);
        return sum;
      };
      // f = C u and x = C u + u / lambda give u = lambda (x - f).
      const u = x.map((value, k) => lambda * (value - (norm[k] as number)));
      for (let i = 0; i < 15; i++) {
        expect(Math.abs((plain[i] as number) - lambda * row(x, i))).toBeLessThan(1e-12);
        expect(Math.abs((norm[i] as number) - row(u, i))).toBeLessThan(1e-12);
      }
    }
  });

  test.each(["none", "norm"] as const)("Sigma of a query is lambda zeta' - zeta of the Gaussian integral over z (bias %s)", (bias) => {
    for (const lambda of [0.2, 1, 4]) {
      const h = 1e-5 * lambda;
      const slope = (plainZeta(manifold, x, lambda + h, bias) - plainZeta(manifold, x, lambda - h, bias)) / (2 * h);
      const plain = lambda * slope - plainZeta(manifold, x, lambda, bias);
      // Central difference: (1e-5)^2 and 1e-16 / 1e-5.
      expect(Math.abs(queryRate(limit, x, lambda, bias) - plain)).toBeLessThan(1e-8);
    }
  });

  test("off the manifold: patterns are on it, their complement is not; curvature 1 there", () => {
    const patterns = new Float64Array(15);
    fillManifoldPatterns(patterns, manifold, 3, 0, 7);
    expect(offManifold(limit, patterns)).toBeLessThan(1e-14);
    const direction = limit.eigen.vectors.slice(0, 15);
    expect(offManifold(limit, direction)).toBeCloseTo(1, 12);
    for (const bias of ["none", "norm"] as const) {
      const ones = Array.from(limitHessianSpectrum(limit, 0.7, bias)).filter((value) => Math.abs(value - 1) < 1e-12);
      expect(ones.length).toBe(15 - 6);
    }
    // With the bias every curvature is positive; without it the largest c makes one negative above lambda = 1 / c_max.
    const largest = limit.eigen.values[14] as number;
    expect(limitHessianSpectrum(limit, 2 / largest, "none")[0]).toBeCloseTo(-1, 12);
    expect(limitHessianSpectrum(limit, 2 / largest, "norm")[0]).toBeCloseTo(1 / 3, 12);
  });
});

describe("thresholds for N to infinity", () => {
  test("without the bias: alpha_1 = lambda - (1 + 1 / ratio) lambda^2 / 2; the triple point; the instability below it", () => {
    for (const ratio of [0.1, 0.5, 2]) {
      const settings = { ratio, noise: 0, bias: "none" } as const;
      const saturation = ratio / (1 + ratio);
      expect(triplePoint(settings)?.lambda).toBeCloseTo(saturation, 12);
      expect(triplePoint(settings)?.alpha).toBeCloseTo(saturation / 2, 12);
      expect(instabilityLambda(ratio)).toBeLessThan(saturation);
      expect(instabilityLambda(ratio)).toBeCloseTo(ratio / (1 + Math.sqrt(ratio)) ** 2, 12);
      expect(sigma(linearManifoldEnsemble(settings), 0.3)).toBeCloseTo(0.045 * (1 + 1 / ratio), 12);
    }
  });

  test.each(["none", "norm"] as const)("zeta' is the derivative of zeta, margin is lambda s - zeta (bias %s)", (bias) => {
    for (const noise of [0, 0.5]) {
      const ensemble = linearManifoldEnsemble({ ratio: 0.5, noise, bias });
      for (const lambda of [0.1, 1, 6]) {
        const h = 1e-5;
        const slope = (ensemble.zeta(lambda + h) - ensemble.zeta(lambda - h)) / (2 * h);
        expect(Math.abs(ensemble.zetaPrime(lambda) - slope)).toBeLessThan(1e-8);
        const margin = lambda * ensemble.signal - ensemble.zeta(lambda);
        if (ensemble.margin) expect(Math.abs(ensemble.margin(lambda) - margin)).toBeLessThan(1e-12);
      }
    }
  });

  test("zeta with and without the bias: a large draw of the manifold", () => {
    const manifold = drawManifold(240, 0.5, "linear", 1);
    const source = new Float64Array(240);
    fillManifoldPatterns(source, manifold, 1, 9, 0);
    for (const bias of ["none", "norm"] as const) {
      const { zeta } = linearManifoldEnsemble({ ratio: 0.5, noise: 0, bias });
      // One query: the fluctuation of its squared latent length, sqrt(2 / 120) = 13 %, goes into the quadratic part.
      const plain = plainZeta(manifold, source, 0.8, bias);
      expect(Math.abs(plain - zeta(0.8)), bias).toBeLessThan(0.3 * Math.abs(zeta(0.8)) + 0.02);
    }
  });

  test("with the bias and noise of variance 1 / lambda the triple point is the collapse of the diffusion", () => {
    for (const noise of [0.3, 1]) {
      const triple = triplePoint({ ratio: 0.5, noise, bias: "norm" });
      expect(triple?.lambda).toBeCloseTo(1 / noise, 12);
      expect(triple?.alpha).toBeCloseTo(noise === 1 ? 0.2471835824285 : 0.4577722899915, 9);
    }
    expect(triplePoint({ ratio: 0.5, noise: 0, bias: "norm" })).toBeNull();
  });

  test("the three borders meet: alpha_1 = Sigma at the triple point, neither only beyond it", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 3, noNaN: true }),
        fc.double({ min: 0.01, max: 2, noNaN: true }),
        fc.constantFrom<Bias>("none", "norm"),
        fc.double({ min: 0.05, max: 3, noNaN: true }),
        (ratio, noise, bias, times) => {
          const settings = { ratio, noise, bias };
          const ensemble = linearManifoldEnsemble(settings);
          const triple = triplePoint(settings);
          if (triple === null) throw new Error("noise has a triple point");
          expect(Math.abs(sigma(ensemble, triple.lambda) - triple.alpha)).toBeLessThan(1e-9);
          const lambda = times * triple.lambda;
          const [threshold, rate] = [alpha1(ensemble, lambda), sigma(ensemble, lambda)];
          expect(manifoldRegime(settings, 0.99 * threshold, lambda)).toBe("memory");
          expect(manifoldRegime(settings, 1.01 * Math.max(threshold, rate) + 1e-9, lambda)).toBe("generalisation");
          if (times > 1.2) expect(manifoldRegime(settings, (threshold + rate) / 2, lambda)).toBe("neither");
          else if (times < 0.9) expect(rate).toBeLessThan(threshold);
        },
      ),
      { numRuns: 60 },
    );
  });
});
