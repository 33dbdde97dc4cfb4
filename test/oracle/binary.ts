/**
 * @file Binary memories, states and patterns ±1: Hebb, rectified polynomial (Krotov and Hopfield, arXiv 1606.01164) and exponential (Demircigil et al.,
 * arXiv 1702.01929). One sweep updates the bits i = 0 … d−1 in turn, each with the others as they stand; a tie keeps the bit.
 */
import { apply, at, dot, type Rows, replace, sum, type Vector } from "./arrays.ts";

export type BinaryModel = { readonly model: "hebbian" | "exponential" } | { readonly model: "polynomial"; readonly degree: number };

/** W = (1/d) Σ_μ ξ_μ ξ_μᵀ with zero diagonal */
export function hebbianMatrix(X: Rows): number[][] {
  const d = at(X, 0).length;
  return at(X, 0).map((_, i) => at(X, 0).map((_, j) => (i === j ? 0 : sum(X.map((x) => at(x, i) * at(x, j))) / d)));
}

/** F(h) = max(h, 0)ⁿ */
const rectified = (h: number, degree: number): number => Math.max(h, 0) ** degree;

/**
 * The number whose sign bit i takes, up to a positive factor.
 * hebbian: (Ws)_i, as the integer Σ_μ ξ_μi h_μ without bit i, so that a tie is exactly 0;
 * polynomial: Σ_μ F(h_μ + ξ_μi) − F(h_μ − ξ_μi), h_μ the overlap ξ_μᵀs without bit i;
 * exponential: F(h + ξ) − F(h − ξ) = 2ξ sinh(1) e^h, so Σ_μ ξ_μi e^{h_μ}. The overlaps are integers: patterns of equal h are counted first, and since e is
 * transcendental the sum is 0 only if every count is; the rest is scaled by its largest exponent.
 */
export function localField(s: Vector, i: number, X: Rows, member: BinaryModel): number {
  const overlaps = X.map((x) => dot(x, replace(s, i, 0)));
  const bits = X.map((x) => at(x, i));
  if (member.model === "hebbian") return dot(bits, overlaps);
  if (member.model === "polynomial") {
    const { degree } = member;
    return sum(overlaps.map((h, mu) => rectified(h + at(bits, mu), degree) - rectified(h - at(bits, mu), degree)));
  }
  const counts = new Map<number, number>();
  overlaps.forEach((h, mu) => {
    counts.set(h, (counts.get(h) ?? 0) + at(bits, mu));
  });
  const terms = [...counts].filter(([, count]) => count !== 0);
  const top = Math.max(...terms.map(([h]) => h));
  return sum(terms.map(([h, count]) => count * Math.exp(h - top)));
}

/** One sweep i = 0 … d−1. */
export function sweep(s: Vector, X: Rows, member: BinaryModel): number[] {
  return s.reduce(
    (state: number[], _, i) => {
      const field = localField(state, i, X, member);
      return field === 0 ? state : replace(state, i, Math.sign(field));
    },
    [...s],
  );
}

/** Sweeps until one changes nothing (it counts), at most `maxSweeps`. */
export function binaryRecall(
  s: Vector,
  X: Rows,
  member: BinaryModel,
  maxSweeps = 100,
): { state: number[]; sweeps: number; converged: boolean } {
  let state = [...s];
  for (let sweeps = 1; sweeps <= maxSweeps; sweeps++) {
    const next = sweep(state, X, member);
    if (next.every((bit, i) => bit === state[i])) return { state, sweeps, converged: true };
    state = next;
  }
  return { state, sweeps: maxSweeps, converged: false };
}

/** hebbian −½ sᵀWs; polynomial −Σ F(ξᵀs); exponential −Σ e^{ξᵀs}, null where it overflows. */
export function binaryEnergy(s: Vector, X: Rows, member: BinaryModel): number | null {
  if (member.model === "hebbian") return -0.5 * dot(s, apply(hebbianMatrix(X), s));
  const overlaps = X.map((x) => dot(x, s));
  if (member.model === "polynomial") return -sum(overlaps.map((h) => rectified(h, member.degree)));
  const total = sum(overlaps.map(Math.exp));
  return Number.isFinite(total) ? -total : null;
}
