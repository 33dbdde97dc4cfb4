/**
 * @file Separations by features, p = phi(q) . phi(k) / sum: phi = elu(sqrt(beta) x) + 1 ("linear") or positive random features exp(Omega x - |x|^2 / 2) of sqrt(beta) x (Choromanski et
 * al., arXiv 2009.14794), whose shifts cancel in the ratio. docs/layers/separations.md derives the backward passes.
 */
import { drawFrequencies } from "../memory/frequencies.ts";
import type { Settings } from "./association-options.ts";
import { type Part, part, timesNN, timesNT } from "./products.ts";
import type { Tensor } from "./types.ts";
import { tensor, type Workspace, zeros } from "./workspace.ts";

export interface Features {
  /** sqrt(beta) x of the head, rows x hidden. */
  readonly scaled: Tensor;
  readonly phi: Tensor;
}

/** How many features a head has. */
export const featureCount = (s: Settings): number => (s.separation === "linear" ? s.hidden : s.features);

/** Frequencies, features x hidden, the same for every head and pass; null where there are none. */
export function frequencies(s: Settings): Tensor | null {
  return s.separation === "random-features" ? drawFrequencies(s.features, s.hidden, s.maskSeed) : null;
}

/** @param shift "row": by the largest exponent of each row (queries); "all": by that of all rows (keys). */
export function featuresOf(
  w: Workspace,
  s: Settings,
  x: Part,
  rows: number,
  beta: number,
  omega: Tensor | null,
  shift: "row" | "all",
): Features {
  const scaled = tensor(w, rows, s.hidden);
  const root = Math.sqrt(beta);
  for (let i = 0; i < rows; i++) w.kernels.scaleTo(x.at + i * x.stride, root, s.hidden, scaled.data.byteOffset + i * s.hidden * 4);
  if (!omega) {
    const phi = tensor(w, rows, s.hidden);
    w.kernels.activate(2, scaled.data.byteOffset, phi.data.length, phi.data.byteOffset);
    return { scaled, phi };
  }
  const phi = tensor(w, rows, s.features);
  timesNT(w, part(w, scaled), part(w, omega), part(w, phi), rows, s.features, s.hidden);
  const tops = new Float64Array(rows).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < rows; i++) {
    const half =
      0.5 * w.kernels.innerProduct(scaled.data.byteOffset + i * s.hidden * 4, scaled.data.byteOffset + i * s.hidden * 4, s.hidden);
    for (let j = 0; j < s.features; j++) {
      const at = i * s.features + j;
      const exponent = (phi.data[at] as number) - half;
      phi.data[at] = exponent;
      tops[i] = Math.max(tops[i] as number, exponent);
    }
  }
  const top = tops.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  for (let i = 0; i < rows; i++) {
    const off = shift === "row" ? (tops[i] as number) : top;
    for (let j = 0; j < s.features; j++) phi.data[i * s.features + j] = (phi.data[i * s.features + j] as number) - off;
  }
  w.kernels.activate(3, phi.data.byteOffset, phi.data.length, phi.data.byteOffset);
  return { scaled, phi };
}

/** Gradient by x (rows x hidden) from that by phi, which it overwrites, and x . dx / (2 beta), the part of d loss / d beta. */
export function featuresBack(
  w: Workspace,
  s: Settings,
  { scaled, phi }: Features,
  dPhi: Tensor,
  beta: number,
  omega: Tensor | null,
): { dx: Tensor; dBeta: number } {
  const dx = zeros(w, scaled.rows, s.hidden);
  w.kernels.activateBack(
    omega ? 3 : 2,
    phi.data.byteOffset,
    dPhi.data.byteOffset,
    dPhi.data.length,
    omega ? dPhi.data.byteOffset : dx.data.byteOffset,
  );
  if (omega) {
    timesNN(w, part(w, dPhi), part(w, omega), part(w, dx), scaled.rows, s.hidden, s.features);
    for (let i = 0; i < scaled.rows; i++) {
      let sum = 0;
      for (let j = 0; j < s.features; j++) sum += dPhi.data[i * s.features + j] as number;
      w.kernels.addScaled(scaled.data.byteOffset + i * s.hidden * 4, -sum, s.hidden, dx.data.byteOffset + i * s.hidden * 4);
    }
  }
  const dBeta = w.kernels.innerProduct(dx.data.byteOffset, scaled.data.byteOffset, dx.data.length) / (2 * beta);
  w.kernels.scaleTo(dx.data.byteOffset, Math.sqrt(beta), dx.data.length, dx.data.byteOffset);
  return { dx, dBeta };
}
