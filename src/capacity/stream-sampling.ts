/**
 * @file Hidden-manifold patterns one after the other, none kept: the first P at which the summed weights of wrong patterns exceed that of the right one. Pattern mu of an instance
 * is a function of (seed, instance, mu), so any part can be made anywhere. Derivation: docs/capacity/simulation.md, "Streams".
 */
import { portableLog } from "../core/portable.ts";
import { normal, randomStream } from "../core/random.ts";
import type { Activation } from "./activations.ts";
import { openPatternStream } from "./pattern-stream.ts";
import type { LatentPrior } from "./saddle.ts";

export interface StreamProblem {
  readonly activation: Activation;
  readonly n: number;
  /** D, whole, at least 1; patterns of independent entries have none (0). */
  readonly latent: number;
  readonly prior: LatentPrior;
  readonly noise: number;
}

/** Patterns between two calls of `progress`. */
const chunk = 65536;
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
  const instance = drawStreamInstance(problem, seed, index);
  const { weigh } = openPatternStream(problem, instance, lambda, seed, patternStream + index);
  // Pattern 1 is the right one: wrong ones are 2, 3, ..., number 0, 1, ... of the stream.
  for (let first = 0; first < most - 1; first += chunk) {
    const over = weigh(first, Math.min(chunk, most - 1 - first));
    if (over >= 0) return portableLog(2 + first + over);
    progress?.(first + chunk);
  }
  return Number.POSITIVE_INFINITY;
}
