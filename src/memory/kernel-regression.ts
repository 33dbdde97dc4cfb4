/**
 * @file Kernel ridge regression as a memory: T(q) = V^T (K + lambda I)^{-1} k(q), K_ij = exp(beta x_i . x_j) (dot) or exp(-beta/2 |x_i - x_j|^2) (l2). The regression that the
 * nonparametric construction of arXiv 2404.03900 starts from, solved instead of set: stored patterns become exact fixed points as lambda goes to 0. f64, Cholesky, M^3 / 3
 * once and M^2 a query. docs/models/kernel-regression.md.
 */

import { HopfieldError } from "../core/errors.ts";
import { square } from "../core/numerics.ts";
import { portableExp } from "../core/portable.ts";
import { viewF32 } from "../kernels/arena.ts";
import type { Engine } from "./engine.ts";
import { type Evaluation, emptyEvaluation, type Request } from "./evaluation.ts";
import { derive, type PatternStore } from "./pattern-store.ts";
import type { Settings } from "./presets.ts";
import { recordWeights } from "./record-weights.ts";

const patternLimit = 4096;

export function kernelRegressionEngine(store: PatternStore, settings: Settings, beta: number): Engine {
  return {
    evaluate: (request) => evaluateRegression(store, settings, beta, request),
    energies: (_states, rows) => new Array(rows.length).fill(null),
  };
}

/** Lower Cholesky factor of e^{-shift} (K + lambda I), and the shift that keeps the exponentials finite (the solution does not depend on it). */
interface Factor {
  readonly lower: Float64Array;
  readonly shift: number;
}

function factorOf(store: PatternStore, settings: Settings, beta: number): Factor {
  return derive(store, `regression:${beta}:${settings.lambda}:${settings.similarity}`, () => {
    const n = store.rows;
    if (n > patternLimit) {
      throw new HopfieldError(
        "E_LIMIT",
        `createMemory: kernel-regression solves an M x M system and takes at most ${patternLimit} patterns, got ${n}`,
      );
    }
    const keys = Float64Array.from(viewF32(store.arena, store.patterns, n * store.dimension));
    const lower = new Float64Array(n * n);
    let shift = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        const z = logit(settings, beta, keys, i * store.dimension, keys, j * store.dimension, store.dimension);
        lower[i * n + j] = z;
        if (i === j && z > shift) shift = z;
      }
    }
    const ridge = settings.lambda * portableExp(-shift);
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) lower[i * n + j] = portableExp((lower[i * n + j] as number) - shift) + (i === j ? ridge : 0);
    cholesky(lower, n);
    return { lower, shift };
  });
}

function logit(settings: Settings, beta: number, a: ArrayLike<number>, aAt: number, b: ArrayLike<number>, bAt: number, d: number): number {
  let sum = 0;
  if (settings.similarity === "l2") {
    for (let k = 0; k < d; k++) sum -= 0.5 * square((a[aAt + k] as number) - (b[bAt + k] as number));
  } else for (let k = 0; k < d; k++) sum += (a[aAt + k] as number) * (b[bAt + k] as number);
  return beta * sum;
}

/** In place, lower triangle. @throws HopfieldError E_RANGE when a pivot is not positive. */
function cholesky(a: Float64Array, n: number): void {
  for (let j = 0; j < n; j++) {
    const rowJ = j * n;
    for (let i = j; i < n; i++) {
      const rowI = i * n;
      let sum = a[rowI + j] as number;
      for (let k = 0; k < j; k++) sum -= (a[rowI + k] as number) * (a[rowJ + k] as number);
      if (i > j) a[rowI + j] = sum / (a[rowJ + j] as number);
      else if (sum > 0) a[rowI + j] = Math.sqrt(sum);
      else {
        throw new HopfieldError(
          "E_RANGE",
          `createMemory: the kernel matrix is not positive definite at pattern ${j} (copies of a pattern, or lambda too small for f64); raise lambda`,
          { row: j },
        );
      }
    }
  }
}

/** Solves L L^T x = b in place. */
function solve(lower: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i] as number;
    for (let k = 0; k < i; k++) sum -= (lower[i * n + k] as number) * (b[k] as number);
    b[i] = sum / (lower[i * n + i] as number);
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i] as number;
    for (let k = i + 1; k < n; k++) sum -= (lower[k * n + i] as number) * (b[k] as number);
    b[i] = sum / (lower[i * n + i] as number);
  }
}

function evaluateRegression(store: PatternStore, settings: Settings, beta: number, request: Request): Evaluation {
  const { lower, shift } = factorOf(store, settings, beta);
  const { rows: n, dimension: d } = store;
  const columns = request.readValues ? store.valueDimension : d;
  const out = emptyEvaluation(request.count, columns);
  const keys = viewF32(store.arena, store.patterns, n * d);
  const values = viewF32(store.arena, request.readValues ? store.values : store.patterns, n * columns);
  for (let b = 0; b < request.count; b++) {
    const similarities = new Float64Array(n);
    for (let i = 0; i < n; i++) similarities[i] = logit(settings, beta, request.queries, b * d, keys, i * d, d) / beta;
    const weights = similarities.map((s) => portableExp(beta * s - shift));
    if (!weights.every(Number.isFinite)) {
      throw new HopfieldError("E_RANGE", `recall: exp(beta x . q) of query ${b} overflows; lower beta or use similarity "l2"`, { row: b });
    }
    solve(lower, n, weights);
    for (let c = 0; c < columns; c++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += (weights[i] as number) * (values[i * columns + c] as number);
      out.y[b * columns + c] = sum;
    }
    recordWeights(out, b, weights, similarities, request.visit);
  }
  return out;
}
