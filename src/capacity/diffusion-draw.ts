/** @file Pattern sets of the known ensembles, P = round(e^{alpha N}) of them. */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import type { ActivationName } from "./activations.ts";
import { fillNormals, fillSigns } from "./diffusion-normals.ts";
import { checkSetSize, type PatternSet, withNorms } from "./diffusion-set.ts";
import { drawManifold, fillManifoldPatterns } from "./manifold-patterns.ts";

/** An ensemble that has closed forms here: spherical |xi|^2 = N, binary +-1, or sigma(F z / sqrt D) with D = latentRatio N. */
export type DiffusionEnsemble =
  | { readonly kind: "spherical" }
  | { readonly kind: "binary" }
  | { readonly kind: "hidden-manifold"; readonly activation: ActivationName; readonly latentRatio: number };

const sphericalStream = 0x12_0000;
const binaryStream = 0x13_0000;

/**
 * @param n entries, at least 2. @param alpha above 0; P = round(e^{alpha n}), at least 2.
 * @throws HopfieldError E_RANGE, E_LIMIT (P n beyond 5e7).
 */
export function drawPatterns(ensemble: DiffusionEnsemble, n: number, alpha: number, seed: number): PatternSet {
  const where = "drawPatterns";
  checkNumber(where, "n", n, { atLeast: 2, whole: true });
  checkNumber(where, "alpha", alpha, { above: 0 });
  const rows = Math.round(Math.exp(alpha * n));
  if (rows < 2) {
    throw new HopfieldError("E_RANGE", `${where}: alpha ${alpha} and n ${n} give ${rows} pattern, expected at least 2`, { rows });
  }
  checkSetSize(where, rows, n);
  const data = new Float64Array(rows * n);
  if (ensemble.kind === "hidden-manifold") {
    const manifold = drawManifold(n, ensemble.latentRatio, ensemble.activation, seed);
    const block = Math.max(1, Math.floor(2 ** 16 / n));
    for (let first = 0; first < rows; first += block) {
      const end = Math.min(rows, first + block);
      fillManifoldPatterns(data.subarray(first * n, end * n), manifold, seed, 0, first);
    }
  } else if (ensemble.kind === "binary") fillSigns(data, seed, binaryStream, 0);
  else {
    fillNormals(data, seed, sphericalStream, 0);
    for (let i = 0; i < rows; i++) toSphere(data.subarray(i * n, (i + 1) * n));
  }
  return withNorms(data, rows, n);
}

/** Scales a vector to |x|^2 = N. */
function toSphere(x: Float64Array): void {
  let sum = 0;
  for (const entry of x) sum += entry * entry;
  const scale = Math.sqrt(x.length / sum);
  for (let k = 0; k < x.length; k++) x[k] = (x[k] as number) * scale;
}
