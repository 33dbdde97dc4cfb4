/** @file The collapse: where a noisy pattern stops to be told from the others, at t_C = 1 / (e^{2 alpha} - 1) on the sphere, sharper with every N; and where chains end. */
import { collapseTime, drawPatterns, reverseTimes, sampleChains, sourceWeights } from "../capacity/index.ts";
import type { Claim } from "./types.ts";

const alpha = 0.3;
const ratios = [0.6, 1, 1.6] as const;

/** @param timeOf the function under examination. @param sizes numbers N of entries. */
export function collapseClaim(timeOf: typeof collapseTime = collapseTime, sizes: readonly number[] = [20, 30, 40]): Claim {
  return {
    id: "diffusion-collapse",
    title:
      "the weight of a noisy pattern's own source falls through one half at the collapse time, and reverse chains end on stored patterns",
    source:
      "Memorization and Generalization in Generative Diffusion under the Manifold Hypothesis, arXiv 2502.09578, and Dynamical Regimes of Diffusion Models, arXiv 2402.18491 (collapse as the condensation of a random energy model); t_C for spherical patterns in docs/capacity/diffusion.md",
    expected:
      "alpha = .3, N = 20, 30, 40: mean weight between .35 and .65 at t_C, above .7 at .6 t_C, below .45 at 1.6 t_C; from N = 20 to 40 it rises at .6 t_C and falls at 1.6 t_C; 30 chains at N = 24 end within .05 (rms) of a pattern",
    tolerance:
      "the bounds leave room for N: the weight at t_C is .60, .59, .58; 160 stratified trials (600 at N = 20, 30) have a standard error of about .02; .05 is five times the noise left at t = 1e-4",
    seconds: 5,
    run({ seed, progress }) {
      const ensemble = { kind: "spherical" } as const;
      const t = timeOf(ensemble, alpha);
      const weights = sizes.map((n, i) => {
        const set = drawPatterns(ensemble, n, alpha, seed);
        const trials = n === 40 ? 160 : 600;
        const told = (done: number): void => progress(i + done / trials, sizes.length + 1);
        return sourceWeights(
          set,
          "none",
          ratios.map((ratio) => ratio * t),
          { trials, seed, progress: told },
        ).map(({ mean }) => mean);
      });
      const set = drawPatterns(ensemble, 24, alpha, seed);
      const grid = reverseTimes({ collapse: t, onset: null, speciation: 1, measured: false });
      const { nearest } = sampleChains(set, "none", grid, { chains: 30, seed });
      const rms = Math.max(...nearest.map((end) => end.rms));
      const inside = weights.every(([early = 0, at = 0, late = 1]) => early > 0.7 && at > 0.35 && at < 0.65 && late < 0.45);
      const [first, last] = [weights[0] ?? [], weights.at(-1) ?? []];
      const sharper = (last[0] as number) > (first[0] as number) && (last[2] as number) < (first[2] as number);
      return {
        measured: `${sizes.map((n, i) => `N = ${n}: ${weights[i]?.map((w) => w.toFixed(3)).join(", ")}`).join("; ")} at .6, 1, 1.6 t_C = ${t.toFixed(4)}; chains end within ${rms.toFixed(4)}`,
        passed: inside && sharper && rms < 0.05,
        figures: { collapseTime: t, rms, weight20: first[1] as number, weight40: last[1] as number },
      };
    },
  };
}

export const diffusionCollapse: Claim = collapseClaim();
