/**
 * @file Averages for activations whose one-entry integral over w is closed: relu, centred relu, sign. Derivation: docs/capacity/hidden-manifold.md, "Inner integrals".
 */
import type { Activation } from "./activations.ts";
import { type Accuracy, type AverageFunction, fieldSpacing, type OuterNodes } from "./averages.ts";
import { logAdd, logNormalCdf } from "./normal.ts";

/** Writes g, g', g'', dg/dlambda at (b = lambda a, mu, s = sqrt V) into `out`. */
type Inner = (a: number, lambda: number, mu: number, s: number, out: Float64Array) => void;

const logRootTwoPi = 0.5 * Math.log(2 * Math.PI);
const reluMean = 1 / Math.sqrt(2 * Math.PI);

/** Z = Phi(-mu/s) + e^{b mu + b^2 V / 2} Phi(mu/s + b s); p is the second part's share. */
const relu: Inner = (a, lambda, mu, s, out) => {
  const b = lambda * a;
  const t = mu / s;
  const left = logNormalCdf(-t);
  const right = b * mu + 0.5 * b * b * s * s + logNormalCdf(t + b * s);
  const g = logAdd(left, right);
  const p = Math.exp(right - g);
  const k = Math.exp(-0.5 * t * t - logRootTwoPi - g);
  out[0] = g;
  out[1] = b * p;
  out[2] = b * b * p * (1 - p) + (b * k) / s;
  out[3] = a * ((mu + b * s * s) * p + s * k);
};

const centredRelu: Inner = (a, lambda, mu, s, out) => {
  relu(a, lambda, mu, s, out);
  out[0] = (out[0] as number) - lambda * a * reluMean;
  out[3] = (out[3] as number) - a * reluMean;
};

/** Z = e^b Phi(mu/s) + e^{-b} Phi(-mu/s), divided by e^{|b|}. */
const sign: Inner = (a, lambda, mu, s, out) => {
  const b = Math.abs(lambda * a);
  const t = a < 0 ? -mu / s : mu / s;
  const high = logNormalCdf(t);
  const low = logNormalCdf(-t) - 2 * b;
  const g = logAdd(high, low);
  const d = ((a < 0 ? -1 : 1) * -Math.expm1(-2 * b) * Math.exp(-0.5 * t * t - logRootTwoPi - g)) / s;
  out[0] = g + b;
  out[1] = d;
  out[2] = -(mu / (s * s)) * d - d * d;
  out[3] = Math.abs(a) * (Math.exp(high - g) - Math.exp(low - g));
};

const inners: Partial<Record<Activation["kind"], Inner>> = { relu, "centered-relu": centredRelu, sign };

/** @returns null if the activation has no closed inner integral. */
export function closedAverages(activation: Activation, nodes: OuterNodes, accuracy: Accuracy): AverageFunction | null {
  const inner = inners[activation.kind];
  if (!inner) return null;
  const out = new Float64Array(4);
  return (lambda, { m, q, r }) => {
    const V = r - q;
    const spread = Math.sqrt(Math.max(0, q - m * m));
    if (!(V > 0)) return null;
    const s = Math.sqrt(V);
    // In units of the spread; at most 8 each way holds all but 1e-15 of the weight.
    const step = spread > 0 ? Math.min(0.5, Math.max(0.02, fieldSpacing(spread, V, accuracy) / spread)) : 0.5;
    const count = spread > 0 ? Math.ceil(8 / step) : 0;
    const h = Float64Array.from({ length: 2 * count + 1 }, (_, i) => (i - count) * step);
    const raw = h.map((x) => Math.exp(-0.5 * x * x));
    const total = raw.reduce((sum, w) => sum + w, 0);
    let [value, ug, A, B, curvature, overlap] = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < nodes.u.length; i++) {
      const u = nodes.u[i] as number;
      const a = nodes.a[i] as number;
      const outer = (nodes.weight[i] as number) / total;
      for (let j = 0; j < h.length; j++) {
        const weight = outer * (raw[j] as number);
        // What lies below this cannot show in a double sum of order 1 numbers.
        if (weight < 1e-22) continue;
        inner(a, lambda, m * u + spread * (h[j] as number), s, out);
        const slope = out[1] as number;
        const bend = out[2] as number;
        value += weight * (out[0] as number);
        ug += weight * u * slope;
        A += weight * slope * slope;
        B += weight * bend;
        curvature += weight * bend * bend;
        overlap += weight * (out[3] as number);
      }
    }
    const M = ug - m * B;
    return Number.isFinite(value + M + A + B) ? { value, M, A, B, curvature, overlap } : null;
  };
}
