/** @file α₁(λ) along the axis, curve by curve and in parts, so that a slow curve (a hidden manifold needs a saddle point for each λ) grows on the page while it is computed. */
import { HopfieldError } from "modern-hopfield";
import { alpha1, alphaMax, lambdaSaturation } from "modern-hopfield/capacity";
import type { Sample } from "../engine/tasks.ts";
import { ensembleOf } from "./ensembles.ts";
import { type Curve, curveLambdas, type EnsembleId, type Parameters, slowEnsembles } from "./state.ts";

/** Points between two parts of a slow curve. */
const chunk = 6;

export function* curvesInParts(
  ensembles: readonly EnsembleId[],
  parameters: Parameters,
  reach: number,
  sample: Sample | null,
): Generator<Curve | undefined, void> {
  const lambdas = curveLambdas(reach);
  for (const id of ensembles) {
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
        // A chance to stop after every point: with noise one takes a saddle point of some 50 ms.
        if (slowEnsembles.has(id) && alphas.length < lambdas.length)
          yield alphas.length % chunk === 0 ? { ...base, alphas: alphas.slice(), done: false, problem: null } : undefined;
      }
      const saturation = lambdaSaturation(ensemble);
      yield { ...base, alphas, saturation, alphaMax: alphaMax(ensemble), done: true, problem: null };
    } catch (error) {
      if (!(error instanceof HopfieldError)) throw error;
      yield { ...base, done: true, problem: error.message };
    }
  }
}
