/**
 * @file Memory, generalisation and neither on the linear manifold, measured: the memory's update at xi^1 + sqrt(noise) eta against the update of infinitely many patterns, over a grid of
 * alpha and lambda and over independent draws of manifold, patterns and noise. docs/capacity/manifold.md.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { fillNormals } from "./diffusion-normals.ts";
import type { Bias } from "./diffusion-set.ts";
import { limitUpdate, manifoldLimit, offManifold, queryRate } from "./manifold-limit.ts";
import { drawManifold, fillManifoldPatterns } from "./manifold-patterns.ts";
import { streamUpdates } from "./manifold-stream.ts";
import { instabilityLambda, manifoldRegime, type Regime } from "./manifold-theory.ts";
import { medianInterval } from "./order-statistics.ts";

export interface PlaneSettings {
  readonly n: number;
  /** D / N. */
  readonly ratio: number;
  readonly alphas: readonly number[];
  readonly lambdas: readonly number[];
  /** Variance per entry of the query's noise. */
  readonly noise: number;
  readonly bias: Bias;
  readonly instances: number;
  readonly seed: number;
  readonly progress?: (share: number) => void;
}

export interface PlanePoint {
  readonly alpha: number;
  readonly lambda: number;
  /** Sigma of the queries, mean over the instances. */
  readonly sigma: number;
  /** |f - f_inf| / |f_inf|: median over the instances with its 95 % interval by order statistics. */
  readonly relativeError: { readonly median: number; readonly low: number; readonly high: number };
  /** Mean over the instances. */
  readonly weightOfSource: number;
  /** Largest |part of f off the manifold| / |f|. */
  readonly offManifold: number;
  readonly stable: boolean;
  readonly regime: Regime;
  readonly regimeMeasured: Regime;
  /** Mean sum of squared weights. */
  readonly participation: number;
}

/** Patterns over all instances that are made at most: about five minutes. */
const mostPatterns = 1e8;

const noiseStream = 0x1b_0000;
const sourceInstance = 0x8000;

/**
 * Points in the order of alphas, then lambdas; P = round(e^{alpha n}).
 * @throws HopfieldError E_RANGE, E_LIMIT (more than 1e8 patterns over all instances; n above 400).
 */
export function manifoldPlane(settings: PlaneSettings): PlanePoint[] {
  const { n, ratio, alphas, lambdas, noise, bias, instances, progress } = settings;
  const where = "manifoldPlane";
  checkNumber(where, "n", n, { atLeast: 2, whole: true });
  checkNumber(where, "noise", noise, { atLeast: 0 });
  checkNumber(where, "instances", instances, { atLeast: 1, atMost: 30_000, whole: true });
  for (const alpha of alphas) checkNumber(where, "alpha", alpha, { above: 0 });
  for (const lambda of lambdas) checkNumber(where, "lambda", lambda, { above: 0 });
  const counts = [...new Set(alphas.map((alpha) => Math.max(1, Math.round(Math.exp(alpha * n)))))].sort((a, b) => a - b);
  const most = counts.at(-1) ?? 0;
  if (most * instances > mostPatterns) {
    const affordable = Math.log(mostPatterns / instances) / n;
    throw new HopfieldError(
      "E_LIMIT",
      `${where}: alpha ${Math.max(...alphas)} means ${most} patterns for each of ${instances} instances; at most alpha ${affordable.toFixed(3)} at n = ${n}`,
      { affordable },
    );
  }
  const found = Array.from({ length: instances }, (_, instance) => {
    const one = oneInstance(settings, counts, instance);
    progress?.((instance + 1) / instances);
    return one;
  });
  const stableBelow = instabilityLambda(ratio);
  return alphas.flatMap((alpha) => {
    const c = counts.indexOf(Math.max(1, Math.round(Math.exp(alpha * n))));
    return lambdas.map((lambda, l): PlanePoint => {
      const here = found.map((one) => one[c]?.[l] as Figures);
      const sourceWeights = here.map((each) => each.source).sort((a, b) => a - b);
      const error = medianInterval(
        here.map((each) => each.error).sort((a, b) => a - b),
        0.05,
      );
      return {
        alpha,
        lambda,
        sigma: mean(here.map((each) => each.sigma)),
        relativeError: error,
        weightOfSource: mean(sourceWeights),
        offManifold: Math.max(...here.map((each) => each.off)),
        stable: lambda < stableBelow,
        regime: manifoldRegime({ ratio, noise, bias }, alpha, lambda),
        regimeMeasured: measuredRegime(medianInterval(sourceWeights, 0.05).median, error.median),
        participation: mean(here.map((each) => each.participation)),
      };
    });
  });
}

/** Memory: the source has more than half of the weight; generalisation: the update is nearer to the limit than half of its length; each for the median instance. */
function measuredRegime(sourceWeight: number, error: number): Regime {
  return sourceWeight > 0.5 ? "memory" : error < 0.5 ? "generalisation" : "neither";
}

interface Figures {
  readonly sigma: number;
  readonly error: number;
  readonly source: number;
  readonly off: number;
  readonly participation: number;
}

/** Everything of one draw: F, the source, the noise and the stream of patterns are its own. */
function oneInstance({ n, ratio, lambdas, noise, bias, seed }: PlaneSettings, counts: readonly number[], instance: number): Figures[][] {
  const manifold = drawManifold(n, ratio, "linear", seed, instance);
  const limit = manifoldLimit(manifold);
  const source = new Float64Array(n);
  fillManifoldPatterns(source, manifold, seed, sourceInstance + instance, 0);
  const query = new Float64Array(n);
  fillNormals(query, seed, noiseStream + instance, 0);
  for (let k = 0; k < n; k++) query[k] = (source[k] as number) + Math.sqrt(noise) * (query[k] as number);
  const wanted = lambdas.map((lambda) => ({
    sigma: queryRate(limit, query, lambda, bias),
    image: limitUpdate(limit, query, lambda, bias),
  }));
  return streamUpdates(manifold, { query, source }, { lambdas, counts, bias, seed, instance }).map((updates) =>
    updates.map(({ image, sourceWeight, participation }, l): Figures => {
      const target = wanted[l] as { sigma: number; image: Float64Array };
      return {
        sigma: target.sigma,
        error: relativeError(image, target.image),
        source: sourceWeight,
        off: offManifold(limit, image),
        participation,
      };
    }),
  );
}

/** |a - b| / |b|. */
export function relativeError(a: Float64Array, b: Float64Array): number {
  let [difference, size] = [0, 0];
  for (let k = 0; k < a.length; k++) {
    difference += ((a[k] as number) - (b[k] as number)) * ((a[k] as number) - (b[k] as number));
    size += (b[k] as number) * (b[k] as number);
  }
  return Math.sqrt(difference / size);
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
