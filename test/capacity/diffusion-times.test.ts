/** Collapse, onset and speciation: formulas against reference numbers, other derivations and what sets of patterns do. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ActivationName } from "../../src/capacity/activations.ts";
import { drawPatterns } from "../../src/capacity/diffusion-draw.ts";
import { memoryEnergy } from "../../src/capacity/diffusion-energy.ts";
import { informationRate } from "../../src/capacity/diffusion-information.ts";
import { biasedManifold } from "../../src/capacity/diffusion-onset.ts";
import { outputEntropy } from "../../src/capacity/diffusion-output.ts";
import { patternSet } from "../../src/capacity/diffusion-set.ts";
import { forEachTrial, measuredCollapse, measuredOnset, sourceWeights } from "../../src/capacity/diffusion-source.ts";
import { gaussianEquivalent, sameClass, sidesOf, widestDirection } from "../../src/capacity/diffusion-speciation.ts";
import { collapseTime, onsetTime, speciationTime } from "../../src/capacity/diffusion-times.ts";
import { uTurns } from "../../src/capacity/diffusion-u-turn.ts";
import { hiddenManifold } from "../../src/capacity/hidden-manifold.ts";
import { portableActivations } from "../../src/capacity/manifold-patterns.ts";
import { spectrumTransform } from "../../src/capacity/manifold-spectrum.ts";
import { alpha1 } from "../../src/capacity/thresholds.ts";

const spherical = { kind: "spherical" } as const;
const binary = { kind: "binary" } as const;
const manifold = (activation: ActivationName, latentRatio = 0.5) => ({ kind: "hidden-manifold", activation, latentRatio }) as const;

/** Sum of f over a grid times the spacing: the plain definition of an integral. */
function integral(f: (x: number) => number, low: number, high: number, count: number): number {
  const h = (high - low) / count;
  let sum = 0;
  for (let i = 0; i <= count; i++) sum += f(low + i * h) * (i === 0 || i === count ? 0.5 : 1);
  return sum * h;
}
const gauss = (x: number, variance = 1): number => Math.exp((-x * x) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);

