/**
 * @file How far from a stored pattern a query may begin: the smallest starting overlap from which the pattern comes back, by bisection along one random direction of one random problem. The
 * theory beside it: cos theta_c = phi / lambda (thresholds.ts). That a closer query is never worse is assumed by the bisection. docs/capacity/simulation.md, "Basins".
 */
import { randomStream, sampleWithoutReplacement } from "../core/random.ts";
import { finalWeight, openPatterns, type PatternStore } from "./dynamics.ts";
import { panelNormals, panelPatterns } from "./pattern-stream.ts";

export interface BasinProblem {
  readonly ensemble: "binary" | "spherical" | "gaussian";
  readonly n: number;
  /** P, whole, at least 2; P n numbers are stored. */
  readonly patterns: number;
  readonly lambda: number;
  readonly seed: number;
  /** "once": the pattern has half of the weight at the query; "converge": where the iteration ends. */
  readonly dynamics: "once" | "converge";
}

const directionStream = 0x78000000;
const flipStream = 0x79000000;

/**
 * @returns x . xi / (|x| |xi|) of the furthest query that is still retrieved (binary: 1 - 2 p, p the share of flipped bits); 1 when not even the pattern itself is. To 2^-12, or one bit.
 * @throws HopfieldError E_LIMIT beyond the numbers that are stored.
 */
export function basinSample({ ensemble, n, patterns, lambda, seed, dynamics }: BasinProblem, index: number): number {
  const store = openPatterns(ensemble, n, 0, seed, index);
  const target = store.query.slice();
  const steps = dynamics === "once" ? 0 : 60;
  const retrieved = (query: Float64Array): boolean =>
    finalWeight({ ...store, query } satisfies PatternStore, patterns, lambda, steps) >= 0.5;
  if (ensemble === "binary") {
    const order = sampleWithoutReplacement(randomStream(seed, flipStream + index), n, n);
    const flipped = (count: number): Float64Array => {
      const query = target.slice();
      for (const i of order.slice(0, count)) query[i] = -(query[i] as number);
      return query;
    };
    const most = bisect(0, n, 1, (count) => retrieved(flipped(Math.round(count))));
    return most === null ? 1 : 1 - (2 * Math.round(most)) / n;
  }
  const across = directionAcross(target, panelNormals(seed, directionStream + index, 0, n));
  const length = Math.sqrt(n);
  const own = Math.sqrt(target.reduce((sum, x) => sum + x * x, 0));
  const turned = (angle: number): Float64Array =>
    target.map((x, i) => length * ((Math.cos(angle) * x) / own + Math.sin(angle) * (across[i] as number)));
  const widest = bisect(0, Math.PI / 2, 2 ** -12, (angle) => retrieved(turned(angle)));
  return widest === null ? 1 : Math.cos(widest);
}

/** The largest x that holds, to `grain`; null when `low` does not. */
function bisect(low: number, high: number, grain: number, holds: (x: number) => boolean): number | null {
  if (!holds(low)) return null;
  let [inside, outside] = [low, high];
  while (outside - inside > grain) {
    const middle = grain === 1 ? Math.floor((inside + outside) / 2) : (inside + outside) / 2;
    if (holds(middle)) inside = middle;
    else outside = middle;
  }
  return inside;
}

/** A unit vector across the pattern. */
function directionAcross(target: Float64Array, numbers: Float32Array): Float64Array {
  const eta = target.map((_, i) => numbers[panelPatterns * i] as number);
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
  const share = dot(eta, target) / dot(target, target);
  const rest = eta.map((x, i) => x - share * (target[i] as number));
  const size = Math.sqrt(dot(rest, rest));
  return rest.map((x) => x / size);
}
