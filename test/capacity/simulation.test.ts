/** Simulations against definitions: laws, draws, first passages, exact medians, streams. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { activationOf } from "../../src/capacity/activations.ts";
import { dynamicsSample, finalWeight, openPatterns } from "../../src/capacity/dynamics.ts";
import { elementwise } from "../../src/capacity/elementwise.ts";
import { finiteMedian } from "../../src/capacity/finite-median.ts";
import { chiSquare, drawInstance, drawOverlap } from "../../src/capacity/instance.ts";
import { levelSampler } from "../../src/capacity/level-sampling.ts";
import { medianInterval } from "../../src/capacity/order-statistics.ts";
import { binaryLaw, normalLaw, type OverlapLaw, sphereLaw } from "../../src/capacity/overlap-laws.ts";
import { openPatternStream, panelNormals } from "../../src/capacity/pattern-stream.ts";
import { simulate } from "../../src/capacity/simulate.ts";
import { drawStreamInstance, streamSample } from "../../src/capacity/stream-sampling.ts";
import { normal, randomStream } from "../../src/core/random.ts";
import { gauss, simpson } from "./oracle.ts";
import { firstPassage, patternNumbers } from "./stream-oracle.ts";

describe("overlap laws", () => {
  const densities: [string, OverlapLaw, (t: number) => number, number][] = [
    ["normal", normalLaw(60), gauss, 12],
    ["sphere of 9", sphereLaw(9, 60), (t) => (t * t < 1 ? (1 - t * t) ** 3 : 0), 1],
    ["sphere of 40", sphereLaw(40, 60), (t) => (t * t < 1 ? (1 - t * t) ** 18.5 : 0), 1],
  ];
  test.each(densities)("%s: tails and tilted moments by Simpson's rule", (_, law, density, end) => {
    const whole = simpson(density, -end, end, 4000);
    for (const v of [0.5, 1, 4, 12, 25]) {
      const t = law.quantile(v);
      // Interpolated between steps of 1/32 in v: fourth-order error, 1e-7.
      expect(Math.abs(-Math.log(simpson(density, t, end, 4000) / whole) - v)).toBeLessThan(1e-6);
      const below = simpson((x) => Math.exp(3 * x) * density(x), -end, t, 4000) / whole;
      expect(Math.abs(law.logBelow(3, v) - Math.log(below))).toBeLessThan(1e-6);
      // A second implementation takes over after many calls for one a.
      for (let i = 0; i < 400; i++) law.logBelow(3, v);
      expect(Math.abs(law.logBelow(3, v) - Math.log(below))).toBeLessThan(1e-6);
    }
  });
  test("binary: levels, and the part of a level beyond e^{-v}", () => {
    const law = binaryLaw(6);
    // P(T = 1) = 1/64, P(T >= 4/6) = 7/64.
    expect(law.quantile(Math.log(64) + 1e-9)).toBe(1);
    expect(law.quantile(Math.log(64) - 0.01)).toBeCloseTo(4 / 6, 15);
    const below = [22, 15, 20, 15, 6, 1].reduce((sum, count, k) => sum + ((k === 0 ? 0 : count) / 64) * Math.exp(2 * ((4 - 2 * k) / 6)), 0);
    const v = Math.log(64 / 3);
    // Of the six at 4/6, two are above v: 1 + 2 = 3 of 64.
    expect(law.logBelow(2, v)).toBeCloseTo(Math.log(below + (4 / 64) * Math.exp(8 / 6)), 10);
  });
});

describe("draws", () => {
  test("chi squares of 1, 2, 3, 30 degrees: mean and variance", () => {
    for (const k of [1, 2, 3, 30]) {
      const random = randomStream(3, k);
      const values = Array.from({ length: 4000 }, () => chiSquare(random, k));
      const mean = values.reduce((a, b) => a + b, 0) / 4000;
      const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / 4000;
      // Five standard errors: sqrt(2k / 4000) and, for the variance, 2k sqrt((2 + 12 / k) / 4000).
      expect(Math.abs(mean - k)).toBeLessThan(5 * Math.sqrt((2 * k) / 4000));
      expect(Math.abs(variance - 2 * k)).toBeLessThan(5 * 2 * k * Math.sqrt((2 + 12 / k) / 4000));
    }
  });
  test("linear manifold in three chi squares: moments of signal and overlap variance as from F and z", () => {
    const [n, latent, count] = [12, 6, 3000];
    const problem = { kind: "linear", n, noise: 0.4, latent, prior: "gaussian" } as const;
    const short = Array.from({ length: count }, (_, i) => drawInstance(randomStream(5, i), problem)).map(({ scale, signal }) => [
      signal,
      scale * scale,
    ]);
    const random = randomStream(6, 1);
    const long = Array.from({ length: count }, () => {
      const F = Array.from({ length: n }, () => Array.from({ length: latent }, () => normal(random)));
      const z = Array.from({ length: latent }, () => normal(random));
      const xi = F.map((row) => row.reduce((sum, f, k) => sum + f * (z[k] ?? 0), 0) / Math.sqrt(latent));
      const x = xi.map((value) => value + Math.sqrt(0.4) * normal(random));
      const back = z.map((_, k) => F.reduce((sum, row, i) => sum + (row[k] ?? 0) * (x[i] ?? 0), 0));
      return [x.reduce((sum, value, i) => sum + value * (xi[i] ?? 0), 0), back.reduce((sum, b) => sum + b * b, 0) / latent];
    });
    for (const part of [0, 1]) {
      const [a, b] = [short, long].map((rows) => rows.map((row) => Math.log(Math.abs(row[part] ?? 1)))).map(moments) as [Moments, Moments];
      // Five standard errors of a difference of two means.
      expect(Math.abs(a.mean - b.mean)).toBeLessThan(5 * Math.sqrt((a.variance + b.variance) / count));
      expect(Math.abs(Math.log(a.variance / b.variance))).toBeLessThan(0.35);
    }
  });
  test("numbers of patterns: the Box-Muller pairs of the generator's words, in f32; mean, variance, fourth moment and tails of a million", () => {
    // Seeds and pattern numbers beyond 2^32.
    for (const [seed, first] of [
      [1, 0],
      [2 ** 40 + 7, 8 * 2 ** 31],
    ] as const) {
      const panel = panelNormals(seed, 9, first, 10);
      for (let p = 0; p < 8; p++) {
        const numbers = patternNumbers(seed, 9, first + p, 10);
        // A few f32 roundings (2^-24 each) of numbers below 6.8.
        numbers.forEach((x, k) => void expect(Math.abs((panel[8 * k + p] ?? Number.NaN) - x)).toBeLessThan(1.5e-6));
      }
    }
    let [count, sum, squares, fourths, beyond] = [0, 0, 0, 0, 0];
    for (let first = 0; first < 32_000; first += 8) {
      for (const x of panelNormals(5, 3, first, 32)) {
        count++;
        sum += x;
        squares += x * x;
        fourths += x ** 4;
        if (Math.abs(x) > 3) beyond++;
      }
    }
    // Five standard errors each: variances 1, 2 and 96; 0.0027 of the numbers are beyond 3.
    expect(Math.abs(sum / count)).toBeLessThan(5 / Math.sqrt(count));
    expect(Math.abs(squares / count - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    expect(Math.abs(fourths / count - 3)).toBeLessThan(5 * Math.sqrt(96 / count));
    expect(Math.abs(beyond - 0.0026998 * count)).toBeLessThan(5 * Math.sqrt(0.0027 * count));
  });
  test("tanh by table is tanh", () => {
    const x = Float64Array.from({ length: 2001 }, (_, i) => (i - 1000) / 40);
    const y = x.slice();
    elementwise(activationOf("tanh"))(y);
    // Cubics on steps of 1/32: (1/32)^4 / 384 times 4.
    y.forEach((value, i) => void expect(Math.abs(value - Math.tanh(x[i] ?? 0))).toBeLessThan(2e-8));
  });
});

interface Moments {
  mean: number;
  variance: number;
}
function moments(values: number[]): Moments {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { mean, variance: values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length };
}

/** log P* / n pattern by pattern, as the definition says. */
function drawn(kind: "binary" | "spherical" | "gaussian", n: number, lambda: number, index: number): number {
  const random = randomStream(77, index);
  const problem = { kind, n, noise: 0, latent: 0, prior: "gaussian" } as const;
  const { scale, signal } = drawInstance(random, problem);
  let sum = 0;
  // A problem whose query is long may need millions; the median does not care how many.
  for (let P = 2; P < 20_000; P++) {
    sum += Math.exp(
      lambda * (scale * drawOverlap(random, kind === "binary" ? "binary" : kind === "spherical" ? "sphere" : "normal", n) - signal),
    );
    if (sum > 1) return Math.log(P) / n;
  }
  return Number.POSITIVE_INFINITY;
}

