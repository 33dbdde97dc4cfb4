/** @file Score rows of a tile of queries: f32 scores of every pattern, by the kernel that fits the batch, with what the scores leave out and which patterns are hidden. */
import { square } from "../core/numerics.ts";
import { allocate, placeF32, roundUp } from "../kernels/arena.ts";
import { type Part, runParts } from "../kernels/pool.ts";
import type { Request } from "./evaluation.ts";
import type { PatternStore } from "./pattern-store.ts";
import type { Settings } from "./presets.ts";
import { type RoundedKeys, roundedScores } from "./rounded-keys.ts";
import { type Scoring, scoreError } from "./scoring.ts";
import { inverseNorms, knownNorm, usefulThreads } from "./stream.ts";
import { type PlacedMask, placeMask, windowRange } from "./support.ts";

/** Extra f64 logit of every key, in units of the logits (random features). */
export type KeyLogits = Float64Array;

/** One evaluation by score rows. */
export interface RowCall {
  readonly store: PatternStore;
  readonly settings: Settings;
  readonly beta: number;
  readonly scoring: Scoring;
  /** Bias and scale of the keys on a shared set of known entries, or null: then known entries are scored by the two-sum forms. */
  readonly shared: { readonly keyBias: number; readonly keyScale: number } | null;
  readonly request: Request;
  readonly keyLogits: KeyLogits | null;
  /** Scan these instead of the f32 keys. */
  readonly rounded: RoundedKeys | null;
  /** Give up (null) when a query has more candidates than this: then weighing them one by one does not pay. */
  readonly candidateLimit: number;
}

export interface Tile {
  /** Raw queries, for exact similarities. */
  readonly raw: number;
  /** Weights of known entries or 0, and floats from one query's to the next's. */
  readonly weights: number;
  readonly weightStride: number;
  readonly scores: number;
  readonly stride: number;
  /** Similarity = score + offset[r]: what the scores leave out. Error: how far a score can be off. */
  readonly offsets: Float64Array;
  readonly errors: Float64Array;
  readonly mask: PlacedMask | null;
}

/** Packs n queries from `start` on and fills their score rows, `stride` floats each. Scratch of the caller. */
export function scoreRows(call: RowCall, start: number, n: number, stride: number): Tile {
  const { store, settings, scoring, shared, request } = call;
  const { arena, keyDimension: d, rows: patterns } = store;
  const { kernels } = arena;
  const padded = roundUp(n, 4);
  const raw = placeF32(arena, request.queries.subarray(start * d, (start + n) * d));
  const known = request.known;
  const weights = known ? placeF32(arena, known.shared ? known.weights : known.weights.subarray(start * d, (start + n) * d)) : 0;
  const weightStride = known && !known.shared ? d : 0;
  const scores = allocate(arena, padded * stride * 4);
  const twoSums = known !== null && scoring.kind !== 0 && shared === null;
  const form = twoSums ? scoring.kind : 0;
  const keyBias = twoSums ? 0 : (shared?.keyBias ?? scoring.keyBias);
  const keyScale = twoSums ? 0 : (shared?.keyScale ?? scoring.keyScale);
  const offsets = new Float64Array(n);
  const errors = new Float64Array(n);
  const windowed = settings.support === "window";
  const threads = usefulThreads(settings, 2 * n * patterns * d);
  const parts: Part[] = [];
  for (let r = 0; r < n; r++) {
    const norm = knownNorm(request, start + r, d, scoring);
    errors[r] = scoreError(scoring, norm, d);
    // The sequential form 1 is the whole similarity; every other l2 score leaves -1/2 |q|^2 out.
    const whole = form === 1 && (request.count < 4 || windowed);
    if (scoring.kind === 1 && !whole) offsets[r] = -0.5 * square(norm);
  }
  // Which kernel is used depends on the whole batch, never on how it is cut.
  if (call.rounded && !windowed && !known && scoring.kind !== 2) {
    for (let r = 0; r < n; r++) {
      const target = scores + r * stride * 4;
      const query = request.queries.subarray((start + r) * d, (start + r + 1) * d);
      errors[r] = (errors[r] as number) + roundedScores(store, call.rounded, query, scoring.keyBias, scoring.keyNorm, target, threads);
    }
  } else if (request.count < 4 || windowed) {
    const plain = placeF32(arena, preparedQueries(request, start, n, d, scoring, form));
    for (let r = 0; r < n; r++) {
      const range = windowed ? windowOf(settings, request, start + r, patterns) : { first: 0, last: patterns };
      const step = threads > 1 ? Math.max(1024, Math.ceil((range.last - range.first) / (2 * threads))) : range.last - range.first;
      for (let first = range.first; first < range.last; first += step) {
        const last = Math.min(range.last, first + step);
        parts.push([
          ...[plain + r * d * 4, weights + r * weightStride * 4, d, store.keys, first, last],
          ...[scoring.centre, keyScale, keyBias, form, scores + (r * stride + first) * 4],
        ]);
      }
    }
    runParts(arena, "scoreOne", parts, threads);
  } else {
    const rowScales = scoring.kind === 2 ? placeF32(arena, inverseNorms(request, start, n, d, scoring)) : 0;
    const packed = allocate(arena, padded * d * 4);
    kernels.packQueries(raw, n, d, scoring.centre, 1, rowScales, weights, weightStride, 0, packed);
    const second = twoSums ? allocate(arena, padded * d * 4) : 0;
    if (twoSums) kernels.packQueries(raw, n, d, 0, 1, 0, weights, weightStride, scoring.kind === 1 ? 1 : 2, second);
    const rows = roundUp(Math.ceil(n / threads), 4);
    for (let r = 0; r < n; r += rows) {
      const panel = r * d * 4;
      parts.push([
        ...[packed + panel, twoSums ? second + panel : 0, Math.min(rows, n - r), d, store.keys, 0, patterns, scoring.centre],
        ...[keyScale, keyBias, form, scores + r * stride * 4, stride, allocate(arena, d * 512 + 4096)],
      ]);
    }
    runParts(arena, "scoreTile", parts, threads);
  }
  const mask = placeMask(store, settings, request.rows.subarray(start, start + n));
  if (mask) for (let r = 0; r < n; r++) kernels.hideRow(scores + r * stride * 4, mask.address + r * mask.stride, patterns);
  return { raw, weights, weightStride, scores, stride, offsets, errors, mask };
}

/** Queries for the sequential scores: form 0 carries weight, centre and 1/|q| in the query; form 1 the centred query alone; form 2 that over its norm. */
function preparedQueries(request: Request, start: number, n: number, d: number, scoring: Scoring, form: number): Float32Array {
  const out = new Float32Array(n * d);
  const scales = scoring.kind === 2 ? inverseNorms(request, start, n, d, scoring) : null;
  for (let r = 0; r < n; r++) {
    for (let k = 0; k < d; k++) {
      const centred = (request.queries[(start + r) * d + k] as number) - (scoring.mean ? Math.fround(scoring.mean[k] as number) : 0);
      const known = request.known;
      const weight = known && form === 0 ? (known.weights[known.shared ? k : (start + r) * d + k] as number) : 1;
      out[r * d + k] = weight * centred * (scales ? (scales[r] as number) : 1);
    }
  }
  return out;
}

/** The patterns in the window of a query of the request. */
export function windowOf(settings: Settings, request: Request, index: number, patterns: number): { first: number; last: number } {
  const row = request.rows[index] as number;
  return windowRange(patterns, settings.window, request.positions ? (request.positions[row] as number) : row, row);
}
