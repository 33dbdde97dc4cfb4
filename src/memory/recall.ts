/** @file One recall: cues are read, the evaluation is repeated as asked, and the figures of the last one become results. */
import { HopfieldError } from "../core/errors.ts";
import type { Matrix, MatrixLike } from "../core/matrix.ts";
import { checkNames, checkNumber } from "../core/options.ts";
import { checkSigns } from "./binary.ts";
import { certifier, fixedPointLabel, supportSize } from "./certificate.ts";
import { type Cues, readCues, readPositions } from "./cues.ts";
import type { Evaluation, Visit } from "./evaluation.ts";
import { type Iteration, iterate, rowNumbers } from "./iterate.ts";
import { largestNorm, squaredNorms } from "./pattern-store.ts";
import { applyPost } from "./post.ts";
import { stepsOf } from "./presets.ts";
import { engineOf, type MemoryState } from "./state.ts";
import type { Recall, RecallOptions, RecallResult } from "./types.ts";

const optionNames: readonly (keyof RecallOptions)[] = [
  "known",
  "missing",
  "clamp",
  "energy",
  "alternatives",
  "trace",
  "minimumWeight",
  "positions",
  "onProgress",
  "summary",
  "steps",
  "tolerance",
  "maxSteps",
];

/** What the last evaluation is asked to tell about single patterns. */
interface Detail {
  alternatives?: { index: number; weight: number }[];
  vote?: { label: string | number | null; weight: number };
}

/** @param firstRow place of the first query in the whole batch. */
export function recallCues(state: MemoryState, input: MatrixLike, options: RecallOptions, firstRow = 0): Recall {
  checkNames("recall", options, optionNames);
  const { store, settings } = state;
  const cues = readCues("recall", input, store.dimension, settings, options);
  if (settings.procedure === "binary") checkSigns(cues.queries, "recall: queries");
  const { rows: count } = cues.queries;
  const positions = options.positions === undefined ? null : readPositions(options.positions, firstRow + count);
  const alternatives =
    options.alternatives === undefined ? 0 : checkNumber("recall", "alternatives", options.alternatives, { whole: true, atLeast: 0 });
  const minimumWeight =
    options.minimumWeight === undefined ? 0 : checkNumber("recall", "minimumWeight", options.minimumWeight, { atLeast: 0, atMost: 1 });
  if (options.minimumWeight !== undefined && !state.labels)
    throw new HopfieldError("E_UNSUPPORTED", "recall: minimumWeight needs a memory with labels");
  const steps = stepsOf("recall", options.steps, settings.steps);
  const plan = {
    steps,
    tolerance: options.tolerance === undefined ? settings.tolerance : checkNumber("recall", "tolerance", options.tolerance, { atLeast: 0 }),
    maxSteps:
      options.maxSteps === undefined ? settings.maxSteps : checkNumber("recall", "maxSteps", options.maxSteps, { whole: true, atLeast: 1 }),
    readsValues: state.hasValues,
    partial: cues.known !== null,
  };
  const engine = engineOf(state);
  const placesOf = (rows: Int32Array): Int32Array => (firstRow === 0 ? rows : rows.map((row) => row + firstRow));
  const details: Detail[] = new Array(count);
  const wantsDetail = alternatives > 0 || state.labels !== null;
  const step = (states: Float32Array, rows: Int32Array, first: boolean, readValues: boolean): Evaluation => {
    const visit: Visit = (b, indices, weights, _similarities, n) => {
      details[rows[b] as number] = describe(state, indices, weights, n, alternatives, minimumWeight);
    };
    const known = first && cues.known ? knownOf(cues, rows, store.dimension) : null;
    const evaluation = engine.evaluate({
      queries: states,
      count: rows.length,
      rows: placesOf(rows),
      positions,
      known,
      readValues,
      ...(options.summary === undefined ? {} : { summary: options.summary }),
      ...(wantsDetail ? { visit } : {}),
    });
    stayOutsideBalls(state, evaluation, states, rows, readValues);
    applyPost(settings.post, evaluation.y, evaluation.columns);
    if (options.clamp && !readValues) clampKnown(cues, evaluation.y, rows, store.dimension);
    return evaluation;
  };
  const everyRow = rowNumbers(count);
  const everyPlace = placesOf(everyRow);
  const trace = options.trace ? { states: [] as Matrix[], energies: [] as Float64Array[] } : null;
  const onStep = trace
    ? (states: Float32Array) => {
        trace.states.push({ data: states.slice(), rows: count, columns: store.dimension });
        trace.energies.push(Float64Array.from(engine.energies(states, everyPlace, positions), (e) => e ?? Number.NaN));
      }
    : null;
  const run = iterate(cues.queries.data, store.dimension, plan, step, onStep);
  const energies = options.energy ? engine.energies(run.states, everyPlace, positions) : null;
  const clamped = options.clamp === true && cues.known !== null && !state.hasValues;
  const resultOf = resultsOf(state, run, energies, clamped);
  const results: RecallResult[] = new Array(count);
  for (let b = 0; b < count; b++) {
    const result = resultOf(b);
    const detail = details[b];
    results[b] = wantsDetail
      ? {
          ...result,
          ...(alternatives > 0 ? { alternatives: detail?.alternatives ?? [] } : {}),
          ...(detail?.vote ? { vote: detail.vote } : {}),
        }
      : result;
  }
  return { states: { data: run.answers, rows: count, columns: store.valueDimension }, results, ...(trace ? { trace } : {}) };
}

