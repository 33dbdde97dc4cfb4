/**
 * @file An ensemble estimated from the user's own patterns: zeta(lambda) = (1/N) mean over queries of log mean_xi exp(lambda x . xi), queries being stored patterns. The mean over P
 * patterns stops meaning anything where one pattern carries it: the estimate is given up to Sigma(lambda) = (log P - 1) / N and nothing beyond. Derivation: docs/capacity/empirical.md.
 */
import { HopfieldError } from "../core/errors.ts";
import { type Matrix, type MatrixLike, toMatrix } from "../core/matrix.ts";
import { checkChoice, checkNames, checkNumber } from "../core/options.ts";
import { randomStream, sampleWithoutReplacement, uniformInteger } from "../core/random.ts";
import { increasingRoot } from "./roots.ts";
import type { Ensemble } from "./types.ts";

export interface EmpiricalOptions {
  /** Patterns used as queries, at most this many, drawn by `seed`; default 100. */
  readonly queries?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Query x = xi + sqrt(noise) eta: averaged exactly, zeta gains E lambda^2 noise |xi|^2 / 2 inside the mean. Default 0. */
  readonly noise?: number;
  /** What compares: "dot" (default), x . xi, or "l2", -|x - xi|^2 / 2 without the query's own noise, so that a stored pattern answers with 0: the signal. */
  readonly similarity?: "dot" | "l2";
}

export interface EmpiricalEnsemble extends Ensemble {
  /** Different patterns, and copies that were left out. */
  readonly patterns: number;
  readonly copies: number;
  /**
   * 95 % bootstrap interval of zeta (queries and groups of patterns drawn anew). Its upper end has the first-order bias of the logarithm of a sample mean added, half the mean of the
   * sum of squared weights over N: near lambdaLimit the estimate is low.
   */
  zetaInterval(lambda: number): { low: number; high: number };
}

/** Groups of patterns that the bootstrap draws. */
const groups = 40;
const resamples = 200;

/**
 * @param input P x N patterns, at least 10 different ones.
 * @throws HopfieldError E_SHAPE, E_NONFINITE, E_RANGE (too few, or all entries of every pattern equal zero variance).
 */
export function empiricalEnsemble(input: MatrixLike, options: EmpiricalOptions = {}): EmpiricalEnsemble {
  const where = "empiricalEnsemble";
  checkNames(where, options, ["queries", "seed", "noise", "similarity"]);
  const similarity = checkChoice(where, "similarity", options.similarity ?? "dot", ["dot", "l2"]);
  const seed = checkNumber(where, "seed", options.seed ?? 1, { atLeast: 0, whole: true, atMost: Number.MAX_SAFE_INTEGER });
  const asked = checkNumber(where, "queries", options.queries ?? 100, { atLeast: 1, whole: true });
  const noise = checkNumber(where, "noise", options.noise ?? 0, { atLeast: 0 });
  const all = toMatrix(input, `${where}: patterns`);
  const rows = differentRows(all);
  const N = all.columns;
  const P = rows.length;
  if (P < 10)
    throw new HopfieldError(
      "E_RANGE",
      `${where}: at least 10 different patterns are needed, there ${P === 1 ? "is" : "are"} ${P} (of ${all.rows}; patterns without variance say nothing)`,
    );
  const chosen = sampleWithoutReplacement(randomStream(seed, 0xe3), P, asked).map((i) => rows[i] as number);
  const overlaps = chosen.map((query) => overlapsOf(all, query, rows, noise, similarity));
  const size = chosen.reduce((sum, query) => sum + dot(all, query, query), 0) / N / chosen.length;
  const signal = similarity === "dot" ? size : 0;
  const tables = new Map<number, Sums>();
  const at = (lambda: number): Sums => {
    let sums = tables.get(lambda);
    if (!sums) {
      sums = sumsAt(overlaps, lambda);
      if (tables.size > 400) tables.clear();
      tables.set(lambda, sums);
    }
    return sums;
  };
  const zeta = (lambda: number): number => mean(at(lambda).logs) / N;
  const zetaPrime = (lambda: number): number => mean(at(lambda).slopes) / N;
  const most = (Math.log(P) - 1) / N;
  const limit = increasingRoot((lambda) => lambda * zetaPrime(lambda) - zeta(lambda) - most, 1e12 / (1 + size * N));
  return {
    name: "empirical",
    signal,
    zeta,
    zetaPrime,
    ...(limit === null ? {} : { lambdaLimit: limit }),
    patterns: P,
    copies: all.rows - P,
    zetaInterval: (lambda) => bootstrap(at(lambda), N, seed),
  };
}

