/**
 * @file Two statements about sparse-structured retrieval, in the form we could read them, fail as inequalities that hold for every query: (1) the error bound with the
 * separation of the stored patterns instead of that of the query, (2) "the error of a masked memory is at most that of the dense one". The first is about the masked
 * error too. The certificate of recall holds on the same trials.
 */
import { randomStream, sampleWithoutReplacement, uniform } from "../core/random.ts";
import { rounded, rowOf, shifted, smallestDistance, unitRows } from "./draws.ts";
import { distance, dot, largestNorm } from "./reference.ts";
import { type Claim, packageItself } from "./types.ts";

const trials = 4000;
const [M, d] = [10, 8];

export const pointwiseBounds: Claim = {
  id: "pointwise-bounds-fail",
  title:
    'as pointwise inequalities, in the form we could read them, the error bound of Theorem 4.1 and "sparse error <= dense error" do not hold',
  source:
    "Hu et al., arXiv 2404.03900, Theorem 4.1 and Corollary 4.1.1, read in second-hand summaries: |T(q) - x_mu| <= m (M + k - 2) exp(-beta (x_mu.q - max_nu x_mu.x_nu)); counter-example in docs/models/masked.md",
  expected:
    "counter-example: dense error .02042, masked error .08641; on random trials (unit sphere, d = 8, M = 10, q within half the smallest distance of x_mu) some violate each statement and none the certificate",
  tolerance: "counter-example 5e-5 (printed digits); at least one violation in 4 000 trials of each statement, 0 of the certificate",
  seconds: 2,
  run({ seed, progress, library = packageItself }) {
    const c = Math.sqrt(0.91);
    const X = [
      [0, 0, 1],
      [0.3, 0, c],
      [-0.3, 0, c],
      [0, -1, 0],
    ].map(rounded);
    const target = X[0] as number[];
    const errorOf = (states: { data: Float32Array; columns: number }, x: number[]): number => distance(rowOf(states, 0), x);
    const dense = errorOf(library.createMemory(X, { model: "dense", beta: 20 }).recall([target]).states, target);
    const masked = errorOf(
      library.createMemory(X, { model: "masked", supportMask: [1, 1, 0, 0], beta: 20 }).recall([target]).states,
      target,
    );

    const random = randomStream(seed, 0xc10c);
    let [theorem, corollary, certificate] = [0, 0, 0];
    for (let n = 0; n < trials; n++) {
      if (n % 200 === 0) progress(n, trials);
      const patterns = unitRows(random, M, d);
      const [k, mu] = [2 + Math.floor(5 * uniform(random)), Math.floor(M * uniform(random))];
      const x = patterns[mu] as number[];
      const radius = 0.5 * smallestDistance(patterns, distance);
      const q = shifted(random, x, radius * uniform(random) ** (1 / d));
      const beta = 2 ** (6 * uniform(random));
      const others = sampleWithoutReplacement(random, M - 1, k - 1).map((i) => (i >= mu ? i + 1 : i));
      const supportMask = patterns.map((_, i) => (i === mu || others.includes(i) ? 1 : 0));
      const sparse = library.createMemory(patterns, { model: "masked", supportMask, beta }).recall([q]);
      const full = library.createMemory(patterns, { model: "dense", beta }).recall([q]);
      const [sparseError, denseError] = [errorOf(sparse.states, x), errorOf(full.states, x)];
      const nearest = Math.max(...patterns.filter((_, i) => i !== mu).map((other) => dot(x, other)));
      const bound = largestNorm(patterns) * (M + k - 2) * Math.exp(-beta * (dot(x, q) - nearest));
      // Far more than rounding, so that no violation is one of arithmetic.
      if (sparseError > bound * (1 + 1e-3) + 1e-5) theorem++;
      if (sparseError > denseError * (1 + 1e-3) + 1e-5) corollary++;
      for (const { states, results } of [sparse, full]) {
        const result = results[0];
        const top = patterns[result?.top ?? 0] as number[];
        if (!(errorOf(states, top) <= (result?.bound ?? 0))) certificate++;
      }
    }
    return {
      measured: `dense ${dense.toFixed(5)}, masked ${masked.toFixed(5)}; of ${trials} trials ${theorem} violate the bound, ${corollary} the comparison, ${certificate} the certificate`,
      passed: Math.abs(dense - 0.02042) <= 5e-5 && Math.abs(masked - 0.08641) <= 5e-5 && theorem > 0 && corollary > 0 && certificate === 0,
      figures: { dense, masked, theorem, corollary, certificate },
    };
  },
};
