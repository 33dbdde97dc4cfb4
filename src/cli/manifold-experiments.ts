/** @file The experiments of `hopfield manifold` beyond the plane: twins and mixtures, as tables. */
import { type ActivationName, type Bias, drawPatterns, mixtureEnds, twinMemories } from "../capacity/index.ts";

export interface ExperimentSettings {
  readonly n: number;
  readonly ratio: number;
  readonly activation: ActivationName;
  readonly alphas: readonly number[];
  readonly lambdas: readonly number[];
  readonly noise: number;
  readonly bias: Bias;
  readonly instances: number;
  readonly seed: number;
  readonly progress: (share: number) => void;
}

export interface Table {
  readonly about: string;
  readonly head: readonly string[];
  readonly rows: readonly Readonly<Record<string, number>>[];
  readonly note: string;
}

export function runTwins(settings: ExperimentSettings): Table {
  const rows = twinMemories(settings).map(({ alpha, lambda, difference, weightOfSource }) => ({
    alpha,
    lambda,
    difference: difference.median,
    low: difference.low,
    high: difference.high,
    weightOfSource,
  }));
  return {
    about: `two memories with e^(alpha n) patterns of one manifold (${settings.activation}, n = ${settings.n}), the first with the query's own pattern; bias ${settings.bias}`,
    head: ["alpha", "lambda", "difference", "low", "high", "weightOfSource"],
    rows,
    note: "difference: |f_1 - f_2| / |f_2|, median with 95 %. Small: both generalise. Large with a weight near 1: the first recalls. Large with a small weight: neither.",
  };
}

/** `instances` starts on one set of patterns for each alpha. */
export function runMixtures({ n, ratio, activation, alphas, lambdas, bias, instances, seed, progress }: ExperimentSettings): Table {
  const cells = alphas.length * lambdas.length;
  const rows = alphas.flatMap((alpha, a) => {
    const set = drawPatterns({ kind: "hidden-manifold", activation, latentRatio: ratio }, n, alpha, seed);
    return lambdas.map((lambda, l) => {
      const ends = mixtureEnds(set, lambda, bias, {
        starts: Math.min(instances, set.rows),
        seed,
        progress: (share) => progress((a * lambdas.length + l + share) / cells),
      });
      const median = (values: number[]): number => values.sort((x, y) => x - y)[values.length >> 1] ?? Number.NaN;
      const share = (test: (end: (typeof ends)[number]) => boolean): number => ends.filter(test).length / ends.length;
      return {
        alpha,
        lambda,
        returned: share((end) => end.overlapStart > 0.95),
        single: share((end) => end.patterns < 1.1),
        patterns: median(ends.map((end) => end.patterns)),
        overlapStart: median(ends.map((end) => end.overlapStart)),
        overlapNearest: median(ends.map((end) => end.overlapNearest)),
        norm: median(ends.map((end) => end.norm)),
        curvature: median(ends.map((end) => end.curvature)),
        stable: share((end) => end.curvature > 0),
        steps: median(ends.map((end) => end.steps)),
      };
    });
  });
  return {
    about: `where the repeated update ends from stored patterns (${activation}, n = ${n}, bias ${bias}); medians over at most ${instances} starts`,
    head: ["alpha", "lambda", "returned", "single", "patterns", "overlapStart", "overlapNearest", "norm", "curvature", "stable", "steps"],
    rows,
    note: "returned: cosine above .95 with the start; single: one pattern has nearly all the weight; patterns: 1 / sum w^2; norm: |end|^2 / n; curvature: smallest eigenvalue of the Hessian (1: firm, 0: marginal); stable: share with curvature above 0.",
  };
}
