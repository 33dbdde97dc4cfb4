/**
 * @file alpha* of iterated retrieval: the update x <- sum w xi is repeated from the query until it stands still, and the first P is looked for at which the right pattern does not end with
 * at least half of the weight. Patterns are stored, so n and P are small. That retrieval is lost for good once it is lost is assumed by the bisection. docs/capacity/simulation.md.
 */
import { HopfieldError } from "../core/errors.ts";
import { portableExp, portableLog } from "../core/portable.ts";
import { elementwise } from "./elementwise.ts";
import { panelNormals, panelPatterns } from "./pattern-stream.ts";
import { drawStreamInstance, type StreamProblem } from "./stream-sampling.ts";

/** Numbers that are stored for the patterns of one instance at most. */
export const storedNumbers = 2 ** 25;
const patternStream = 0x60000000;
const noiseStream = 0x68000000;

/** Patterns of the four ensembles, as many as are asked for: pattern 0 is the right one. */
export interface PatternStore {
  readonly n: number;
  readonly query: Float64Array;
  /** The first `count` patterns, row-major; the same ones whatever count is. */
  take(count: number): Float32Array;
}

export type StoredKind = "binary" | "spherical" | "gaussian" | StreamProblem;

/** @throws HopfieldError E_LIMIT from `take` beyond storedNumbers. */
export function openPatterns(kind: StoredKind, n: number, noise: number, seed: number, index: number): PatternStore {
  const manifold = typeof kind === "string" ? null : kind;
  const instance = manifold ? drawStreamInstance(manifold, seed, index) : null;
  const wide = manifold && manifold.latent > 0 ? manifold.latent : n;
  const z = new Float64Array(wide);
  const row = new Float64Array(n);
  const apply = manifold ? elementwise(manifold.activation) : null;
  let panel: { first: number; numbers: Float32Array } = { first: -1, numbers: new Float32Array(0) };
  const make = (p: number, out: Float32Array): void => {
    const first = p - (p % panelPatterns);
    if (panel.first !== first) panel = { first, numbers: panelNormals(seed, patternStream + index, first, wide) };
    for (let k = 0; k < wide; k++) z[k] = panel.numbers[panelPatterns * k + p - first] as number;
    if (manifold && instance) {
      const scale = manifold.prior === "spherical" && manifold.latent > 0 ? Math.sqrt(wide / z.reduce((sum, x) => sum + x * x, 0)) : 1;
      for (let i = 0; i < n; i++) {
        let u = manifold.latent === 0 ? (z[i] as number) : 0;
        for (let k = 0; k < manifold.latent; k++) u += scale * (instance.map[i * wide + k] as number) * (z[k] as number);
        row[i] = u;
      }
      apply?.(row);
    } else {
      const length = kind === "spherical" ? Math.sqrt(z.reduce((sum, x) => sum + x * x, 0) / n) : 1;
      for (let i = 0; i < n; i++) row[i] = kind === "binary" ? ((z[i] as number) < 0 ? -1 : 1) : (z[i] as number) / length;
    }
    out.set(row, p * n);
  };
  const first = new Float32Array(n);
  // A manifold's right pattern is that of its instance; the others' is their pattern 0.
  make(0, first);
  const query = instance ? instance.query : Float64Array.from(first);
  if (!instance && noise > 0) {
    const eta = panelNormals(seed, noiseStream + index, 0, n);
    for (let i = 0; i < n; i++) query[i] = (query[i] as number) + Math.sqrt(noise) * (eta[panelPatterns * i] as number);
  }
  const kept = { data: new Float32Array(0), count: 0 };
  return {
    n,
    query,
    take: (count) => {
      if (count * n > storedNumbers)
        throw new HopfieldError(
          "E_LIMIT",
          `simulate: iterated dynamics store patterns; ${count} of ${n} entries are more than ${storedNumbers} numbers`,
        );
      if (count > kept.count) {
        const data = new Float32Array(count * n);
        data.set(kept.data);
        for (let p = kept.count; p < count; p++) make(p, data);
        if (kept.count === 0 && instance && noise === 0) data.set(instance.query);
        kept.data = data;
        kept.count = count;
      }
      return kept.data.subarray(0, count * n);
    },
  };
}

/** Weight of pattern 0 where the iteration from the query ends: it stands still to 1e-6 per entry, or `most` steps are done (0: the weight at the query itself). */
export function finalWeight({ n, query, take }: PatternStore, count: number, lambda: number, most = 60): number {
  const data = take(count);
  let x = query;
  const logits = new Float64Array(count);
  for (let step = 0; ; step++) {
    let top = Number.NEGATIVE_INFINITY;
    for (let p = 0; p < count; p++) {
      let sum = 0;
      for (let i = 0, at = p * n; i < n; i++, at++) sum += (x[i] as number) * (data[at] as number);
      logits[p] = lambda * sum;
      top = Math.max(top, lambda * sum);
    }
    const next = new Float64Array(n);
    let total = 0;
    for (let p = 0; p < count; p++) {
      const below = (logits[p] as number) - top;
      if (below < -45) continue;
      const weight = portableExp(below);
      total += weight;
      for (let i = 0, at = p * n; i < n; i++, at++) next[i] = (next[i] as number) + weight * (data[at] as number);
    }
    let moved = 0;
    for (let i = 0; i < n; i++) {
      next[i] = (next[i] as number) / total;
      moved += ((next[i] as number) - (x[i] as number)) ** 2;
    }
    if (step >= most || moved < 1e-12 * n) return portableExp((logits[0] as number) - top) / total;
    x = next;
  }
}

/** log of the first P at which iterated retrieval fails, to 1 % in P; Infinity where `most` patterns are retrieved from. */
export function dynamicsSample(store: PatternStore, lambda: number, most: number): number {
  const limit = Math.min(most, Math.floor(storedNumbers / store.n));
  let low = 1;
  let high = 2;
  while (finalWeight(store, high, lambda) >= 0.5) {
    if (high >= limit) return Number.POSITIVE_INFINITY;
    [low, high] = [high, Math.min(limit, 2 * high)];
  }
  while (high - low > Math.max(1, 0.01 * low)) {
    const middle = (low + high) >> 1;
    if (finalWeight(store, middle, lambda) >= 0.5) low = middle;
    else high = middle;
  }
  return portableLog(high);
}
