/**
 * @file The three times of a diffusion on P = e^{alpha N} patterns of a known ensemble, for N to infinity: collapse (a noisy pattern begins to be told from the others), onset (a pattern
 * becomes a minimum of the energy) and speciation (the noise begins to show the direction of largest variance). Derivations: docs/capacity/diffusion.md.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { sphericalEnsemble } from "./closed-forms.ts";
import type { DiffusionEnsemble } from "./diffusion-draw.ts";
import { informationRate } from "./diffusion-information.ts";
import { biasedManifold } from "./diffusion-onset.ts";
import { gaussianEquivalent } from "./diffusion-speciation.ts";
import { largestEigenvalue, spectrumTransform } from "./manifold-spectrum.ts";
import { perceptronInformation } from "./perceptron.ts";
import { brentRoot } from "./roots.ts";
import { alpha1 } from "./thresholds.ts";

const spherical = sphericalEnsemble();

/** Times are searched here; a collapse outside is none that a simulation could show. */
const [earliest, latest] = [1e-4, 1e7];

/**
 * t_C with alpha_C(t_C) = alpha; spherical 1 / (e^{2 alpha} - 1).
 * @throws HopfieldError E_RANGE: alpha not above 0, or so large that even at t = 1e-4 a pattern is not told from e^{alpha N} others (binary: alpha >= log 2).
 */
export function collapseTime(ensemble: DiffusionEnsemble, alpha: number): number {
  checkNumber("collapseTime", "alpha", alpha, { above: 0 });
  if (ensemble.kind === "spherical") return 1 / Math.expm1(2 * alpha);
  const found = timeWhere((time) => informationRate(ensemble, time) - alpha, 1e-7);
  if (found === null) {
    const most = informationRate(ensemble, earliest);
    const message = `collapseTime: ${nameOf(ensemble)} patterns are told apart up to alpha ${most.toFixed(4)} (at time ${earliest}), got ${alpha}`;
    throw new HopfieldError("E_RANGE", message, { alpha, most });
  }
  return found;
}

/**
 * alpha_1(1 / t) at x = xi^1 as a function of t: spherical and binary patterns without the bias (it changes nothing there), manifolds with it. Decreasing in t. Null where it is not
 * known: on a nonlinear manifold below t = 0.005 (lambda above 200), or where no saddle point is found.
 */
export function onsetRate(ensemble: DiffusionEnsemble): (time: number) => number | null {
  if (ensemble.kind === "binary") return (time) => Math.LN2 - Math.log1p(Math.exp(-2 / time));
  if (ensemble.kind === "spherical") return (time) => alpha1(spherical, 1 / time);
  const { activation, latentRatio } = ensemble;
  if (activation === "linear") {
    return (time) => {
      const { log, slope } = spectrumTransform(1 / time, latentRatio);
      return (log + slope / time) / 2;
    };
  }
  const { threshold } = biasedManifold(activation, latentRatio);
  return (time) => (time < 0.005 ? null : threshold(1 / time));
}

/**
 * t_o with alpha_1(1 / t_o) = alpha: the largest time at which a stored pattern is a minimum of the energy. Null: there is no such time (that onsetRate knows).
 * @throws HopfieldError E_RANGE unless alpha is above 0.
 */
export function onsetTime(ensemble: DiffusionEnsemble, alpha: number): number | null {
  checkNumber("onsetTime", "alpha", alpha, { above: 0 });
  if (ensemble.kind === "binary") return alpha < Math.LN2 ? -2 / Math.log(2 * Math.exp(-alpha) - 1) : null;
  // Signs tell at most so many patterns apart, and the saddle point is slow where that is nearly reached.
  const signs = ensemble.kind === "hidden-manifold" && ensemble.activation === "sign";
  if (signs && alpha >= 0.999 * perceptronInformation(ensemble.latentRatio)) return null;
  const rate = onsetRate(ensemble);
  const replica = ensemble.kind === "hidden-manifold" && ensemble.activation !== "linear";
  return timeWhere((time) => (rate(time) ?? Number.NaN) - alpha, replica ? 1e-9 : 1e-14);
}

/** Largest eigenvalue of the covariance of the patterns: 1 for spherical and binary, that of the Gaussian equivalent for a manifold. */
export function speciationTime(ensemble: DiffusionEnsemble): number {
  if (ensemble.kind !== "hidden-manifold") return 1;
  const { along, across } = gaussianEquivalent(ensemble.activation);
  return along * largestEigenvalue(ensemble.latentRatio) + across;
}

function nameOf(ensemble: DiffusionEnsemble): string {
  return ensemble.kind === "hidden-manifold"
    ? `hidden-manifold (${ensemble.activation}, latent ratio ${ensemble.latentRatio})`
    : ensemble.kind;
}

/** The root of a function that decreases with time, by steps of a factor 2 from 1 and Brent's method in log t; null outside the range of times. */
function timeWhere(f: (time: number) => number, tolerance: number): number | null {
  let time = 1;
  let value = f(time);
  const factor = value > 0 ? 2 : 0.5;
  const up = value > 0;
  while (time > earliest && time < latest) {
    const next = Math.max(earliest, time * factor);
    const there = f(next);
    if (Number.isNaN(there)) return null;
    if (there > 0 !== up) return refine(f, time, next, value, there, tolerance);
    [time, value] = [next, there];
  }
  return null;
}

function refine(f: (time: number) => number, a: number, b: number, fa: number, fb: number, tolerance: number): number {
  // f that is itself only known to 1e-9 would keep Brent's method busy to the last bit: small values count as 0.
  const flat = (logTime: number): number => {
    const value = f(Math.exp(logTime));
    return Math.abs(value) < 0.01 * tolerance ? 0 : value;
  };
  return Math.exp(brentRoot(flat, Math.log(a), Math.log(b), fa, fb));
}
