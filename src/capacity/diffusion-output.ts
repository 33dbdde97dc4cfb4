/**
 * @file Entropy of one noisy entry y = sigma(u) + sqrt(t) eta when the latent overlap q is known: u = sqrt(q) h + sqrt(1 - q) w with h known, w not.
 * H(q) = E_h [-integral p_h log p_h], p_h(y) = E_w N(y; sigma(u), t). docs/capacity/diffusion.md.
 */
import type { ActivationName } from "./activations.ts";
import { normalCdf } from "./normal.ts";

/** Density of y given the mean a and deviation s of u. Mixtures of Gaussians where sigma is piecewise linear or constant; else a sum over w. */
type OutputDensity = (a: number, s: number, time: number) => { density: (y: number) => number; low: number; high: number };

const inverseRoot = 1 / Math.sqrt(2 * Math.PI);
const normalDensity = (u: number, variance: number): number => (inverseRoot / Math.sqrt(variance)) * Math.exp((-u * u) / (2 * variance));
/** u beyond this many deviations is left out: 1e-17 of the mass. */
const reach = 8.5;

const sign: OutputDensity = (a, s, t) => {
  const plus = normalCdf(a / s);
  return { density: (y) => plus * normalDensity(y - 1, t) + (1 - plus) * normalDensity(y + 1, t), low: -1, high: 1 };
};

/** u < 0 gives N(0, t); for u > 0 the Gaussian integral over u is N(y; a, s^2 + t) Phi((a t + y s^2) / (s sqrt t sqrt(s^2 + t))). */
const relu: OutputDensity = (a, s, t) => {
  const zero = normalCdf(-a / s);
  const variance = s * s + t;
  const scale = 1 / (s * Math.sqrt(t) * Math.sqrt(variance));
  const density = (y: number): number =>
    zero * normalDensity(y, t) + normalDensity(y - a, variance) * normalCdf((a * t + y * s * s) * scale);
  return { density, low: 0, high: Math.max(0, a + reach * s) };
};

const tanh: OutputDensity = (a, s, t) => {
  // Spacing below .45 sqrt t in sigma(u), whose slope is at most 1, and below .25 in w.
  const step = Math.min(0.25, (0.45 * Math.sqrt(t)) / s);
  const centres: number[] = [];
  const masses: number[] = [];
  for (let w = -reach; w <= reach; w += step) {
    centres.push(Math.tanh(a + s * w));
    masses.push(step * normalDensity(w, 1) * inverseRoot * (1 / Math.sqrt(t)));
  }
  const density = (y: number): number => {
    let sum = 0;
    for (let j = 0; j < centres.length; j++) {
      const d = y - (centres[j] as number);
      sum += (masses[j] as number) * Math.exp((-d * d) / (2 * t));
    }
    return sum;
  };
  return { density, low: Math.tanh(a - reach * s), high: Math.tanh(a + reach * s) };
};

const linear: OutputDensity = (a, s, t) => ({ density: (y) => normalDensity(y - a, s * s + t), low: a - reach * s, high: a + reach * s });

/** A shift of sigma moves y, not its entropy. */
const densities: Readonly<Record<ActivationName, OutputDensity>> = { linear, relu, "centered-relu": relu, tanh, sign };

/** H(q) in nats, for 0 <= q < 1 and t > 0. Trapezoid sums, which converge faster than any power for smooth integrands that vanish at both ends. */
export function outputEntropy(activation: ActivationName, q: number, time: number): number {
  const s = Math.sqrt(1 - q);
  const root = Math.sqrt(q);
  const noise = Math.sqrt(time);
  // For q near 1 the mean entropy changes over the width s of sigma's kink.
  const step = Math.min(0.35, Math.max(0.02, 0.5 * Math.hypot(s, noise)));
  const odd = activation !== "relu" && activation !== "centered-relu";
  let [total, mass] = [0, 0];
  for (let h = odd ? 0 : -7; h <= 7; h += step) {
    const weight = Math.exp((-h * h) / 2) * (odd && h === 0 ? 0.5 : 1);
    total += weight * entropyOf(densities[activation](root * h, s, time), noise);
    mass += weight;
  }
  return total / mass;
}

function entropyOf({ density, low, high }: ReturnType<OutputDensity>, noise: number): number {
  const step = 0.4 * noise;
  let sum = 0;
  for (let y = low - 8 * noise; y <= high + 8 * noise; y += step) {
    const p = density(y);
    if (p > 0) sum -= p * Math.log(p);
  }
  return sum * step;
}
