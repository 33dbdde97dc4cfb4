/**
 * @file The exact median of alpha* = log(P*) / N at finite N where the overlap law is known: P(P* > P) is the chance that P - 1 independent weights stay below the signal's weight
 * together, found by convolution on a lattice and averaged over the query's random length. Derivation: docs/capacity/simulation.md, "Exact medians".
 */
import { type LevelProblem, lawOf } from "./instance.ts";
import { makeLaw } from "./level-sampling.ts";
import { normalCdf } from "./normal.ts";
import type { WeightSplit } from "./overlap-laws.ts";
import { brentRoot } from "./roots.ts";

/** Cells of the sum's room below the signal. The split between neighbouring cells keeps means exact, so the error is of second order in 1 / cells. */
const cells = 320;
/** Below, exactly P - 1 patterns; above, Poisson arrivals differ by less than 1 / P. */
const counted = 256;

interface Node {
  readonly weight: number;
  readonly scale: number;
  readonly signal: number;
}

/**
 * @param guess log P* to start from. @returns the median of log(P*) / n, or null for noisy queries (their law has more random numbers than are integrated here).
 */
export function finiteMedian(problem: LevelProblem, lambda: number, guess: number): number | null {
  if (problem.noise > 0) return null;
  const nodes = nodesOf(problem);
  const { law: name, dimension } = lawOf(problem);
  const law = makeLaw(name, dimension, Math.max(2 * guess, 0) + 60);
  const split = nodes.map(({ weight, scale, signal }) => ({ weight, parts: law.split(lambda * scale, lambda * signal, 1 / cells) }));
  const survive = (logP: number): number => split.reduce((sum, { weight, parts }) => sum + weight * retained(parts, logP), 0);
  // Whole numbers first: the smallest P with P(P* <= P) >= 1/2.
  if (survive(Math.log(counted)) <= 0.5) {
    let [low, high] = [1, counted];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (survive(Math.log(middle)) <= 0.5) high = middle;
      else low = middle;
    }
    return Math.log(high) / problem.n;
  }
  let low = Math.log(counted);
  let high = Math.max(low, guess) + 1;
  while (survive(high) > 0.5) [low, high] = [high, high + 2 + 0.1 * high];
  // Monotone; nearly a step where the sum has many terms, which Brent's method survives.
  return brentRoot((logP) => 0.5 - survive(logP), low, high) / problem.n;
}

/** P(the weights of P - 1 patterns add up to at most 1): large weights on a lattice, the many small ones as one normal number. */
function retained({ logMean, logSquare, logFatal, weights, logs }: WeightSplit, logP: number): number {
  const few = logP < Math.log(counted) + 1e-9;
  const count = few ? Math.max(0, Math.round(Math.exp(logP)) - 1) : Number.POSITIVE_INFINITY;
  const logCount = few ? Math.log(count) : logP;
  const mean = Math.exp(Math.min(50, logCount + logMean));
  const fatal = Math.exp(Math.min(50, logCount + logFatal));
  let variance = Math.exp(Math.min(50, logCount + logSquare));
  if (few) variance -= (mean * mean) / Math.max(1, count);
  const deviation = Math.sqrt(Math.max(variance, 1e-24));
  const room = 1 - mean;
  if (fatal > 50 || room < -6 * deviation) return 0;
  const range = Math.max(0, room) + 6 * deviation;
  const width = range / cells;
  const intensity = new Float64Array(cells + 1);
  let total = fatal;
  for (let i = 0; i < weights.length; i++) {
    const mass = Math.exp(Math.min(50, logCount + (logs[i] as number)));
    total += mass;
    const place = (weights[i] as number) / width;
    const j = Math.floor(place);
    if (j > cells) continue;
    const f = place - j;
    if (j + 1 <= cells) intensity[j + 1] = (intensity[j + 1] as number) + mass * f;
    intensity[j] = (intensity[j] as number) + mass * (1 - f);
  }
  const moving = total - (intensity[0] as number);
  const sums = few ? powerSum(intensity, count, moving) : compoundPoisson(intensity, moving);
  return sums.reduce((sum, g, j) => sum + g * normalCdf((room - j * width) / deviation), 0);
}