describe("collapse", () => {
  test("spherical: 1 / (e^{2 alpha} - 1) and its inverse; the OU time is log(1 + t) / 2", () => {
    expect(collapseTime(spherical, 0.3)).toBeCloseTo(1.216369215160871, 12);
    for (const alpha of [0.05, 0.3, 1]) expect(informationRate(spherical, collapseTime(spherical, alpha))).toBeCloseTo(alpha, 13);
  });

  test("binary: information of one +-1 entry, from its definition h(y) - h(noise)", () => {
    for (const t of [0.05, 0.4, 1, 7]) {
      const p = (y: number): number => (gauss(y - 1, t) + gauss(y + 1, t)) / 2;
      const span = 1 + 12 * Math.sqrt(t);
      const entropy = -integral((y) => (p(y) > 0 ? p(y) * Math.log(p(y)) : 0), -span, span, 20_000);
      // Smooth integrands on a grid of a thousandth of their width: rounding only.
      expect(Math.abs(informationRate(binary, t) - (entropy - 0.5 * Math.log(2 * Math.PI * Math.E * t)))).toBeLessThan(1e-12);
    }
    expect(informationRate(binary, collapseTime(binary, 0.3))).toBeCloseTo(0.3, 8);
    expect(informationRate(binary, 1e-5)).toBeCloseTo(Math.LN2, 12);
  });

  test("linear manifold: log det(1 + C / t) / 2N of a large matrix spectrum, and the replica formula", () => {
    for (const [t, ratio] of [
      [0.3, 0.5],
      [1, 2],
    ] as const) {
      // Marchenko-Pastur density of C = F F^T / D: aspect N / D, mass 1 - ratio at 0 where D < N. x = lower + (upper - lower) sin^2 removes both square-root ends.
      const r = 1 / ratio;
      const [low, high] = [(1 - Math.sqrt(r)) ** 2, (1 + Math.sqrt(r)) ** 2];
      const value = integral(
        (a) => {
          const c = low + (high - low) * Math.sin(a) ** 2;
          const density = Math.sqrt((high - c) * (c - low)) / (2 * Math.PI * r * c);
          return 0.5 * Math.log(1 + c / t) * density * (high - low) * 2 * Math.sin(a) * Math.cos(a);
        },
        1e-9,
        Math.PI / 2,
        4000,
      );
      expect(Math.abs(informationRate(manifold("linear", ratio), t) - value)).toBeLessThan(1e-8);
    }
    // At the overlap that solves the replica saddle, q = 1 - V with V = 1 / (1 + g / ratio b), both forms agree; the replica one is larger elsewhere.
    const t = 0.4;
    const replica = (q: number): number =>
      -0.25 * (Math.log(1 - q) + q) + outputEntropy("linear", q, t) - 0.5 * Math.log(2 * Math.PI * Math.E * t);
    const grid = Array.from({ length: 999 }, (_, i) => replica((i + 1) / 1000));
    expect(Math.abs(Math.min(...grid) - informationRate(manifold("linear"), t))).toBeLessThan(1e-6);
  });

  test("nonlinear manifolds: reference numbers of an independent program", () => {
    const reference = JSON.parse(readFileSync("test/golden/capacity.json", "utf8")).diffusion;
    const rows = reference["hmm_collapse_alpha_of_t(t,alpha,q)"] as Record<string, [number, number, number][]>;
    for (const [name, points] of Object.entries(rows)) {
      const [activation, ratio] = name.split("_") as [ActivationName, string];
      for (const [t, alpha] of points) {
        // The reference has ReLU from a sum over w across the kink (2e-6, 3e-6 at the flattest point), the others to 1e-9.
        const tolerance = activation === "relu" ? 4e-6 : 1e-9;
        expect(Math.abs(informationRate(manifold(activation, Number(ratio)), t) - alpha)).toBeLessThan(tolerance);
      }
    }
  }, 20_000);

  test("entropy of an entry, by plain integrals over w split at the kink", () => {
    const [q, t] = [0.5, 0.3];
    for (const activation of ["relu", "sign", "tanh"] as const) {
      const sigma = portableActivations[activation];
      const p = (h: number, y: number): number => {
        const kink = -Math.sqrt(q / (1 - q)) * h;
        const f = (w: number): number => gauss(w) * gauss(y - sigma(Math.sqrt(q) * h + Math.sqrt(1 - q) * w), t);
        // Just inside the kink, so that sign is taken from its own side.
        return integral(f, -9, kink - 1e-12, 400) + integral(f, kink + 1e-12, 9, 400);
      };
      const value = integral(
        (h) => gauss(h) * integral((y) => (p(h, y) > 1e-300 ? -p(h, y) * Math.log(p(h, y)) : 0), -5.2, 8.5, 70),
        -6,
        6,
        16,
      );
      // Trapezoids with an end at the kink: second order in the spacing .02.
      expect(Math.abs(outputEntropy(activation, q, t) - value), activation).toBeLessThan(2e-4);
    }
    expect(outputEntropy("centered-relu", q, t)).toBe(outputEntropy("relu", q, t));
  }, 20_000);

  test("no collapse where patterns run out: E_RANGE with the largest alpha", () => {
    expect(() => collapseTime(binary, 0.7)).toThrow(/0\.693/);
    expect(() => collapseTime(manifold("sign"), 0.6)).toThrow(expect.objectContaining({ code: "E_RANGE" }));
    expect(() => collapseTime(spherical, 0)).toThrow(expect.objectContaining({ code: "E_RANGE" }));
  });
});

