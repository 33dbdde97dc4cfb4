/** @file What the parts of a streamed recall share: the question, the candidates, the outcome. */
import { HopfieldError } from "../core/errors.ts";
import { candidateThreshold } from "../memory/candidates.ts";
import type { Evaluation } from "../memory/evaluation.ts";
import type { Settings } from "../memory/presets.ts";
import type { KindNumber } from "./batch-scores.ts";
import type { Contents } from "./contents.ts";
import type { Chosen } from "./recall.ts";
import { copyPatterns } from "./rows.ts";
import type { Scanner } from "./scan.ts";

export interface Streamed {
  readonly contents: Contents;
  readonly chosen: Chosen;
  readonly scanner: Scanner;
  readonly settings: Settings;
  readonly beta: number;
  /** Leaders to tell about. */
  readonly keep: number;
  /** Candidates of all queries together at most. */
  readonly mostCandidates: number;
}

/** Candidates of one query: ordinals (rising) and exact similarities. */
export interface Candidates {
  ordinals: number[];
  similarities: number[];
}

export interface Outcome {
  readonly evaluation: Evaluation;
  readonly conjugates: Float64Array;
}

export const kindOf = (similarity: Settings["similarity"]): KindNumber => (similarity === "l2" ? 1 : similarity === "cosine" ? 2 : 0);

/** @throws HopfieldError E_RANGE: every score was beyond the f32 range. */
export function unreachable(b: number): never {
  throw new HopfieldError(
    "E_RANGE",
    `recall: query ${b} has no finite similarity with any pattern in 32-bit numbers; scale patterns and queries down`,
    { row: b },
  );
}

/**
 * Drops what cannot matter any more; returns the k-th best similarity where the model asks for it, else -Infinity.
 * @param error how far the list's similarities can be off, and @param offset what they lack; both 0 for exact ones.
 */
export function cut(settings: Settings, beta: number, patterns: number, list: Candidates, error = 0, offset = 0): number {
  const sorted = Float64Array.from(list.similarities).sort();
  const nth = (k: number): number => (k <= sorted.length ? (sorted[sorted.length - k] as number) : Number.NEGATIVE_INFINITY);
  const needs = settings.support === "top-k" || settings.separation === "k-subset";
  const bar = candidateThreshold(settings, beta, error, patterns, { largest: nth(1), second: nth(2), offset, kth: nth });
  const kept = list.similarities.flatMap((s, j) => (s >= bar ? [j] : []));
  const { ordinals, similarities } = list;
  list.ordinals = kept.map((j) => ordinals[j] as number);
  list.similarities = kept.map((j) => similarities[j] as number);
  return needs ? nth(settings.k) : Number.NEGATIVE_INFINITY;
}

/** The certificate asks for the norm of the leader. */
export function rememberNorm(contents: Contents, ordinal: number, index: number, norms: Record<number, number>): void {
  const d = contents.manifest.dimension;
  const row = new Float32Array(d);
  copyPatterns(contents, Uint32Array.of(ordinal), d, row);
  norms[index] = row.reduce((sum, x) => sum + x * x, 0);
}
