/**
 * @file Generalisation on any manifold, where the limit of infinitely many patterns has no closed form: two memories with P patterns each of the same manifold, one of which holds the
 * query's own pattern. They agree where they generalise; where one recalls what only it has seen they do not.
 */
import { checkNumber } from "../core/options.ts";
import type { ActivationName } from "./activations.ts";
import { fillNormals } from "./diffusion-normals.ts";
import type { Bias } from "./diffusion-set.ts";
import { drawManifold, fillManifoldPatterns } from "./manifold-patterns.ts";
import { relativeError } from "./manifold-plane.ts";
import { streamUpdates } from "./manifold-stream.ts";
import { medianInterval } from "./order-statistics.ts";

export interface TwinSettings {
  readonly n: number;
  readonly ratio: number;
  /** A name, or a function of one finite number. */
  readonly activation: ActivationName | ((u: number) => number);
  readonly alphas: readonly number[];
  readonly lambdas: readonly number[];
  readonly noise: number;
  readonly bias: Bias;
  readonly instances: number;
  readonly seed: number;
  readonly progress?: (share: number) => void;
}

export interface TwinPoint {
  readonly alpha: number;
  readonly lambda: number;
  /** |f_1 - f_2| / |f_2|, f_1 of the memory that holds the source: median over instances, 95 % interval. About sqrt 2 times the distance from the limit where both are near it. */
  readonly difference: { readonly median: number; readonly low: number; readonly high: number };
  /** Mean weight of the source in its memory. */
  readonly weightOfSource: number;
}

const noiseStream = 0x1c_0000;
/** Latent streams of the second memory and of the sources. */
const twin = 0x4000;
const sources = 0x8000;

/** @throws HopfieldError E_RANGE; E_NONFINITE (a caller's activation). */
export function twinMemories(settings: TwinSettings): TwinPoint[] {
  const { n, ratio, activation, alphas, lambdas, noise, bias, instances, seed, progress } = settings;
  const where = "twinMemories";
  checkNumber(where, "n", n, { atLeast: 2, whole: true });
  checkNumber(where, "noise", noise, { atLeast: 0 });
  checkNumber(where, "instances", instances, { atLeast: 1, atMost: 16_000, whole: true });
  for (const alpha of alphas) checkNumber(where, "alpha", alpha, { above: 0, atMost: Math.log(1e8) / n });
  for (const lambda of lambdas) checkNumber(where, "lambda", lambda, { above: 0 });
  const countOf = (alpha: number): number => Math.max(2, Math.round(Math.exp(alpha * n)));
  const counts = [...new Set(alphas.map(countOf))].sort((a, b) => a - b);
  const found = Array.from({ length: instances }, (_, instance) => {
    const manifold = drawManifold(n, ratio, activation, seed, instance);
    const [source, other, query] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
    fillManifoldPatterns(source, manifold, seed, sources + instance, 0);
    fillManifoldPatterns(other, manifold, seed, sources + instance, 1);
    fillNormals(query, seed, noiseStream + instance, 0);
    for (let k = 0; k < n; k++) query[k] = (source[k] as number) + Math.sqrt(noise) * (query[k] as number);
    const common = { lambdas, counts, bias, seed };
    const first = streamUpdates(manifold, { query, source }, { ...common, instance });
    const second = streamUpdates(manifold, { query, source: other }, { ...common, instance: twin + instance });
    progress?.((instance + 1) / instances);
    return first.map((updates, c) =>
      updates.map((update, l) => ({
        weight: update.sourceWeight,
        difference: relativeError(update.image, second[c]?.[l]?.image ?? update.image),
      })),
    );
  });
  return alphas.flatMap((alpha) =>
    lambdas.map((lambda, l): TwinPoint => {
      const here = found.map((one) => one[counts.indexOf(countOf(alpha))]?.[l] ?? { weight: Number.NaN, difference: Number.NaN });
      const difference = medianInterval(
        here.map((each) => each.difference).sort((a, b) => a - b),
        0.05,
      );
      return { alpha, lambda, difference, weightOfSource: here.reduce((sum, each) => sum + each.weight, 0) / instances };
    }),
  );
}
