/**
 * @file Averages for any activation: the one-entry integral over w is a convolution with a normal density, so sigma and exp are evaluated once per lambda on a fixed grid of fields
 * v = mu + sqrt V w, and an evaluation is three banded sums per (u^1, mu). Derivation: docs/capacity/hidden-manifold.md, "Quadrature".
 */
import type { Activation } from "./activations.ts";
import { type Accuracy, type AverageFunction, type Averages, fieldSpacing, type Order, type OuterNodes } from "./averages.ts";
import { panels, type Quadrature } from "./quadrature.ts";

/** Normal densities are cut at this many standard deviations: 1e-15 of the mass lies outside. */
const reach = 8;

interface Table {
  readonly lambda: number;
  readonly range: number;
  readonly spacing: number;
  readonly rule: Quadrature;
  readonly sigma: Float64Array;
  /** exp(b sigma(v) - shift), one row per outer node, times the weight of v. */
  readonly rows: readonly Float64Array[];
  readonly shift: Float64Array;
}

export function gridAverages(activation: Activation, nodes: OuterNodes, accuracy: Accuracy): AverageFunction {
  const kept: { table: Table | null } = { table: null };
  const largest = nodes.a.reduce((top, a) => Math.max(top, Math.abs(a)), 0);
  return (lambda, order) => {
    const V = order.r - order.q;
    if (!(V > 0) || !(order.q >= 0) || !Number.isFinite(order.r)) return null;
    // An unbounded sigma tilts v by up to b V slope; where that matters (u^1 below 6), b is below lambda times three quarters of its largest value.
    const range = reach * Math.sqrt(order.r) + 0.75 * lambda * largest * activation.slope * V;
    const smooth = accuracy === "fine" ? 0.16 : 0.25;
    const spacing = Math.min(smooth, 0.75 * Math.sqrt(V));
    if (range / spacing > 20_000) return null;
    const old = kept.table;
    const fits =
      old &&
      old.lambda === lambda &&
      old.range >= range &&
      old.range < 1.5 * range &&
      old.spacing <= spacing * 1.0001 &&
      old.spacing > spacing / 1.6;
    const table = fits ? old : tabulate(activation, nodes, lambda, range * 1.1, spacing * 0.95);
    kept.table = table;
    return average(table, nodes, order, accuracy);
  };
}

function tabulate(activation: Activation, nodes: OuterNodes, lambda: number, range: number, spacing: number): Table {
  const rule = fieldRule(activation, range, spacing);
  const sigma = rule.nodes.map(activation.value);
  const shift = new Float64Array(nodes.a.length);
  const rows = Array.from(nodes.a, (a, i) => {
    const row = sigma.map((value) => lambda * a * value);
    const top = row.reduce((max, x) => Math.max(max, x), Number.NEGATIVE_INFINITY);
    shift[i] = top;
    return row.map((x, j) => Math.exp(x - top) * (rule.weights[j] as number));
  });
  return { lambda, range, spacing, rule, sigma, rows, shift };
}

/** Equidistant for an analytic sigma (converges exponentially), Gauss-Legendre panels between the breakpoints otherwise. */
function fieldRule({ breakpoints, kind }: Activation, range: number, spacing: number): Quadrature {
  if (breakpoints.length === 0 && kind !== "custom") {
    const count = Math.ceil(range / spacing);
    return {
      nodes: Float64Array.from({ length: 2 * count + 1 }, (_, i) => ((i - count) * range) / count),
      weights: new Float64Array(2 * count + 1).fill(range / count),
    };
  }
  // 12 nodes resolve a panel of 12 spacings / 1.6 as well as the equidistant rule does.
  return panels([-range, ...breakpoints, range], 7.5 * spacing, 12);
}

