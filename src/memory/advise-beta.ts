/**
 * @file The inverse temperature the data ask for. With the gap g between a pattern and its nearest other (squared distance), a stored pattern compared with itself keeps
 * all but (M - 1) e^{-beta g / 2} of the weight; beta = 2 ln(1000 M) / g leaves at most a thousandth. docs/models/README.md derives it.
 */
import { portableLog } from "../core/portable.ts";
import { randomStream, sampleWithoutReplacement } from "../core/random.ts";
import { nearestOthers } from "./neighbours.ts";
import { derive, type PatternStore } from "./pattern-store.ts";
import type { BetaAdvice, Similarity } from "./types.ts";

/** Sampled patterns at most, and multiplications at most that looking for their neighbours may cost. */
const sampleLimit = 1000;
const workLimit = 2 ** 34;

export function adviseBetaFor(store: PatternStore, similarity: Similarity, seed: number): BetaAdvice {
  return derive(store, `beta:${similarity}:${seed}`, () => {
    const affordable = Math.max(32, Math.floor(workLimit / (store.rows * store.keyDimension)));
    const wanted = Math.min(sampleLimit, affordable);
    const indices =
      store.rows <= wanted
        ? Array.from({ length: store.rows }, (_, i) => i)
        : sampleWithoutReplacement(randomStream(seed, 0xbe7a), store.rows, wanted);
    const gap =
      similarity === "l2"
        ? smallestGap(store, "l2", indices)
        : (smallestGap(store, similarity, indices) ?? smallestGap(store, "l2", indices));
    const beta = gap === null ? 1 : Math.min((2 * portableLog(1000 * store.rows)) / gap, 1e300);
    return { beta, gap, sampled: indices.length };
  });
}

function smallestGap(store: PatternStore, similarity: Similarity, indices: readonly number[]): number | null {
  const { own, other } = nearestOthers(store, similarity, indices, similarity === "l2");
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < indices.length; i++) {
    const gap = 2 * ((own[i] as number) - (other[i] as number));
    if (gap > 0 && gap < smallest) smallest = gap;
  }
  return Number.isFinite(smallest) ? smallest : null;
}
