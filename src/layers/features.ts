/**
 * @file Separations by features, p = phi(q) . phi(k) / sum: phi = elu(sqrt(beta) x) + 1 ("linear") or positive random features exp(Omega x - |x|^2 / 2) of sqrt(beta) x (Choromanski et
 * al., arXiv 2009.14794), whose shifts cancel in the ratio. docs/layers/separations.md derives the backward passes.
 */
import { drawFrequencies } from "../memory/frequencies.ts";
import type { Settings } from "./association-options.ts";
import { type Part, part, timesNN, timesNT } from "./products.ts";
import type { Tensor } from "./types.ts";
import { tensor, type Workspace } from "./workspace.ts";

/** Of one head: rows x hidden and rows x features, as parts of wider rows or by themselves. */
export interface Features {
  /** sqrt(beta) x. */
  readonly scaled: Part;
  readonly phi: Part;
  readonly rows: number;
}

/** How many features a head has. */
export const featureCount = (s: Settings): number => (s.separation === "linear" ? s.hidden : s.features);

/** Drawing takes as long as a step, and the same settings always give the same ones. */
const drawn = new WeakMap<Settings, Tensor>();

/** Frequencies, features x hidden, the same for every head and pass; null where there are none. */
export function frequencies(s: Settings): Tensor | null {
  if (s.separation !== "random-features") return null;
  const before = drawn.get(s);
  if (before) return before;
  const made = drawFrequencies(s.features, s.hidden, s.maskSeed);
  drawn.set(s, made);
  return made;
}

/** Places for the features of some rows, one head wide or several beside each other. */
export function featurePlaces(w: Workspace, s: Settings, rows: number, heads: number): { scaled: Tensor; phi: Tensor } {
  return { scaled: tensor(w, rows, heads * s.hidden), phi: tensor(w, rows, heads * featureCount(s)) };
}

/** @param shift "row": by the largest exponent of each row (queries); "all": by that of all rows (keys). Written to `scaled` and `phi`. */
export function featuresOf(
  w: Workspace,
  s: Settings,
  x: Part,
  rows: number,
  beta: number,
  omega: Tensor | null,
  shift: "row" | "all",
  { scaled, phi }: { readonly scaled: Part; readonly phi: Part },
): Features {
  const { kernels } = w;
  kernels.scaleRows(x.at, x.stride, Math.sqrt(beta), rows, s.hidden, scaled.at, scaled.stride);
  if (!omega) kernels.eluFeatures(scaled.at, scaled.stride, rows, s.hidden, phi.at, phi.stride);
  else {
    timesNT(w, scaled, part(w, omega), phi, rows, s.features, s.hidden);
    kernels.positiveFeatures(scaled.at, scaled.stride, s.hidden, rows, s.features, phi.at, phi.stride, shift === "row" ? 1 : 0);
  }
  return { scaled, phi, rows };
}

/** Gradient by x to `dx` (rows x hidden) from that by phi, which it overwrites; returns x . dx / (2 beta), the part of d loss / d beta. */
export function featuresBack(
  w: Workspace,
  s: Settings,
  { scaled, phi, rows }: Features,
  dPhi: Part,
  beta: number,
  omega: Tensor | null,
  dx: Part,
): number {
  const { kernels } = w;
  if (!omega) kernels.eluFeaturesBack(phi.at, phi.stride, rows, s.hidden, dPhi.at, dPhi.stride, dx.at, dx.stride);
  else {
    kernels.positiveFeaturesBack(
      scaled.at,
      scaled.stride,
      s.hidden,
      phi.at,
      phi.stride,
      rows,
      s.features,
      dPhi.at,
      dPhi.stride,
      dx.at,
      dx.stride,
    );
    timesNN(w, dPhi, part(w, omega), dx, rows, s.hidden, s.features, true);
  }
  let dBeta = 0;
  if (s.learnBeta)
    for (let i = 0; i < rows; i++) dBeta += kernels.innerProduct(dx.at + i * dx.stride, scaled.at + i * scaled.stride, s.hidden);
  kernels.scaleRows(dx.at, dx.stride, Math.sqrt(beta), rows, s.hidden, dx.at, dx.stride);
  return dBeta / (2 * beta);
}
