/** @file The convex conjugates Ω*(z) = max_p ⟨z, p⟩ − Ω(p) of the separations, whose gradients are the separations (arXiv 2402.13725). −Infinity logits drop out. */
import { sum, type Vector } from "./arrays.ts";
import { type Separation, separate } from "./separations.ts";

/** log Σ e^{zᵢ} (−Infinity for no term) */
export function logSumExp(z: Vector): number {
  const top = Math.max(...z);
  return top === -Infinity ? top : top + Math.log(sum(z.map((value) => Math.exp(value - top))));
}

/** ⟨z, p⟩ over the entries with weight, so that 0 · −Infinity is 0. */
const inner = (z: Vector, p: Vector): number => sum(z.map((value, i) => (p[i] === 0 ? 0 : value * (p[i] ?? Number.NaN))));

/**
 * Ω*(z):
 * softmax log Σe^z; softmax1 log(n + Σe^z); α-entmax pᵀz + Σ(p − pᵅ)/(α(α−1)) (Tsallis; sparsemax is α = 2; α = 1 is softmax); normmax pᵀz − ‖p‖_α;
 * k-subset pᵀz − ½‖p‖². epanechnikov has none of this form (see energy.ts).
 */
export function conjugate(z: Vector, member: Separation): number {
  const p = separate(z, member);
  switch (member.separation) {
    case "softmax":
      return logSumExp(z);
    case "softmax1":
      return logSumExp([Math.log(member.n ?? 1), ...z]);
    case "sparsemax":
      return inner(z, p) + tsallis(p, 2);
    case "entmax":
      return (member.alpha ?? 1.5) === 1 ? logSumExp(z) : inner(z, p) + tsallis(p, member.alpha ?? 1.5);
    case "normmax":
      return inner(z, p) - sum(p.map((value) => value ** (member.alpha ?? 2))) ** (1 / (member.alpha ?? 2));
    case "k-subset":
      return inner(z, p) - 0.5 * inner(p, p);
    case "epanechnikov":
      throw new RangeError("epanechnikov has no conjugate here");
  }
}

/** Tsallis entropy Σ(p − pᵅ)/(α(α−1)). */
const tsallis = (p: Vector, alpha: number): number => sum(p.map((value) => value - value ** alpha)) / (alpha * (alpha - 1));
