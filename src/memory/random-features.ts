/**
 * @file The random-feature member: softmax weights through positive random features phi_f(x) = exp(omega_f . x~ - |x~|^2 / 2) / sqrt(m), x~ = sqrt(beta) x (Choromanski et
 * al., arXiv 2009.14794; member of arXiv 2404.03900). Written as two retrievals: the features recall from the memory once, queries recall from the features,
 *   y(q) = sum_f softmax_f( omega_f . q~ + L_f ) Y_f,   L_f = log sum_i exp(omega_f . x~_i - |x~_i|^2 / 2),   Y_f = their weighted mean,
 * which is the same ratio of sums with every exponential shifted safely. docs/models/random-features.md derives it and says how far to trust it.
 */

import { HopfieldError } from "../core/errors.ts";
import type { Matrix } from "../core/matrix.ts";
import { square } from "../core/numerics.ts";
import type { Engine } from "./engine.ts";
import { evaluate, evaluateWithLogits } from "./evaluate.ts";
import { type Evaluation, emptyEvaluation, type Request } from "./evaluation.ts";
import { drawFrequencies } from "./frequencies.ts";
import { derive, openPatternStore, type PatternStore } from "./pattern-store.ts";
import { resolve, type Settings } from "./presets.ts";
import { recordWeights } from "./record-weights.ts";

/** Largest features x patterns table that a summary may build: 2^27 weights. */
const tableLimit = 2 ** 27;

export function randomFeatureEngine(store: PatternStore, settings: Settings, beta: number): Engine {
  return {
    evaluate: (request) => evaluateFeatures(store, settings, beta, request),
    energies: (_states, rows) => new Array(rows.length).fill(null),
  };
}

/** The memory as the features see it. */
interface FeatureMemory {
  readonly features: PatternStore;
  /** L_f. */
  readonly logits: Float64Array;
}

function frequenciesOf(store: PatternStore, settings: Settings): Matrix {
  return settings.featureMatrix ?? derive(store, "frequencies", () => drawFrequencies(settings.features, store.dimension, settings.seed));
}

/** omega_f . x~ - |x~|^2/2 = -beta/2 |omega_f / sqrt(beta) - x|^2 + |omega_f|^2 / 2: the features are queries of a Gaussian memory. */
function featureQueries(frequencies: Matrix, beta: number): Float32Array {
  return frequencies.data.map((x) => x / Math.sqrt(beta));
}

function featureMemory(store: PatternStore, settings: Settings, beta: number, readValues: boolean): FeatureMemory {
  const source = readValues ? store.values : store.patterns;
  return derive(store, `features:${beta}:${source}`, () => {
    const frequencies = frequenciesOf(store, settings);
    const conjugates = new Float64Array(frequencies.rows);
    const gaussian = { ...resolve({ model: "gaussian" }, store.rows, store.dimension) };
    const rows = Int32Array.from({ length: frequencies.rows }, (_, f) => f);
    const queries = featureQueries(frequencies, beta);
    const { y, columns } = evaluate(store, gaussian, beta, {
      queries,
      count: frequencies.rows,
      rows,
      positions: null,
      known: null,
      readValues,
      conjugates,
    });
    const logits = conjugates.map((omega, f) => omega + squaredNorm(queries, f, store.dimension) * 0.5 * beta);
    const features = openPatternStore(frequencies, { data: y, rows: frequencies.rows, columns }, null, store.arena.build);
    return { features, logits };
  });
}

function squaredNorm(data: Float32Array, row: number, columns: number): number {
  let sum = 0;
  for (let k = 0; k < columns; k++) sum += square(data[row * columns + k] as number);
  return sum;
}

function evaluateFeatures(store: PatternStore, settings: Settings, beta: number, request: Request): Evaluation {
  const { features, logits } = featureMemory(store, settings, beta, request.readValues);
  const softmax = { ...resolve({ model: "dense" }, features.rows, features.dimension) };
  const wanted = request.summary !== false || request.visit !== undefined;
  const shares: Float64Array[] = [];
  const visit = (b: number, indices: Int32Array, weights: Float64Array, _similarities: Float64Array, count: number): void => {
    const share = new Float64Array(features.rows);
    for (let j = 0; j < count; j++) share[indices[j] as number] = weights[j] as number;
    shares[b] = share;
  };
  const inner: Request = {
    queries: request.queries,
    count: request.count,
    rows: request.rows,
    positions: null,
    known: null,
    readValues: true,
    ...(wanted ? { visit } : {}),
  };
  const answer = evaluateWithLogits(features, softmax, Math.sqrt(beta), inner, logits);
  const out = { ...emptyEvaluation(request.count, answer.columns), y: answer.y };
  if (!wanted) {
    out.top.fill(-1);
    return out;
  }
  const table = featureTable(store, settings, beta);
  for (let b = 0; b < request.count; b++) {
    const share = shares[b] as Float64Array;
    const weights = new Float64Array(store.rows);
    for (let f = 0; f < share.length; f++) {
      const s = share[f] as number;
      if (s === 0) continue;
      const row = f * store.rows;
      for (let i = 0; i < store.rows; i++) weights[i] = (weights[i] as number) + s * (table[row + i] as number);
    }
    recordWeights(out, b, weights, weights.slice(), request.visit);
  }
  return out;
}

/** table[f][i]: the weight of pattern i under feature f. */
function featureTable(store: PatternStore, settings: Settings, beta: number): Float32Array {
  const frequencies = frequenciesOf(store, settings);
  if (frequencies.rows * store.rows > tableLimit) {
    throw new HopfieldError(
      "E_LIMIT",
      `recall: the weights of ${store.rows} patterns through ${frequencies.rows} features need a table of ${frequencies.rows * store.rows} numbers, at most ${tableLimit}; ask with summary: false`,
    );
  }
  return derive(store, `table:${beta}`, () => {
    const table = new Float32Array(frequencies.rows * store.rows);
    const gaussian = { ...resolve({ model: "gaussian" }, store.rows, store.dimension) };
    const rows = Int32Array.from({ length: frequencies.rows }, (_, f) => f);
    const visit = (f: number, indices: Int32Array, weights: Float64Array, _similarities: Float64Array, count: number): void => {
      for (let j = 0; j < count; j++) table[f * store.rows + (indices[j] as number)] = weights[j] as number;
    };
    evaluate(store, gaussian, beta, {
      queries: featureQueries(frequencies, beta),
      count: frequencies.rows,
      rows,
      positions: null,
      known: null,
      readValues: false,
      visit,
    });
    return table;
  });
}
