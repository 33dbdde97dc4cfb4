/**
 * @file One random problem of an ensemble with known overlap law at finite N: the query's signal and the scale of its overlaps, drawn without drawing any pattern.
 * Derivation of the three-number form of the linear manifold: docs/capacity/simulation.md.
 */

import { portableExp, portableLog } from "../core/portable.ts";
import { normal, type RandomStream, uniform, wordAt } from "../core/random.ts";
import type { LatentPrior } from "./saddle.ts";

export type LevelKind = "binary" | "spherical" | "gaussian" | "linear";

export interface LevelProblem {
  readonly kind: LevelKind;
  readonly n: number;
  readonly noise: number;
  /** linear: latent variables, whole, at least 2, and their prior. */
  readonly latent: number;
  readonly prior: LatentPrior;
}

/** x . xi = scale t with t of the law, and x . xi^1 = signal. */
export interface Draw {
  readonly scale: number;
  readonly signal: number;
}

/** The law t follows: normal, or a sphere or binary law of this many dimensions. */
export function lawOf({ kind, n, latent, prior }: LevelProblem): { law: "normal" | "sphere" | "binary"; dimension: number } {
  if (kind === "binary") return { law: "binary", dimension: n };
  if (kind === "spherical") return { law: "sphere", dimension: n };
  return kind === "linear" && prior === "spherical" ? { law: "sphere", dimension: latent } : { law: "normal", dimension: n };
}

export function drawInstance(random: RandomStream, { kind, n, noise, latent, prior }: LevelProblem): Draw {
  if (kind === "binary") return { scale: n, signal: n };
  // |xi^1|^2, and for the linear manifold the length of its latent vector.
  const length = kind === "linear" && prior === "gaussian" ? chiSquare(random, latent) / latent : 1;
  const own = kind === "spherical" ? n : length * chiSquare(random, n);
  let signal = own;
  let power = own;
  if (noise > 0) {
    // Along xi^1 the noise is g, across it there are n - 1 more.
    const g = normal(random);
    signal += Math.sqrt(noise * own) * g;
    power += 2 * Math.sqrt(noise * own) * g + noise * (g * g + (n > 1 ? chiSquare(random, n - 1) : 0));
  }
  if (kind === "spherical") return { scale: Math.sqrt(power * n), signal };
  if (kind === "gaussian") return { scale: Math.sqrt(power), signal };
  // |F^T x|^2 / D: along z^1 it is (signal / length)^2 length / D, across it |x|^2 chi^2_{D-1} / D.
  const across = latent > 1 ? chiSquare(random, latent - 1) : 0;
  const variance = (signal * signal) / (length * latent) + (power * across) / latent;
  return { scale: Math.sqrt(prior === "gaussian" ? variance : variance * latent), signal };
}

/** Chi square with k degrees of freedom, k whole, at least 1. Source: G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000). */
export function chiSquare(random: RandomStream, k: number): number {
  if (k === 1) {
    const g = normal(random);
    return g * g;
  }
  const d = k / 2 - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const g = normal(random);
    const root = 1 + c * g;
    if (root <= 0) continue;
    const v = root * root * root;
    if (portableLog(uniform(random)) < 0.5 * g * g + d * (1 - v + portableLog(v))) return 2 * d * v;
  }
}

/** One overlap t of the law. */
export function drawOverlap(random: RandomStream, law: "normal" | "sphere" | "binary", dimension: number): number {
  if (law === "normal") return normal(random);
  if (law === "sphere") {
    const g = normal(random);
    return g / Math.sqrt(g * g + chiSquare(random, dimension - 1));
  }
  // 32 signs a word: the number of ones among them.
  let ones = 0;
  for (let left = dimension; left > 0; left -= 32) {
    const word = wordAt(random.seed, random.stream, random.position++);
    ones += onesIn(left >= 32 ? word : word >>> (32 - left));
  }
  return (2 * ones - dimension) / dimension;
}

function onesIn(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Weight of an overlap against the signal; beyond double range it is infinite, which is past any threshold. */
export const weightOf = (exponent: number): number => portableExp(Math.min(exponent, 700));
