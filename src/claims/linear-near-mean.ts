/** @file The linear member forgets: even asked with a stored pattern at a large beta, it spreads its weight nearly evenly over the memory. */
import { randomStream } from "../core/random.ts";
import { rowOf, unitRows } from "./draws.ts";
import { distance, dot, sum, type Vector } from "./reference.ts";
import { type Claim, packageItself } from "./types.ts";

const [M, d] = [64, 16];
const betas = [1, 10, 100] as const;
/** Weight of the stored pattern itself and normalised entropy, single draw of an independent implementation. */
const table = {
  1: { weight: 0.0167, entropy: 1.0 },
  10: { weight: 0.0213, entropy: 0.996 },
  100: { weight: 0.0322, entropy: 0.983 },
} as const;

const feature = (x: Vector, beta: number): number[] =>
  x.map((value) => (value > 0 ? Math.sqrt(beta) * value + 1 : Math.exp(Math.sqrt(beta) * value)));

export const linearNearMean: Claim = {
  id: "linear-near-mean",
  title: "linear retrieval stays near the mean: a stored pattern keeps little more than 1 / M of the weight",
  source:
    "one draw of an independent float64 implementation (docs/models/linear.md); the member is that of Katharopoulos et al., arXiv 2006.16236, and Hu et al., arXiv 2404.03900",
  expected:
    "64 unit vectors, d = 16, q = x_0: weight .0167 / .0213 / .0322 and normalised entropy 1.000 / .996 / .983 at beta 1 / 10 / 100 (1 / M = .0156)",
  tolerance:
    "weight within 12 %, entropy within .004 of the mean over 40 draws: the table is one draw, draws spread by 4 to 8 %; the library's weights within 2^-22 of the definition (f32 features)",
  seconds: 1,
  run({ seed, progress, library = packageItself }) {
    const random = randomStream(seed, 0xc10b);
    const draws = 40;
    let worst = 0;
    let passed = true;
    const found = betas.map((beta) => ({ beta, weight: 0, entropy: 0 }));
    for (let n = 0; n < draws; n++) {
      progress(n, draws);
      const X = unitRows(random, M, d);
      const q = X[0] as number[];
      for (const entry of found) {
        const raw = X.map((x) => dot(feature(q, entry.beta), feature(x, entry.beta)));
        const p = raw.map((value) => value / sum(raw));
        const weights = rowOf(library.createMemory(X, { model: "linear", beta: entry.beta }).weights([q]), 0);
        worst = Math.max(worst, distance(weights, p));
        entry.weight += (weights[0] as number) / draws;
        entry.entropy -= sum(weights.map((w) => (w > 0 ? w * Math.log(w) : 0))) / Math.log(M) / draws;
      }
    }
    passed &&= worst <= 2 ** -22;
    for (const { beta, weight, entropy } of found) {
      const expected = table[beta];
      passed &&= Math.abs(weight / expected.weight - 1) <= 0.12 && Math.abs(entropy - expected.entropy) <= 0.004;
    }
    return {
      measured: `${found.map(({ beta, weight, entropy }) => `beta ${beta}: weight ${weight.toFixed(4)}, entropy ${entropy.toFixed(3)}`).join("; ")}; weights off by ${worst.toExponential(1)}`,
      passed,
      figures: Object.fromEntries(found.map(({ beta, weight }) => [`weight${beta}`, weight])),
    };
  },
};
