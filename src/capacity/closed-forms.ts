/**
 * @file Ensembles whose zeta is a closed form: binary, spherical, Gaussian, any overlap that is Gaussian, Gaussian clusters, and the dot product scaled by 1 / sqrt N.
 * Derivations: docs/capacity/ensembles.md. Binary, spherical and Gaussian patterns: Lucibello and Mezard, "Exponential capacity of dense associative memories", arXiv 2304.14964.
 */
import { checkNames, checkNumber } from "../core/options.ts";
import { againstNormal, panels } from "./quadrature.ts";
import type { Ensemble } from "./types.ts";

/** The query is x = xi^1 + sqrt(noise) eta with eta standard normal: `noise` >= 0 is a variance per entry, default 0. */
export interface NoiseOptions {
  readonly noise?: number;
}

function noiseOf(where: string, options: NoiseOptions, known: readonly string[] = ["noise"]): number {
  checkNames(where, options, known);
  return checkNumber(where, "noise", options.noise ?? 0, { atLeast: 0 });
}

function logCosh(x: number): number {
  const t = Math.abs(x);
  return t < 1 ? 0.5 * Math.log1p(Math.sinh(t) ** 2) : t + Math.log1p(Math.exp(-2 * t)) - Math.LN2;
}

/** Rate of the overlap e of two binary patterns: I(e) = ((1+e) log(1+e) + (1-e) log(1-e)) / 2. */
function binaryRate(e: number): number {
  return 0.5 * ((1 + e) * Math.log1p(e) + (e < 1 ? (1 - e) * Math.log1p(-e) : 0));
}

/** atanh(e) with I(e) = alpha by Newton in lambda, where d I / d lambda = lambda (1 - tanh^2 lambda). Null from log 2 on. */
function binaryCondensation(alpha: number): number | null {
  if (alpha >= Math.LN2) return null;
  let [low, high] = [0, 400];
  let lambda = Math.min(Math.sqrt(2 * alpha), 1);
  for (let round = 0; round < 200 && lambda > 0; round++) {
    // lambda tanh lambda - log cosh lambda is I(tanh lambda) without the cancellation near 1.
    const off =
      (lambda > 1 ? lambda * (Math.tanh(lambda) - 1) - Math.log1p(Math.exp(-2 * lambda)) + Math.LN2 : binaryRate(Math.tanh(lambda))) -
      alpha;
    if (off > 0) high = lambda;
    else low = lambda;
    const next = lambda - off / (lambda / Math.cosh(lambda) ** 2);
    const safe = next > low && next < high ? next : (low + high) / 2;
    if (Math.abs(safe - lambda) <= 1e-16 * lambda) break;
    lambda = safe;
  }
  return lambda;
}

/**
 * Patterns of independent +-1, zeta = log cosh lambda. `flips`: share of bits flipped in the query, in [0, 1/2); the signal is 1 - 2 flips. With `noise` the query is real and
 * zeta = E log cosh(lambda (1 + sqrt(noise) eta)).
 * @throws HopfieldError E_RANGE.
 */
export function binaryEnsemble(options: NoiseOptions & { readonly flips?: number } = {}): Ensemble {
  const where = "binaryEnsemble";
  const noise = noiseOf(where, options, ["noise", "flips"]);
  const flips = checkNumber(where, "flips", options.flips ?? 0, { atLeast: 0 });
  const signal = 1 - 2 * checkNumber(where, "flips", flips, { atMost: 0.5 });
  if (noise > 0) return noisyBinary(noise, signal);
  return {
    name: "binary",
    signal,
    zeta: logCosh,
    zetaPrime: Math.tanh,
    ...(flips === 0 ? { margin: (lambda) => Math.LN2 - Math.log1p(Math.exp(-2 * lambda)), alphaLimit: Math.LN2 } : {}),
    saturation: flips === 0 ? null : Math.atanh(signal),
    condensation: binaryCondensation,
  };
}

function noisyBinary(noise: number, signal: number): Ensemble {
  // log cosh(lambda x) bends on the scale 1 / lambda around x = 0, so panels end there; 48 nodes on panels of 2 resolve lambda up to about 30.
  const root = Math.sqrt(noise);
  const zero = -1 / root;
  const borders = Math.abs(zero) < 9 ? [-9, zero, 9] : [-9, 9];
  const { nodes, weights } = againstNormal(panels(borders, 2, 48));
  const mean = (f: (x: number) => number): number => weights.reduce((sum, w, i) => sum + w * f(1 + root * (nodes[i] as number)), 0);
  return {
    name: "binary",
    signal,
    zeta: (lambda) => mean((x) => logCosh(lambda * x)),
    zetaPrime: (lambda) => mean((x) => x * Math.tanh(lambda * x)),
  };
}

/**
 * Patterns uniform on the sphere |xi|^2 = N and a query with |x|^2 = norm N (default 1 + noise) and overlap `signal` (default 1; at most sqrt(norm)). With h = lambda sqrt(norm) and
 * u = 2h / (1 + sqrt(1 + 4 h^2)): zeta = h u + log(u / h) / 2. For an angle theta on the sphere give { signal: cos(theta) }.
 * @throws HopfieldError E_RANGE.
 */
