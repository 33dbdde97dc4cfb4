/** @file How far the weights of the random-feature member are from the softmax weights they estimate: good below beta |q + x|^2 of a few, useless beyond, whatever the number of features. */
import { randomStream } from "../core/random.ts";
import { pick, rowOf, shifted, unitRows } from "./draws.ts";
import { dotLogits, softmax } from "./reference.ts";
import { type Claim, packageItself } from "./types.ts";

const [M, d, draws] = [64, 16, 8];
const betas = [0.5, 1, 2, 4, 8];
const counts = [64, 256, 1024, 4096];

export const randomFeatureWeights: Claim = {
  id: "random-feature-weights",
  title: "random features approach softmax retrieval as m^{-1/2} at small beta and fail at beta = 8 on unit vectors",
  source: "docs/models/random-features.md (table and derivation); variance from Choromanski et al., arXiv 2009.14794, Lemma 2",
  expected:
    "64 unit vectors, d = 16, noisy stored pattern as query: the L1 distance of the weights (at most 2) grows with beta; its log-log slope in m is about -1/2 at beta = .5; above .5 at beta = 8 with 4096 features",
  tolerance: "mean of 8 draws, slope within .15; the ordering in beta strictly, at every m",
  seconds: 4,
  run({ seed, progress, library = packageItself }) {
    const random = randomStream(seed, 0xc110);
    const table = counts.map(() => betas.map(() => 0));
    for (let n = 0; n < draws; n++) {
      const X = unitRows(random, M, d);
      const q = shifted(random, pick(random, X), 0.3);
      counts.forEach((features, row) => {
        progress(n * counts.length + row, draws * counts.length);
        const featureMatrix = library.drawFrequencies(features, d, seed * draws + n);
        betas.forEach((beta, column) => {
          const memory = library.createMemory(X, { model: "random-features", featureMatrix, beta });
          const weights = rowOf(memory.weights([q]), 0);
          const exact = softmax(dotLogits(q, X, beta));
          const line = table[row] as number[];
          line[column] = (line[column] as number) + exact.reduce((total, p, i) => total + Math.abs(p - (weights[i] as number)), 0) / draws;
        });
      });
    }
    const at = (row: number, column: number): number => (table[row] as number[])[column] as number;
    const last = counts.length - 1;
    const slope = Math.log(at(last, 0) / at(0, 0)) / Math.log((counts[last] as number) / (counts[0] as number));
    const rising = table.every((line) => line.every((value, column) => column === 0 || value > (line[column - 1] as number)));
    const hopeless = at(last, betas.length - 1);
    return {
      measured: `${counts.map((m, row) => `m = ${m}: ${betas.map((_, column) => at(row, column).toFixed(3)).join(" ")}`).join("; ")} (beta ${betas.join(" ")}); slope ${slope.toFixed(2)}`,
      passed: Math.abs(slope + 0.5) <= 0.15 && rising && hopeless > 0.5,
      figures: { slope, hopeless },
    };
  },
};
