/** @file The work of `hopfield diffusion`, without its words. */
import {
  type Bias,
  type DiffusionEnsemble,
  type DiffusionTimes,
  diffusionTimes,
  drawPatterns,
  identityAround,
  momentsOf,
  type PatternSet,
  reverseTimes,
  sameClass,
  sampleChains,
  sidesOf,
  sourceRatios,
  type TrialMean,
  uTurns,
  weightAcrossCollapse,
  widestDirection,
} from "../capacity/index.ts";
import { drawStrip, type StripColumn } from "./diffusion-strip.ts";
import { wilson } from "./wilson.ts";

export interface DiffusionRequest {
  /** Null: the caller's own patterns. */
  readonly ensemble: DiffusionEnsemble | null;
  readonly n: number;
  readonly alpha: number;
  readonly bias: Bias;
  readonly chains: number;
  readonly experiment: "sample" | "cloning" | "u-turn" | "speciation";
  readonly seed: number;
  readonly own: PatternSet | null;
  /** Pictures of a strip; null: none is drawn. */
  readonly shape: { readonly width: number; readonly height: number } | null;
}

type Row = { readonly ratio: number } & TrialMean;

export interface DiffusionReport {
  readonly name: string;
  readonly patterns: number;
  readonly n: number;
  readonly alpha: number;
  readonly bias: Bias;
  readonly chains: number;
  readonly times: DiffusionTimes;
  readonly identityError: number;
  readonly nearestPatternRms: number;
  /** Different patterns that chains ended on; null where they were started from patterns. */
  readonly distinct: number | null;
  readonly weightOfSource: readonly Row[];
  readonly uTurn: readonly { ratio: number; returned: number; low: number; high: number }[] | null;
  readonly speciation: readonly Row[] | null;
  readonly strip: Uint8Array | null;
  readonly stripRows: number;
}

/** t / t_S at which the speciation experiment looks. */
const speciationRatios = [0.1, 0.2, 0.4, 0.7, 1, 1.5, 2.5, 5, 10];
const mostStripRows = 8;
const stripColumns = 14;

export function runDiffusion(request: DiffusionRequest, progress: (label: string, share: number) => void): DiffusionReport {
  const { ensemble, n, alpha, bias, chains, experiment, seed, own, shape } = request;
  progress("patterns", 0);
  const drawn = ensemble ? { ensemble, n, alpha } : null;
  const set = own ?? drawPatterns(ensemble ?? { kind: "spherical" }, n, alpha, seed);
  progress("times", 0.02);
  const times = diffusionTimes(set, bias, drawn, seed);
  progress("identity", 0.05);
  const identityError = identityAround(set, bias, times.collapse, seed);
  const weightOfSource = weightAcrossCollapse(set, bias, times.collapse, {
    chains,
    seed,
    progress: (share) => progress("weight of the source", 0.1 + 0.2 * share),
  });
  const ends = endsOf(request, set, times, (share) => progress(experiment, 0.3 + 0.7 * share));
  const strip = shape === null ? null : stripOf(request, set, times, shape, progress);
  return {
    name: ensemble ? (ensemble.kind === "hidden-manifold" ? `hidden manifold, ${ensemble.activation}` : ensemble.kind) : "your own",
    patterns: set.rows,
    n: set.columns,
    alpha: Math.log(set.rows) / set.columns,
    bias,
    chains: ends.chains,
    times,
    identityError,
    nearestPatternRms: ends.rms,
    distinct: ends.distinct,
    weightOfSource,
    uTurn: ends.uTurn,
    speciation: experiment === "speciation" ? speciationOf(set, bias, times, Math.max(chains, 300), seed) : null,
    strip,
    stripRows: Math.min(mostStripRows, chains),
  };
}

interface Ends {
  readonly rms: number;
  readonly chains: number;
  readonly distinct: number | null;
  readonly uTurn: DiffusionReport["uTurn"];
}

/** "sample" runs chains from noise; the other experiments start at noised patterns: U-turns at all ratios, cloning and speciation at the collapse. */
function endsOf(
  { bias, chains, experiment, seed }: DiffusionRequest,
  set: PatternSet,
  times: DiffusionTimes,
  progress: (share: number) => void,
): Ends {
  if (experiment === "sample") {
    const grid = reverseTimes(times);
    const { nearest } = sampleChains(set, bias, grid, { chains, seed, onStep: (step) => progress(step / grid.length) });
    const distinct = new Set(nearest.map(({ index }) => index)).size;
    return { rms: Math.max(...nearest.map(({ rms }) => rms)), chains, distinct, uTurn: null };
  }
  const ratios: readonly number[] = experiment === "u-turn" ? sourceRatios : [1];
  const turns = uTurns(
    set,
    bias,
    ratios.map((ratio) => ratio * times.collapse),
    { chains, seed, progress },
  );
  const uTurn = turns.map(({ returned }, j) => ({ ratio: ratios[j] ?? 1, returned: returned / chains, ...wilson(returned, chains) }));
  return {
    rms: Math.max(...turns.map(({ rms }) => rms)),
    chains: chains * ratios.length,
    distinct: null,
    uTurn: experiment === "u-turn" ? uTurn : null,
  };
}

function speciationOf(set: PatternSet, bias: Bias, times: DiffusionTimes, trials: number, seed: number): Row[] {
  const classes = sidesOf(set, widestDirection(set, seed).direction);
  const at = speciationRatios.map((ratio) => ratio * times.speciation);
  return sameClass(set, bias, classes, at, { trials, seed }).map((mean, j) => ({ ratio: speciationRatios[j] ?? 1, ...mean }));
}

/** A run of its own with few chains; columns evenly in log t from the start to well below the collapse, and the end. */
function stripOf(
  { bias, chains, seed }: DiffusionRequest,
  set: PatternSet,
  times: DiffusionTimes,
  { width, height }: { width: number; height: number },
  progress: (label: string, share: number) => void,
): Uint8Array {
  const rows = Math.min(mostStripRows, chains);
  const grid = reverseTimes(times);
  const [first, low] = [grid[0] ?? 1, Math.max(grid.at(-1) ?? 1, times.collapse / 100)];
  const wanted = Array.from({ length: stripColumns - 1 }, (_, c) => first * (low / first) ** (c / (stripColumns - 2)));
  const steps = new Set([...wanted.map((time) => grid.findIndex((t) => t <= time * (1 + 1e-9))), grid.length - 1]);
  const columns: StripColumn[] = [];
  sampleChains(set, bias, grid, {
    chains: rows,
    seed,
    onStep: (step, states) => {
      progress("strip", step / grid.length);
      if (steps.has(step)) columns.push({ time: grid[step] ?? 0, states: states.slice() });
    },
  });
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const x of set.data) {
    lowest = Math.min(lowest, x);
    highest = Math.max(highest, x);
  }
  return drawStrip({
    title: `${set.rows} patterns, time from left to right`,
    width,
    height,
    rows,
    columns,
    marks: [
      { time: times.collapse, name: "collapse" },
      { time: times.speciation, name: "speciation" },
    ],
    low: lowest,
    high: highest,
    variance: momentsOf(set).variance,
  });
}
