/**
 * @file The part of the replica free entropy that knows sigma, and its derivatives: averages over the query's own field u^1 (and noise) and over the field mu that the replicas share.
 * g(u^1, mu) = log E_w exp(b sigma(mu + sqrt V w)), b = lambda (sigma(u^1) + sqrt(noise) eta), mu = m u^1 + sqrt(q - m^2) h. Derivation: docs/capacity/hidden-manifold.md.
 */
import type { Activation } from "./activations.ts";
import { gaussLegendre, normalTrapezoid, panels, type Quadrature } from "./quadrature.ts";

/** Overlaps of latent vectors in the tilted measure: with the query's own (m), between two replicas (q), and the squared length (r > q >= m^2), each over D. */
export interface Order {
  readonly m: number;
  readonly q: number;
  readonly r: number;
}

/** Primes are derivatives by mu. */
export interface Averages {
  /** E g. */
  readonly value: number;
  /** E u^1 g' - m E g'', which is the derivative of E g by m. */
  readonly M: number;
  /** E g'^2. */
  readonly A: number;
  /** E g''. */
  readonly B: number;
  /** E g''^2, for the replicon. */
  readonly curvature: number;
  /** E dg/dlambda, the mean overlap zeta'. */
  readonly overlap: number;
}

/** @returns null when a number is not finite (an order parameter out of range). */
export type AverageFunction = (lambda: number, order: Order) => Averages | null;

/** The outer average: own field u, entry a = sigma(u) + noise of the query, weight. */
export interface OuterNodes {
  readonly u: Float64Array;
  readonly a: Float64Array;
  readonly weight: Float64Array;
}

/** "fine": errors of zeta below 1e-12 at all tabulated points; "quick": below 1e-8 (2e-7 for signs at ratio 0.1 and lambda 10), in a half to a third of the time. */
export type Accuracy = "fine" | "quick";

/**
 * Nodes for u^1 in [-8, 8]: half of it where sigma is odd, or where the other half contributes nothing (relu without noise). Noise adds a normal rule for eta.
 */
export function outerNodes(activation: Activation, noise: number, accuracy: Accuracy): OuterNodes {
  const half = activation.odd || (activation.kind === "relu" && noise === 0);
  // With noise the error of the rule for eta rules (about 1e-7, quick 1e-4, while lambda sqrt(noise) is of order 1), and 24 nodes are enough.
  const n = accuracy === "fine" && noise === 0 ? 40 : 24;
  const rule = own(activation, half, n);
  const eta: Quadrature =
    noise > 0 ? normalTrapezoid(accuracy === "fine" ? 49 : 25) : { nodes: new Float64Array(1), weights: new Float64Array([1]) };
  const [u, a, weight]: [number[], number[], number[]] = [[], [], []];
  rule.nodes.forEach((x, i) => {
    const density = (rule.weights[i] as number) * Math.exp(-0.5 * x * x) * (1 / Math.sqrt(2 * Math.PI)) * (activation.odd ? 2 : 1);
    eta.nodes.forEach((e, k) => {
      u.push(x);
      a.push(activation.value(x) + Math.sqrt(noise) * e);
      weight.push(density * (eta.weights[k] as number));
    });
  });
  return { u: Float64Array.from(u), a: Float64Array.from(a), weight: Float64Array.from(weight) };
}

function own({ kind, breakpoints }: Activation, half: boolean, n: number): Quadrature {
  if (half) return gaussLegendre(n, 0, 8);
  if (kind !== "custom") return panels([-8, 0, 8], 8, n);
  // A user's sigma: borders at its bends, panels of at most 2 between them.
  return panels([-8, ...breakpoints, 8], 2, n >> 2);
}

/**
 * Spacing of mu that the averages over h need. The normal weight of width `spread` asks for half of it; g itself bends on the scale sqrt V.
 */
export function fieldSpacing(spread: number, V: number, accuracy: Accuracy): number {
  const s = Math.sqrt(V);
  return accuracy === "fine" ? Math.min(0.5 * spread, 0.3 * s) : Math.min(0.6 * spread, 0.6 * s);
}