function average(table: Table, nodes: OuterNodes, { m, q, r }: Order, accuracy: Accuracy): Averages | null {
  const V = r - q;
  const s = Math.sqrt(V);
  const length = table.rule.nodes.length;
  const kernel: Kernel = [new Float64Array(length), new Float64Array(length), new Float64Array(length), new Float64Array(length)];
  const sums: Averages = { value: 0, M: 0, A: 0, B: 0, curvature: 0, overlap: 0 };
  const bandOf = (mu: number): [number, number] => [
    firstAtLeast(table.rule.nodes, mu - reach * s),
    firstAtLeast(table.rule.nodes, mu + reach * s),
  ];
  const spread = Math.sqrt(Math.max(0, q - m * m));
  if (spread < 1e-9) {
    // The replicas share no field of their own: one mu for every u^1.
    nodes.u.forEach((u, i) => {
      const [low, high] = bandOf(m * u);
      fillKernel(table, m * u, V, low, high, kernel);
      addPoint(sums, table, nodes, i, nodes.weight[i] as number, V, low, high, kernel);
    });
    return finish(sums, m);
  }
  const step = Math.max(0.02 * spread, fieldSpacing(spread, V, accuracy));
  const farthest = nodes.u.reduce((top, u) => Math.max(top, Math.abs(u)), 0);
  const count = Math.ceil((Math.abs(m) * farthest + reach * spread) / step);
  if (count > 4000) return null;
  // Weights of (u^1, mu) are normalised for every u^1, so that constants are exact.
  const totals = Float64Array.from(nodes.u, (u) => trapezoidTotal(m * u, spread, step, count));
  for (let j = -count; j <= count; j++) {
    const mu = j * step;
    const [low, high] = bandOf(mu);
    let filled = false;
    for (let i = 0; i < nodes.u.length; i++) {
      const distance = (mu - m * (nodes.u[i] as number)) / spread;
      if (Math.abs(distance) > reach) continue;
      const weight = ((nodes.weight[i] as number) * Math.exp(-0.5 * distance * distance)) / (totals[i] as number);
      // What lies below this cannot show in a double sum of order 1 numbers.
      if (weight < 1e-22) continue;
      if (!filled) fillKernel(table, mu, V, low, high, kernel);
      filled = true;
      addPoint(sums, table, nodes, i, weight, V, low, high, kernel);
    }
  }
  return finish(sums, m);
}

type Kernel = readonly [Float64Array, Float64Array, Float64Array, Float64Array];
type Sums = { -readonly [K in keyof Averages]: Averages[K] };

/** Adds outer node i at the mu of the kernel. `M` collects E u^1 g' until `finish`. */
function addPoint(
  sums: Sums,
  table: Table,
  { u, a }: OuterNodes,
  i: number,
  weight: number,
  V: number,
  low: number,
  high: number,
  [k0, k1, k2, k3]: Kernel,
): void {
  const row = table.rows[i] as Float64Array;
  let [z0, z1, z2, z3] = [0, 0, 0, 0];
  for (let n = low; n < high; n++) {
    const f = row[n] as number;
    z0 += (k0[n] as number) * f;
    z1 += (k1[n] as number) * f;
    z2 += (k2[n] as number) * f;
    z3 += (k3[n] as number) * f;
  }
  const slope = z1 / z0;
  const bend = z2 / z0 - 1 / V - slope * slope;
  sums.value += weight * (Math.log(z0) + (table.shift[i] as number));
  sums.M += weight * (u[i] as number) * slope;
  sums.A += weight * slope * slope;
  sums.B += weight * bend;
  sums.curvature += weight * bend * bend;
  sums.overlap += (weight * (a[i] as number) * z3) / z0;
}

function finish(sums: Averages, m: number): Averages | null {
  const M = sums.M - m * sums.B;
  return Number.isFinite(sums.value + M + sums.A + sums.B) ? { ...sums, M } : null;
}

function trapezoidTotal(centre: number, spread: number, step: number, count: number): number {
  const from = Math.max(-count, Math.ceil((centre - reach * spread) / step));
  const to = Math.min(count, Math.floor((centre + reach * spread) / step));
  let total = 0;
  for (let j = from; j <= to; j++) total += Math.exp(-0.5 * ((j * step - centre) / spread) ** 2);
  return total;
}

/** The normal density around mu, and it times (v - mu) / V, times the square of that, and times sigma(v). */
function fillKernel({ rule, sigma }: Table, mu: number, V: number, low: number, high: number, [k0, k1, k2, k3]: Kernel): void {
  const scale = 1 / Math.sqrt(2 * Math.PI * V);
  for (let n = low; n < high; n++) {
    const d = (rule.nodes[n] as number) - mu;
    const k = scale * Math.exp((-0.5 * d * d) / V);
    const t = d / V;
    k0[n] = k;
    k1[n] = k * t;
    k2[n] = k * t * t;
    k3[n] = k * (sigma[n] as number);
  }
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