describe("onset and speciation", () => {
  test("onset: reference numbers, beyond the collapse; null where the threshold is never reached", () => {
    for (const [alpha, time] of [
      [0.05, 19.487524444577723],
      [0.3, 2.764287462309479],
      [1, 0.4071562811939741],
    ] as const) {
      // Brent's method on a threshold known to 1e-15; its slope turns that into less than 1e-10 in t.
      expect(Math.abs((onsetTime(spherical, alpha) ?? 0) / time - 1)).toBeLessThan(1e-10);
      expect(onsetTime(spherical, alpha)).toBeGreaterThan(collapseTime(spherical, alpha));
    }
    expect(onsetTime(binary, 0.3)).toBeGreaterThan(collapseTime(binary, 0.3));
    expect(Math.LN2 - Math.log1p(Math.exp(-2 / (onsetTime(binary, 0.3) ?? 1)))).toBeCloseTo(0.3, 12);
    expect([onsetTime(binary, 0.7), onsetTime(manifold("sign"), 0.52)]).toEqual([null, null]);
  });

  test("onset of the linear manifold: (L + lambda L') / 2 against the sums of one large matrix's definition", () => {
    const t = onsetTime(manifold("linear"), 0.25) ?? Number.NaN;
    const { log, slope } = spectrumTransform(1 / t, 0.5);
    expect((log + slope / t) / 2).toBeCloseTo(0.25, 10);
    const h = 1e-4;
    // L' and L'' are derivatives of L.
    const at = (g: number) => spectrumTransform(g, 0.5);
    expect((at(1 + h).log - at(1 - h).log) / (2 * h)).toBeCloseTo(at(1).slope, 7);
    expect((at(1 + h).slope - at(1 - h).slope) / (2 * h)).toBeCloseTo(at(1).curvature, 7);
    expect(at(0)).toMatchObject({ log: 0, slope: 1 });
  });

  test("onset of other manifolds: the exact linear one, signs by the solver for equal norms, a shift of sigma changes nothing, drawn patterns", () => {
    const { threshold, saddle } = biasedManifold("linear", 0.5);
    for (const lambda of [0.3, 2]) {
      const { log, slope } = spectrumTransform(lambda, 0.5);
      // Quadrature to 1e-12 and a saddle point to 1e-12.
      expect(Math.abs((threshold(lambda) ?? 0) - (log + lambda * slope) / 2)).toBeLessThan(1e-11);
    }
    // zeta' is the derivative of zeta at the saddle.
    const h = 1e-4;
    const difference = ((saddle(2 + h)?.zeta ?? 0) - (saddle(2 - h)?.zeta ?? 0)) / (2 * h);
    expect(Math.abs(difference - (saddle(2)?.zetaPrime ?? 0))).toBeLessThan(1e-7);
    const signs = hiddenManifold({ activation: "sign", ratio: 0.5 });
    expect(Math.abs((biasedManifold("sign", 0.5).threshold(1) ?? 0) - alpha1(signs, 1))).toBeLessThan(1e-10);
    const [relu, centred] = (["relu", "centered-relu"] as const).map((name) => biasedManifold(name, 0.5).threshold(0.8) ?? Number.NaN);
    expect(Math.abs((relu ?? 0) - (centred ?? 1))).toBeLessThan(1e-11);
    const set = drawPatterns(manifold("tanh"), 30, 0.25, 1);
    const measured = measuredOnset(set, "norm", { sample: 64, seed: 1 }) ?? Number.NaN;
    // N = 30: fluctuations of F and of the median of 64 patterns.
    expect(Math.abs(measured / (onsetTime(manifold("tanh"), 0.25) ?? 1) - 1)).toBeLessThan(0.15);
  });

  test("speciation: the widest variance of drawn patterns comes near the formula", () => {
    expect(speciationTime(spherical)).toBe(1);
    expect(speciationTime(manifold("linear", 1))).toBe(4);
    const { along, across } = gaussianEquivalent("relu");
    // E[u relu] = 1/2, Var relu = 1/2 - 1/(2 pi).
    expect(along + across).toBeCloseTo(0.5 - 1 / (2 * Math.PI), 14);
    // N = 60: the edge of a finite random matrix lies N^{-2/3} = 6 % and a spread of as much off.
    const set = drawPatterns(manifold("tanh"), 60, 0.14, 1);
    expect(Math.abs(widestDirection(set, 1).variance / speciationTime(manifold("tanh")) - 1)).toBeLessThan(0.2);
  });

  test("power iteration: the larger eigenvalue of a known covariance", () => {
    const rows = [
      [3, 1],
      [-3, -1],
      [1, -3],
      [-1, 3],
      [6, 2],
      [-6, -2],
    ];
    // Along (3, 1) / sqrt 10: squares 10, 10, 0, 0, 40, 40 over 6 rows; across: 20 over 6.
    const { direction, variance } = widestDirection(patternSet(rows).set, 1);
    expect(variance).toBeCloseTo(100 / 6, 8);
    expect(Math.abs((direction[1] ?? 0) / (direction[0] ?? 1))).toBeCloseTo(1 / 3, 4);
  });
});

