/**
 * @file Memory, generalisation and neither on a linear manifold, xi = F z / sqrt D with D = ratio N normal latents: thresholds of the query xi^1 + sqrt(noise) eta as an ensemble like
 * any other, with and without the bias of the norms. Derivations: docs/capacity/manifold.md.
 */
import { checkNumber } from "../core/options.ts";
import { gaussianOverlap } from "./closed-forms.ts";
import type { Bias } from "./diffusion-set.ts";
import { largestEigenvalue, spectrumTransform } from "./manifold-spectrum.ts";
import { alpha1, lambdaSaturation, sigma } from "./thresholds.ts";
import type { Ensemble } from "./types.ts";

export interface ManifoldSettings {
  /** D / N, above 0. */
  readonly ratio: number;
  /** Variance per entry of the noise on the query, at least 0. */
  readonly noise: number;
  readonly bias: Bias;
}

/**
 * bias "none": the overlaps with other patterns are normal with variance N (1 + 1 / ratio + noise), signal 1. "norm": energies x . xi - |xi|^2 / 2, signal 1/2; with L the Shannon
 * transform of C at lambda, zeta = -L / 2 + (lambda / 2) (1 - L') + (lambda^2 / 2) noise L'.
 * @throws HopfieldError E_RANGE.
 */
export function linearManifoldEnsemble({ ratio, noise, bias }: ManifoldSettings): Ensemble {
  checkNumber("linearManifoldEnsemble", "latentRatio", ratio, { above: 0 });
  checkNumber("linearManifoldEnsemble", "noise", noise, { atLeast: 0 });
  if (bias === "none") return gaussianOverlap({ variance: 1 + 1 / ratio + noise, signal: 1 }, "linear-manifold");
  return {
    name: "linear-manifold-with-bias",
    signal: 0.5,
    zeta: (l) => {
      const { log, slope } = spectrumTransform(l, ratio);
      return 0.5 * (l - log - l * slope + l * l * noise * slope);
    },
    zetaPrime: (l) => {
      const { slope, curvature } = spectrumTransform(l, ratio);
      return 0.5 - slope - 0.5 * l * curvature + l * noise * slope + 0.5 * l * l * noise * curvature;
    },
    margin: (l) => {
      const { log, slope } = spectrumTransform(l, ratio);
      return 0.5 * (log + l * slope - l * l * noise * slope);
    },
    // zeta' = 1/2 exactly at lambda = 1 / noise, where the weights are the posterior of the pattern.
    saturation: noise > 0 ? 1 / noise : null,
    alphaLimit: null,
  };
}

export type Regime = "memory" | "generalisation" | "neither";

/**
 * For N to infinity: memory iff alpha < alpha_1(lambda), generalisation iff alpha > max(alpha_1, Sigma), else neither: condensed onto a few wrong patterns.
 * @param alpha log P / N, at least 0. @param lambda above 0.
 * @throws HopfieldError E_RANGE.
 */
export function manifoldRegime(settings: ManifoldSettings, alpha: number, lambda: number): Regime {
  checkNumber("manifoldRegime", "alpha", alpha, { atLeast: 0 });
  const ensemble = linearManifoldEnsemble(settings);
  const threshold = alpha1(ensemble, lambda);
  if (alpha < threshold) return "memory";
  return alpha > Math.max(threshold, sigma(ensemble, lambda)) ? "generalisation" : "neither";
}

/** Where the three regions meet: lambda_s and alpha_1 there, which is Sigma there. Null when alpha_1 never saturates (bias and no noise): memory and generalisation share one border. */
export function triplePoint(settings: ManifoldSettings): { lambda: number; alpha: number } | null {
  const ensemble = linearManifoldEnsemble(settings);
  const lambda = lambdaSaturation(ensemble);
  return lambda === null ? null : { lambda, alpha: alpha1(ensemble, lambda) };
}

/**
 * lambda = 1 / c_max = ratio / (1 + sqrt ratio)^2: without the bias the P to infinity update x <- lambda C x contracts below it and runs away above. With the bias the update
 * C (C + I / lambda)^{-1} x contracts at every lambda.
 * @throws HopfieldError E_RANGE.
 */
export function instabilityLambda(ratio: number): number {
  return 1 / largestEigenvalue(ratio);
}
