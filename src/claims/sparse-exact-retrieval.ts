/**
 * @file Sparse separations return the stored pattern itself, in one step, from a whole ball around it. With m the largest norm and Delta_i the separation of x_i, every
 * logit of another pattern lies at least beta (Delta_i - 2 m |q - x_i|) below that of x_i; from a gap of mu on the weights are exactly (1, 0, ... 0).
 */
import { randomStream, uniform } from "../core/random.ts";
import { pick, rowOf, shifted, unitRows } from "./draws.ts";
import { dot, largestNorm } from "./reference.ts";
import { type Claim, packageItself } from "./types.ts";

/** Gap of logits from which one pattern has all the weight. */
const members = [
  { model: "sparsemax", alpha: 2, gap: 1 },
  { model: "entmax", alpha: 1.5, gap: 2 },
  { model: "entmax", alpha: 3, gap: 0.5 },
  { model: "normmax", alpha: 2, gap: 1 },
  { model: "normmax", alpha: 5, gap: 1 },
] as const;

const problems = 400;

export const sparseExactRetrieval: Claim = {
  id: "sparse-exact-retrieval",
  title: "sparsemax, entmax and normmax retrieve a stored pattern exactly in one step under the margin condition",
  source:
    "Santos, Niculae, McNamee, Martins, arXiv 2402.13725 (margins of Fenchel-Young losses and exact retrieval); proof in docs/models/README.md",
  expected: "every query with |q - x_i| <= (Delta_i - mu / beta) / (2 m) gives x_i; mu = 1 (sparsemax, normmax), 1 / (alpha - 1) (entmax)",
  tolerance:
    "none: the answer equals the pattern bit for bit (a weight of exactly 1 and zeros), radius up to 0.999 of the bound so that rounding the query cannot leave it",
  seconds: 1,
  run({ seed, progress, library = packageItself }) {
    const random = randomStream(seed, 0xc101);
    let cases = 0;
    let failures = 0;
    for (let n = 0; n < problems; n++) {
      progress(n, problems);
      const d = pick(random, [4, 8, 16]);
      const X = unitRows(random, pick(random, [3, 10, 30]), d);
      const m = largestNorm(X);
      const { model, alpha, gap } = pick(random, members);
      const deltas = X.map((x, i) => dot(x, x) - Math.max(...X.filter((_, j) => j !== i).map((other) => dot(x, other))));
      const best = Math.max(...deltas);
      if (best <= 1e-3) continue;
      const beta = (gap / best) * (1 + 9 * uniform(random));
      const memory = library.createMemory(X, { model, beta, ...(model === "sparsemax" ? {} : { alpha }) });
      X.forEach((x, i) => {
        const radius = ((deltas[i] as number) - gap / beta) / (2 * m);
        if (radius <= 1e-4) return;
        const queries = [0, 0.5, 0.999].map((part) => shifted(random, x, part * radius));
        const { states } = memory.recall(queries);
        for (let b = 0; b < queries.length; b++) {
          cases++;
          if (!rowOf(states, b).every((value, k) => value === x[k])) failures++;
        }
      });
    }
    return {
      measured: `${failures} of ${cases} queries inside the margin gave anything else`,
      passed: failures === 0 && cases >= 500,
      figures: { cases, failures },
    };
  },
};
