/**
 * @file What the figures of an evaluation say about the answer: the label of the fixed point, how many patterns carry it, and the certificate.
 *
 * With weights of sum 1 the answer is y - x_top = sum_{j != top} p_j (x_j - x_top), hence |y - x_top| <= (1 - p_top)(m + |x_top|) with m the largest norm. Rounding of the f32 answer is covered by 2^-20 (1 + log2(1 + M)) m. docs/models/README.md has the proof.
 */
import { portableLog2 } from "../core/portable.ts";
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

/** Bound on |y - x_top| (or |y - v_top|) from the figures of row `b` and the norm of the top pattern or value. */
export type Certifier = (evaluation: Evaluation, b: number, topNorm: number) => number | null;

/**
 * The certificates of one recall, as a function of the figures of a query. They are null where the argument does not hold: weights that do not sum to at most 1 (k-subset), a state changed after the evaluation (post, clamp), an empty ball.
 * @param patterns M. @param largestNorm m, of what the answer is made of. @param clamped whether known entries were put back after the evaluation.
 */
export function certifier(settings: Settings, patterns: number, largestNorm: number, clamped: boolean): Certifier {
  if (settings.separation === "k-subset" || settings.post !== "identity" || clamped) return () => null;
  const rounding = 2 ** -20 * (1 + portableLog2(1 + patterns)) * largestNorm;
  const sumsToOne = settings.separation !== "softmax1";
  return (evaluation, b, topNorm) => {
    const weight = evaluation.weight[b] as number;
    if (weight === 0) return null;
    const rest = evaluation.rest[b] as number;
    const bound = rest * (largestNorm + topNorm);
    if (sumsToOne) return bound + rounding;
    return bound + (Math.max(0, 1 - (weight + rest)) * topNorm + 2 ** -22 * topNorm) + rounding;
  };
}
