/**
 * @file The way by score rows: for each tile of queries, f32 scores of every visible pattern; then, query by query, the few patterns that can matter, their exact f64
 * similarities, their weights in f64, and the sum of their values. Any separation with any support; also what energies, weights and alternatives are read from.
 */
import { type Arena, allocate, roundUp, viewF32, viewF64, viewI32, withScratch } from "../kernels/arena.ts";
import { candidateThreshold, separationKinds } from "./candidates.ts";
import { type Evaluation, emptyEvaluation } from "./evaluation.ts";
import type { Settings } from "./presets.ts";
import { type RowCall, scoreRows, type Tile, windowOf } from "./score-rows.ts";
import { shownTo } from "./support.ts";

/** Scores of a tile stay below 16 MiB. */
const tileScores = 2 ** 22;

/** @returns the evaluation, or null when a query has more candidates than the call allows. */
export function rowEvaluate(call: RowCall): Evaluation | null {
  const { store, settings, request } = call;
  const { arena, rows: patterns } = store;
  const columns = request.readValues ? store.valueDimension : store.dimension;
  const out = emptyEvaluation(request.count, columns);
  const stride = roundUp(patterns, 64);
  const tileRows = Math.min(64, Math.max(4, Math.floor(tileScores / stride / 4) * 4));
  for (let start = 0; start < request.count; start += tileRows) {
    const n = Math.min(tileRows, request.count - start);
    const done = withScratch(arena, () => {
      const tile = scoreRows(call, start, n, stride);
      const buffers = rowBuffers(arena, patterns, columns, settings.k);
      for (let r = 0; r < n; r++) if (!weighRow(call, tile, buffers, start, r, out)) return false;
      return true;
    });
    if (!done) return null;
  }
  return out;
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

/** One query: candidates, exact similarities, weights, answer and the figures of the evaluation. False when there are too many candidates. */
function weighRow(call: RowCall, tile: Tile, buffers: RowBuffers, start: number, r: number, out: Evaluation): boolean {
  const { store, settings, beta, scoring, request, keyLogits } = call;
  const { arena, keyDimension: d, rows: patterns } = store;
  const { kernels } = arena;
  const b = start + r;
  const range = settings.support === "window" ? windowOf(settings, request, b, patterns) : { first: 0, last: patterns };
  const width = range.last - range.first;
  const row = tile.scores + (r * tile.stride + range.first) * 4;
  const visible = tile.mask ? shownTo(tile.mask, r) : width;
  kernels.largestTwo(row, width, buffers.pair);
  const pair = viewF32(arena, buffers.pair, 2);
  const threshold = request.visitAll
    ? Number.NEGATIVE_INFINITY
    : candidateThreshold(settings, beta, tile.errors[r] as number, visible, {
        largest: pair[0] as number,
        second: pair[1] as number,
        offset: tile.offsets[r] as number,
        kth: (k) => kernels.kthLargest(row, width, Math.min(k, width), buffers.heap),
      });
  let count = kernels.collectFrom(row, width, threshold, range.first, buffers.indices);
  if (count > call.candidateLimit) return false;
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
    logits[j] = beta * (similarities[j] as number) + (keyLogits ? (keyLogits[indices[j] as number] as number) : 0);
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
  return true;
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
export function summarise(
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