describe("exact medians", () => {
  test.each([
    ["binary", 12, 0.6],
    ["binary", 10, 2],
    ["spherical", 12, 0.6],
    ["gaussian", 12, 0.5],
    ["gaussian", 14, 2],
  ] as const)("%s, n = %i, lambda = %f: within the interval of 300 problems drawn pattern by pattern", (kind, n, lambda) => {
    const values = Float64Array.from({ length: 300 }, (_, i) => drawn(kind, n, lambda, i)).sort();
    const { low, high, median } = medianInterval(values, 1e-4);
    const exact = finiteMedian({ kind, n, noise: 0, latent: 0, prior: "gaussian" }, lambda, n * median) ?? Number.NaN;
    expect(exact).toBeGreaterThanOrEqual(low);
    expect(exact).toBeLessThanOrEqual(high);
  });
  test("level sampling, N = 40 and 160: at least 17 of 20 intervals of 95 % contain the exact median, all of 99.99 %", () => {
    let [inside, far, total] = [0, 0, 0];
    for (const kind of ["binary", "spherical", "gaussian"] as const) {
      for (const n of [40, 160]) {
        for (const lambda of [0.4, 0.9, 2.5]) {
          const { alphaStar, theoryFinite, agrees } = simulate({ ensemble: kind, n, lambda, instances: 150, seed: 40 + total });
          total++;
          if (theoryFinite !== null && theoryFinite >= alphaStar.low && theoryFinite <= alphaStar.high) inside++;
          if (!agrees) far++;
        }
      }
    }
    // 18 cases; 15 or fewer have a chance of 1 %.
    expect(inside).toBeGreaterThanOrEqual(15);
    expect(far).toBe(0);
  });
  test("N = 1000 and P = e^600: no overflow, close to theory", () => {
    const { alphaStar, theory, theoryFinite } = simulate({ ensemble: "binary", n: 1000, lambda: 1.16, instances: 100 });
    expect(theory * 1000).toBeGreaterThan(599);
    expect(Math.abs(alphaStar.median - theory)).toBeLessThan(1e-6);
    expect(theoryFinite).toBeCloseTo(alphaStar.median, 7);
  });
});

