/**
 * @file The way by score rows: for each tile of queries, f32 scores of every visible pattern; then, query by query, the few patterns that can matter, their exact f64
 * similarities, their weights in f64, and the sum of their values. Any separation with any support; also what energies, weights and alternatives are read from.
 */
import { square } from "../core/numerics.ts";
import { type Arena, allocate, placeF32, roundUp, viewF32, viewF64, viewI32, viewU8, withScratch } from "../kernels/arena.ts";
import { type Part, runParts } from "../kernels/pool.ts";
import { candidateThreshold, separationKinds } from "./candidates.ts";
import { type Evaluation, emptyEvaluation, type Request } from "./evaluation.ts";
import type { PatternStore } from "./pattern-store.ts";
import type { Settings } from "./presets.ts";
import { type Scoring, scoreError } from "./scoring.ts";
import { inverseNorms, knownNorm, usefulThreads } from "./stream.ts";
import { type PlacedMask, placeMask, visibleCount, windowRange } from "./support.ts";

/** Scores of a tile stay below 16 MiB. */
const tileScores = 2 ** 22;

/** Extra f64 logit of every key, in units of the logits (random features), with the f32 bias / beta that the scores use. */
export interface KeyLogits {
  readonly logits: Float64Array;
}

interface Tile {
  readonly arena: Arena;
  /** Raw queries, for exact similarities. */
  readonly raw: number;
  /** Weights of known entries or 0, and bytes from one query's to the next's. */
  readonly weights: number;
  readonly weightStride: number;
  readonly scores: number;
  readonly stride: number;
  /** Similarity = score + offset[r]: what the scores leave out. */
  readonly offsets: Float64Array;
  readonly mask: PlacedMask | null;
}

/**
 * @param shared bias and scale of the keys on a shared set of known entries (form 0), or null: then known entries are scored by the two-sum forms.
 */
export function rowEvaluate(
  store: PatternStore,
  settings: Settings,
  beta: number,
  scoring: Scoring,
  shared: { keyBias: number; keyScale: number } | null,
  request: Request,
  keyLogits: KeyLogits | null = null,
): Evaluation {
  const { arena, rows: patterns } = store;
  const columns = request.readValues ? store.valueDimension : store.dimension;
  const out = emptyEvaluation(request.count, columns);
  const stride = roundUp(patterns, 64);
  const tileRows = Math.min(64, Math.max(4, Math.floor(tileScores / stride / 4) * 4));
  for (let start = 0; start < request.count; start += tileRows) {
    const n = Math.min(tileRows, request.count - start);
    withScratch(arena, () => {
      const tile = scoreRows(store, settings, scoring, shared, request, start, n, stride);
      const buffers = rowBuffers(arena, patterns, columns, settings.k);
      for (let r = 0; r < n; r++) weighRow(store, settings, beta, scoring, request, tile, buffers, start, r, out, keyLogits);
    });
  }
  return out;
}

