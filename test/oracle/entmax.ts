/**
 * @file The sparse separations: sparsemax (Martins and Astudillo, arXiv 1602.02068), α-entmax (Peters, Niculae and Martins, arXiv 1905.05702) and α-normmax
 * (Santos et al., arXiv 2402.13725). Each shifts the logits by their maximum and looks for one threshold τ; all logits here are finite (see separations.ts).
 */
import { at, scale, sum, type Vector } from "./arrays.ts";

const shifted = (z: Vector): number[] => {
  const top = Math.max(...z);
  return z.map((value) => value - top);
};

const positivePart = (value: number): number => Math.max(0, value);

/**
 * The largest double τ in [low, high] with total(τ) >= 1, for a decreasing total with total(low) >= 1. Halves until no double lies between the two ends, so
 * low itself is the answer when a single pattern carries all the weight: a threshold that is only near −1 would give a second pattern on the kink weight.
 */
function threshold(low: number, high: number, total: (tau: number) => number): number {
  let [a, b] = [low, high];
  for (;;) {
    const middle = a + (b - a) / 2;
    if (middle <= a || middle >= b) return a;
    if (total(middle) >= 1) a = middle;
    else b = middle;
  }
}

/** sparsemax(z) = [z − τ]₊ with Σ = 1. With z sorted decreasingly the support is the largest r with 1 + r z₍r₎ > Σ_{i<=r} z₍i₎, and τ = (Σ_{i<=r} z₍i₎ − 1)/r. */
export function sparsemax(z: Vector): number[] {
  const x = shifted(z);
  const sorted = [...x].sort((a, b) => b - a);
  let tau = -1;
  let total = 0;
  sorted.forEach((value, i) => {
    total += value;
    if (1 + (i + 1) * value > total) tau = (total - 1) / (i + 1);
  });
  return x.map((value) => positivePart(value - tau));
}

/**
 * entmax(z, 1.5) = [z/2 − τ]₊² with Σ = 1. With z/2 sorted decreasingly, over the first r values: τ_r = mean − √((1 − r·variance)/r); the support is the
 * largest r with τ_r <= z₍r₎/2.
 */
export function entmax15(z: Vector): number[] {
  const x = scale(0.5, shifted(z));
  const sorted = [...x].sort((a, b) => b - a);
  let tau = -1;
  for (let r = 1; r <= sorted.length; r++) {
    const head = sorted.slice(0, r);
    const average = sum(head) / r;
    const rest = 1 - sum(head.map((value) => (value - average) ** 2));
    if (rest < 0) break;
    const candidate = average - Math.sqrt(rest / r);
    if (candidate <= at(sorted, r - 1)) tau = candidate;
  }
  return x.map((value) => positivePart(value - tau) ** 2);
}

/** α-entmax for any α > 1: p = [x − τ]₊^{1/(α−1)} with x = (α−1)(z − max z), Σp = 1; τ lies in [−1, −M^{1−α}]. */
export function entmaxByBisection(z: Vector, alpha: number): number[] {
  const x = scale(alpha - 1, shifted(z));
  const weights = (tau: number): number[] => x.map((value) => positivePart(value - tau) ** (1 / (alpha - 1)));
  const p = weights(threshold(-1, -(z.length ** (1 - alpha)), (tau) => sum(weights(tau))));
  return scale(1 / sum(p), p);
}

/** α-normmax for any α > 1: u = [z − max z − τ]₊^{1/(α−1)} with Σuᵅ = 1, p = u/Σu; τ lies in [−1, −M^{(1−α)/α}]. */
export function normmax(z: Vector, alpha: number): number[] {
  const x = shifted(z);
  const powers = (tau: number, exponent: number): number[] => x.map((value) => positivePart(value - tau) ** exponent);
  const tau = threshold(-1, -(z.length ** ((1 - alpha) / alpha)), (t) => sum(powers(t, alpha / (alpha - 1))));
  const u = powers(tau, 1 / (alpha - 1));
  return scale(1 / sum(u), u);
}
