/** @file One evaluation of the operator: chooses between the streaming way and score rows, and prepares what they share. */
import { allocate, placeF32, viewF32, withScratch } from "../kernels/arena.ts";
import { type Part, runParts } from "../kernels/pool.ts";
import { candidateReach } from "./candidates.ts";
import type { Evaluation, Request } from "./evaluation.ts";
import { type PatternStore, project } from "./pattern-store.ts";
import type { Settings } from "./presets.ts";
import { roundedKeys } from "./rounded-keys.ts";
import { rowEvaluate } from "./rows.ts";
import type { KeyLogits } from "./score-rows.ts";
import { largestQueryNorm, largestSpread, type Scoring, scoreError, scoringOf } from "./scoring.ts";
import { shownPatterns } from "./shown-patterns.ts";
import { streamEvaluate } from "./stream.ts";

/** Streaming trusts f32 logits up to this error; beyond it the leaders are weighed exactly. */
const trustedLogitError = 1e-4;
/** Memories with fewer numbers than this are always weighed exactly: it costs microseconds. */
const smallMemory = 2 ** 15;

export function evaluate(store: PatternStore, settings: Settings, beta: number, request: Request): Evaluation {
  if (store.join) return store.join(settings, beta, request, (part, asked) => evaluate(part, settings, beta, asked));
  const similarity = settings.similarity ?? "dot";
  const asked = store.kernel ? { ...request, queries: project(store.kernel, request.queries, request.count) } : request;
  const trusted = (s: Scoring, norm: number): boolean => beta * scoreError(s, norm, store.keyDimension) <= trustedLogitError;
  let scoring = scoringOf(store, similarity, false);
  let queryNorm = largestQueryNorm(asked, store.keyDimension, scoring);
  if (similarity === "l2" && !trusted(scoring, queryNorm)) {
    scoring = scoringOf(store, similarity, true);
    queryNorm = largestQueryNorm(asked, store.keyDimension, scoring);
  }
  const streams =
    trusted(scoring, queryNorm) &&
    store.rows * store.keyDimension >= smallMemory &&
    (settings.separation === "softmax" || (settings.separation === "softmax1" && similarity !== "l2")) &&
    (settings.support === "all" || settings.support === "mask" || settings.support === "random") &&
    (request.known === null || request.count >= 4) &&
    !request.visit &&
    !request.conjugates;
  const sharedKnown = request.known?.shared && scoring.kind !== 0 && request.count >= 4;
  const scans = settings.storage !== "f32" && request.count < 4 && request.known === null && scoring.kind !== 2;
  const keys = scans
    ? { scoring: scoringOf(store, similarity, false), rounded: roundedKeys(store, settings.storage === "int8" ? 1 : 2) }
    : { scoring, rounded: null };
  const shown = streams && request.known === null ? shownPatterns(store, settings, scoring) : null;
  return withScratch(store.arena, () => {
    const shared = sharedKnown && request.known ? knownKeys(store, scoring, request.known.weights, settings.threads) : null;
    const byRows = (part: Request, candidateLimit: number): Evaluation | null =>
      rowEvaluate({
        store,
        settings,
        beta,
        scoring: keys.scoring,
        shared,
        request: part,
        keyLogits: null,
        rounded: keys.rounded,
        candidateLimit,
      });
    if (streams) {
      // Sharp retrieval has few candidates: then scores alone, and the few weighed exactly, are half the work of a pass that also sums values.
      const few = store.rows / 16;
      const mayBeSharp = request.count >= probedBatch && beta * largestSpread(scoring, queryNorm) > candidateReach(store.rows);
      const sharp = shown === null && (scans || (mayBeSharp && byRows(firstQueries(asked, 4), few) !== null));
      const answer = sharp ? byRows(asked, few) : null;
      if (answer) return answer;
      const keyBias = shared?.keyBias ?? scoring.keyBias;
      const keyScale = shared?.keyScale ?? scoring.keyScale;
      if (shown)
        return shown.restore(
          streamEvaluate(shown.store, shown.settings, beta, shown.scoring, shown.scoring.keyBias, shown.scoring.keyScale, asked),
        );
      return streamEvaluate(store, settings, beta, scoring, keyBias, keyScale, asked);
    }
    return byRows(asked, Number.POSITIVE_INFINITY) as Evaluation;
  });
}

/** Batches from here on are probed for sharpness with their first four queries, unless no two logits can lie far enough apart; the probe costs a few per cent of smaller ones. */
const probedBatch = 128;

function firstQueries(request: Request, count: number): Request {
  const d = request.queries.length / request.count;
  return { ...request, queries: request.queries.subarray(0, count * d), count, rows: request.rows.subarray(0, count) };
}

/** The general operator over keys that carry a logit of their own (random features). */
export function evaluateWithLogits(
  store: PatternStore,
  settings: Settings,
  beta: number,
  request: Request,
  keyLogits: KeyLogits,
): Evaluation {
  const plain = scoringOf(store, "dot", false);
  return withScratch(store.arena, () => {
    const keyBias = placeF32(
      store.arena,
      keyLogits.map((x) => x / beta),
    );
    const biasSize = keyLogits.reduce((largest, x) => Math.max(largest, Math.abs(x) / beta), 0);
    const scoring = { ...plain, keyBias, biasSize };
    const candidateLimit = Number.POSITIVE_INFINITY;
    return rowEvaluate({ store, settings, beta, scoring, shared: null, request, keyLogits, rounded: null, candidateLimit }) as Evaluation;
  });
}

/** Bias and scale of every key on one shared set of known entries: -1/2 sum k (x - c)^2, and 1 / sqrt(sum k (x - c)^2). Scratch of the caller. */
function knownKeys(store: PatternStore, scoring: Scoring, weights: Float32Array, threads: number): { keyBias: number; keyScale: number } {
  const { arena, keyDimension: d, rows } = store;
  const zero = placeF32(arena, new Float32Array(d));
  const known = placeF32(arena, weights);
  const bias = allocate(arena, rows * 4);
  const step = threads > 1 ? Math.max(1024, Math.ceil(rows / (2 * threads))) : rows;
  const parts: Part[] = [];
  for (let first = 0; first < rows; first += step) {
    parts.push([zero, known, d, store.keys, first, Math.min(rows, first + step), scoring.centre, 0, 0, 1, bias + first * 4]);
  }
  runParts(arena, "scoreOne", parts, threads);
  if (scoring.kind === 1) return { keyBias: bias, keyScale: 0 };
  const scales = viewF32(arena, bias, rows);
  for (let i = 0; i < rows; i++) {
    const squared = -2 * (scales[i] as number);
    scales[i] = squared > 0 ? 1 / Math.sqrt(squared) : 0;
  }
  return { keyBias: 0, keyScale: bias };
}
