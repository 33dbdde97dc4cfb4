/** @file Patterns of the hidden manifold: xi = sigma(F z / sqrt D) with F an N x D matrix of normal numbers and a normal latent vector z for each pattern. */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { portableExp } from "../core/portable.ts";
import type { ActivationName } from "./activations.ts";
import { fillNormals } from "./diffusion-normals.ts";

const reluMean = 1 / Math.sqrt(2 * Math.PI);

/** The same bits on every engine, unlike Math.tanh. */
function tanh(u: number): number {
  const e = portableExp(-2 * Math.abs(u));
  const size = (1 - e) / (1 + e);
  return u < 0 ? -size : size;
}

/** The named activations with the same bits on every engine. */
export const portableActivations: Readonly<Record<ActivationName, (u: number) => number>> = {
  linear: (u) => u,
  relu: (u) => Math.max(u, 0),
  "centered-relu": (u) => Math.max(u, 0) - reluMean,
  tanh,
  sign: (u) => (u < 0 ? -1 : 1),
};

/** One draw of F, N x D row-major, already divided by sqrt D. */
export interface Manifold {
  readonly map: Float64Array;
  readonly dimension: number;
  readonly latent: number;
  readonly activation: (u: number) => number;
}

/**
 * @param n entries N of a pattern. @param ratio D / N; D = round(ratio N), at least 1. @param instance u16: separates independent draws of one seed.
 * @param activation a name, or a function of one number (finite wherever it is asked).
 * @throws HopfieldError E_RANGE.
 */
export function drawManifold(
  n: number,
  ratio: number,
  activation: ActivationName | ((u: number) => number),
  seed: number,
  instance = 0,
): Manifold {
  checkNumber("drawManifold", "n", n, { atLeast: 1, whole: true });
  checkNumber("drawManifold", "latentRatio", ratio, { above: 0 });
  const latent = Math.max(1, Math.round(ratio * n));
  const map = new Float64Array(n * latent);
  fillNormals(map, seed, mapStream + instance, 0);
  for (let i = 0; i < map.length; i++) map[i] = (map[i] as number) / Math.sqrt(latent);
  return { map, dimension: n, latent, activation: typeof activation === "function" ? activation : portableActivations[activation] };
}

const mapStream = 0x0f_0000;
const latentStream = 0x10_0000;

/**
 * Writes patterns `first`, `first + 1`, ... of an instance into `out` (whole rows of N). Pattern mu is a pure function of (seed, instance, mu): patterns can be streamed and made again.
 * @throws HopfieldError E_NONFINITE when a caller's own activation gives no finite number.
 */
export function fillManifoldPatterns(out: Float64Array, manifold: Manifold, seed: number, instance: number, first: number): void {
  const { map, dimension, latent, activation } = manifold;
  const count = out.length / dimension;
  const z = new Float64Array(count * latent);
  fillNormals(z, seed, latentStream + instance, first * latent);
  for (let mu = 0; mu < count; mu++) {
    for (let i = 0; i < dimension; i++) {
      let u = 0;
      for (let k = 0; k < latent; k++) u += (map[i * latent + k] as number) * (z[mu * latent + k] as number);
      const value = activation(u);
      if (!Number.isFinite(value))
        throw new HopfieldError("E_NONFINITE", `fillManifoldPatterns: the activation of ${u} is ${value}`, { u });
      out[mu * dimension + i] = value;
    }
  }
}