/** Probabilities of the sums 0 ... cells of a compound Poisson number of cells, by Panjer's recursion j g_j = sum k lambda_k g_{j-k}, scaled against underflow. */
function compoundPoisson(intensity: Float64Array, total: number): Float64Array {
  const g = new Float64Array(cells + 1);
  g[0] = 1;
  let logScale = -total;
  for (let j = 1; j <= cells; j++) {
    let value = 0;
    for (let k = 1; k <= j; k++) value += k * (intensity[k] as number) * (g[j - k] as number);
    g[j] = value / j;
    if (value > 1e200) {
      for (let k = 0; k <= j; k++) g[k] = (g[k] as number) * 1e-200;
      logScale += 200 * Math.LN10;
    }
  }
  return g.map((value) => (value > 0 ? Math.exp(Math.min(0, Math.log(value) + logScale)) : 0));
}

/** The same for exactly `count` patterns: the count-th power of f_0 + f_1 x + ..., by repeated squaring of truncated polynomials. */
function powerSum(intensity: Float64Array, count: number, total: number): Float64Array {
  let result = new Float64Array(cells + 1);
  result[0] = 1;
  if (count === 0) return result;
  let base = intensity.map((value) => value / count);
  base[0] = Math.max(0, 1 - total / count);
  for (let left = count; left > 0; left >>= 1) {
    if (left % 2 === 1) result = product(result, base);
    if (left > 1) base = product(base, base);
  }
  return result;
}

function product(a: Float64Array, b: Float64Array): Float64Array<ArrayBuffer> {
  const c = new Float64Array(cells + 1);
  for (let i = 0; i <= cells; i++) {
    const x = a[i] as number;
    if (x === 0) continue;
    for (let j = 0; i + j <= cells; j++) c[i + j] = (c[i + j] as number) + x * (b[j] as number);
  }
  return c;
}

/** Nodes of the random numbers in an instance (instance.ts): none for binary and spherical, |x|^2 for Gaussian, three chi squares for the linear manifold. */
function nodesOf({ kind, n, latent, prior }: LevelProblem): Node[] {
  if (kind === "binary" || kind === "spherical") return [{ weight: 1, scale: n, signal: n }];
  if (kind === "gaussian") return chiSquareNodes(n, 41).map(({ x, weight }) => ({ weight, scale: Math.sqrt(x), signal: x }));
  const lengths = prior === "spherical" ? [{ x: latent, weight: 1 }] : chiSquareNodes(latent, 5);
  return lengths.flatMap((length) =>
    chiSquareNodes(n, 7).flatMap((own) =>
      chiSquareNodes(latent - 1, 5).map((across): Node => {
        const r = length.x / latent;
        const signal = r * own.x;
        const variance = (signal * signal) / (r * latent) + (signal * across.x) / latent;
        return {
          weight: length.weight * own.weight * across.weight,
          scale: Math.sqrt(prior === "gaussian" ? variance : variance * latent),
          signal,
        };
      }),
    ),
  );
}

/** Trapezoidal rule in log x for a chi square law of k degrees, over three standard deviations each way, nodes at most 1.5 apart: about 2e-3 in probability, a hundredth of a standard deviation of alpha*. */
function chiSquareNodes(k: number, count: number): { x: number; weight: number }[] {
  // log x has its peak at log k and about the standard deviation sqrt(2 / k).
  const spread = Math.sqrt(2 / k);
  const nodes = Array.from({ length: count }, (_, i) => {
    const l = Math.log(k) + spread * (-3.1 + (6 * i) / (count - 1));
    return { x: Math.exp(l), log: 0.5 * k * l - 0.5 * Math.exp(l) };
  });
  const top = Math.max(...nodes.map((node) => node.log));
  const total = nodes.reduce((sum, node) => sum + Math.exp(node.log - top), 0);
  return nodes.map(({ x, log }) => ({ x, weight: Math.exp(log - top) / total }));
}
