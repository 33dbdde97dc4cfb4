/**
 * @file A small language of layers over whole numbers, as data: matrix products, roundings, softmax, top-k and sparsemax weights, averages, ReLU, thresholds, normalisation. Every step has a circuit of
 * constant depth (graph-steps.ts, graph-attention.ts), so every network written in it has one: retrieval, attention, pooling and feed-forward blocks alike. Semantics of each step:
 * docs/circuits/graph.md.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { type Builder, createBuilder, finish } from "./builder.ts";
import type { Circuit } from "./circuit.ts";
import { average, mix, scores, softmax, sparsemax, topK } from "./graph-attention.ts";
import { entmax } from "./graph-entmax.ts";
import { lookUp, matrix, normalise, quantise, relu, threshold } from "./graph-steps.ts";
import type { IntegerMatrix } from "./network.ts";
import { bitWeights } from "./primitives.ts";
import { prune } from "./prune.ts";
import { bitOutputs, plus, type Quantity } from "./quantity.ts";

/** A step makes a vector of whole numbers; `from` and the like name earlier steps by their place. */
export type GraphStep =
  /** `count` numbers of `bits` bits, the next inputs of the circuit. */
  | { readonly op: "input"; readonly count: number; readonly bits: number }
  /** weights * x, one number for each row. */
  | { readonly op: "matrix"; readonly from: number; readonly weights: IntegerMatrix }
  /** One vector after the other. */
  | { readonly op: "join"; readonly from: readonly number[] }
  /** Entry by entry. */
  | { readonly op: "add"; readonly from: readonly [number, number] }
  /** floor((x + offset) / unit) or the nearest whole number of x / unit (ties to even, no offset), cut to low ... high. */
  | {
      readonly op: "quantise";
      readonly from: number;
      readonly unit: number;
      readonly offset?: number;
      readonly low: number;
      readonly high: number;
      readonly rounding: "floor" | "even";
    }
  /** min(high, max(0, x)). */
  | { readonly op: "relu"; readonly from: number; readonly high: number }
  /** values[x - low], the first below and the last above: any function of one number. */
  | { readonly op: "table"; readonly from: number; readonly low: number; readonly values: readonly number[] }
  /** 1 where x >= at, else 0. */
  | { readonly op: "threshold"; readonly from: number; readonly at: number }
  /** scale * c / max(1, floor |c|), c = count * x - sum of x, |c| its Euclidean length; nearest whole number, ties to even, cut to low ... high. */
  | { readonly op: "normalise"; readonly from: number; readonly scale: number; readonly low: number; readonly high: number }
  /** table[largest - x], 0 beyond the table; table[0] above 0. */
  | { readonly op: "softmax"; readonly from: number; readonly table: readonly number[] }
  /** The same for the k largest entries, of equal ones the first; 0 for the others. */
  | { readonly op: "top-k"; readonly from: number; readonly table: readonly number[]; readonly k: number }
  /**
   * Weights f(grid x_i - h) of entmax and its like, h the largest whole number with sum_i f(grid x_i - h) >= total. f(D) = power[D], rising from power[0] = 0 to at least `total`, which the last entry stands for
   * beyond; 0 below.
   */
  | {
      readonly op: "entmax";
      readonly from: number;
      readonly grid: number;
      readonly power: readonly number[];
      readonly total: number;
    }
  /** sum of weights_i values_ij / sum of weights, nearest whole number, ties to even. The weights must not all be 0. */
  | { readonly op: "average"; readonly from: number; readonly values: IntegerMatrix }
  /** The average of sparsemax(x / width): weights max(0, x_i - tau) that sum to `width`. */
  | { readonly op: "sparsemax"; readonly from: number; readonly width: number; readonly values: IntegerMatrix }
  /** Products of a vector with each of several vectors. */
  | { readonly op: "scores"; readonly from: number; readonly vectors: readonly number[] }
  /** As average, of vectors that are steps. */
  | { readonly op: "mix"; readonly from: number; readonly vectors: readonly number[] };

/** Most steps of a graph. */
const mostSteps = 1000;

