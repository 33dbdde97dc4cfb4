/**
 * @file The binary memories on +-1 states: Hebbian (Hopfield 1982), rectified polynomial (Krotov and Hopfield, arXiv 1606.01164) and exponential (Demircigil et al., arXiv
 * 1702.01929). One evaluation is one sweep i = 0 ... d - 1; a tie keeps the bit. Overlaps h_mu = xi_mu . s are kept up to date, so a sweep costs d x M.
 *   hebbian      s_i <- sgn sum_mu xi_mu,i (h_mu - xi_mu,i s_i) / d        E = -1/2 s^T W s, W = (1/d) sum xi xi^T with zero diagonal
 *   polynomial   s_i <- sgn sum_mu [F(h' + xi) - F(h' - xi)], F = max(., 0)^n    E = -sum F(h),  h' = h without entry i
 *   exponential  the same with F = exp, decided on whole-number counts of each h', so that no exponential overflows and a tie is exact
 */
import { HopfieldError } from "../core/errors.ts";
import type { Matrix } from "../core/matrix.ts";
import { portableExp } from "../core/portable.ts";
import { viewF32 } from "../kernels/arena.ts";
import type { Engine } from "./engine.ts";
import { type Evaluation, emptyEvaluation, type Request } from "./evaluation.ts";
import { derive, type PatternStore } from "./pattern-store.ts";
import type { Settings } from "./presets.ts";
import { recordWeights } from "./record-weights.ts";

/** @throws HopfieldError E_RANGE naming the first entry that is neither 1 nor -1. */
export function checkSigns(matrix: Matrix, name: string): void {
  matrix.data.forEach((x, i) => {
    if (x !== 1 && x !== -1) {
      const row = Math.floor(i / matrix.columns);
      throw new HopfieldError("E_RANGE", `${name}: row ${row}, column ${i % matrix.columns} is ${x}; binary memories take 1 and -1`, {
        row,
      });
    }
  });
}

export function binaryEngine(store: PatternStore, settings: Settings): Engine {
  return {
    evaluate: (request) => evaluateBinary(store, settings, request),
    energies: (states, rows) => Array.from(rows, (_, b) => energy(store, settings, overlaps(store, states, b))),
  };
}

/** Patterns as d x M signs: a sweep reads one entry of every pattern at a time. */
function transposed(store: PatternStore): Int8Array {
  return derive(store, "signs", () => {
    const { rows, dimension } = store;
    const data = viewF32(store.arena, store.patterns, rows * dimension);
    const signs = new Int8Array(rows * dimension);
    for (let mu = 0; mu < rows; mu++) for (let i = 0; i < dimension; i++) signs[i * rows + mu] = data[mu * dimension + i] as number;
    return signs;
  });
}

function overlaps(store: PatternStore, states: Float32Array, b: number): Int32Array {
  const signs = transposed(store);
  const h = new Int32Array(store.rows);
  for (let i = 0; i < store.dimension; i++) {
    const s = states[b * store.dimension + i] as number;
    for (let mu = 0; mu < store.rows; mu++) h[mu] = (h[mu] as number) + s * (signs[i * store.rows + mu] as number);
  }
  return h;
}

function power(h: number, degree: number): number {
  let value = 1;
  for (let n = 0; n < degree; n++) value *= h;
  return h > 0 ? value : 0;
}

function evaluateBinary(store: PatternStore, settings: Settings, request: Request): Evaluation {
  const { rows: patterns, dimension: d } = store;
  const signs = transposed(store);
  const out = emptyEvaluation(request.count, d);
  out.y.set(request.queries);
  for (let b = 0; b < request.count; b++) {
    const h = overlaps(store, request.queries, b);
    const state = out.y.subarray(b * d, (b + 1) * d);
    const counts = new Int32Array(2 * d + 1);
    for (let i = 0; i < d; i++) {
      const old = state[i] as number;
      const xi = signs.subarray(i * patterns, (i + 1) * patterns);
      const drive = driveOf(settings, h, xi, old, d, counts);
      const next = drive > 0 ? 1 : drive < 0 ? -1 : old;
      if (next === old) continue;
      state[i] = next;
      for (let mu = 0; mu < patterns; mu++) h[mu] = (h[mu] as number) + (next - old) * (xi[mu] as number);
    }
    recordWeights(out, b, shares(settings, h), Float64Array.from(h), request.visit);
  }
  return out;
}

/** Sign of the local field of one entry: h' is each overlap without that entry. */
function driveOf(settings: Settings, h: Int32Array, xi: Int8Array, old: number, d: number, counts: Int32Array): number {
  let drive = 0;
  if (settings.model === "exponential") {
    // sum xi e^{h'} * 2 sinh(1): powers of e are independent over the rationals, so the sum is 0 only if every count is.
    counts.fill(0);
    for (let mu = 0; mu < h.length; mu++) {
      const x = xi[mu] as number;
      const at = (h[mu] as number) - x * old + d;
      counts[at] = (counts[at] as number) + x;
    }
    let top = 2 * d;
    while (top >= 0 && counts[top] === 0) top--;
    for (let at = top; at >= 0 && at > top - 60; at--) drive += (counts[at] as number) * portableExp(at - top);
    return drive;
  }
  for (let mu = 0; mu < h.length; mu++) {
    const x = xi[mu] as number;
    const without = (h[mu] as number) - x * old;
    drive += settings.model === "hebbian" ? x * without : power(without + x, settings.degree) - power(without - x, settings.degree);
  }
  return drive;
}

function energy(store: PatternStore, settings: Settings, h: Int32Array): number | null {
  if (settings.model === "hebbian") {
    // -1/2 s^T W s with zero diagonal: sum_mu (h^2 - d) / d.
    let sum = 0;
    for (const x of h) sum += x * x - store.dimension;
    return -0.5 * (sum / store.dimension);
  }
  let sum = 0;
  for (const x of h) sum += settings.model === "polynomial" ? power(x, settings.degree) : portableExp(x);
  return Number.isFinite(sum) ? 0 - sum : null;
}

/** Each pattern's share of the energy's terms (h^2, F(h)): what stands in for a weight here. */
function shares(settings: Settings, h: Int32Array): Float64Array {
  let largest = 0;
  for (const x of h) if (x > largest) largest = x;
  const terms = Float64Array.from(h, (x) =>
    settings.model === "hebbian"
      ? x * x
      : settings.model === "polynomial"
        ? power(x / Math.max(largest, 1), settings.degree)
        : portableExp(x - largest),
  );
  let sum = 0;
  for (const t of terms) sum += t;
  return sum > 0 ? terms.map((t) => t / sum) : terms;
}