describe("streams", () => {
  const problem = { activation: activationOf("tanh"), n: 9, latent: 5, prior: "gaussian", noise: 0 } as const;
  const stream = 0x60000000;
  test.each([
    ["tanh", 9, 5, "gaussian", 1.3],
    ["tanh", 13, 6, "spherical", 0.9],
    ["relu", 21, 8, "gaussian", 0.4],
    ["centered-relu", 20, 7, "gaussian", 0.7],
    ["linear", 10, 9, "gaussian", 0.5],
    ["sign", 12, 8, "gaussian", 1],
    ["tanh", 11, 0, "gaussian", 1.1],
    ["softsign", 14, 5, "gaussian", 2],
  ] as const)("%s, N = %i, D = %i, %s: the first passage of a plain loop over the same patterns", (name, n, latent, prior, lambda) => {
    const activation = activationOf(name === "softsign" ? { value: (u: number) => u / (1 + Math.abs(u)) } : name);
    for (const index of [0, 1, 2, 3, 4]) {
      const each = { activation, n, latent, prior, noise: index === 4 ? 0.1 : 0 };
      const P = firstPassage(each, drawStreamInstance(each, 3, index), lambda, 3, stream + index);
      // Overlaps in f32 move the sum by 1e-5 of itself, and P with it.
      expect(Math.abs(Math.exp(streamSample(each, lambda, 3, index, 1e6)) - P)).toBeLessThanOrEqual(1e-4 * P + 1e-6);
    }
  });
  test("tanh and the weights of the kernel: one pattern at a time, against the engine's functions", () => {
    const each = { activation: activationOf("tanh"), n: 1, latent: 1, prior: "gaussian", noise: 0 } as const;
    // With map 1, query 1 and signal 0, pattern p has the weight e^{lambda tanh(z) - s}; the sum passes 1 at the first p with tanh z > s / lambda.
    for (const level of [-0.9, 0, 0.5, 0.99, 0.999]) {
      const { weigh } = openPatternStream(each, { map: Float64Array.of(1), query: Float64Array.of(1), signal: level }, 400, 1, 7);
      const found = weigh(0, 4000);
      let [sum, expected] = [0, -1];
      for (let p = 0; p < 4000 && expected < 0; p++) {
        sum += Math.exp(Math.min(700, 400 * (Math.tanh(patternNumbers(1, 7, p, 1)[0] ?? 0) - level)));
        if (sum > 1) expected = p;
      }
      expect(found).toBe(expected);
    }
  });
  test("a stream that ends too early is censored, not wrong", () => {
    expect(streamSample(problem, 1.3, 3, 0, 2)).toBe(Number.POSITIVE_INFINITY);
    const cut = simulate({ ensemble: "hidden-manifold", activation: "tanh", ratio: 0.5, n: 16, lambda: 1, instances: 30, maxPatterns: 40 });
    const whole = simulate({ ensemble: "hidden-manifold", activation: "tanh", ratio: 0.5, n: 16, lambda: 1, instances: 30 });
    expect(cut.censored).toBe(whole.values.filter((x) => Math.exp(16 * x) > 40.5).length);
    cut.values.forEach((x, i) => void (Number.isFinite(x) && expect(x).toBe(whole.values[i])));
  });
  test("when every stream ends first, agreement is judged by where they ended", () => {
    // e^{alpha_1 n} is 39: values beyond 40 refute nothing.
    const options = { ensemble: "hidden-manifold", activation: "tanh", ratio: 0.5, n: 16, lambda: 1, instances: 2 } as const;
    const seed = Array.from({ length: 60 }, (_, i) => i).find(
      (each) => simulate({ ...options, seed: each, maxPatterns: 40 }).censored === 2,
    );
    expect(simulate({ ...options, seed: seed ?? -1, maxPatterns: 40 })).toMatchObject({ censored: 2, agrees: true });
  });
  test("instances are functions of their number: any order, any part", () => {
    for (const method of ["stream", "slice"] as const) {
      const options = { ensemble: "hidden-manifold", activation: "relu", ratio: 0.5, n: 20, lambda: 0.4, method, seed: 9 } as const;
      const [few, many] = [simulate({ ...options, instances: 3 }), simulate({ ...options, instances: 6 })];
      expect([...many.values.slice(0, 3)]).toEqual([...few.values]);
    }
    const sampler = levelSampler({ kind: "gaussian", n: 30, noise: 0, latent: 0, prior: "gaussian" }, 1, 1, 90, 15);
    const forward = [0, 1, 2].map((i) => sampler.sample(i));
    expect([2, 1, 0].map((i) => sampler.sample(i)).reverse()).toEqual(forward);
  });
  test("tilted sampling finds alpha* of streams: medians of 24 problems agree within their intervals and 1 / n", () => {
    const options = {
      ensemble: "hidden-manifold",
      activation: "tanh",
      ratio: 0.5,
      n: 26,
      lambda: 1,
      instances: 24,
      maxPatterns: 1_000_000,
    } as const;
    const [stream, slice] = [simulate(options), simulate({ ...options, method: "slice" })];
    expect(slice.alphaStar.low).toBeLessThan(stream.alphaStar.high + 1 / 26);
    expect(slice.alphaStar.high).toBeGreaterThan(stream.alphaStar.low - 1 / 26);
    expect([stream.agrees, slice.agrees]).toEqual([true, true]);
  });
  test("independent entries and the sphere of latents: theory within reach of both", () => {
    for (const more of [{ ratio: Number.POSITIVE_INFINITY }, { ratio: 0.5, prior: "spherical" as const }]) {
      expect(
        simulate({ ensemble: "hidden-manifold", activation: "tanh", n: 20, lambda: 1, instances: 40, maxPatterns: 1_000_000, ...more })
          .agrees,
      ).toBe(true);
    }
  });
  test("normalised axis: the same problems at lambda E sigma^2", () => {
    const rho = activationOf("relu").square;
    const options = { ensemble: "hidden-manifold", activation: "relu", ratio: 0.5, n: 20, instances: 5 } as const;
    const [raw, normalised] = [simulate({ ...options, lambda: 0.4 }), simulate({ ...options, lambda: 0.4 * rho, axis: "normalised" })];
    normalised.values.forEach((x, i) => void expect(x).toBeCloseTo(raw.values[i] ?? Number.NaN, 12));
  });
});

