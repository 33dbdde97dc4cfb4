/** @file The rows of `hopfield capacity`: everything the theory says at one lambda (and one alpha), with null where it says nothing. */
import {
  alpha1,
  basin,
  type Ensemble,
  gaussianAllPatterns,
  type HiddenManifold,
  lambdaSaturation,
  lambdaStar,
  participation,
  phi,
} from "../capacity/index.ts";
import type { EnsembleChoice } from "./capacity-ensemble.ts";

export interface CapacityRow {
  readonly lambda: number;
  /** Only with several alphas, to tell rows apart. */
  readonly alpha?: number;
  readonly zeta: number | null;
  readonly zetaPrime: number | null;
  readonly alpha1: number;
  readonly condensed: boolean;
  /** With --top-k-rate; null: no bound. */
  readonly alpha1TopK?: number | null;
  /** hidden-manifold. */
  readonly m?: number | null;
  readonly q?: number | null;
  readonly r?: number | null;
  readonly residual?: number | null;
  readonly replicon?: number | null;
  /** With --alpha. */
  readonly phi?: number | null;
  readonly lambdaStar?: number | null;
  readonly basin?: number | null;
  readonly participation?: number | null;
}

/** A row for every lambda and alpha; alphas is empty without --alpha. */
export function rowsOf(ensemble: Ensemble | HiddenManifold, lambdas: readonly number[], alphas: readonly number[]): CapacityRow[] {
  const saturation = lambdaSaturation(ensemble);
  const stars = new Map(alphas.map((alpha) => [alpha, lambdaStar(ensemble, alpha)]));
  return lambdas.flatMap((lambda) => {
    const row = {
      lambda,
      ...pointOf(ensemble, lambda),
      alpha1: alpha1(ensemble, lambda),
      condensed: saturation !== null && lambda > saturation,
    };
    if (alphas.length === 0) return [row];
    return alphas.map((alpha) => ({
      ...row,
      ...(alphas.length > 1 ? { alpha } : {}),
      ...loadOf(ensemble, lambda, alpha, stars.get(alpha) ?? null),
    }));
  });
}

function pointOf(
  ensemble: Ensemble | HiddenManifold,
  lambda: number,
): Pick<CapacityRow, "zeta" | "zetaPrime" | "m" | "q" | "r" | "residual" | "replicon"> {
  if (!("saddle" in ensemble)) {
    const known = lambda <= (ensemble.lambdaLimit ?? Number.POSITIVE_INFINITY);
    return { zeta: known ? ensemble.zeta(lambda) : null, zetaPrime: known ? ensemble.zetaPrime(lambda) : null };
  }
  const found = ensemble.saddle(lambda);
  const { zeta = null, zetaPrime = null, m = null, q = null, r = null, residual = null, replicon = null } = found ?? {};
  return { zeta, zetaPrime, m, q, r, residual, replicon };
}

function loadOf(
  ensemble: Ensemble | HiddenManifold,
  lambda: number,
  alpha: number,
  star: number | null,
): Pick<CapacityRow, "phi" | "lambdaStar" | "basin" | "participation"> {
  const manifold = "saddle" in ensemble;
  // Uncondensed, phi needs zeta at lambda itself; it is unknown beyond an empirical range or where no saddle is found.
  const known =
    (star !== null && lambda > star) ||
    (manifold ? ensemble.saddle(lambda) !== null : lambda <= (ensemble.lambdaLimit ?? Number.POSITIVE_INFINITY));
  return {
    phi: known ? phi(ensemble, alpha, lambda) : null,
    lambdaStar: star,
    basin: known && !manifold ? basin(ensemble, alpha, lambda) : null,
    participation: known ? participation(ensemble, alpha, lambda) : null,
  };
}

/** The load that every pattern survives, per row: null where no formula is known (noisy queries, hidden manifolds, data). */
export function allPatternsOf(
  { kind, noise }: EnsembleChoice,
  rows: readonly CapacityRow[],
): { all: number[] | null; norm: number[] | null } {
  if (noise > 0) return { all: null, norm: null };
  if (kind === "gaussian") {
    const found = rows.map(({ lambda }) => gaussianAllPatterns(lambda));
    return { all: found.map((each) => each.both), norm: found.map((each) => each.norm) };
  }
  return { all: kind === "binary" || kind === "spherical" ? rows.map((row) => row.alpha1) : null, norm: null };
}
