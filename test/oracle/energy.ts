/** @file Energies of the members that have one (null otherwise): they do not increase under an evaluation, and their gradient vanishes at fixed points. */
import { apply, combine, dot, largestNorm, type Rows, sum, type Vector } from "./arrays.ts";
import { conjugate } from "./conjugates.ts";
import { logits, type Model, weights } from "./operator.ts";

/**
 * dot: −Ω*(z)/β + ½‖q‖² (arXiv 2402.13725; softmax: arXiv 2008.02217 without its constants), Ω* over the support, for top-k over the chosen patterns;
 * kernel: −Ω*(z)/β + ½‖Wq‖² (arXiv 2404.03827);
 * l2: −Ω*(z)/β with z = −β/2‖q − x‖², for separations with Σp = 1 and sep(z + c) = sep(z);
 * l2 epanechnikov: −log(ε + Σ[1 + z]₊)/β (arXiv 2506.10801), null outside every ball at ε = 0.
 * Null: cosine and centered-cosine, softmax1 and k-subset with l2, post other than the identity, β that is 0 or infinite.
 */
export function energy(q: Vector, X: Rows, model: Model, epsilon = 0): number | null {
  const { similarity, separation, beta, kernel = [], post = "identity" } = model;
  if (post !== "identity" || !(beta > 0 && beta < Infinity)) return null;
  const z = logits(q, X, model);
  if (separation === "epanechnikov") {
    const inside = epsilon + sum(z.map((value) => Math.max(0, 1 + value)));
    return similarity === "l2" && inside > 0 ? -Math.log(inside) / beta : null;
  }
  switch (similarity) {
    case "dot":
      return -conjugate(z, model) / beta + 0.5 * dot(q, q);
    case "kernel":
      return -conjugate(z, model) / beta + 0.5 * dot(apply(kernel, q), apply(kernel, q));
    case "l2":
      return separation === "softmax1" || separation === "k-subset" ? null : -conjugate(z, model) / beta;
    case "cosine":
    case "centered-cosine":
      return null;
  }
}

const dense = (beta: number): Model => ({ similarity: "dot", separation: "softmax", beta });

/** Energy of arXiv 2008.02217, eq. 2, with its constants: −lse(β, Xq) + ½‖q‖² + β⁻¹ log M + ½m². */
export const ramsauerEnergy = (q: Vector, X: Rows, beta: number): number =>
  (energy(q, X, dense(beta)) ?? Number.NaN) + Math.log(X.length) / beta + 0.5 * largestNorm(X) ** 2;

/** Jacobian of the dense update: J = β Xᵀ(diag p − ppᵀ)X = β (Σ pᵢ xᵢxᵢᵀ − yyᵀ). */
export function denseJacobian(q: Vector, X: Rows, beta: number): number[][] {
  const p = weights(q, X, dense(beta));
  const y = combine(p, X);
  return y.map((a, row) => y.map((b, column) => beta * (sum(X.map((x, i) => (p[i] ?? 0) * (x[row] ?? 0) * (x[column] ?? 0))) - a * b)));
}
