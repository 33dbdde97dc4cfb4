/**
 * @file What the memory does beyond its threshold: the update is repeated from stored patterns, and where it ends is looked at: a stored pattern, a mixture of a few, or the mean of
 * many; how far from where it began; how firmly it is held there.
 */
import { checkNumber } from "../core/options.ts";
import { randomStream, sampleWithoutReplacement } from "../core/random.ts";
import { memoryEnergy } from "./diffusion-energy.ts";
import type { Bias, PatternSet } from "./diffusion-set.ts";
import { hessianSpectrum } from "./manifold-hessian.ts";

export interface MixtureEnd {
  /** Pattern the iteration began at. */
  readonly start: number;
  readonly steps: number;
  /** Whether |x - f(x)| fell to 1e-9 sqrt N. */
  readonly converged: boolean;
  /** Cosine of the end with the start; 0 where the end is at the origin. */
  readonly overlapStart: number;
  /** Largest cosine of the end with a stored pattern. */
  readonly overlapNearest: number;
  /** 1 / sum of squared weights: how many patterns share the end. */
  readonly patterns: number;
  /** |end|^2 / N. */
  readonly norm: number;
  /** Smallest eigenvalue of the Hessian: above 0 the end is a minimum, and 1 - it is the factor by which a small displacement shrinks. */
  readonly curvature: number;
}

/**
 * @param starts at most so many stored patterns are begun at, drawn by the seed. @param maxSteps most updates, default 1000.
 * @throws HopfieldError E_RANGE, E_LIMIT (N above 400).
 */
export function mixtureEnds(
  set: PatternSet,
  lambda: number,
  bias: Bias,
  { starts, seed, maxSteps = 1000, progress }: { starts: number; seed: number; maxSteps?: number; progress?: (share: number) => void },
): MixtureEnd[] {
  checkNumber("mixtureEnds", "lambda", lambda, { above: 0 });
  checkNumber("mixtureEnds", "starts", starts, { atLeast: 1, whole: true });
  checkNumber("mixtureEnds", "maxSteps", maxSteps, { atLeast: 1, whole: true });
  const chosen = sampleWithoutReplacement(randomStream(seed, 0x1d_0000), set.rows, starts);
  return chosen.map((start, i) => {
    const end = endOf(set, lambda, bias, start, maxSteps);
    progress?.((i + 1) / chosen.length);
    return end;
  });
}

function endOf(set: PatternSet, lambda: number, bias: Bias, start: number, maxSteps: number): MixtureEnd {
  const { data, columns: n } = set;
  const first = data.slice(start * n, (start + 1) * n);
  let x: Float64Array = first;
  let steps = 0;
  let converged = false;
  while (steps < maxSteps && !converged) {
    const { image, gradient } = memoryEnergy(set, x, lambda, bias);
    steps++;
    converged = Math.sqrt(dot(gradient, gradient)) <= 1e-9 * Math.sqrt(n);
    x = image;
  }
  const { participation } = memoryEnergy(set, x, lambda, bias);
  let nearest = -1;
  for (let i = 0; i < set.rows; i++) nearest = Math.max(nearest, cosine(x, data.subarray(i * n, (i + 1) * n)));
  return {
    start,
    steps,
    converged,
    overlapStart: cosine(x, first),
    overlapNearest: nearest,
    patterns: 1 / participation,
    norm: dot(x, x) / n,
    curvature: hessianSpectrum(set, x, lambda, bias)[0] as number,
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number);
  return sum;
}

/** 0 where a vector is 0. */
function cosine(a: Float64Array, b: Float64Array): number {
  const size = Math.sqrt(dot(a, a) * dot(b, b));
  return size > 0 ? dot(a, b) / size : 0;
}
