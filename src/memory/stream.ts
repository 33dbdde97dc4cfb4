/** @file The streaming way: softmax and softmax1 over all, masked or randomly kept patterns, in one pass over the memory, without a row of scores. */
import { portableLog2 } from "../core/portable.ts";
import { allocate, placeF32, roundUp, viewF32, viewI32, withScratch } from "../kernels/arena.ts";
import { type Part, runParts } from "../kernels/pool.ts";
import { type Evaluation, emptyEvaluation, type Request } from "./evaluation.ts";
import type { PatternStore } from "./pattern-store.ts";
import type { Settings } from "./presets.ts";
import { centredNorm, type Scoring } from "./scoring.ts";
import { type PlacedMask, placeMask, shownTo } from "./support.ts";

/** Numbers of the queries of one group and their answers (2^19 are 2 MiB): small enough for the last-level cache, large enough that packing the keys once a group does not show. */
const groupFloats = 2 ** 19;

/** Batches smaller than this split the keys, larger ones the queries: a matter of the whole batch, so the bits do not depend on threads. */
const packedOnce = 128;

/**
 * Queries of one part where threads take queries: a share for each thread, cut once more where the pieces stay long enough that packing the keys again for each does not show. Then a
 * thread that comes late does less instead of holding up the rest.
 */
function queriesOfPart(queries: number, threads: number): number {
  const share = Math.ceil(queries / threads);
  return roundUp(threads > 1 && share >= 2 * 256 ? Math.ceil(share / 2) : share, 4);
}

/** Keys of one range where keys are split: at most sixteen ranges, and none so short that merging would show. A function of M alone, so the bits do not depend on threads. */
function rangeOf(patterns: number): number {
  return Math.max(4096, roundUp(Math.ceil(patterns / 16), 64));
}

/** @param keyBias bias of the keys for this call (a shared set of known entries has its own), or 0. */
export function streamEvaluate(
  store: PatternStore,
  settings: Settings,
  beta: number,
  scoring: Scoring,
  keyBias: number,
  keyScale: number,
  request: Request,
): Evaluation {
  const { arena, keyDimension: d, rows: patterns } = store;
  const columns = request.readValues ? store.valueDimension : store.dimension;
  const call: Call = {
    store,
    settings,
    scoring,
    keyBias,
    keyScale,
    request,
    columns,
    values: request.readValues ? store.values : store.patterns,
    yStride: roundUp(columns, 8),
    factor: beta * Math.LOG2E,
    reach: 24 + portableLog2(patterns + 1),
    threads: usefulThreads(settings, 4 * request.count * patterns * d),
  };
  const out = emptyEvaluation(request.count, columns);
  const group = Math.max(64, Math.floor(groupFloats / (d + call.yStride) / 4) * 4);
  // Which kernel is used depends on the whole batch, never on how it is cut.
  const wave = request.count < 4 ? request.count : group * call.threads;
  for (let start = 0; start < request.count; start += wave) {
    const n = Math.min(wave, request.count - start);
    withScratch(arena, () => {
      const mask = placeMask(store, settings, request.rows.subarray(start, start + n));
      const { state, y } =
        sparseMask(settings) && mask && !request.known
          ? chosenOnly(call, start, n, mask)
          : request.count < 4
            ? oneByOne(call, start, n, mask)
            : together(call, start, n, group, mask);
      // Logits leave -beta/2 |q|^2 out, which softmax does not see; "no pattern" of softmax1 has logit 0 and is only streamed where nothing was left out.
      const noneLogit = settings.separation === "softmax1" ? 0 : Number.NEGATIVE_INFINITY;
      const answers = allocate(arena, n * columns * 4);
      arena.kernels.finish(state, n, y, call.yStride, columns, noneLogit, answers);
      out.y.set(viewF32(arena, answers, n * columns), start * columns);
      readStates(call, state, start, n, mask, out);
    });
  }
  return out;
}

interface Call {
  readonly store: PatternStore;
  readonly settings: Settings;
  readonly scoring: Scoring;
  readonly keyBias: number;
  readonly keyScale: number;
  readonly request: Request;
  readonly columns: number;
  readonly values: number;
  readonly yStride: number;
  readonly factor: number;
  readonly reach: number;
  readonly threads: number;
}

interface States {
  readonly state: number;
  readonly y: number;
}