function knownOf(cues: Cues, rows: Int32Array, dimension: number): Cues["known"] {
  const { known } = cues;
  if (!known || known.shared || rows.length === cues.queries.rows) return known;
  const weights = new Float32Array(rows.length * dimension);
  rows.forEach((row, i) => {
    weights.set(known.weights.subarray(row * dimension, (row + 1) * dimension), i * dimension);
  });
  return { weights, shared: false };
}

/** Known entries (weight above 0) take their cue's value again. */
function clampKnown(cues: Cues, y: Float32Array, rows: Int32Array, dimension: number): void {
  const { known, queries } = cues;
  rows.forEach((row, i) => {
    for (let k = 0; k < dimension; k++) {
      const weight = known ? (known.weights[known.shared ? k : row * dimension + k] as number) : 1;
      if (weight > 0) y[i * dimension + k] = queries.data[row * dimension + k] as number;
    }
  });
}

/** A state outside every ball stays where it is; there are no values to read there. */
function stayOutsideBalls(state: MemoryState, evaluation: Evaluation, states: Float32Array, rows: Int32Array, readValues: boolean): void {
  if (state.settings.separation !== "epanechnikov") return;
  const d = state.store.dimension;
  rows.forEach((row, i) => {
    if ((evaluation.weight[i] as number) > 0) return;
    if (readValues) {
      throw new HopfieldError(
        "E_RANGE",
        `recall: query ${row} lies outside every ball (no pattern within sqrt(2 / beta)), so there is no value to read; lower beta`,
        { row },
      );
    }
    evaluation.y.set(states.subarray(i * d, (i + 1) * d), i * d);
  });
}

/** The heaviest patterns and the vote, from the weights of one query. */
function describe(
  state: MemoryState,
  indices: Int32Array,
  weights: Float64Array,
  count: number,
  alternatives: number,
  minimumWeight: number,
): Detail {
  const detail: Detail = {};
  if (alternatives > 0) {
    const order = Array.from({ length: count }, (_, j) => j)
      .filter((j) => weights[j] !== 0)
      .sort((a, b) => (weights[b] as number) - (weights[a] as number) || (indices[a] as number) - (indices[b] as number));
    detail.alternatives = order.slice(0, alternatives).map((j) => ({ index: indices[j] as number, weight: weights[j] as number }));
  }
  if (state.labels) {
    const sums = new Map<string | number, number>();
    for (let j = 0; j < count; j++) {
      const label = state.labels[indices[j] as number] as string | number;
      sums.set(label, (sums.get(label) ?? 0) + (weights[j] as number));
    }
    let best: string | number | null = null;
    let weight = Number.NEGATIVE_INFINITY;
    for (const [label, sum] of sums) {
      if (sum > weight) {
        best = label;
        weight = sum;
      }
    }
    if (best === null) weight = 0;
    detail.vote = { label: weight > 0 && weight >= minimumWeight ? best : null, weight };
  }
  return detail;
}

/** Makes the result of each query from the figures of its last evaluation; what is the same for all of them is worked out once. */
function resultsOf(
  state: MemoryState,
  run: Iteration,
  energies: readonly (number | null)[] | null,
  clamped: boolean,
): (b: number) => RecallResult {
  const { store, settings, hasValues } = state;
  const operator = settings.procedure === "operator";
  const which = hasValues ? "values" : "patterns";
  // linear and random-features are convex mixtures too: the certificate would hold for their weights, but those are not what their answer is made from.
  const certify = operator ? certifier(settings, store.rows, largestNorm(store, which), clamped) : null;
  const squared = operator ? squaredNorms(store, which) : null;
  return (b) => {
    const evaluation = run.evaluations[b] as Evaluation;
    const index = run.rows[b] as number;
    const top = evaluation.top[index] as number;
    const weight = evaluation.weight[index] as number;
    const support = top >= 0 && evaluation.squares[index] !== 0 ? supportSize(evaluation, index) : 0;
    const margin = evaluation.margin[index] as number;
    return {
      steps: run.steps[b] as number,
      converged: run.converged[b] as boolean | null,
      energy: energies?.[b] ?? null,
      label: operator ? fixedPointLabel(weight, support, store.rows) : "none",
      top,
      weight,
      support,
      margin: Number.isNaN(margin) ? null : margin,
      bound: certify && squared ? certify(evaluation, index, Math.sqrt(squared[top] as number)) : null,
    };
  };
}