export function sphericalEnsemble(options: NoiseOptions & { readonly norm?: number; readonly signal?: number } = {}): Ensemble {
  const where = "sphericalEnsemble";
  const noise = noiseOf(where, options, ["noise", "norm", "signal"]);
  const norm = checkNumber(where, "norm", options.norm ?? 1 + noise, { above: 0 });
  const root = Math.sqrt(norm);
  const signal = checkNumber(where, "signal", options.signal ?? 1, { atMost: root });
  const parts = (lambda: number): { h: number; u: number; d: number } => {
    const h = lambda * root;
    const d = 1 + Math.sqrt(1 + 4 * h * h);
    return { h, u: (2 * h) / d, d };
  };
  const ratio = signal / root;
  return {
    name: "spherical",
    signal,
    zeta: (lambda) => {
      const { h, u, d } = parts(lambda);
      return h * u + 0.5 * Math.log(2 / d);
    },
    zetaPrime: (lambda) => root * parts(lambda).u,
    margin: (lambda) => {
      const { h, d } = parts(lambda);
      // h - h u = h (1 + sqrt(1 + 4 h^2) - 2 h) / d, where sqrt(1 + 4 h^2) - 2 h = 1 / (sqrt(1 + 4 h^2) + 2 h).
      return lambda * (signal - root) + (h * (1 + 1 / (d - 1 + 2 * h))) / d - 0.5 * Math.log(2 / d);
    },
    condensation: (alpha) => (Math.sqrt(-Math.expm1(-2 * alpha)) * Math.exp(2 * alpha)) / root,
    saturation: ratio >= 1 ? null : ratio <= 0 ? 0 : ratio / (1 - ratio * ratio) / root,
    alphaLimit: null,
  };
}

/**
 * Any patterns whose overlap with the query is normal with mean `mean` N and variance `variance` N: zeta = mean lambda + variance lambda^2 / 2.
 * @param settings variance > 0; signal; mean default 0.
 * @throws HopfieldError E_RANGE.
 */
export function gaussianOverlap(
  settings: { readonly variance: number; readonly signal: number; readonly mean?: number },
  name = "gaussian-overlap",
): Ensemble {
  const where = "gaussianOverlap";
  checkNames(where, settings, ["variance", "signal", "mean"]);
  const variance = checkNumber(where, "variance", settings.variance, { above: 0 });
  const signal = checkNumber(where, "signal", settings.signal);
  const mean = checkNumber(where, "mean", settings.mean ?? 0);
  return {
    name,
    signal,
    zeta: (lambda) => mean * lambda + 0.5 * variance * lambda * lambda,
    zetaPrime: (lambda) => mean + variance * lambda,
    saturation: Math.max(0, (signal - mean) / variance),
    condensation: (alpha) => Math.sqrt((2 * alpha) / variance),
  };
}

/**
 * Patterns of independent N(0, 1) entries and a query with |x|^2 = norm N (default 1 + noise): zeta = norm lambda^2 / 2, signal 1 (or `signal`; a stored pattern of an untypical
 * norm rho has norm = signal = rho).
 * @throws HopfieldError E_RANGE.
 */
export function gaussianEnsemble(options: NoiseOptions & { readonly norm?: number; readonly signal?: number } = {}): Ensemble {
  const noise = noiseOf("gaussianEnsemble", options, ["noise", "norm", "signal"]);
  return gaussianOverlap({ variance: options.norm ?? 1 + noise, signal: options.signal ?? 1 }, "gaussian");
}

/**
 * A finite number of clusters with orthogonal centres of squared norm `centre` N, and N(0, spread I) around them. A cluster holds a share of the patterns that does not shrink with
 * N, so only the query's own matters: mean overlap `centre`, variance spread (centre + spread).
 * @throws HopfieldError E_RANGE.
 */
export function clusterEnsemble(settings: { readonly centre: number; readonly spread: number }): Ensemble {
  const where = "clusterEnsemble";
  checkNames(where, settings, ["centre", "spread"]);
  const centre = checkNumber(where, "centre", settings.centre, { atLeast: 0 });
  const spread = checkNumber(where, "spread", settings.spread, { above: 0 });
  return gaussianOverlap({ mean: centre, variance: spread * (centre + spread), signal: centre + spread }, "gaussian-clusters");
}

/**
 * Weights exp(lambda x . xi / sqrt N) and P = e^{alpha sqrt N}: signal lambda sqrt N, noise alpha sqrt N + O(1), so alpha_1 = alpha_c = lambda. Here zeta, alpha and Sigma are rates
 * per sqrt N.
 */
export function scaledDotProduct(): Ensemble {
  return {
    name: "scaled-dot-product",
    signal: 1,
    zeta: () => 0,
    zetaPrime: () => 0,
    saturation: null,
    condensation: () => null,
    alphaLimit: null,
  };
}
