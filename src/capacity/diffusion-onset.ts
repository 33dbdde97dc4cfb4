/**
 * @file Onset of any hidden manifold: alpha_1 of the memory with the bias of the norms at a stored pattern, without noise. The energies are then -|xi - xi^1|^2 / 2 up to a constant, so
 * alpha_1(lambda) = -lim (1/N) log E exp(-lambda |xi - xi^1|^2 / 2), which grows with lambda. Replica-symmetric, by the saddle-point solver of the hidden manifold with another
 * one-entry integral. Derivation: docs/capacity/diffusion.md.
 */
import { type Activation, type ActivationInput, activationOf } from "./activations.ts";
import type { AverageFunction, Averages, Order } from "./averages.ts";
import { openBranch, saddleAt } from "./continuation.ts";
import { gaussLegendre, normalTrapezoid, panels, type Quadrature } from "./quadrature.ts";
import type { Saddle } from "./saddle.ts";

/**
 * alpha_1 as a function of lambda; its saddle for tests. Solved points are kept, so that neighbouring lambda are quick.
 * @returns null from `threshold` where no saddle point is found.
 */
export function biasedManifold(
  activation: ActivationInput,
  ratio: number,
): { threshold(lambda: number): number | null; saddle(lambda: number): Saddle | null } {
  const sigma = activationOf(activation, "biasedManifold");
  const branch = openBranch({ averages: squaredDistanceAverages(sigma), ratio, prior: "gaussian" });
  const saddle = (lambda: number): Saddle | null => saddleAt(branch, lambda);
  return { saddle, threshold: (lambda) => negated(saddle(lambda)) };
}

const negated = (found: Saddle | null): number | null => (found === null ? null : -found.zeta);

/** Standard deviations that are integrated over: 1e-15 of the mass lies outside. */
const reach = 8;

/** g(u, mu) = log E_w exp(-lambda (sigma(u) - sigma(mu + sqrt V w))^2 / 2) averaged over u and the field mu. */
function squaredDistanceAverages(activation: Activation): AverageFunction {
  const own = ownFields(activation);
  const shared = normalTrapezoid(41);
  return (lambda, order) => {
    const V = order.r - order.q;
    if (!(V > 0) || !(order.q >= 0) || !Number.isFinite(order.r)) return null;
    const rule = fieldRule(
      activation,
      1.05 * reach * (Math.sqrt(V) + Math.sqrt(order.q)),
      Math.min(0.15, 0.6 * Math.sqrt(V), 0.4 / Math.sqrt(lambda)),
    );
    const values = rule.nodes.map(activation.value);
    const sums = { value: 0, M: 0, A: 0, B: 0, curvature: 0, overlap: 0 };
    own.nodes.forEach((u, i) => {
      const squares = values.map((value) => (activation.value(u) - value) ** 2 / 2);
      const weighted = squares.map((square, j) => Math.exp(-lambda * square) * (rule.weights[j] as number));
      addField(sums, { u, weight: own.weights[i] as number }, order, { rule, squares, weighted }, shared);
    });
    const M = sums.M - order.m * sums.B;
    return Number.isFinite(sums.value + M + sums.A + sums.B) ? { ...sums, M } : null;
  };
}

interface Inner {
  readonly rule: Quadrature;
  readonly squares: Float64Array;
  readonly weighted: Float64Array;
}

type Sums = { -readonly [K in keyof Averages]: Averages[K] };

/** All shared fields mu = m u + sqrt(q - m^2) h of one own field. */
function addField(sums: Sums, { u, weight }: { u: number; weight: number }, { m, q, r }: Order, inner: Inner, shared: Quadrature): void {
  const V = r - q;
  const spread = Math.sqrt(Math.max(0, q - m * m));
  const { nodes } = inner.rule;
  shared.nodes.forEach((h, j) => {
    const w = weight * (shared.weights[j] as number);
    const mu = m * u + spread * h;
    let [z0, z1, z2, z3] = [0, 0, 0, 0];
    const end = firstAtLeast(nodes, mu + reach * Math.sqrt(V));
    for (let n = firstAtLeast(nodes, mu - reach * Math.sqrt(V)); n < end; n++) {
      const d = ((nodes[n] as number) - mu) / V;
      const k = Math.exp(-0.5 * d * d * V) * (inner.weighted[n] as number);
      z0 += k;
      z1 += k * d;
      z2 += k * d * d;
      z3 += k * (inner.squares[n] as number);
    }
    const slope = z1 / z0;
    const bend = z2 / z0 - 1 / V - slope * slope;
    sums.value += w * Math.log(z0 / Math.sqrt(2 * Math.PI * V));
    sums.M += w * u * slope;
    sums.A += w * slope * slope;
    sums.B += w * bend;
    sums.curvature += w * bend * bend;
    sums.overlap -= (w * z3) / z0;
  });
}

/** Nodes and normal weights for u: half of the line where sigma is odd, else both halves with a border at the kink. */
function ownFields({ odd, breakpoints }: Activation): Quadrature {
  const { nodes, weights } = odd
    ? gaussLegendre(32, 0, reach)
    : panels([-reach, ...(breakpoints.length > 0 ? breakpoints : [0]), reach], 4, 16);
  const scale = (odd ? 2 : 1) / Math.sqrt(2 * Math.PI);
  return { nodes, weights: weights.map((w, i) => w * scale * Math.exp(-0.5 * (nodes[i] as number) ** 2)) };
}

/** Equidistant where sigma is smooth, panels between its kinks otherwise. */
function fieldRule({ breakpoints }: Activation, range: number, spacing: number): Quadrature {
  if (breakpoints.length > 0) return panels([-range, ...breakpoints, range], 8 * spacing, 12);
  const count = Math.ceil(range / spacing);
  const nodes = Float64Array.from({ length: 2 * count + 1 }, (_, i) => ((i - count) * range) / count);
  return { nodes, weights: new Float64Array(2 * count + 1).fill(range / count) };
}

function firstAtLeast(sorted: Float64Array, x: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
