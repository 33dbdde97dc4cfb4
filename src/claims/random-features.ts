/** @file Positive random features: their variance, its dependence on the number of features, and that orthogonal blocks stay unbiased. */

import type { Matrix } from "../core/matrix.ts";
import { normal, type RandomStream, randomStream } from "../core/random.ts";
import { rounded, unitVector } from "./draws.ts";
import { dot, norm, type Vector } from "./reference.ts";
import { type Claim, type Library, packageItself } from "./types.ts";

function independentFrequencies(random: RandomStream, count: number, d: number): Matrix {
  return { data: Float32Array.from({ length: count * d }, () => normal(random)), rows: count, columns: d };
}

const estimate = (library: Library, frequencies: Matrix, x: Vector, y: Vector, beta: number): number => {
  const a = library.positiveFeatures(frequencies, x, beta);
  const b = library.positiveFeatures(frequencies, y, beta);
  return a.reduce((total, value, f) => total + value * (b[f] as number), 0);
};

function moments(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1)) };
}

const counts = [16, 64, 256, 1024];
const trials = 400;

export const randomFeatureVariance: Claim = {
  id: "random-feature-variance",
  title: "the relative standard deviation of the random-feature kernel is sqrt((e^{beta |x + y|^2} - 1) / m)",
  source: "Choromanski et al., arXiv 2009.14794, Lemma 2 (variance of positive features); derivation in docs/models/random-features.md",
  expected: "mean e^{beta x.y}, relative deviation as given at m = 16, 64, 256, 1024 independent features; log-log slope in m of -1/2",
  tolerance:
    "mean within 4 standard errors; deviation within 20 % (400 draws estimate a deviation to about 4 %, more under the heavy tail of log-normal terms); slope within 0.1",
  seconds: 2,
  run({ seed, progress, library = packageItself }) {
    const random = randomStream(seed, 0xc109);
    const d = 8;
    const [x, y] = [unitVector(random, d), unitVector(random, d)];
    const size = norm(x.map((value, k) => value + (y[k] as number))) ** 2;
    const beta = 0.6 / size;
    const truth = Math.exp(beta * dot(x, y));
    let passed = true;
    let biggestBias = 0;
    const ratios = counts.map((m, at) => {
      const values: number[] = [];
      for (let trial = 0; trial < trials; trial++) {
        if (trial % 50 === 0) progress(at * trials + trial, counts.length * trials);
        values.push(estimate(library, independentFrequencies(random, m, d), x, y, beta));
      }
      const { mean, deviation } = moments(values);
      const bias = Math.abs(mean - truth) / (deviation / Math.sqrt(trials));
      biggestBias = Math.max(biggestBias, bias);
      passed &&= bias <= 4;
      const expected = Math.sqrt((Math.exp(beta * size) - 1) / m);
      passed &&= Math.abs(deviation / truth / expected - 1) <= 0.2;
      return { m, relative: deviation / truth, expected };
    });
    const [first, last] = [ratios[0], ratios[ratios.length - 1]];
    const slope = first && last ? Math.log(last.relative / first.relative) / Math.log(last.m / first.m) : Number.NaN;
    passed &&= Math.abs(slope + 0.5) <= 0.1;
    return {
      measured: `${ratios.map(({ m, relative, expected }) => `m = ${m}: ${relative.toFixed(4)} (${expected.toFixed(4)})`).join(", ")}; slope ${slope.toFixed(3)}; bias ${biggestBias.toFixed(1)} standard errors`,
      passed,
      figures: { slope, biggestBias },
    };
  },
};

export const orthogonalFeatures: Claim = {
  id: "orthogonal-features",
  title: "orthogonal random features are unbiased",
  source:
    "Yu et al., arXiv 1610.09072 (orthogonal features); Choromanski et al., arXiv 2009.14794; docs/models/random-features.md (why the sign of R matters)",
  expected: "mean over draws of phi(x).phi(y) = e^{beta x.y}; rows of a block orthogonal; mean row of 4096 near 0",
  tolerance:
    "mean within 4 standard errors over 600 draws of 16 features; orthogonality 1e-5 of the norms (f32 rows); |mean row| < 0.12 at d = 16, where a QR without the sign rule gives about 0.18 and independent rows sqrt(16 / 4096) = 0.0625",
  seconds: 1,
  run({ seed, progress, library = packageItself }) {
    const random = randomStream(seed, 0xc10a);
    const d = 16;
    const [x, y] = [unitVector(random, d), unitVector(random, d)];
    const beta = 0.5;
    const draws = 600;
    const values: number[] = [];
    let overlap = 0;
    for (let n = 0; n < draws; n++) {
      if (n % 50 === 0) progress(n, draws);
      const frequencies = library.drawFrequencies(d, d, seed * draws + n);
      values.push(estimate(library, frequencies, rounded(x), rounded(y), beta));
      const rows = Array.from({ length: d }, (_, f) => Array.from(frequencies.data.subarray(f * d, (f + 1) * d)));
      for (let f = 1; f < d; f++)
        overlap = Math.max(
          overlap,
          Math.abs(dot(rows[0] as number[], rows[f] as number[])) / (norm(rows[0] as number[]) * norm(rows[f] as number[])),
        );
    }
    const { mean, deviation } = moments(values);
    const truth = Math.exp(beta * dot(x, y));
    const bias = Math.abs(mean - truth) / (deviation / Math.sqrt(draws));
    const many = library.drawFrequencies(4096, d, seed);
    const average = Array.from({ length: d }, (_, k) => {
      let total = 0;
      for (let f = 0; f < many.rows; f++) total += many.data[f * d + k] as number;
      return total / many.rows;
    });
    return {
      measured: `mean ${mean.toFixed(5)} against ${truth.toFixed(5)} (${bias.toFixed(1)} standard errors), mean row ${norm(average).toFixed(3)}, largest cosine within a block ${overlap.toExponential(1)}`,
      passed: bias <= 4 && overlap <= 1e-5 && norm(average) < 0.12,
      figures: { bias, overlap, meanRow: norm(average) },
    };
  },
};
