/** Definition-level patterns of a stream, in f64 by the engine's own functions: Philox words (core/random.ts, tested by itself against the published vectors), Box-Muller pairs, map, activation, weights. */
import type { StreamInstance, StreamProblem } from "../../src/capacity/stream-sampling.ts";
import { philox } from "../../src/core/random.ts";

/** Numbers 0 ... count - 1 of pattern p: words of the counter (p mod 2^32, place / 4, stream, 2 + p div 2^32). A word becomes an f32 number before anything else: that is part of the definition. */
export function patternNumbers(seed: number, stream: number, p: number, count: number): number[] {
  const words = new Uint32Array(4);
  const numbers: number[] = [];
  for (let place = 0; 4 * place < count; place++) {
    philox(words, p >>> 0, place, stream, 2 + Math.floor(p / 2 ** 32), seed >>> 0, Math.floor(seed / 2 ** 32));
    for (const pair of [0, 2]) {
      const [a, b] = [words[pair] ?? 0, words[pair + 1] ?? 0];
      const u = Math.min(1 - 2 ** -24, Math.max(2 ** -33, Math.fround(a) * 2 ** -32));
      const length = Math.sqrt(-2 * Math.log(u));
      const angle = ((b | 0) / 2 ** 31) * (Math.PI / 4);
      const along = length * Math.cos(angle) * (b & 2 ? -1 : 1);
      const across = length * Math.sin(angle);
      numbers.push(...(b & 1 ? [across, along] : [along, across]));
    }
  }
  return numbers.slice(0, count);
}

/** P* of a plain loop: the number of the pattern with which the wrong ones outweigh the right one. */
export function firstPassage(
  { activation, n, latent, prior }: StreamProblem,
  { map, query, signal }: StreamInstance,
  lambda: number,
  seed: number,
  stream: number,
): number {
  for (let [sum, P] = [0, 1]; ; ) {
    P++;
    let z = patternNumbers(seed, stream, P - 2, latent === 0 ? n : latent);
    if (prior === "spherical" && latent > 0) {
      const length = Math.sqrt(z.reduce((total, x) => total + x * x, 0) / latent);
      z = z.map((x) => x / length);
    }
    let overlap = 0;
    for (let i = 0; i < n; i++) {
      const u = latent === 0 ? (z[i] ?? 0) : z.reduce((total, x, k) => total + x * (map[latent * i + k] ?? 0), 0);
      overlap += (query[i] ?? 0) * activation.value(u);
    }
    sum += Math.exp(lambda * (overlap - signal));
    if (sum > 1) return P;
  }
}