describe("what sets of patterns do", () => {
  test("weight of the source: the energy's own weights, time by time", () => {
    const set = drawPatterns(binary, 10, 0.4, 3);
    const times = [0.3, 1.2, 5];
    const found = sourceWeights(set, "norm", times, { trials: 2, seed: 8 });
    const sums = times.map(() => 0);
    forEachTrial(set, "norm", 2, 8, ({ source, own, noise }) => {
      // x . xi = own + |xi|^2 / 2 + sqrt t noise for all patterns: x itself from 55 equations would be the same.
      times.forEach((t, j) => {
        const logits = Array.from(own, (a, i) => (a + Math.sqrt(t) * (noise[i] ?? 0)) / t);
        const top = Math.max(...logits);
        const total = logits.reduce((sum, l) => sum + Math.exp(l - top), 0);
        sums[j] = (sums[j] ?? 0) + Math.exp((logits[source] ?? 0) - top) / total / 2;
      });
    });
    found.forEach(({ mean }, j) => {
      expect(Math.abs(mean - (sums[j] ?? 0))).toBeLessThan(1e-13);
    });
  });

  test("the strata: every slice once, eta still normal", () => {
    const set = drawPatterns(spherical, 6, 0.5, 2);
    const seen = new Set<number>();
    const along: number[] = [];
    let [sum, squares, count] = [0, 0, 0];
    forEachTrial(set, "none", 400, 1, ({ source, noise, stratum }) => {
      seen.add(stratum);
      along.push((noise[source] ?? 0) / Math.sqrt(6));
      // Overlaps with all patterns: each is normal with variance |xi|^2 = 6.
      noise.forEach((value) => {
        sum += value / Math.sqrt(6);
        squares += (value * value) / 6;
        count++;
      });
    });
    expect([seen.size, Math.min(...seen), Math.max(...seen)]).toEqual([400, 0, 399]);
    // 400 directions of 6 entries: variance 1 to sqrt(2 / 2400) = 3 %; the mean of 400 to 1 / 20.
    expect(Math.abs(squares / count - 1)).toBeLessThan(0.12);
    expect(Math.abs(sum / count)).toBeLessThan(0.2);
    // Along the source itself, shared out: standard error far below 1 / 20 (the mean of the 20 patterns tilts it a little).
    expect(Math.abs(along.reduce((a, b) => a + b, 0) / 400)).toBeLessThan(0.04);
  });

  test("the interval of stratified means covers as it says", () => {
    const set = drawPatterns(spherical, 12, 0.4, 1);
    const at = (trials: number, seed: number) =>
      sourceWeights(set, "none", [0.8], { trials, seed })[0] ?? { mean: Number.NaN, low: 0, high: 0 };
    const truth = at(20_000, 999).mean;
    const covered = Array.from({ length: 100 }, (_, seed) => at(60, seed)).filter(({ low, high }) => low <= truth && truth <= high).length;
    // 95 of 100 with a deviation of 2.2; wider is allowed, the estimate errs to that side.
    expect(covered).toBeGreaterThan(87);
  });

  test("the mean weight of the source is the mean sum of squared weights: sources given x follow the posterior", () => {
    const set = drawPatterns(spherical, 16, 0.35, 2);
    const t = 1;
    const [found] = sourceWeights(set, "none", [t], { trials: 1500, seed: 4 });
    const [low, high] = [found?.low ?? 0, found?.high ?? 0];
    let squares = 0;
    forEachTrial(set, "none", 1500, 4, ({ source, own, noise }) => {
      expect(Math.abs((own[source] ?? 0) - 16)).toBeLessThan(1e-12);
      const logits = Array.from(own, (a, i) => (a + (noise[i] ?? 0)) / t);
      const top = Math.max(...logits);
      const w = logits.map((l) => Math.exp(l - top));
      const total = w.reduce((a, b) => a + b, 0);
      squares += w.reduce((sum, v) => sum + (v / total) ** 2, 0) / 1500;
    });
    // Two estimates from the same trials: within the 95 % interval of one, widened by a third.
    const [middle, half] = [(low + high) / 2, (high - low) / 2];
    expect(Math.abs(squares - middle)).toBeLessThan(1.33 * half);
  });

  test.each([spherical, binary])("mean weight of the source falls through 1/2 at the collapse ($kind)", (ensemble) => {
    for (const n of [20, 30]) {
      const t = collapseTime(ensemble, 0.3);
      const weights = sourceWeights(drawPatterns(ensemble, n, 0.3, 1), "none", [0.6 * t, t, 1.6 * t], { trials: 400, seed: 1 });
      const [early, at, late] = weights.map(({ mean }) => mean) as [number, number, number];
      expect(early).toBeGreaterThan(0.7);
      expect(at).toBeGreaterThan(0.35);
      expect(at).toBeLessThan(0.65);
      expect(late).toBeLessThan(0.45);
    }
  });

  test("measured collapse and onset near the formulas", () => {
    const set = drawPatterns(spherical, 24, 0.3, 1);
    // The crossing lies about 10 % above t_C at N = 24 and comes closer as N grows; the onset has no such shift to speak of.
    const shift = measuredCollapse(set, "none", { trials: 150, seed: 1 }) / collapseTime(spherical, 0.3);
    expect(shift).toBeGreaterThan(0.95);
    expect(shift).toBeLessThan(1.3);
    const onset = measuredOnset(set, "none", { sample: 64, seed: 1 }) ?? Number.NaN;
    expect(Math.abs(onset / (onsetTime(spherical, 0.3) ?? 1) - 1)).toBeLessThan(0.05);
    // At its own onset time a pattern has weight one half at itself: two patterns at distance 2 and a third far away.
    const three = patternSet([[0], [2], [2.5]]).set;
    const t = measuredOnset(three, "norm", { sample: 3, seed: 1 }) ?? Number.NaN;
    const own = [0, 2, 2.5].map((x, i) => memoryEnergy(three, [x], 1 / t, "norm").weights[i] ?? 0);
    expect(own.sort()[1]).toBeCloseTo(0.5, 9);
  });

  test("U-turns return below the collapse and not above; as often as the weight of the source says", () => {
    const set = drawPatterns(spherical, 20, 0.3, 1);
    const t = collapseTime(spherical, 0.3);
    const turns = uTurns(set, "none", [0.4 * t, t, 4 * t], { chains: 150, seed: 1 });
    const weights = sourceWeights(set, "none", [0.4 * t, t, 4 * t], { trials: 600, seed: 1 });
    turns.forEach(({ returned, rms }, j) => {
      // Five standard errors of 150 chains at one half: .2.
      expect(Math.abs(returned / 150 - (weights[j]?.mean ?? 0))).toBeLessThan(0.2);
      expect(rms).toBeLessThan(0.05);
    });
    expect((turns[0]?.returned ?? 0) / 150).toBeGreaterThan(0.9);
    expect((turns[2]?.returned ?? 0) / 150).toBeLessThan(0.2);
  });

  test("two blobs: chains share a side below the speciation time and forget it above", () => {
    const blobs = Array.from({ length: 200 }, (_, i) =>
      Array.from({ length: 8 }, (_, k) => (i % 2 === 0 ? 1 : -1) * 2 + 0.5 * Math.sin(12.9898 * (8 * i + k))),
    );
    const { set } = patternSet(blobs);
    const { direction, variance } = widestDirection(set, 1);
    const classes = sidesOf(set, direction);
    expect(classes.reduce((a, b) => a + b, 0)).toBe(100);
    const [early, late] = sameClass(set, "norm", classes, [0.05 * variance, 20 * variance], { trials: 200, seed: 1 }).map(
      ({ mean }) => mean,
    ) as [number, number];
    expect(early).toBeGreaterThan(0.98);
    expect(late).toBeLessThan(0.6);
  });
});
