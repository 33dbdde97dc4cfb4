/** @file The epanechnikov member retrieves exactly, with a beta computed from the distances, from any query closer than Delta to a pattern, Delta below half the smallest distance. */
import { randomStream, uniform } from "../core/random.ts";
import { gaussianRows, rowOf, shifted, smallestDistance } from "./draws.ts";
import { distance } from "./reference.ts";
import { type Claim, packageItself } from "./types.ts";

const problems = 400;

export const epanechnikovExact: Claim = {
  id: "epanechnikov-exact",
  title: "epanechnikov retrieval is exact in one step within Delta of a pattern, Delta < r / 2, at beta = 2 / (r - Delta)^2",
  source:
    "Hoover et al., arXiv 2506.10801, Theorem 1 (log-sum-ReLU energy; r is the smallest distance between patterns); docs/models/epanechnikov.md",
  expected:
    "0 failures for Delta < r / 2; for Delta > r / 2 a query at distance Delta lies outside its own ball and is not moved to its pattern",
  tolerance: "none: the mean of one pattern is that pattern; queries at up to 0.999 Delta, so that rounding cannot push them out",
  seconds: 1,
  run({ seed, progress, library = packageItself }) {
    const random = randomStream(seed, 0xc10d);
    let [cases, failures, outside, stray] = [0, 0, 0, 0];
    for (let n = 0; n < problems; n++) {
      if (n % 50 === 0) progress(n, problems);
      const X = gaussianRows(random, 12, 6);
      const r = smallestDistance(X, distance);
      const part = 0.05 + 0.44 * uniform(random);
      const memory = library.createMemory(X, { model: "epanechnikov", beta: 2 / (r * (1 - part)) ** 2 });
      const queries = X.map((x) => shifted(random, x, 0.999 * part * r * uniform(random) ** 0.2));
      const { states } = memory.recall(queries);
      X.forEach((x, i) => {
        cases++;
        if (!rowOf(states, i).every((value, k) => value === x[k])) failures++;
      });
      // Delta = 0.6 r: the ball has radius 0.4 r, a query at distance 0.6 r is outside of it.
      const far = library.createMemory(X, { model: "epanechnikov", beta: 2 / (0.4 * r) ** 2 });
      const away = X.map((x) => shifted(random, x, 0.6 * r));
      const { states: left } = far.recall(away);
      X.forEach((x, i) => {
        outside++;
        if (rowOf(left, i).every((value, k) => value === x[k])) stray++;
      });
    }
    return {
      measured: `${failures} failures in ${cases} queries with Delta < r / 2; with Delta = 0.6 r ${outside - stray} of ${outside} are not retrieved`,
      passed: failures === 0 && stray === 0,
      figures: { cases, failures, outside, stray },
    };
  },
};
