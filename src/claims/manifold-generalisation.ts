/** @file Memory, generalisation and neither on a linear manifold, measured where theory has them and far from the borders between them. */
import { manifoldPlane } from "../capacity/index.ts";
import type { Claim } from "./types.ts";

/** The points looked at: alpha, lambda, what is expected. */
const points = [
  [0.06, 0.3, "memory"],
  [0.06, 1.5, "memory"],
  [0.26, 0.05, "generalisation"],
  [0.26, 0.15, "generalisation"],
  [0.26, 1.5, "neither"],
] as const;
const [early, late] = [0.16, 0.26];

/** @param plane the function under examination. */
export function generalisationClaim(plane: typeof manifoldPlane = manifoldPlane): Claim {
  return {
    id: "manifold-generalisation",
    title:
      "on a linear manifold the memory's update is the pattern, the limit of infinitely many patterns, or neither, as alpha lies to alpha_1 and Sigma",
    source:
      "generalisation limit on a linear manifold: arXiv 2503.09518; the three regions are derived in docs/capacity/manifold.md (alpha_1 = lambda - (1 + 1/ratio) lambda^2 / 2, Sigma = (1 + 1/ratio) lambda^2 / 2)",
    expected:
      "N = 40, D = 20, 12 draws: five points far from the borders as in theory; between alpha = .16 and .26 the error falls below a third where alpha > 2 Sigma (lambda = .15), by less than a third where alpha < Sigma (lambda = 1.5); no part of an update off the manifold",
    tolerance:
      "medians of 12 draws, memory: weight > 1/2, generalisation: error < 1/2 of the limit; e^{-N .1 / 2} = .14 is what the error should fall by; off the manifold 1e-12 (sums in f64)",
    seconds: 1,
    run({ seed, progress }) {
      const found = plane({
        n: 40,
        ratio: 0.5,
        alphas: [0.06, early, late],
        lambdas: [0.05, 0.15, 0.3, 1.5],
        noise: 0,
        bias: "none",
        instances: 12,
        seed,
        progress: (share) => progress(share, 1),
      });
      const at = (alpha: number, lambda: number) => found.find((point) => point.alpha === alpha && point.lambda === lambda);
      const wrong = points.filter(([alpha, lambda, name]) => {
        const point = at(alpha, lambda);
        return point?.regime !== name || point.regimeMeasured !== name;
      });
      const fall = (lambda: number): number =>
        (at(late, lambda)?.relativeError.median ?? 1) / (at(early, lambda)?.relativeError.median ?? 1);
      const off = Math.max(...found.map((point) => point.offManifold));
      const [free, stuck] = [fall(0.15), fall(1.5)];
      return {
        measured: `${points.length - wrong.length} of ${points.length} points as expected; error from alpha = ${early} to ${late}: times ${free.toFixed(3)} at lambda = .15, ${stuck.toFixed(3)} at 1.5; off the manifold ${off.toExponential(1)}`,
        passed: wrong.length === 0 && free < 1 / 3 && stuck > 2 / 3 && off < 1e-12,
        figures: { free, stuck, off, right: points.length - wrong.length },
      };
    },
  };
}

export const manifoldGeneralisation: Claim = generalisationClaim();