/** Batches. Small ones split the keys into fixed ranges, merged in order, so that every key is packed once; in large ones threads take queries, and every part goes over all keys. */
function together(call: Call, start: number, n: number, group: number, mask: PlacedMask | null): States {
  const { store, scoring, request, columns, yStride } = call;
  const { arena, keyDimension: d } = store;
  const padded = roundUp(n, 4);
  const queries = placeF32(arena, request.queries.subarray(start * d, (start + n) * d));
  const known = request.known;
  const own = known !== null && !known.shared;
  const weights = known ? placeF32(arena, own ? known.weights.subarray(start * d, (start + n) * d) : known.weights) : 0;
  const weightStride = own ? d : 0;
  const rowScales = scoring.kind === 2 ? placeF32(arena, inverseNorms(request, start, n, d, scoring)) : 0;
  const packed = allocate(arena, padded * d * 4);
  arena.kernels.packQueries(queries, n, d, scoring.centre, call.factor, rowScales, weights, weightStride, 0, packed);
  // Known entries of its own for every query: a second sum over the squares of the keys takes the place of their bias and scale.
  const form = own && scoring.kind !== 0 ? scoring.kind : 0;
  const second = form ? allocate(arena, padded * d * 4) : 0;
  if (form) arena.kernels.packQueries(queries, n, d, 0, form === 1 ? call.factor : 1, 0, weights, weightStride, form, second);
  const range = request.count < packedOnce ? rangeOf(store.rows) : store.rows;
  const ranges = Math.ceil(store.rows / range);
  const [state, y] = [allocate(arena, ranges * padded * 32), allocate(arena, ranges * padded * yStride * 4)];
  const rows = ranges > 1 ? padded : Math.min(group, queriesOfPart(n, call.threads));
  const parts: Part[] = [];
  for (let c = 0; c < ranges; c++) {
    for (let r = 0; r < n; r += rows) {
      const place = c * padded + r;
      const scratch = allocate(arena, d * (form ? 512 : 256) + 8192);
      const maskAt = mask ? mask.address + r * mask.stride : 0;
      parts.push([
        ...[
          packed + r * d * 4,
          Math.min(rows, n - r),
          d,
          store.keys,
          call.values,
          c * range,
          Math.min(store.rows, (c + 1) * range),
          columns,
        ],
        ...[scoring.centre, form ? 0 : call.keyScale, form ? 0 : call.keyBias, call.factor, maskAt, mask?.stride ?? 0, call.reach, 1],
        ...[state + place * 32, y + place * yStride * 4, yStride, scratch, second ? second + r * d * 4 : 0, form],
      ]);
    }
  }
  runParts(arena, "accumulate", parts, call.threads);
  for (let c = 1; c < ranges; c++) mergeRange(call, state, y, c * padded, n);
  return { state, y };
}

/** Folds the states of `n` queries that lie `from` places on into the first. */
function mergeRange(call: Call, state: number, y: number, from: number, n: number): void {
  const { yStride } = call;
  for (let r = 0; r < n; r++) {
    const place = from + r;
    call.store.arena.kernels.mergeStates(state + r * 32, y + r * yStride * 4, state + place * 32, y + place * yStride * 4, yStride);
  }
}

/** One to three queries: keys are split into fixed ranges, merged in order. */
function oneByOne(call: Call, start: number, n: number, mask: PlacedMask | null): States {
  const { store, scoring, request, columns, yStride } = call;
  const { arena, keyDimension: d, rows: patterns } = store;
  const packed = placeF32(arena, plainQueries(request, start, n, d, scoring, call.factor));
  const range = rangeOf(patterns);
  const ranges = Math.ceil(patterns / range);
  const [state, y] = [allocate(arena, n * ranges * 32), allocate(arena, n * ranges * yStride * 4)];
  const parts: Part[] = [];
  for (let r = 0; r < n; r++) {
    const maskAt = mask ? mask.address + r * mask.stride : 0;
    for (let c = 0; c < ranges; c++) {
      // The first range of every query comes first, so that the states of the queries lie one after another once the rest is merged into them.
      const place = c * n + r;
      parts.push([
        ...[packed + r * d * 4, d, store.keys, call.values, c * range, Math.min(patterns, (c + 1) * range), columns, scoring.centre],
        ...[call.keyScale, call.keyBias, call.factor, maskAt, call.reach, 1],
        ...[state + place * 32, y + place * yStride * 4, yStride, allocate(arena, 512)],
      ]);
    }
  }
  runParts(arena, "accumulateOne", parts, call.threads);
  for (let c = 1; c < ranges; c++) mergeRange(call, state, y, c * n, n);
  return { state, y };
}

/** Random masks that keep less than this share are read row by row: below it that is faster than scoring everything at the full rate. */
const sparseShare = 0.25;

