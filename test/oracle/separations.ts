/**
 * @file The separations: logits z to weights p. A logit −Infinity has weight 0 and takes part in nothing; all −Infinity is refused (RangeError).
 * The regularised view, p = argmax ⟨z, p⟩ − Ω(p), is arXiv 2402.13725; the conjugates Ω* are in conjugates.ts.
 */
import { at, scale, sum, type Vector } from "./arrays.ts";
import { entmax15, entmaxByBisection, normmax, sparsemax } from "./entmax.ts";

export type SeparationName = "softmax" | "softmax1" | "sparsemax" | "entmax" | "normmax" | "k-subset" | "epanechnikov";

export interface Separation {
  readonly separation: SeparationName;
  /** entmax (default 1.5), normmax (default 2) */
  readonly alpha?: number;
  /** k-subset (and the support top-k) */
  readonly k?: number;
  /** softmax1: the n of e^z/(n + Σe^z), default 1 */
  readonly n?: number;
}

/** The finite logits go through f, the others get weight 0. */
function onFinite(z: Vector, f: (finite: Vector) => number[]): number[] {
  const finite = z.filter((value) => value !== -Infinity);
  if (finite.length === 0) throw new RangeError("no pattern in the support");
  const p = f(finite);
  let next = 0;
  return z.map((value) => (value === -Infinity ? 0 : at(p, next++)));
}

/** e^{zᵢ} / Σ e^{zⱼ} */
export function softmax(z: Vector): number[] {
  return onFinite(z, (x) => {
    const top = Math.max(...x);
    const e = x.map((value) => Math.exp(value - top));
    return scale(1 / sum(e), e);
  });
}

/** softmaxₙ (softmax₁ of arXiv 2404.03828 for n = 1): e^{zᵢ} / (n + Σ e^{zⱼ}), shifted by max(0, max z). */
export function softmaxN(z: Vector, n = 1): number[] {
  return onFinite(z, (x) => {
    const top = Math.max(0, ...x);
    const e = x.map((value) => Math.exp(value - top));
    return scale(1 / (n * Math.exp(-top) + sum(e)), e);
  });
}

/** α-entmax: softmax at α = 1, by sorting at 1.5 and 2, by bisection elsewhere. */
export function entmax(z: Vector, alpha: number): number[] {
  if (alpha === 1) return softmax(z);
  if (alpha === 1.5) return onFinite(z, entmax15);
  if (alpha === 2) return onFinite(z, sparsemax);
  return onFinite(z, (x) => entmaxByBisection(x, alpha));
}

/**
 * argmax ⟨z, p⟩ − ½‖p‖² over 0 <= p <= 1, Σp = min(k, M): p = clip(z − τ, 0, 1). g(τ) = Σ clip(z − τ, 0, 1) is decreasing and linear between its breakpoints
 * zᵢ − 1 and zᵢ, so τ is found by one interpolation in the segment where g passes k.
 */
export function kSubset(z: Vector, k: number): number[] {
  return onFinite(z, (finite) => {
    const top = Math.max(...finite);
    const x = finite.map((value) => value - top);
    if (k >= x.length) return x.map(() => 1);
    const clipped = (tau: number): number[] => x.map((value) => Math.min(1, Math.max(0, value - tau)));
    const breaks = x.flatMap((value) => [value - 1, value]).sort((a, b) => a - b);
    const last = breaks.findLastIndex((tau) => sum(clipped(tau)) >= k);
    const start = at(breaks, last);
    const [here, next] = [sum(clipped(start)), sum(clipped(at(breaks, last + 1)))];
    return clipped(start + ((here - k) / (here - next)) * (at(breaks, last + 1) - start));
  });
}

/** Ball of the log-sum-ReLU energy (arXiv 2506.10801), z = −β/2‖q − x‖²: equal weights where z > −1, that is ‖q − x‖ < √(2/β); all 0 outside every ball. */
export function epanechnikov(z: Vector): number[] {
  const inside = z.map((value): number => (value > -1 ? 1 : 0));
  return scale(1 / Math.max(1, sum(inside)), inside);
}

/** The weights of `epanechnikov` from the squared distances ‖q − xᵢ‖². */
export const epanechnikovFromDistances = (squared: Vector, beta: number): number[] =>
  epanechnikov(squared.map((value) => (-beta / 2) * value));

/** The weights of any member, chosen by name. */
export function separate(z: Vector, member: Separation): number[] {
  switch (member.separation) {
    case "softmax":
      return softmax(z);
    case "softmax1":
      return softmaxN(z, member.n ?? 1);
    case "sparsemax":
      return onFinite(z, sparsemax);
    case "entmax":
      return entmax(z, member.alpha ?? 1.5);
    case "normmax":
      return onFinite(z, (x) => normmax(x, member.alpha ?? 2));
    case "k-subset":
      return kSubset(z, member.k ?? 8);
    case "epanechnikov":
      return epanechnikov(z);
  }
}