interface Overlaps {
  /** x . xi and noise |xi|^2 / 2 for every other pattern; l2: -|x - xi|^2 / 2 and noise |x - xi|^2 / 2. */
  readonly linear: Float64Array;
  readonly quadratic: Float64Array | null;
}

interface Sums {
  /** Per query: log mean exp, its derivative, and each group's share of the mean with its size. */
  readonly logs: Float64Array;
  readonly slopes: Float64Array;
  /** Sum of squared weights. */
  readonly squares: Float64Array;
  readonly shares: readonly Float64Array[];
}

function overlapsOf(all: Matrix, query: number, rows: readonly number[], noise: number, similarity: "dot" | "l2"): Overlaps {
  const others = rows.filter((row) => row !== query);
  if (similarity === "l2") {
    // Against the query's own pattern, noise adds sqrt(noise) eta . (xi - xi^1), a normal number of variance noise |xi - xi^1|^2.
    const halves = Float64Array.from(others, (row) => 0.5 * squaredDistance(all, query, row));
    return { linear: halves.map((half) => -half), quadratic: noise > 0 ? halves.map((half) => noise * half) : null };
  }
  return {
    linear: Float64Array.from(others, (row) => dot(all, query, row)),
    quadratic: noise > 0 ? Float64Array.from(others, (row) => 0.5 * noise * dot(all, row, row)) : null,
  };
}

function dot({ data, columns }: Matrix, i: number, j: number): number {
  let sum = 0;
  for (let k = 0; k < columns; k++) sum += (data[i * columns + k] as number) * (data[j * columns + k] as number);
  return sum;
}

function squaredDistance({ data, columns }: Matrix, i: number, j: number): number {
  let sum = 0;
  for (let k = 0; k < columns; k++) sum += ((data[i * columns + k] as number) - (data[j * columns + k] as number)) ** 2;
  return sum;
}

function sumsAt(overlaps: readonly Overlaps[], lambda: number): Sums {
  const logs = new Float64Array(overlaps.length);
  const slopes = new Float64Array(overlaps.length);
  const squares = new Float64Array(overlaps.length);
  const shares = overlaps.map(({ linear, quadratic }, q) => {
    const exponent = (i: number): number => lambda * (linear[i] as number) + lambda * lambda * (quadratic?.[i] ?? 0);
    let top = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < linear.length; i++) top = Math.max(top, exponent(i));
    const share = new Float64Array(groups);
    let [total, slope, square] = [0, 0, 0];
    for (let i = 0; i < linear.length; i++) {
      const weight = Math.exp(exponent(i) - top);
      total += weight;
      square += weight * weight;
      slope += weight * ((linear[i] as number) + 2 * lambda * (quadratic?.[i] ?? 0));
      share[i % groups] = (share[i % groups] as number) + weight;
    }
    logs[q] = top + Math.log(total / linear.length);
    slopes[q] = slope / total;
    squares[q] = square / (total * total);
    return share.map((part) => part / total);
  });
  return { logs, slopes, squares, shares };
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function bootstrap({ logs, squares, shares }: Sums, N: number, seed: number): { low: number; high: number } {
  const random = randomStream(seed, 0xe4);
  const found = Float64Array.from({ length: resamples }, () => {
    const counts = new Float64Array(groups);
    for (let g = 0; g < groups; g++) {
      const pick = uniformInteger(random, groups);
      counts[pick] = (counts[pick] as number) + 1;
    }
    let sum = 0;
    for (let q = 0; q < logs.length; q++) {
      const pick = uniformInteger(random, logs.length);
      const kept = (shares[pick] as Float64Array).reduce((part, share, g) => part + share * (counts[g] as number), 0);
      sum += (logs[pick] as number) + Math.log(Math.max(kept, 1e-300));
    }
    return sum / logs.length / N;
  }).sort();
  return {
    low: found[Math.floor(0.025 * resamples)] as number,
    high: (found[Math.ceil(0.975 * resamples) - 1] as number) + mean(squares) / (2 * N),
  };
}

/** Indices of rows that equal no earlier row. */
function differentRows({ data, rows, columns }: Matrix): number[] {
  const seen = new Map<number, number[]>();
  const kept: number[] = [];
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length);
  for (let i = 0; i < rows; i++) {
    let hash = 2166136261;
    for (let k = 0; k < columns; k++) hash = Math.imul(hash ^ (words[i * columns + k] as number), 16777619);
    const same = seen.get(hash);
    const copy = same?.some((j) => equalRows(data, i, j, columns)) ?? false;
    if (copy) continue;
    kept.push(i);
    if (same) same.push(i);
    else seen.set(hash, [i]);
  }
  return kept;
}

function equalRows(data: Float32Array, i: number, j: number, columns: number): boolean {
  for (let k = 0; k < columns; k++) if (data[i * columns + k] !== data[j * columns + k]) return false;
  return true;
}
