/**
 * @file The annealed curve beside the quenched one: (1/N) log of the mean of E_z exp(lambda x . xi(z)) over F given the query. By Jensen's inequality an upper bound of zeta, so the
 * alpha_1 that follows from it is a lower bound. Derivation: docs/capacity/hidden-manifold.md, "Annealed".
 */
import { HopfieldError } from "../core/errors.ts";
import { openBranch, saddleAt } from "./continuation.ts";
import { averagesOf, type HiddenManifoldOptions, resolveManifold } from "./hidden-manifold.ts";
import type { Ensemble } from "./types.ts";

/**
 * The ensemble whose zeta is the annealed one. zeta and zetaPrime throw E_RANGE where no saddle is found.
 * @throws HopfieldError as hiddenManifold; E_RANGE for ratio = Infinity, where annealed and quenched are the same.
 */
export function annealedManifold(options: HiddenManifoldOptions): Ensemble {
  const where = "annealedManifold";
  const resolved = resolveManifold(where, options);
  const { activation, ratio, prior, axis } = resolved;
  if (ratio === Number.POSITIVE_INFINITY) {
    throw new HopfieldError("E_RANGE", `${where}: ratio must be finite; independent entries are the same annealed and quenched`);
  }
  const branch = openBranch({ averages: averagesOf(resolved), ratio, prior, annealed: true });
  const unit = axis === "raw" ? 1 : activation.square;
  const needed = (lambda: number): { zeta: number; zetaPrime: number } => {
    const found = saddleAt(branch, lambda / unit);
    if (found) return { zeta: found.zeta, zetaPrime: found.zetaPrime / unit };
    throw new HopfieldError("E_RANGE", `${where}: no saddle point is found at lambda = ${lambda} (${activation.name}, ratio ${ratio})`, {
      lambda,
    });
  };
  return {
    name: "hidden-manifold-annealed",
    signal: activation.square / unit,
    zeta: (lambda) => needed(lambda).zeta,
    zetaPrime: (lambda) => needed(lambda).zetaPrime,
    lambdaLimit: 1000 * unit,
  };
}
