/** @file Simulated thresholds contain the exact median at their size; patterns that are really drawn, by this file's own loop, say the same. */
import { medianInterval, simulate } from "../capacity/index.ts";
import { randomStream, uniform } from "../core/random.ts";
import type { Claim } from "./types.ts";

const kinds = ["binary", "spherical", "gaussian", "linear"] as const;
const lambdas = [0.5, 1, 3];

/** log(P*) / n of one problem of signs, pattern by pattern. */
function drawnThreshold(n: number, lambda: number, seed: number, index: number): number {
  const random = randomStream(seed, 0xca000000 + index);
  let sum = 0;
  for (let P = 2; ; P++) {
    let overlap = 0;
    for (let i = 0; i < n; i++) overlap += uniform(random) < 0.5 ? -1 : 1;
    sum += Math.exp(lambda * (overlap - n));
    if (sum > 1) return Math.log(P) / n;
  }
}

/** @param run the function under examination. @param sizes numbers N of entries. */
export function simulationClaim(run: typeof simulate = simulate, sizes: readonly number[] = [20, 80, 320]): Claim {
  return {
    id: "capacity-simulation",
    title: "simulated retrieval thresholds at finite N contain the exact medians, from N = 20 to 320",
    source: "arXiv 2503.09518 (simulations beside the theory); exact medians and level sampling in docs/capacity/simulation.md",
    expected:
      "36 cases (binary, spherical, Gaussian, linear manifold; N = 20, 80, 320; lambda = .5, 1, 3), 200 problems each: at least 90 % of the 95 % intervals contain the exact finite-N median and all 99.99 % ones do; 60 problems of 12 signs drawn pattern by pattern agree with the exact median too",
    tolerance: "the intervals themselves: 32 of 36 at 95 % (the chance of fewer is 2 %), 36 of 36 at 99.99 %",
    seconds: 12,
    run({ seed, progress }) {
      let [inside, far, cases] = [0, 0, 0];
      for (const [k, kind] of kinds.entries()) {
        for (const n of sizes) {
          for (const lambda of lambdas) {
            const base = { n, lambda, instances: 200, seed: seed * 97 + cases };
            const { alphaStar, theoryFinite, agrees } =
              kind === "linear"
                ? run({ ...base, ensemble: "hidden-manifold", activation: "linear", ratio: 0.5 })
                : run({ ...base, ensemble: kind });
            if (theoryFinite === null) continue;
            cases++;
            if (theoryFinite >= alphaStar.low && theoryFinite <= alphaStar.high) inside++;
            if (!agrees) far++;
          }
          progress(k * sizes.length + sizes.indexOf(n) + 1, kinds.length * sizes.length);
        }
      }
      const own = Float64Array.from({ length: 60 }, (_, i) => drawnThreshold(12, 1, seed, i)).sort();
      const { low, high } = medianInterval(own, 1e-4);
      const exact = run({ ensemble: "binary", n: 12, lambda: 1, instances: 1, seed }).theoryFinite ?? Number.NaN;
      const drawn = exact >= low && exact <= high;
      return {
        measured: `${inside} of ${cases} 95 % intervals and ${cases - far} of ${cases} 99.99 % ones contain the exact median; 12 signs drawn: ${low.toFixed(4)} to ${high.toFixed(4)}, exact ${exact.toFixed(4)}`,
        passed: cases === 12 * sizes.length && inside >= Math.floor(0.9 * cases) && far === 0 && drawn,
        figures: { inside, cases, far },
      };
    },
  };
}

export const capacitySimulation: Claim = simulationClaim();
