/** @file Similarities s(q, xᵢ) of a query to every pattern, on all entries or on the known ones (weights k in [0, 1] per entry; an entry with k = 0 is never read). */
import { apply, at, dot, mean, type Rows, subtract, sum, type Vector } from "./arrays.ts";

export type SimilarityName = "dot" | "l2" | "cosine" | "centered-cosine" | "kernel";

export interface Similarity {
  readonly similarity: SimilarityName;
  /** kernel: the matrix W of K(u, v) = ⟨Wu, Wv⟩ (arXiv 2404.03827) */
  readonly kernel?: Rows;
}

/** Σ k a b over the entries with k > 0; no k means all known. */
function knownSum(a: Vector, b: Vector, known?: Vector): number {
  return sum(
    a.map((value, j) => {
      const k = known === undefined ? 1 : at(known, j);
      return k === 0 ? 0 : k * value * at(b, j);
    }),
  );
}

/** Σk q x */
export const dotSimilarity = (q: Vector, x: Vector, known?: Vector): number => knownSum(q, x, known);

/** −½ Σk (q − x)² */
export const l2Similarity = (q: Vector, x: Vector, known?: Vector): number => -0.5 * knownSum(subtract(q, x), subtract(q, x), known);

/** Σk q x / √(Σk q² · Σk x²); 0 where a norm is 0 */
export function cosineSimilarity(q: Vector, x: Vector, known?: Vector): number {
  const norms = Math.sqrt(knownSum(q, q, known)) * Math.sqrt(knownSum(x, x, known));
  return norms === 0 ? 0 : knownSum(q, x, known) / norms;
}

/** ⟨Wq, Wx⟩; has no version on known entries */
export const kernelSimilarity = (q: Vector, x: Vector, W: Rows): number => dot(apply(W, q), apply(W, x));

/** s(q, xᵢ) for every pattern. centered-cosine: the cosine after subtracting the mean pattern of the memory from the query and from the pattern. */
export function similarities(q: Vector, X: Rows, { similarity, kernel }: Similarity, known?: Vector): number[] {
  const centre = mean(X);
  switch (similarity) {
    case "dot":
      return X.map((x) => dotSimilarity(q, x, known));
    case "l2":
      return X.map((x) => l2Similarity(q, x, known));
    case "cosine":
      return X.map((x) => cosineSimilarity(q, x, known));
    case "centered-cosine":
      return X.map((x) => cosineSimilarity(subtract(q, centre), subtract(x, centre), known));
    case "kernel":
      if (kernel === undefined || known !== undefined) throw new RangeError("kernel needs its matrix, and all entries known");
      return X.map((x) => kernelSimilarity(q, x, kernel));
  }
}
