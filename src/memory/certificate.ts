/**
 * @file What the figures of an evaluation say about the answer: the label of the fixed point, how many patterns carry it, and the certificate.
 *
 * With weights of sum 1 the answer is y - x_top = sum_{j != top} p_j (x_j - x_top), hence |y - x_top| <= (1 - p_top)(m + |x_top|) with m the largest norm; and since
 * p_j <= p_top e^{-beta margin}, also <= 2 m (|S| - 1) e^{-beta margin}. Rounding of the f32 answer is covered by 2^-20 (1 + log2(1 + M)) m. docs/models/README.md has the proof.
 */
import { portableExp, portableLog2 } from "../core/portable.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Settings } from "./presets.ts";
import type { FixedPointLabel } from "./types.ts";

/** Patterns that carry the answer: exact where weights vanish, else the participation ratio (sum p)^2 / sum p^2, rounded. */
export function supportSize(evaluation: Evaluation, b: number): number {
  const exact = evaluation.count[b] as number;
  if (exact >= 0) return exact;
  const total = (evaluation.weight[b] as number) + (evaluation.rest[b] as number);
  return Math.round((total * total) / (evaluation.squares[b] as number));
}

/** single from 90 % of the weight on; global when more than half of more than two patterns carry it; none without any weight. */
export function fixedPointLabel(weight: number, support: number, patterns: number): FixedPointLabel {
  if (weight === 0) return "none";
  if (weight >= 0.9) return "single";
  return support > patterns / 2 && patterns > 2 ? "global" : "metastable";
}

/**
 * Bound on |y - x_top| (or |y - v_top|), or null where the argument does not hold: weights that do not sum to at most 1 (k-subset), a state changed after the evaluation
 * (post, clamp), an empty ball.
 * @param largestNorm m, of what the answer is made of; @param topNorm norm of the top pattern or value; @param readsValues then the margin says nothing about distances.
 */
export function certificate(
  settings: Settings,
  beta: number,
  evaluation: Evaluation,
  b: number,
  patterns: number,
  largestNorm: number,
  topNorm: number,
  readsValues: boolean,
  clamped: boolean,
): number | null {
  const weight = evaluation.weight[b] as number;
  if (settings.separation === "k-subset" || settings.post !== "identity" || clamped || weight === 0) return null;
  const rest = evaluation.rest[b] as number;
  let bound = rest * (largestNorm + topNorm);
  if (settings.separation === "softmax1") bound += Math.max(0, 1 - (weight + rest)) * topNorm + 2 ** -22 * topNorm;
  if (settings.separation === "softmax" && !readsValues) {
    const margin = evaluation.margin[b] as number;
    const others = (evaluation.visible[b] as number) - 1;
    const byMargin = others === 0 || Number.isNaN(margin) ? 0 : 2 * largestNorm * others * portableExp(-beta * margin);
    bound = Math.min(bound, byMargin);
  }
  return bound + 2 ** -20 * (1 + portableLog2(1 + patterns)) * largestNorm;
}
