/** @file Dense retrieval is the Nadaraya-Watson estimator (1964) with an exponential kernel, the Gaussian memory with a Gaussian one: a kernel-weighted mean, written as such. */
import { randomStream } from "../core/random.ts";
import { between, gaussianRows, logUniform, rowOf } from "./draws.ts";
import { distance, dot, largestNorm, squaredDistance, type Vector } from "./reference.ts";
import { type Claim, packageItself } from "./types.ts";

const problems = 150;

export const nadarayaWatson: Claim = {
  id: "nadaraya-watson",
  title: "dense retrieval is the Nadaraya-Watson estimator with kernel e^{beta x.q}; gaussian with e^{-beta |q - x|^2 / 2}",
  source:
    "Hu et al., arXiv 2404.03900, Lemma 3.1 (the dense member recovered from the nonparametric construction); docs/models/kernel-regression.md",
  expected: "y = sum_i K(q, x_i) v_i / sum_i K(q, x_i)",
  tolerance: "2^-22 times the largest norm of the values: the answer is f32",
  seconds: 1,
  run({ seed, progress, library = packageItself }) {
    const random = randomStream(seed, 0xc107);
    let worst = 0;
    let checks = 0;
    for (let n = 0; n < problems; n++) {
      progress(n, problems);
      const [M, d, dv] = [between(random, 1, 30), between(random, 1, 12), between(random, 1, 6)];
      const X = gaussianRows(random, M, d);
      const V = gaussianRows(random, M, dv);
      const Q = gaussianRows(random, 4, d);
      const beta = logUniform(random, 0.05, 4);
      const kernels = {
        dense: (q: Vector, x: Vector) => Math.exp(beta * dot(q, x)),
        gaussian: (q: Vector, x: Vector) => Math.exp((-beta / 2) * squaredDistance(q, x)),
      } as const;
      for (const model of ["dense", "gaussian"] as const) {
        const { states } = library.createMemory(X, { model, beta, values: V }).recall(Q);
        Q.forEach((q, b) => {
          const K = X.map((x) => kernels[model](q, x));
          const total = K.reduce((a, c) => a + c, 0);
          const expected = Array.from(
            { length: dv },
            (_, c) => K.reduce((a, weight, i) => a + weight * ((V[i] as number[])[c] as number), 0) / total,
          );
          const error = distance(rowOf(states, b), expected) / largestNorm(V);
          worst = Math.max(worst, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
          checks++;
        });
      }
    }
    return {
      measured: `largest relative error ${worst.toExponential(1)} over ${checks} answers`,
      passed: worst <= 2 ** -22,
      figures: { worst, checks },
    };
  },
};
