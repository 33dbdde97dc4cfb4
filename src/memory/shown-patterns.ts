/**
 * @file One mask for every query that hides half of the patterns or more: the shown ones are copied together once, and retrieval runs on them as if there were no others, so that its
 * cost falls with the mask.
 */
import { allocate, viewI32, viewU8, withScratch } from "../kernels/arena.ts";
import type { Evaluation } from "./evaluation.ts";
import { derive, type PatternStore } from "./pattern-store.ts";
import type { Settings } from "./presets.ts";
import type { Scoring } from "./scoring.ts";

export interface ShownPatterns {
  readonly store: PatternStore;
  readonly settings: Settings;
  readonly scoring: Scoring;
  /** Places among the shown patterns back to places in the memory. */
  restore(evaluation: Evaluation): Evaluation;
}

/** @returns null where there is no such mask. Must not be called while scratch is in use. */
export function shownPatterns(store: PatternStore, settings: Settings, scoring: Scoring): ShownPatterns | null {
  const mask = settings.supportMask;
  if (settings.support !== "mask" || !mask || mask.rows > 1) return null;
  const count = mask.data.reduce((sum, shown) => sum + shown, 0);
  if (count > store.rows / 2) return null;
  const copy = derive(store, `shown:${scoring.kind}:${scoring.centre}`, () => copyShown(store, mask.data, count, scoring));
  return {
    store: copy.store,
    settings: { ...settings, support: "all", supportMask: null },
    scoring: copy.scoring,
    restore: (evaluation) => {
      for (let b = 0; b < evaluation.top.length; b++) {
        evaluation.top[b] = copy.indices[evaluation.top[b] as number] as number;
        evaluation.count[b] = count;
      }
      return evaluation;
    },
  };
}

function copyShown(
  store: PatternStore,
  mask: Uint8Array,
  count: number,
  scoring: Scoring,
): { store: PatternStore; scoring: Scoring; indices: Int32Array } {
  const { arena, keyDimension, dimension, valueDimension } = store;
  const keys = allocate(arena, count * keyDimension * 4);
  const patterns = store.keys === store.patterns ? keys : allocate(arena, count * dimension * 4);
  const values = store.values === store.patterns ? patterns : allocate(arena, count * valueDimension * 4);
  const perKey = (address: number): number => (address ? allocate(arena, count * 4) : 0);
  const [keyBias, keyScale] = [perKey(scoring.keyBias), perKey(scoring.keyScale)];
  const indices = withScratch(arena, () => {
    const bytes = allocate(arena, store.rows);
    const list = allocate(arena, store.rows * 4 + 4);
    viewU8(arena, bytes, store.rows).set(mask);
    arena.kernels.shownIndices(bytes, store.rows, list);
    arena.kernels.gatherRows(store.keys, keyDimension, list, count, keys);
    if (patterns !== keys) arena.kernels.gatherRows(store.patterns, dimension, list, count, patterns);
    if (values !== patterns) arena.kernels.gatherRows(store.values, valueDimension, list, count, values);
    if (keyBias) arena.kernels.gatherRows(scoring.keyBias, 1, list, count, keyBias);
    if (keyScale) arena.kernels.gatherRows(scoring.keyScale, 1, list, count, keyScale);
    return viewI32(arena, list, count).slice();
  });
  // A view of some rows of the same arena: what is derived from it lives in the same place.
  const shown: PatternStore = { ...store, rows: count, capacity: count, patterns, keys, values, derived: new Map() };
  return { store: shown, scoring: { ...scoring, keyBias, keyScale }, indices };
}
