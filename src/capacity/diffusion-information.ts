/**
 * @file Information that one noisy entry gives about its pattern, (1/N) I(xi; xi + sqrt t eta): the alpha at which the diffusion collapses at time t. Spherical, binary and the
 * linear manifold in closed form; other manifolds by the Bayes-optimal replica formula. Derivations: docs/capacity/diffusion.md.
 */
import { checkNumber } from "../core/options.ts";
import type { DiffusionEnsemble } from "./diffusion-draw.ts";
import { outputEntropy } from "./diffusion-output.ts";
import { spectrumTransform } from "./manifold-spectrum.ts";

/**
 * alpha_C(t), decreasing in t.
 * @param time variance t > 0 of the noise on an entry.
 * @throws HopfieldError E_RANGE.
 */
export function informationRate(ensemble: DiffusionEnsemble, time: number): number {
  checkNumber("informationRate", "time", time, { above: 0 });
  if (ensemble.kind === "spherical") return 0.5 * Math.log1p(1 / time);
  if (ensemble.kind === "binary") return binaryRate(time);
  const { activation, latentRatio } = ensemble;
  if (activation === "linear") return 0.5 * spectrumTransform(1 / time, latentRatio).log;
  return smallestOverOverlap((q) => replicaRate(q, latentRatio, outputEntropy(activation, q, time), time));
}

/** 1 / t - E log cosh(1 / t + g / sqrt t). */
function binaryRate(time: number): number {
  const [mean, spread] = [1 / time, 1 / Math.sqrt(time)];
  // Steps of 1/16 of a deviation resolve the kink of log cosh, whose width in g is sqrt t, down to t = .005; below, all is log 2 to 1e-12.
  const step = Math.min(1 / 16, Math.sqrt(time) / 4);
  let lost = 0;
  for (let g = -9; g <= 9; g += step) {
    const a = mean + spread * g;
    // 1 / t - log cosh a = -(spread g) + [a - |a|] + log 2 - log(1 + e^{-2 |a|}); the first term has mean 0.
    lost += Math.exp((-g * g) / 2) * (Math.log1p(Math.exp(-2 * Math.abs(a))) - (a - Math.abs(a)));
  }
  return Math.LN2 - (lost * step) / Math.sqrt(2 * Math.PI);
}

/** -(ratio / 2) [log(1 - q) + q] + H(q) - (1/2) log(2 pi e t): latent entropy lost at overlap q, and what the entries then still tell. */
function replicaRate(q: number, ratio: number, entropy: number, time: number): number {
  return (-ratio / 2) * (Math.log1p(-q) + q) + entropy - 0.5 * Math.log(2 * Math.PI * Math.E * time);
}

/** The smallest value over 0 <= q < 1: a scan in the logit of q, then golden section around the best. */
function smallestOverOverlap(f: (q: number) => number): number {
  const at = (logit: number): number => f(1 / (1 + Math.exp(-logit)));
  const [first, last, count] = [-12, 16, 28];
  const values = Array.from({ length: count + 1 }, (_, i) => at(first + ((last - first) * i) / count));
  const best = values.indexOf(Math.min(...values));
  const width = (last - first) / count;
  const golden = (Math.sqrt(5) - 1) / 2;
  let low = first + width * (best - 1);
  let high = first + width * (best + 1);
  let a = high - golden * (high - low);
  let b = low + golden * (high - low);
  let [fa, fb] = [at(a), at(b)];
  // The value is flat at its minimum: a logit to 3e-4 gives it to about 1e-9.
  while (high - low > 3e-4) {
    if (fa < fb) {
      [high, b, fb] = [b, a, fa];
      a = high - golden * (high - low);
      fa = at(a);
    } else {
      [low, a, fa] = [a, b, fb];
      b = low + golden * (high - low);
      fb = at(b);
    }
  }
  return Math.min(fa, fb);
}