describe("iterated dynamics", () => {
  test("two patterns: the weight at the fixed point, by iterating in the open", () => {
    const store = openPatterns("gaussian", 8, 0.2, 4, 0);
    const data = store.take(2);
    const dot = (x: ArrayLike<number>, p: number): number =>
      Array.from({ length: 8 }, (_, i) => (x[i] ?? 0) * (data[8 * p + i] ?? 0)).reduce((a, b) => a + b, 0);
    let x: number[] = Array.from(store.query);
    let w = 0;
    for (let step = 0; step < 200; step++) {
      w = 1 / (1 + Math.exp(0.3 * (dot(x, 1) - dot(x, 0))));
      x = x.map((_, i) => w * (data[i] ?? 0) + (1 - w) * (data[8 + i] ?? 0));
    }
    expect(finalWeight(store, 2, 0.3)).toBeCloseTo(w, 5);
  });
  test("patterns are the same however many are taken, and thresholds are near those of one step", () => {
    const store = openPatterns("spherical", 10, 0, 1, 2);
    const few = store.take(5).slice();
    expect([...store.take(40).slice(0, 50)]).toEqual([...few]);
    const values = Array.from({ length: 12 }, (_, i) => dynamicsSample(openPatterns("binary", 12, 0, 1, i), 1, 1e5) / 12).sort();
    const exact = finiteMedian({ kind: "binary", n: 12, noise: 0, latent: 0, prior: "gaussian" }, 1, 7) ?? 0;
    // Steps after the first can only move it by O(1 / n).
    expect(Math.abs(((values[5] ?? 0) + (values[6] ?? 0)) / 2 - exact)).toBeLessThan(2 / 12);
  });
});

