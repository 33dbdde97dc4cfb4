/**
 * @file Which scores can matter: for every separation the distance below the leader (or the k-th) at which a weight is 0, or so small that all of them together are
 * lost in the rounding of the answer. docs/numerics.md derives each.
 */
import { portableLog2 } from "../core/portable.ts";
import type { Settings } from "./presets.ts";
import type { Separation } from "./types.ts";

/** Numbers of the separations in the kernels (asm/separate.ts). */
export const separationKinds: Readonly<Record<Separation, number>> = {
  softmax: 0,
  softmax1: 1,
  sparsemax: 2,
  entmax: 3,
  normmax: 4,
  "k-subset": 5,
  epanechnikov: 6,
};

/** Facts of a score row: the largest two scores, what must be added to a score to make it a similarity, and the k-th largest on demand. */
export interface RowFacts {
  readonly largest: number;
  readonly second: number;
  readonly offset: number;
  readonly kth: (k: number) => number;
}

/**
 * Score from which a pattern is a candidate. Softmax weights below 2^-(bits) of the leader's are left out, bits = 44 + log2 M: together below 2^-44 of the answer.
 * sparsemax and normmax: weights vanish 1 below the leader (in logits), entmax 1 / (alpha - 1), k-subset 1 below the k-th, epanechnikov at z = -1.
 * The leader and the runner-up are always candidates; every bar is lowered by twice the error of a score.
 */
export function candidateThreshold(settings: Settings, beta: number, error: number, visible: number, facts: RowFacts): number {
  const reach = candidateReach(visible);
  const slack = 2 * error;
  if (settings.support === "top-k") return roundDown(facts.kth(settings.k) - slack);
  const below = (logits: number): number => Math.min(facts.largest - logits / beta, facts.second) - slack;
  switch (settings.separation) {
    case "sparsemax":
    case "normmax":
      return roundDown(below(1));
    case "entmax":
      return roundDown(below(settings.alpha < 1 + 1e-4 ? reach : Math.min(1 / (settings.alpha - 1), 1e300)));
    case "k-subset":
      return settings.k >= visible ? Number.NEGATIVE_INFINITY : roundDown(facts.kth(settings.k) - 1 / beta - slack);
    case "epanechnikov":
      return roundDown(Math.min(-1 / beta - facts.offset, facts.largest) - slack);
    default:
      return roundDown(below(reach));
  }
}

/** Distance in logits below the leader of M patterns from which all weights of the softmax together are below 2^-44 of the leader's. */
export function candidateReach(patterns: number): number {
  return (44 + portableLog2(patterns + 1)) * Math.LN2;
}

/** Largest f32 at or below x, so that the comparison in f32 loses nothing. */
function roundDown(x: number): number {
  const rounded = Math.fround(x);
  if (rounded <= x || !Number.isFinite(rounded)) return rounded;
  return Math.fround(x - Math.abs(x) * 2 ** -23 - 2 ** -149);
}
