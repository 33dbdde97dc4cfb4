/** @file α₁(λ) along the axis, curve by curve and in parts, so that a slow curve (a hidden manifold needs a saddle point for each λ) grows on the page while it is computed. */
import { HopfieldError } from "modern-hopfield";
import { alpha1, alphaMax, lambdaSaturation } from "modern-hopfield/capacity";
import type { Sample } from "../engine/tasks.ts";
import { ensembleOf } from "./ensembles.ts";
import { type Curve, curveLambdas, type EnsembleId, type Parameters } from "./state.ts";

/** λ computed between two chances to stop, for ensembles that take long; the others are done in a millisecond or two. */
const chunk = 3;
const slow: ReadonlySet<EnsembleId> = new Set<EnsembleId>(["hidden-manifold", "empirical"]);

export function* curvesInParts(
  ensembles: readonly EnsembleId[],
  parameters: Parameters,
  reach: number,
  sample: Sample | null,
): Generator<Curve | undefined, void> {
  const lambdas = curveLambdas(reach);
  for (const id of [...ensembles].sort((a, b) => Number(slow.has(a)) - Number(slow.has(b)))) {
    const alphas: number[] = [];
    const base = { id, lambdas, alphas, saturation: null, alphaMax: null };
    try {
      const ensemble = ensembleOf(id, parameters, sample);
      if (!ensemble) {
        yield { ...base, done: true, problem: "no data: open a table under “Your data”, or wait for the digits" };
        continue;
      }
      for (const lambda of lambdas) {
        alphas.push(ensemble.lambdaLimit !== undefined && lambda > ensemble.lambdaLimit ? Number.NaN : alpha1(ensemble, lambda));
        if (slow.has(id) && alphas.length % chunk === 0 && alphas.length < lambdas.length)
          yield { ...base, alphas: alphas.slice(), done: false, problem: null };
      }
      const saturation = lambdaSaturation(ensemble);
      yield { ...base, alphas, saturation, alphaMax: alphaMax(ensemble), done: true, problem: null };
    } catch (error) {
      if (!(error instanceof HopfieldError)) throw error;
      yield { ...base, done: true, problem: error.message };
    }
  }
}