/**
 * @param options.outputs "numbers" (default): the last step's numbers; "bits": each in two's complement, all of the same length, one layer deeper (two where a number has no thermometer).
 * @throws HopfieldError E_RANGE (a step that does not exist yet, options), E_SHAPE (lengths that do not fit), E_LIMIT.
 */
export function compileGraph(steps: readonly GraphStep[], options: { readonly outputs?: "numbers" | "bits" } = {}): Circuit {
  return buildGraph(steps, options.outputs ?? "numbers").circuit;
}

/** @returns with the gates of the construction before constants are folded and unread ones left out. */
export function buildGraph(steps: readonly GraphStep[], outputs: "numbers" | "bits"): { circuit: Circuit; gatesUnpruned: number } {
  checkNumber("compileGraph", "number of steps", steps.length, { whole: true, atLeast: 1, atMost: mostSteps });
  const b = createBuilder(graphInputBits(steps));
  const made: (readonly Quantity[])[] = [];
  let next = 0;
  for (const [at, step] of steps.entries()) {
    const of = (from: number): readonly Quantity[] => {
      const found = made[from];
      if (!found) throw new HopfieldError("E_RANGE", `compileGraph: step ${at} reads step ${from}, which is not earlier`, { step: at });
      return found;
    };
    if (step.op === "input") {
      made.push(inputVector(b, next, step.count, step.bits));
      next += step.count * step.bits;
    } else made.push(apply(b, step, of));
  }
  const last = made.at(-1) ?? [];
  const gatesUnpruned = b.asked;
  const results = outputs === "bits" ? bitOutputs(b, last) : last.map(({ source }) => source);
  return { circuit: prune(finish(b, results)), gatesUnpruned };
}

/** @throws HopfieldError E_RANGE. */
export function graphInputBits(steps: readonly GraphStep[]): number {
  return steps.reduce((sum, step) => sum + (step.op === "input" ? inputSize(step.count, step.bits) : 0), 0);
}

function inputSize(count: number, bits: number): number {
  checkNumber("compileGraph", "count", count, { whole: true, atLeast: 1, atMost: 2 ** 20 });
  return count * checkNumber("compileGraph", "bits", bits, { whole: true, atLeast: 2, atMost: 10 });
}

function inputVector(b: Builder, from: number, count: number, p: number): Quantity[] {
  return Array.from({ length: count }, (_, k) => {
    const bits = Array.from({ length: p }, (_bit, place) => from + k * p + place);
    return {
      ...plus(
        b,
        bits.map((source) => ({ source, low: 0, high: 1, line: null, bits: null })),
        bitWeights(p),
      ),
      bits,
    };
  });
}

function apply(b: Builder, step: Exclude<GraphStep, { op: "input" }>, of: (from: number) => readonly Quantity[]): readonly Quantity[] {
  switch (step.op) {
    case "matrix":
      return matrix(b, of(step.from), step.weights);
    case "join":
      return step.from.flatMap((from) => of(from));
    case "add": {
      const [x, y] = [of(step.from[0]), of(step.from[1])];
      if (x.length !== y.length) throw new HopfieldError("E_SHAPE", `compileGraph: add of ${x.length} and ${y.length} numbers`);
      return x.map((left, k) => plus(b, [left, y[k] as Quantity], [1, 1]));
    }
    case "quantise":
      return of(step.from).map((x) => quantise(b, x, step));
    case "relu":
      return of(step.from).map((x) => relu(b, x, step.high));
    case "table":
      return of(step.from).map((x) => lookUp(b, x, step.low, step.values));
    case "threshold":
      return of(step.from).map((x) => threshold(b, x, step.at));
    case "normalise":
      return normalise(b, of(step.from), step);
    case "softmax":
      return softmax(b, of(step.from), step.table);
    case "top-k":
      return topK(b, of(step.from), step.table, step.k);
    case "entmax":
      return entmax(b, of(step.from), step);
    case "average":
      return average(b, of(step.from), step.values);
    case "sparsemax":
      return sparsemax(b, of(step.from), step.width, step.values);
    case "scores":
      return scores(
        b,
        of(step.from),
        step.vectors.map((vector) => of(vector)),
      );
    default:
      return mix(
        b,
        of(step.from),
        step.vectors.map((vector) => of(vector)),
      );
  }
}