describe("order statistics", () => {
  test("the interval of 10 values at 95 % is from the 2nd to the 9th; its coverage is at least what it says", () => {
    // P(Bin(10, 1/2) <= 1) = 11 / 1024 < 0.025, P(<= 2) = 56 / 1024.
    expect(medianInterval([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.05)).toEqual({ median: 5.5, low: 2, high: 9 });
    fc.assert(
      fc.property(fc.integer({ min: 6, max: 400 }), (m) => {
        const ranks = Array.from({ length: m }, (_, i) => i + 1);
        const { low, high } = medianInterval(ranks, 0.05);
        const below = (k: number): number => {
          let [log, sum] = [-m * Math.LN2, 0];
          for (let i = 0; i < k; i++) {
            sum += Math.exp(log);
            log += Math.log((m - i) / (i + 1));
          }
          return sum;
        };
        expect(below(low)).toBeLessThanOrEqual(0.025 + 1e-12);
        expect(below(low + 1)).toBeGreaterThan(0.025 - 1e-12);
        expect(high).toBe(m + 1 - low);
      }),
    );
  });
});

describe("refused", () => {
  const base = { ensemble: "hidden-manifold", activation: "tanh", n: 20, lambda: 1 } as const;
  test.each<[string, () => unknown, string, string]>([
    ["too many patterns, naming the largest n", () => simulate({ ...base, ratio: 1, n: 80 }), "E_LIMIT", "the largest n is 68"],
    ["levels of tanh", () => simulate({ ...base, method: "levels" }), "E_UNSUPPORTED", "not known"],
    ["streams of signs", () => simulate({ ensemble: "binary", n: 20, lambda: 1, method: "stream" }), "E_UNSUPPORTED", "levels"],
    ["noise on signs", () => simulate({ ensemble: "binary", n: 20, lambda: 1, noise: 1 }), "E_UNSUPPORTED", "noise"],
    ["no activation", () => simulate({ ensemble: "hidden-manifold", n: 20, lambda: 1 }), "E_RANGE", "activation"],
    ["n = 1", () => simulate({ ...base, n: 1 }), "E_RANGE", "n must"],
    ["lambda 0", () => simulate({ ...base, lambda: 0 }), "E_RANGE", "lambda"],
    ["no instance", () => simulate({ ...base, instances: 0 }), "E_RANGE", "instances"],
    ["a misspelt option", () => simulate({ ...base, instanses: 3 } as never), "E_RANGE", "instances"],
    ["too many stored", () => simulate({ ...base, dynamics: "converge", n: 100 }), "E_LIMIT", "largest n"],
  ])("%s", (_, call, code, words) => {
    expect(call).toThrow(expect.objectContaining({ code, message: expect.stringContaining(words) }));
  });
});
