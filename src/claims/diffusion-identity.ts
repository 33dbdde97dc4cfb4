/** @file The memory's energy at lambda = 1 / t is the potential of the diffusion on the same patterns, and its update is the denoiser. */
import { logDensity, memoryEnergy, patternSet } from "../capacity/index.ts";
import { randomStream } from "../core/random.ts";
import { gaussianRows, gaussianVector, rowOf, unitRows } from "./draws.ts";
import { type Rows, softmax, type Vector } from "./reference.ts";
import { type Claim, packageItself } from "./types.ts";

/** -t times the score of (1/P) sum N(x; xi, t I): x less the mean of the patterns under weights exp(-|x - xi|^2 / 2t). */
function potentialSlope(patterns: Rows, x: Vector, t: number): number[] {
  const weights = softmax(patterns.map((xi) => -xi.reduce((sum, v, k) => sum + ((x[k] as number) - v) ** 2, 0) / (2 * t)));
  return x.map((v, k) => v - patterns.reduce((sum, xi, i) => sum + (weights[i] as number) * (xi[k] as number), 0));
}

const [n, P, points] = [24, 400, 20];
const times = [0.25, 0.5, 1, 2, 4];

/** @param energy the function under examination. */
export function identityClaim(energy: typeof memoryEnergy = memoryEnergy): Claim {
  return {
    id: "diffusion-identity",
    title: "the energy at lambda = 1 / t is -t log p_t of the diffusion on the stored patterns, up to a constant",
    source:
      "The Capacity of Modern Hopfield Networks under the Data Manifold Hypothesis, arXiv 2503.09518 (equivalence with time-dependent diffusion potentials for spherical patterns); derivation and the bias for unequal norms in docs/capacity/diffusion.md",
    expected:
      "grad E = -t score at 20 points and 5 times: equal norms without a bias, unequal norms with -lambda |xi|^2 / 2; E + t log p the same at all points; the model gaussian with beta = 1 / t gives E[xi | x_t = x]",
    tolerance:
      "gradients 1e-12 of 1 + |grad E| (sums of 400 weights in f64); values 1e-11 (|E| up to 100); answers of the f32 kernels 2e-5 (entries up to 10, a dozen f32 roundings)",
    seconds: 0.3,
    run({ seed, progress, library = packageItself }) {
      const random = randomStream(seed, 0xd1f1);
      const equal = unitRows(random, P, n).map((row) => {
        const length = Math.sqrt(row.reduce((sum, v) => sum + v * v, 0) / n);
        return row.map((v) => v / length);
      });
      const unequal = gaussianRows(random, P, n);
      let [worst, spread, recall] = [0, 0, 0];
      for (const [c, [patterns, bias]] of (
        [
          [equal, "none"],
          [unequal, "norm"],
        ] as const
      ).entries()) {
        const { set } = patternSet(patterns);
        for (const [j, t] of times.entries()) {
          progress(c * times.length + j, 2 * times.length);
          const constants: number[] = [];
          const memory = library.createMemory(patterns, { model: "gaussian", beta: 1 / t });
          for (let i = 0; i < points; i++) {
            const noise = gaussianVector(random, n, Math.sqrt(t));
            const x = (patterns[i] as number[]).map((v, k) => Math.fround(v + (noise[k] as number)));
            const found = energy(set, x, 1 / t, bias);
            const slope = potentialSlope(patterns, x, t);
            const size = Math.max(...slope.map(Math.abs));
            worst = Math.max(worst, ...slope.map((v, k) => Math.abs(v - (found.gradient[k] as number)) / (1 + size)));
            constants.push(found.energy + t * logDensity(set, x, t).logDensity);
            const answer = rowOf(memory.recall([x]).states, 0);
            recall = Math.max(recall, ...slope.map((v, k) => Math.abs((x[k] as number) - v - (answer[k] as number))));
          }
          memory.free();
          spread = Math.max(spread, Math.max(...constants) - Math.min(...constants));
        }
      }
      return {
        measured: `gradients within ${worst.toExponential(1)}, E + t log p constant within ${spread.toExponential(1)}, the gaussian model's answers within ${recall.toExponential(1)} of the denoiser`,
        passed: worst <= 1e-12 && spread <= 1e-11 && recall <= 2e-5,
        figures: { worst, spread, recall },
      };
    },
  };
}

export const diffusionIdentity: Claim = identityClaim();
