/**
 * @file The linear member: weights proportional to phi(q) . phi(x_i), phi(x) = elu(sqrt(beta) x) + 1. The memory is read once into Phi(X)^T V and Phi(X)^T 1; a query
 * then costs d x dv whatever M is (Katharopoulos et al., arXiv 2006.16236; member of arXiv 2404.03900). docs/models/linear.md: nearly the mean, so a pooling, not a memory.
 */
import { allocate, placeF32, roundUp, viewF32, withScratch } from "../kernels/arena.ts";
import type { Engine } from "./engine.ts";
import { type Evaluation, emptyEvaluation, type Request } from "./evaluation.ts";
import { derive, type PatternStore } from "./pattern-store.ts";
import { recordWeights } from "./record-weights.ts";

interface Sums {
  readonly sums: number;
  readonly stride: number;
  readonly columns: number;
  readonly total: Float64Array;
}

export function linearEngine(store: PatternStore, beta: number): Engine {
  const scale = Math.sqrt(beta);
  return {
    evaluate: (request) => evaluateLinear(store, scale, request),
    energies: (_states, rows) => new Array(rows.length).fill(null),
  };
}

function memorySums(store: PatternStore, scale: number, readValues: boolean): Sums {
  const { arena, dimension: d } = store;
  const columns = readValues ? store.valueDimension : store.dimension;
  const values = readValues ? store.values : store.patterns;
  return derive(store, `linear:${scale}:${values}`, () => {
    const stride = roundUp(columns, 8);
    const rows = roundUp(d, 4);
    const sums = allocate(arena, rows * stride * 4);
    const total = allocate(arena, d * 4);
    viewF32(arena, sums, rows * stride).fill(0);
    viewF32(arena, total, d).fill(0);
    withScratch(arena, () => {
      const scratch = allocate(arena, rows * 256);
      arena.kernels.featureAccumulate(store.patterns, values, store.rows, d, columns, scale, sums, stride, total, scratch);
    });
    return { sums, stride, columns, total: Float64Array.from(viewF32(arena, total, d)) };
  });
}

function evaluateLinear(store: PatternStore, scale: number, request: Request): Evaluation {
  const { arena, dimension: d } = store;
  const { sums, stride, columns, total } = memorySums(store, scale, request.readValues);
  const out = emptyEvaluation(request.count, columns);
  withScratch(arena, () => {
    const rows = roundUp(request.count, 4);
    const queries = placeF32(arena, request.queries);
    const features = allocate(arena, rows * d * 4);
    const product = allocate(arena, rows * stride * 4);
    viewF32(arena, features, rows * d).fill(0);
    viewF32(arena, product, rows * stride).fill(0);
    arena.kernels.featureRow(queries, request.count * d, scale, features);
    arena.kernels.multiply(features, rows, d, sums, stride, columns, product, stride);
    const phi = viewF32(arena, features, request.count * d);
    const answers = viewF32(arena, product, rows * stride);
    for (let b = 0; b < request.count; b++) {
      let normaliser = 0;
      for (let k = 0; k < d; k++) normaliser += (phi[b * d + k] as number) * (total[k] as number);
      for (let c = 0; c < columns; c++) out.y[b * columns + c] = (answers[b * stride + c] as number) / normaliser;
    }
    if (request.summary === false && !request.visit) out.top.fill(-1);
    else summarise(store, scale, Float64Array.from(phi), request, out);
  });
  return out;
}

/** The weights themselves, which cost B x M x d: what the sums were made to avoid, so it can be turned off (`summary: false`). */
function summarise(store: PatternStore, scale: number, phi: Float64Array, request: Request, out: Evaluation): void {
  const { arena, dimension: d, rows: patterns } = store;
  const block = Math.min(patterns, 4096);
  const features = allocate(arena, block * d * 4);
  const tile = Math.max(1, Math.floor(2 ** 22 / patterns));
  for (let start = 0; start < request.count; start += tile) {
    const n = Math.min(tile, request.count - start);
    const weights = Array.from({ length: n }, () => new Float64Array(patterns));
    for (let first = 0; first < patterns; first += block) {
      const count = Math.min(block, patterns - first);
      arena.kernels.featureRow(store.patterns + first * d * 4, count * d, scale, features);
      const keys = viewF32(arena, features, count * d);
      for (let b = 0; b < n; b++) {
        const row = weights[b] as Float64Array;
        for (let i = 0; i < count; i++) {
          let dot = 0;
          for (let k = 0; k < d; k++) dot += (phi[(start + b) * d + k] as number) * (keys[i * d + k] as number);
          row[first + i] = dot;
        }
      }
    }
    weights.forEach((row, b) => {
      let sum = 0;
      for (const w of row) sum += w;
      const similarities = row.slice();
      for (let i = 0; i < patterns; i++) row[i] = (row[i] as number) / sum;
      recordWeights(out, start + b, row, similarities, request.visit);
    });
  }
}
