/** @file Fewer latent variables hold fewer patterns, although patterns are as far apart as before: both measured, beside the theory. */
import { alpha1, hiddenManifold, medianInterval, simulate } from "../capacity/index.ts";
import { normal, type RandomStream, randomStream } from "../core/random.ts";
import type { Claim } from "./types.ts";

const ratios = [0.1, 0.25, 0.5, 1, 2];
const [n, lambda, instances] = [24, 1, 150];

/** tanh(F z / sqrt D). */
function pattern(random: RandomStream, F: readonly (readonly number[])[]): number[] {
  const z = Array.from(F[0] ?? [], () => normal(random));
  return F.map((row) => Math.tanh(row.reduce((sum, f, k) => sum + f * (z[k] as number), 0) / Math.sqrt(z.length)));
}

/** Mean of |xi - xi'|^2 / N over 60 pairs of N = 600 entries. */
function distance(random: RandomStream, ratio: number): number {
  const [N, pairs] = [600, 60];
  const F = Array.from({ length: N }, () => Array.from({ length: Math.round(ratio * N) }, () => normal(random)));
  let total = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const [a, b] = [pattern(random, F), pattern(random, F)];
    total += a.reduce((sum, x, i) => sum + (x - (b[i] as number)) ** 2, 0) / N;
  }
  return total / pairs;
}

/** @param threshold the function under examination. */
export function latentClaim(threshold: typeof alpha1 = alpha1): Claim {
  return {
    id: "capacity-falls-with-latent-dimension",
    title: "capacity falls as the latent dimension shrinks while the mean distance between patterns stays the same",
    source:
      "The Capacity of Modern Hopfield Networks under the Data Manifold Hypothesis, arXiv 2503.09518 (abstract); docs/capacity/hidden-manifold.md",
    expected:
      "tanh patterns, lambda = 1, D / N = .1, .25, .5, 1, 2: alpha_1 strictly falls with D / N in theory; medians of 150 simulated problems at N = 24 fall too (99.99 % intervals at .1 and 2 apart) and each lies within 1 / N of theory; mean squared distances of pairs at N = 600 within 4 % of 2 E tanh^2 N for all five",
    tolerance:
      "4 %: at D = 60 the length of z moves the distance of a pair by 6 %, the mean of 60 pairs by 0.8 %, and a finite D lowers it by 0.4 / D; 1 / N for the finite-size correction of the uncondensed phase, whose size is of that order",
    seconds: 4,
    run({ seed, progress }) {
      const random = randomStream(seed, 0xca7);
      let passed = true;
      const rows = ratios.map((ratio, i) => {
        const ensemble = hiddenManifold({ activation: "tanh", ratio });
        const theory = threshold(ensemble, lambda);
        const { values, alphaStar } = simulate({
          ensemble: "hidden-manifold",
          activation: "tanh",
          ratio,
          n,
          lambda,
          instances,
          seed,
          maxPatterns: 1_000_000,
        });
        const { low, high } = medianInterval(values.slice().sort(), 1e-4);
        const d = distance(random, ratio);
        const expected = 2 * ensemble.signal;
        // At D / N = 0.1 and lambda = 1 the memory is condensed: log(N) / (2N) more.
        const allowed = 1 / n + (ratio < 0.2 ? Math.log(n) / (2 * n) : 0);
        passed &&= Math.abs(d / expected - 1) < 0.04 && high > theory - 1 / n && low < theory + allowed;
        progress(i + 1, ratios.length);
        return { ratio, theory, median: alphaStar.median, low, high, distance: d };
      });
      for (const [i, row] of rows.slice(1).entries()) passed &&= row.theory > (rows[i]?.theory ?? 1) + 1e-3;
      passed &&= (rows.at(-1)?.low ?? 0) > (rows[0]?.high ?? 1);
      return {
        measured: rows
          .map(
            (row) =>
              `D/N ${row.ratio}: alpha_1 ${row.theory.toFixed(4)}, simulated ${row.median.toFixed(3)}, distance^2 ${row.distance.toFixed(3)} N`,
          )
          .join("; "),
        passed,
        figures: Object.fromEntries(rows.map((row) => [`alpha${row.ratio}`, row.theory])),
      };
    },
  };
}

export const capacityLatent: Claim = latentClaim();
