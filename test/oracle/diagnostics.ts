/** @file What can be said about an answer: separation of the patterns, top, support size, label, margin, and the bound on the distance to the top pattern. */
import { argmax, at, distance, dot, largestNorm, norm, type Rows, sum, type Vector } from "./arrays.ts";
import { type Model, weights } from "./operator.ts";
import { similarities } from "./similarities.ts";
import { supportMask } from "./supports.ts";

/** Δᵢ = xᵢᵀxᵢ − max_{j≠i} xᵢᵀxⱼ (arXiv 2008.02217, Definition 2); Infinity for a single pattern. */
export const separation = (X: Rows): number[] =>
  X.map((x, i) => dot(x, x) - Math.max(...X.filter((_, j) => j !== i).map((other) => dot(x, other))));

/** R = ½ min_{i≠j} ‖xᵢ − xⱼ‖ */
export const separationRadius = (X: Rows): number =>
  0.5 * Math.min(...X.flatMap((x, i) => X.slice(i + 1).map((other) => distance(x, other))));

/** Members whose weights are exactly 0 outside a support. */
const isSparse = ({ separation: name, support = "all", alpha }: Model): boolean =>
  support !== "all" || !(name === "softmax" || name === "softmax1" || (name === "entmax" && alpha === 1));

/** The number of weights > 0 (exact), or the participation ratio (Σp)²/Σp², rounded. */
export const supportSize = (p: Vector, exact: boolean): number =>
  exact ? p.filter((value) => value > 0).length : Math.round(sum(p) ** 2 / dot(p, p));

export type Label = "single" | "metastable" | "global" | "none";

/** single if the largest weight is at least 0.9; global if the size is more than half of M > 2 patterns; metastable otherwise; none without any weight. */
export function labelOf(p: Vector, size: number): Label {
  if (sum(p) === 0) return "none";
  if (Math.max(...p) >= 0.9) return "single";
  return size > p.length / 2 && p.length > 2 ? "global" : "metastable";
}

export interface Diagnosis {
  readonly top: number;
  readonly weight: number;
  readonly support: number;
  readonly label: Label;
  readonly margin: number | null;
  readonly bound: number | null;
}

/**
 * A certificate for the pattern i of the support (derived from f(q) − xᵢ = Σ_{j≠i} pⱼ(xⱼ − xᵢ) for Σp = 1):
 * ‖y − xᵢ‖ <= (1 − pᵢ)·max_{j∈S} ‖xⱼ − xᵢ‖, and, for softmax, <= 2m(|S| − 1)·exp(−β(sᵢ − max_{j∈S, j≠i} sⱼ)).
 */
export function certificate(q: Vector, X: Rows, model: Model, i: number): { byWeight: number; byMargin: number } {
  const p = weights(q, X, model);
  const s = similarities(q, X, model);
  const others = X.map((_, j) => j).filter((j) => j !== i && supportMask(s, model)[j]);
  const rest = sum(others.map((j) => at(p, j)));
  const byWeight = rest * Math.max(0, ...others.map((j) => distance(at(X, j), at(X, i))));
  const gap = at(s, i) - Math.max(...others.map((j) => at(s, j)));
  return { byWeight, byMargin: 2 * largestNorm(X) * others.length * Math.exp(-model.beta * gap) };
}

/**
 * The evaluation at q, described. margin = s_top − the best other similarity of the support (null if there is none). bound on ‖y − x_top‖ (or ‖y − v_top‖):
 * (Σ_{j≠top} pⱼ)·(m + ‖x_top‖), for softmax1 plus (1 − Σp)‖x_top‖; for softmax without values also 2m(|S| − 1)e^{−β·margin}, the smaller of the two.
 * Null for k-subset, for a post, and outside every epanechnikov ball.
 */
export function diagnose(q: Vector, X: Rows, model: Model, { values, known }: { values?: Rows; known?: Vector } = {}): Diagnosis {
  const p = weights(q, X, model, known);
  const s = similarities(q, X, model, known);
  const mask = supportMask(s, model);
  const top = argmax(s.map((value, i) => (mask[i] ? value : -Infinity)));
  const others = s.map((_, j) => j).filter((j) => j !== top && mask[j]);
  const margin = others.length === 0 ? null : at(s, top) - Math.max(...others.map((j) => at(s, j)));
  const V = values ?? X;
  const [m, topNorm] = [largestNorm(V), norm(at(V, top))];
  const first = sum(others.map((j) => at(p, j))) * (m + topNorm) + (model.separation === "softmax1" ? (1 - sum(p)) * topNorm : 0);
  const second =
    model.separation === "softmax" && values === undefined && margin !== null
      ? 2 * m * others.length * Math.exp(-model.beta * margin)
      : Infinity;
  const none = model.separation === "k-subset" || (model.post ?? "identity") !== "identity" || sum(p) === 0;
  const support = supportSize(p, isSparse(model));
  return { top, weight: at(p, top), support, label: labelOf(p, support), margin, bound: none ? null : Math.min(first, second) };
}

/** What a bound on numbers computed in f32 must add to the exact one: 2⁻²⁰ (1 + log₂(1 + M))·m. */
export const roundingAllowance = (M: number, m: number): number => 2 ** -20 * (1 + Math.log2(1 + M)) * m;
