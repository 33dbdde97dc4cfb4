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
    const row = mu * dimension;
    fields(out, row, map, dimension, z.subarray(mu * latent, (mu + 1) * latent));
    for (let at = row; at < row + dimension; at++) {
      const value = activation(out[at] as number);
      if (!Number.isFinite(value)) {
        const message = `fillManifoldPatterns: the activation of ${out[at]} is ${value}, expected a finite number`;
        throw new HopfieldError("E_NONFINITE", message, { u: out[at] });
      }
      out[at] = value;
    }
  }
}

/** out[row ...] = F z / sqrt D, four entries at a time: their sums share each read of z and do not wait for one another. */
function fields(out: Float64Array, row: number, map: Float64Array, dimension: number, z: Float64Array): void {
  const latent = z.length;
  for (let i = 0; i < dimension; i += 4) {
    // The last group begins early enough to be whole, where there are four.
    const first = Math.max(0, Math.min(i, dimension - 4));
    const a = first * latent;
    const b = Math.min(first + 1, dimension - 1) * latent;
    const c = Math.min(first + 2, dimension - 1) * latent;
    const d = Math.min(first + 3, dimension - 1) * latent;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let k = 0; k < latent; k++) {
      const x = z[k] as number;
      s0 += (map[a + k] as number) * x;
      s1 += (map[b + k] as number) * x;
      s2 += (map[c + k] as number) * x;
      s3 += (map[d + k] as number) * x;
    }
    out[row + a / latent] = s0;
    out[row + b / latent] = s1;
    out[row + c / latent] = s2;
    out[row + d / latent] = s3;
  }
}
