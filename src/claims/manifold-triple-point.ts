/** @file The triple point of the linear manifold: where memory, generalisation and neither meet; with the score's bias it is the collapse of the diffusion. */
import { alpha1, collapseTime, instabilityLambda, linearManifoldEnsemble, sigma, triplePoint } from "../capacity/index.ts";
import { randomStream } from "../core/random.ts";
import { logUniform } from "./draws.ts";
import type { Claim } from "./types.ts";

/** (1/2) integral of log(1 + c / t) over the Marchenko-Pastur law of F F^T / D, D / N = ratio, by the midpoint rule in an angle that removes the square roots at both ends. */
function informationBySpectrum(t: number, ratio: number): number {
  const r = 1 / ratio;
  const [low, high] = [(1 - Math.sqrt(r)) ** 2, (1 + Math.sqrt(r)) ** 2];
  const steps = 4000;
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    const angle = ((i + 0.5) / steps) * (Math.PI / 2);
    const c = low + (high - low) * Math.sin(angle) ** 2;
    const density = Math.sqrt((high - c) * (c - low)) / (2 * Math.PI * r * c);
    sum += 0.5 * Math.log(1 + c / t) * density * (high - low) * 2 * Math.sin(angle) * Math.cos(angle);
  }
  return (sum * Math.PI) / 2 / steps;
}

/** @param point the function under examination. */
export function triplePointClaim(point: typeof triplePoint = triplePoint): Claim {
  return {
    id: "manifold-triple-point",
    title:
      "alpha_1 and Sigma meet at lambda_s, where alpha_1 saturates; with the bias of the norms and noise t that point is the collapse, lambda = 1 / t and alpha = alpha_C(t)",
    source: "docs/capacity/manifold.md; saturation and linear manifold: arXiv 2503.09518; collapse as condensation: arXiv 2502.09578",
    expected:
      "20 ratios: without bias lambda_s = ratio / (1 + ratio), alpha = lambda_s / 2, the instability 1 / c_max below lambda_s; with bias alpha_C by an integral over the Marchenko-Pastur law, and the time where alpha_C is reached back again",
    tolerance: "closed forms 1e-12; the integral 1e-6 (midpoint rule, 4000 steps); the time 1e-6 of itself",
    seconds: 0.1,
    run({ seed, progress }) {
      const random = randomStream(seed, 0xd1f4);
      let [closed, meeting, spectrum, time] = [0, 0, 0, 0];
      let below = true;
      for (let i = 0; i < 20; i++) {
        progress(i, 20);
        const ratio = logUniform(random, 0.1, 5);
        const t = logUniform(random, 0.1, 3);
        const plain = { ratio, noise: 0, bias: "none" } as const;
        const biased = { ratio, noise: t, bias: "norm" } as const;
        const [a, b] = [point(plain), point(biased)];
        closed = Math.max(
          closed,
          Math.abs((a?.lambda ?? 0) - ratio / (1 + ratio)),
          Math.abs((a?.alpha ?? 0) - ratio / (2 + 2 * ratio)),
          Math.abs((b?.lambda ?? 0) * t - 1),
        );
        for (const [settings, found] of [
          [plain, a],
          [biased, b],
        ] as const) {
          const ensemble = linearManifoldEnsemble(settings);
          const lambda = found?.lambda ?? 1;
          meeting = Math.max(
            meeting,
            Math.abs(alpha1(ensemble, lambda) - sigma(ensemble, lambda)),
            Math.abs(alpha1(ensemble, lambda) - (found?.alpha ?? 0)),
          );
        }
        below &&= instabilityLambda(ratio) < (a?.lambda ?? 0);
        spectrum = Math.max(spectrum, Math.abs((b?.alpha ?? 0) - informationBySpectrum(t, ratio)));
        const back = collapseTime({ kind: "hidden-manifold", activation: "linear", latentRatio: ratio }, b?.alpha ?? 1);
        time = Math.max(time, Math.abs(back / t - 1));
      }
      return {
        measured: `closed forms within ${closed.toExponential(1)}, alpha_1 - Sigma there ${meeting.toExponential(1)}, integral within ${spectrum.toExponential(1)}, time within ${time.toExponential(1)}; instability below lambda_s: ${below ? "always" : "no"}`,
        passed: closed <= 1e-12 && meeting <= 1e-10 && spectrum <= 1e-6 && time <= 1e-6 && below,
        figures: { closed, meeting, spectrum, time },
      };
    },
  };
}

export const manifoldTriplePoint: Claim = triplePointClaim();
