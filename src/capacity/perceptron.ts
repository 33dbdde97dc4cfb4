/**
 * @file The information that a sign pattern carries about its latent vector, per entry: the limit of alpha_1 for sign patterns at lambda to infinity. With q the overlap of two solutions
 * of the teacher-student perceptron with N / D = 1 / ratio examples per weight,
 * I = min_q -(ratio / 2) (log(1 - q) + q) - 2 E_h Phi(k h) log Phi(k h), k = sqrt(q / (1 - q)). Derivation: docs/capacity/hidden-manifold.md, "Sign at infinite lambda".
 */
import { logNormalCdf } from "./normal.ts";
import { normalTrapezoid } from "./quadrature.ts";
import { brentRoot } from "./roots.ts";

/** @param ratio D / N above 0, finite. @returns nats per entry, in (0, log 2). */
export function perceptronInformation(ratio: number): number {
  // In t = log(q / (1 - q)); the bend of Phi(k h) needs steps below 1 / k, so nodes grow with k.
  const information = (t: number): number => {
    const k = Math.exp(t / 2);
    const { nodes, weights } = normalTrapezoid(161 + 2 * Math.ceil(Math.min(20 * k, 4000)));
    let entropy = 0;
    nodes.forEach((h, i) => {
      const log = logNormalCdf(k * h);
      entropy -= 2 * (weights[i] as number) * Math.exp(log) * log;
    });
    const logRest = -(t > 0 ? t + Math.log1p(Math.exp(-t)) : Math.log1p(Math.exp(t)));
    return -0.5 * ratio * (logRest + 1 / (1 + Math.exp(-t))) + entropy;
  };
  // One minimum: bracket it on a grid, then the root of the symmetric difference (the minimum is flat, so its own error enters squared).
  let best = -20;
  for (let t = -20; t <= 20; t += 0.5) if (information(t) < information(best)) best = t;
  const slope = (t: number): number => information(t + 1e-3) - information(t - 1e-3);
  const root = brentRoot(slope, best - 0.6, best + 0.6);
  return information(Number.isFinite(root) ? root : best);
}
