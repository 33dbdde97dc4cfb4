/**
 * @file Hidden-manifold patterns one block after the other, none kept: the first P at which the summed weights of wrong patterns exceed that of the right one. Pattern mu of an instance
 * is a function of (seed, instance, mu), so any part can be made anywhere. Derivation: docs/capacity/simulation.md, "Streams".
 */
import { portableExp, portableLog } from "../core/portable.ts";
import { normal, randomStream } from "../core/random.ts";
import type { Activation } from "./activations.ts";
import { elementwise } from "./elementwise.ts";
import { fillNormals } from "./pattern-normals.ts";
import type { LatentPrior } from "./saddle.ts";

export interface StreamProblem {
  readonly activation: Activation;
  readonly n: number;
  /** D, whole, at least 1; patterns of independent entries have none (0). */
  readonly latent: number;
  readonly prior: LatentPrior;
  readonly noise: number;
}

/** Patterns of one block: their fields fit the second-level cache. */
const block = 64;
/** Streams of the problems and of the patterns of an instance. */
const problemStream = 0x50000000;
const patternStream = 0x60000000;

/** F (n x D), the query, and the weight it gives to its own pattern. */
export interface StreamInstance {
  /** Row-major n x D, divided by sqrt D; empty for independent entries. */
  readonly map: Float64Array;
  readonly query: Float64Array;
  readonly signal: number;
}

export function drawStreamInstance({ activation, n, latent, prior, noise }: StreamProblem, seed: number, index: number): StreamInstance {
  const random = randomStream(seed, problemStream + index);
  const map = Float64Array.from({ length: n * latent }, () => normal(random) / Math.sqrt(latent));
  const z = Float64Array.from({ length: latent }, () => normal(random));
  if (prior === "spherical") toSphere(z);
  const own = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let u = latent === 0 ? normal(random) : 0;
    for (let k = 0; k < latent; k++) u += (map[i * latent + k] as number) * (z[k] as number);
    own[i] = activation.value(u);
  }
  const query = own.map((x) => (noise > 0 ? x + Math.sqrt(noise) * normal(random) : x));
  return { map, query, signal: own.reduce((sum, x, i) => sum + x * (query[i] as number), 0) };
}

function toSphere(z: Float64Array): void {
  const length = Math.sqrt(z.reduce((sum, x) => sum + x * x, 0) / z.length);
  for (let k = 0; k < z.length; k++) z[k] = (z[k] as number) / length;
}

/**
 * log P* of instance `index`; Infinity if `most` patterns do not reach it.
 * @param progress called with the patterns of this instance made so far, now and then.
 */
export function streamSample(
  problem: StreamProblem,
  lambda: number,
  seed: number,
  index: number,
  most: number,
  progress?: (made: number) => void,
): number {
  const { n, latent, prior, activation } = problem;
  const instance = drawStreamInstance(problem, seed, index);
  const wide = latent === 0 ? n : latent;
  // Every pattern starts at a multiple of four words.
  const stride = 4 * Math.ceil(wide / 4);
  const z = new Float64Array(block * stride);
  const overlaps = new Float64Array(block);
  const field = new Float64Array(block);
  const next = new Float64Array(block);
  const map = new Float64Array((n + 1) * latent);
  map.set(instance.map);
  const apply = elementwise(activation);
  const logSignal = lambda * instance.signal;
  let sum = 0;
  // Pattern 1 is the right one: wrong ones are 2, 3, ...
  for (let first = 2; first <= most; first += block) {
    const count = Math.min(block, most - first + 1);
    fillNormals(z, count * stride, seed, patternStream + index, (first - 2) * stride);
    if (prior === "spherical" && latent > 0) for (let p = 0; p < count; p++) toSphere(z.subarray(p * stride, p * stride + latent));
    overlaps.fill(0);
    for (let i = 0; i < n; i += 2) {
      if (latent > 0) fieldsOf(map, i, latent, z, stride, field, next);
      else {
        for (let p = 0; p < block; p++) field[p] = z[p * stride + i] as number;
        if (i + 1 < n) for (let p = 0; p < block; p++) next[p] = z[p * stride + i + 1] as number;
      }
      apply(field);
      apply(next);
      const a = instance.query[i] as number;
      // For odd n the last row is a row of zeros with weight 0.
      const b = i + 1 < n ? (instance.query[i + 1] as number) : 0;
      for (let p = 0; p < block; p++) overlaps[p] = (overlaps[p] as number) + a * (field[p] as number) + b * (next[p] as number);
    }
    for (let p = 0; p < count; p++) {
      const exponent = lambda * (overlaps[p] as number) - logSignal;
      // e^{-60} of a hundred million patterns cannot be seen.
      if (exponent < -60) continue;
      sum += portableExp(Math.min(exponent, 700));
      if (sum > 1) return portableLog(first + p);
    }
    if (progress && (first - 2) % 65536 === 0) progress(first);
  }
  return Number.POSITIVE_INFINITY;
}

/**
 * Fields of entries i and i + 1 for all patterns of a block, four patterns and two entries at a time: eight sums that do not wait for each other, from six loads.
 */
function fieldsOf(
  map: Float64Array,
  i: number,
  latent: number,
  z: Float64Array,
  stride: number,
  out: Float64Array,
  next: Float64Array,
): void {
  const row = i * latent;
  for (let p = 0; p < block; p += 4) {
    let at = p * stride;
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    let [t0, t1, t2, t3] = [0, 0, 0, 0];
    for (let k = row; k < row + latent; k++, at++) {
      const f = map[k] as number;
      const g = map[k + latent] as number;
      const z0 = z[at] as number;
      const z1 = z[at + stride] as number;
      const z2 = z[at + 2 * stride] as number;
      const z3 = z[at + 3 * stride] as number;
      s0 += f * z0;
      s1 += f * z1;
      s2 += f * z2;
      s3 += f * z3;
      t0 += g * z0;
      t1 += g * z1;
      t2 += g * z2;
      t3 += g * z3;
    }
    out[p] = s0;
    out[p + 1] = s1;
    out[p + 2] = s2;
    out[p + 3] = s3;
    next[p] = t0;
    next[p + 1] = t1;
    next[p + 2] = t2;
    next[p + 3] = t3;
  }
}
