/** @file The streaming way: softmax and softmax1 over all, masked or randomly kept patterns, in one pass over the memory, without a row of scores. */
import { portableLog2 } from "../core/portable.ts";
import { allocate, placeF32, roundUp, viewF32, viewI32, viewU8, withScratch } from "../kernels/arena.ts";
import { type Evaluation, emptyEvaluation, type Request } from "./evaluation.ts";
import type { PatternStore } from "./pattern-store.ts";
import type { Settings } from "./presets.ts";
import { centredNorm, type Scoring } from "./scoring.ts";
import { placeMask, visibleCount } from "./support.ts";

const log2e = Math.LOG2E;
/** Queries of one group and their answers should stay in the second-level cache (2^17 floats are 512 KiB). */
const groupFloats = 2 ** 17;

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
  const { kernels } = arena;
  const columns = request.readValues ? store.valueDimension : store.dimension;
  const values = request.readValues ? store.values : store.patterns;
  const out = emptyEvaluation(request.count, columns);
  const factor = beta * log2e;
  const reach = 24 + portableLog2(patterns + 1);
  const yStride = roundUp(columns, 8);
  const group = Math.max(64, Math.floor(groupFloats / (d + yStride) / 4) * 4);
  // Logits leave -beta/2 |q|^2 out, which softmax does not see; "no pattern" of softmax1 has logit 0 and is only streamed where nothing was left out.
  const noneLogit = settings.separation === "softmax1" ? 0 : Number.NEGATIVE_INFINITY;
  for (let start = 0; start < request.count; start += group) {
    const n = Math.min(group, request.count - start);
    withScratch(arena, () => {
      const padded = roundUp(n, 4);
      const queries = placeF32(arena, request.queries.subarray(start * d, (start + n) * d));
      const weights = request.known ? placeF32(arena, request.known.weights) : 0;
      const rowScales = scoring.kind === 2 ? placeF32(arena, inverseNorms(request, start, n, d, scoring)) : 0;
      const mask = placeMask(store, settings, request.rows.subarray(start, start + n));
      const state = allocate(arena, padded * 32);
      const y = allocate(arena, padded * yStride * 4);
      const answers = allocate(arena, n * columns * 4);
      if (n < 4) {
        const packed = placeF32(arena, plainQueries(request, start, n, d, scoring, factor));
        const scratch = allocate(arena, 128);
        for (let r = 0; r < n; r++) {
          kernels.accumulateOne(
            packed + r * d * 4,
            d,
            store.keys,
            values,
            0,
            patterns,
            columns,
            scoring.centre,
            keyScale,
            keyBias,
            factor,
            mask ? mask.address + r * mask.stride : 0,
            reach,
            1,
            state + r * 32,
            y + r * yStride * 4,
            yStride,
            scratch,
          );
        }
      } else {
        const packed = allocate(arena, padded * d * 4);
        kernels.packQueries(queries, n, d, scoring.centre, factor, rowScales, weights, 0, 0, packed);
        const scratch = allocate(arena, d * 256 + 2048);
        kernels.accumulate(
          packed,
          n,
          d,
          store.keys,
          values,
          0,
          patterns,
          columns,
          scoring.centre,
          keyScale,
          keyBias,
          factor,
          mask?.address ?? 0,
          mask?.stride ?? 0,
          reach,
          1,
          state,
          y,
          yStride,
          scratch,
        );
      }
      kernels.finish(state, n, y, yStride, columns, noneLogit, answers);
      const floats = viewF32(arena, state, n * 8);
      const leaders = viewI32(arena, state, n * 8);
      out.y.set(viewF32(arena, answers, n * columns), start * columns);
      for (let r = 0; r < n; r++) {
        const b = start + r;
        out.top[b] = leaders[r * 8 + 4] as number;
        out.weight[b] = floats[r * 8 + 5] as number;
        out.rest[b] = floats[r * 8 + 1] as number;
        out.squares[b] = floats[r * 8 + 2] as number;
        const second = floats[r * 8 + 3] as number;
        if (second > Number.NEGATIVE_INFINITY) out.margin[b] = ((floats[r * 8] as number) - second) / factor;
        out.visible[b] = mask ? visibleCount(viewU8(arena, mask.address + r * mask.stride, patterns)) : patterns;
        if (mask) out.count[b] = out.visible[b] as number;
      }
    });
  }
  return out;
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
