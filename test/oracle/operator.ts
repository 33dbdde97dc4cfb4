/** @file One evaluation of the operator y = post(Vᵀ sep(β·sim(q, X) | support)), for every similarity, separation, support and post. */
import { combine, dot, norm, type Rows, scale, sum, type Vector } from "./arrays.ts";
import { type Separation, separate } from "./separations.ts";
import { type Similarity, similarities } from "./similarities.ts";
import { type Support, supportMask } from "./supports.ts";

export type Post = "identity" | "l2norm" | "layernorm" | "sign";

export interface Model extends Similarity, Separation, Support {
  /** 0 is the mean over the support, Infinity the largest similarity, ties shared. */
  readonly beta: number;
  readonly post?: Post;
  /** layernorm: added to the variance, default 0 */
  readonly layerEpsilon?: number;
}

/** identity; y/‖y‖; (y − mean)/√(variance + ε); the sign of each entry. A zero divisor gives zeros, the sign of 0 is 0. */
export function applyPost(y: Vector, post: Post = "identity", epsilon = 0): number[] {
  const average = sum(y) / y.length;
  const centred = y.map((value) => value - average);
  const deviation = Math.sqrt(dot(centred, centred) / y.length + epsilon);
  switch (post) {
    case "identity":
      return [...y];
    case "l2norm":
      return scale(1 / (norm(y) || 1), y);
    case "layernorm":
      return scale(1 / (deviation || 1), centred);
    case "sign":
      return y.map((value) => (value > 0 ? 1 : value < 0 ? -1 : 0));
  }
}

/** z = β·s(q, X), −Infinity outside the support; at β = Infinity 0 at the largest similarities of the support and −Infinity elsewhere. */
export function logits(q: Vector, X: Rows, model: Model, known?: Vector): number[] {
  const s = similarities(q, X, model, known);
  const mask = supportMask(s, model);
  const seen = s.map((value, i) => (mask[i] ? value : -Infinity));
  if (model.beta === Infinity) return seen.map((value) => (value === Math.max(...seen) && value !== -Infinity ? 0 : -Infinity));
  return seen.map((value) => (value === -Infinity ? value : model.beta * value));
}

/** p = sep(z) */
export const weights = (q: Vector, X: Rows, model: Model, known?: Vector): number[] => separate(logits(q, X, model, known), model);

/** y = post(Vᵀ p), V = X without values. Outside every epanechnikov ball the state stays; with values there is nothing to read (RangeError). */
export function evaluate(q: Vector, X: Rows, model: Model, { values, known }: { values?: Rows; known?: Vector } = {}): number[] {
  const p = weights(q, X, model, known);
  if (model.separation === "epanechnikov" && p.every((value) => value === 0)) {
    if (values !== undefined) throw new RangeError("the query lies outside every ball");
    return [...q];
  }
  return applyPost(combine(p, values ?? X), model.post, model.layerEpsilon);
}