function sparseMask(settings: Settings): boolean {
  return settings.support === "random" && settings.keep < sparseShare;
}

/** A mask of its own for every query, most of it hidden: each query goes over the patterns it sees. */
function chosenOnly(call: Call, start: number, n: number, mask: PlacedMask): States {
  const { store, scoring, request, columns, yStride } = call;
  const { arena, keyDimension: d, rows: patterns } = store;
  const packed = placeF32(arena, plainQueries(request, start, n, d, scoring, call.factor));
  const [state, y] = [allocate(arena, n * 32), allocate(arena, n * yStride * 4)];
  const lists: number[] = [];
  const parts: Part[] = [];
  for (let r = 0; r < n; r++) {
    const shown = shownTo(mask, r);
    // One place more: the list is written ahead of what is kept.
    const list = allocate(arena, (patterns + 1) * 4);
    arena.kernels.shownIndices(mask.address + r * mask.stride, patterns, list);
    arena.top = roundUp(list + (shown + 1) * 4 + 64, 64);
    lists.push(list);
    parts.push([
      ...[packed + r * d * 4, d, store.keys, call.values, list, shown, columns, scoring.centre],
      ...[call.keyScale, call.keyBias, call.factor, call.reach, state + r * 32, y + r * yStride * 4, yStride, allocate(arena, 128)],
    ]);
  }
  runParts(arena, "accumulateSome", parts, call.threads);
  const leaders = viewI32(arena, state, n * 8);
  for (let r = 0; r < n; r++) leaders[r * 8 + 4] = viewI32(arena, lists[r] as number, patterns)[leaders[r * 8 + 4] as number] as number;
  return { state, y };
}

function readStates(call: Call, state: number, start: number, n: number, mask: PlacedMask | null, out: Evaluation): void {
  const { arena, rows: patterns } = call.store;
  const floats = viewF32(arena, state, n * 8);
  const leaders = viewI32(arena, state, n * 8);
  for (let r = 0; r < n; r++) {
    const b = start + r;
    out.top[b] = leaders[r * 8 + 4] as number;
    out.weight[b] = floats[r * 8 + 5] as number;
    out.rest[b] = floats[r * 8 + 1] as number;
    out.squares[b] = floats[r * 8 + 2] as number;
    const second = floats[r * 8 + 3] as number;
    if (second > Number.NEGATIVE_INFINITY) out.margin[b] = ((floats[r * 8] as number) - second) / call.factor;
    out.visible[b] = mask ? shownTo(mask, r) : patterns;
    if (mask) out.count[b] = out.visible[b] as number;
  }
}

/** Below about a tenth of a millisecond of work handing it over costs more than it saves. */
export function usefulThreads(settings: Settings, operations: number): number {
  return operations < 4e6 ? 1 : settings.threads;
}

/** Queries for the one-query kernel: centred, weighted, scaled, as f32 rows. */
function plainQueries(request: Request, start: number, n: number, d: number, scoring: Scoring, factor: number): Float32Array {
  const out = new Float32Array(n * d);
  const scales = scoring.kind === 2 ? inverseNorms(request, start, n, d, scoring) : null;
  for (let r = 0; r < n; r++) {
    const scale = factor * (scales ? (scales[r] as number) : 1);
    for (let k = 0; k < d; k++) {
      const weight = request.known ? (request.known.weights[k] as number) : 1;
      out[r * d + k] =
        weight * scale * ((request.queries[(start + r) * d + k] as number) - (scoring.mean ? Math.fround(scoring.mean[k] as number) : 0));
    }
  }
  return out;
}

/** 1 / |q| on the known entries of each query; 0 for a zero query. */
export function inverseNorms(request: Request, start: number, n: number, d: number, scoring: Scoring): Float32Array {
  const out = new Float32Array(n);
  for (let r = 0; r < n; r++) {
    const norm = request.known ? knownNorm(request, start + r, d, scoring) : centredNorm(request.queries, start + r, d, scoring.mean);
    out[r] = norm > 0 ? 1 / norm : 0;
  }
  return out;
}

/** Norm of a query on its known entries: sqrt(sum k (q - centre)^2). */
export function knownNorm(request: Request, row: number, d: number, scoring: Scoring): number {
  const known = request.known;
  let sum = 0;
  for (let k = 0; k < d; k++) {
    const x = (request.queries[row * d + k] as number) - (scoring.mean ? (scoring.mean[k] as number) : 0);
    sum += x * x * (known ? (known.weights[known.shared ? k : row * d + k] as number) : 1);
  }
  return Math.sqrt(sum);
}
