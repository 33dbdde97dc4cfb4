/** @file Top-K retrieval has an energy: the smallest of the energies of all K-element supports, and each step lowers it. Small memories, every support tried. */
import { randomStream } from "../core/random.ts";
import { gaussianRows, gaussianVector, logUniform, rowOf } from "./draws.ts";
import { dot, dotLogits, logSumExp } from "./reference.ts";
import { type Claim, packageItself } from "./types.ts";

const problems = 150;
const [M, d] = [9, 5];

function subsets(n: number, k: number, from = 0): number[][] {
  if (k === 0) return [[]];
  const found: number[][] = [];
  for (let i = from; i <= n - k; i++) for (const rest of subsets(n, k - 1, i + 1)) found.push([i, ...rest]);
  return found;
}

export const topKEnergy: Claim = {
  id: "top-k-energy",
  title: "top-K retrieval has a Lyapunov energy: E_K(q) is the minimum of E_S(q) over all supports of K patterns, and never rises",
  source:
    "docs/models/top-k.md (proof). Hu et al., arXiv 2404.03900, as we could read it, proves convergence of the sparse-structured models without an energy",
  expected: "energy() = min over |S| = K of [ -log(sum_S e^{beta x.q}) / beta + |q|^2 / 2 ], and E_K(f(q)) <= E_K(q)",
  tolerance: "1e-11 (1 + |E|): rounding of f64 sums; a step may lose 2^-20 (1 + |E|) to the rounding of its f32 answer",
  seconds: 1,
  run({ seed, progress, library = packageItself }) {
    const random = randomStream(seed, 0xc105);
    let largestGap = 0;
    let rises = 0;
    let checks = 0;
    for (let n = 0; n < problems; n++) {
      progress(n, problems);
      const k = 1 + (n % 4);
      const supports = subsets(M, k);
      const X = gaussianRows(random, M, d);
      const beta = logUniform(random, 0.2, 8);
      const memory = library.createMemory(X, { model: "top-k", k, beta });
      const least = (q: number[]): number => {
        const z = dotLogits(q, X, beta);
        return 0.5 * dot(q, q) - Math.max(...supports.map((s) => logSumExp(s.map((i) => z[i] as number)))) / beta;
      };
      let q = gaussianVector(random, d, 1.5);
      let energy = least(q);
      for (let t = 0; t < 5; t++) {
        const returned = memory.energy([q])[0] ?? Number.NaN;
        const gap = Math.abs(returned - energy) / (1 + Math.abs(energy));
        largestGap = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : Math.max(largestGap, gap);
        q = rowOf(memory.recall([q], { steps: 1 }).states, 0);
        const next = least(q);
        if (!(next <= energy + 2 ** -20 * (1 + Math.abs(energy)))) rises++;
        energy = next;
        checks++;
      }
    }
    return {
      measured: `${checks} states: largest relative gap to the minimum over supports ${largestGap.toExponential(1)}, ${rises} steps uphill`,
      passed: largestGap <= 1e-11 && rises === 0,
      figures: { checks, largestGap, rises },
    };
  },
};