/** Packs a tile of queries and fills its score rows. */
function scoreRows(
  store: PatternStore,
  settings: Settings,
  scoring: Scoring,
  shared: { keyBias: number; keyScale: number } | null,
  request: Request,
  start: number,
  n: number,
  stride: number,
): Tile {
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
  const windowed = settings.support === "window";
  const threads = usefulThreads(settings, 2 * n * patterns * d);
  const parts: Part[] = [];
  // Which kernel is used depends on the whole batch, never on how it is cut.
  if (request.count < 4 || windowed) {
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
      if (scoring.kind === 1 && form === 0) offsets[r] = -0.5 * square(knownNorm(request, start + r, d, scoring));
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
    if (scoring.kind === 1) for (let r = 0; r < n; r++) offsets[r] = -0.5 * square(knownNorm(request, start + r, d, scoring));
  }
  const mask = placeMask(store, settings, request.rows.subarray(start, start + n));
  if (mask) for (let r = 0; r < n; r++) kernels.hideRow(scores + r * stride * 4, mask.address + r * mask.stride, patterns);
  return { arena, raw, weights, weightStride, scores, stride, offsets, mask };
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

function windowOf(settings: Settings, request: Request, index: number, patterns: number): { first: number; last: number } {
  const row = request.rows[index] as number;
  return windowRange(patterns, settings.window, request.positions ? (request.positions[row] as number) : row, row);
}

interface RowBuffers {
  readonly pair: number;
  readonly heap: number;
  readonly indices: number;
  readonly similarities: number;
  readonly logits: number;
  readonly weights: number;
  readonly sums: number;
  readonly answer: number;
}

function rowBuffers(arena: Arena, patterns: number, columns: number, k: number): RowBuffers {
  return {
    pair: allocate(arena, 64),
    heap: allocate(arena, 4 * Math.min(Math.max(k, 2), patterns)),
    indices: allocate(arena, 4 * patterns),
    similarities: allocate(arena, 8 * patterns),
    logits: allocate(arena, 8 * patterns),
    weights: allocate(arena, 8 * patterns),
    sums: allocate(arena, 8 * columns),
    answer: allocate(arena, 4 * columns),
  };
}

/** One query: candidates, exact similarities, weights, answer and the figures of the evaluation. */
function weighRow(
  store: PatternStore,
  settings: Settings,
  beta: number,
  scoring: Scoring,
  request: Request,
  tile: Tile,
  buffers: RowBuffers,
  start: number,
  r: number,
  out: Evaluation,
  keyLogits: KeyLogits | null,
): void {
  const { arena, keyDimension: d, rows: patterns } = store;
  const { kernels } = arena;
  const b = start + r;
  const range = settings.support === "window" ? windowOf(settings, request, b, patterns) : { first: 0, last: patterns };
  const width = range.last - range.first;
  const row = tile.scores + (r * tile.stride + range.first) * 4;
  const visible = tile.mask ? visibleCount(viewU8(arena, tile.mask.address + r * tile.mask.stride, patterns)) : width;
  kernels.largestTwo(row, width, buffers.pair);
  const pair = viewF32(arena, buffers.pair, 2);
  const error = scoreError(scoring, knownNorm(request, b, d, scoring), d);
  const threshold = request.visitAll
    ? -Infinity
    : candidateThreshold(settings, beta, error, visible, {
        largest: pair[0] as number,
        second: pair[1] as number,
        offset: tile.offsets[r] as number,
        kth: (k) => kernels.kthLargest(row, width, Math.min(k, width), buffers.heap),
      });
  let count = kernels.collectFrom(row, width, threshold, range.first, buffers.indices);
  const weightRow = tile.weights ? tile.weights + r * tile.weightStride * 4 : 0;
  kernels.exactScores(
    scoring.kind,
    tile.raw + r * d * 4,
    d,
    store.keys,
    weightRow,
    scoring.exactCentre,
    buffers.indices,
    count,
    buffers.similarities,
  );
  if (settings.support === "top-k" && count > settings.k) count = keepLargest(arena, buffers, count, settings.k);
  const indices = viewI32(arena, buffers.indices, count);
  const similarities = viewF64(arena, buffers.similarities, count);
  const logits = viewF64(arena, buffers.logits, count);
  for (let j = 0; j < count; j++) {
    logits[j] = beta * (similarities[j] as number) + (keyLogits ? (keyLogits.logits[indices[j] as number] as number) : 0);
  }
  const kind = separationKinds[settings.separation ?? "softmax"];
  kernels.separate(kind, buffers.logits, count, settings.alpha, settings.k, 1, buffers.weights);
  const weights = viewF64(arena, buffers.weights, count);
  if (request.conjugates) request.conjugates[b] = kernels.conjugate(kind, buffers.logits, buffers.weights, count, settings.alpha, 1);
  request.visit?.(b, indices, weights, similarities, count);
  const values = request.readValues ? store.values : store.patterns;
  kernels.gather(values, out.columns, buffers.indices, buffers.weights, count, buffers.sums, buffers.answer);
  out.y.set(viewF32(arena, buffers.answer, out.columns), b * out.columns);
  summarise(settings, out, b, indices, weights, similarities, count, settings.support === "top-k" ? count : visible);
}

/** Keeps the k largest exact similarities (ties: lowest index), in rising order of index. */
function keepLargest(arena: Arena, buffers: RowBuffers, count: number, k: number): number {
  const indices = viewI32(arena, buffers.indices, count);
  const similarities = viewF64(arena, buffers.similarities, count);
  const order = Array.from({ length: count }, (_, j) => j);
  order.sort((a, b) => (similarities[b] as number) - (similarities[a] as number) || (indices[a] as number) - (indices[b] as number));
  const kept = order.slice(0, k).sort((a, b) => a - b);
  kept.forEach((from, to) => {
    indices[to] = indices[from] as number;
    similarities[to] = similarities[from] as number;
  });
  return k;
}

/** Top, margin, sums and counts from the exact weights. */
function summarise(
  settings: Settings,
  out: Evaluation,
  b: number,
  indices: Int32Array,
  weights: Float64Array,
  similarities: Float64Array,
  count: number,
  visible: number,
): void {
  const exactSupport = settings.separation !== "softmax" && settings.separation !== "softmax1";
  let top = 0;
  for (let j = 1; j < count; j++) {
    const heavier = (weights[j] as number) - (weights[top] as number);
    if (heavier > 0 || (heavier === 0 && (similarities[j] as number) > (similarities[top] as number))) top = j;
  }
  let rest = 0;
  let squares = 0;
  let positive = 0;
  let second = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < count; j++) {
    const p = weights[j] as number;
    if (p > 0) positive++;
    squares += p * p;
    if (j === top) continue;
    rest += p;
    if ((!exactSupport || p > 0) && (similarities[j] as number) > second) second = similarities[j] as number;
  }
  out.top[b] = indices[top] as number;
  out.weight[b] = weights[top] as number;
  out.rest[b] = rest;
  out.squares[b] = squares;
  if (second > Number.NEGATIVE_INFINITY) out.margin[b] = (similarities[top] as number) - second;
  out.visible[b] = visible;
  if (exactSupport) out.count[b] = positive;
  else if (settings.support !== "all") out.count[b] = visible;
}
