/** @file What the steps of a graph mean, in whole numbers: what its circuit has to equal. Derivations of the circuits are in the files of the steps; this one only computes. */
import { HopfieldError } from "../core/errors.ts";
import type { GraphStep } from "./graph.ts";
import type { IntegerMatrix } from "./network.ts";
import { roundHalfEven } from "./retrieve.ts";

type Vector = readonly number[];

const total = (x: Vector): number => x.reduce((sum, value) => sum + value, 0);
const dot = (x: Vector, y: Vector): number => x.reduce((sum, value, k) => sum + value * (y[k] as number), 0);
const cut = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));

/**
 * @param inputs the numbers of the input steps, one after the other. @returns the numbers of the last step.
 * @throws HopfieldError E_RANGE (a step that reads a later one, weights that are all 0).
 */
export function runGraph(steps: readonly GraphStep[], inputs: Vector): Vector {
  const made: Vector[] = [];
  const of = (from: number): Vector => {
    const found = made[from];
    if (!found) throw new HopfieldError("E_RANGE", `runGraph: step ${made.length} reads step ${from}, which is not earlier`);
    return found;
  };
  let next = 0;
  for (const step of steps) {
    if (step.op === "input") {
      made.push(inputs.slice(next, next + step.count));
      next += step.count;
    } else made.push(resultOf(step, of));
  }
  return made.at(-1) ?? [];
}

function resultOf(step: Exclude<GraphStep, { op: "input" }>, of: (from: number) => Vector): Vector {
  switch (step.op) {
    case "matrix":
      return rowsOf(step.weights).map((row) => dot(row, of(step.from)));
    case "join":
      return step.from.flatMap((from) => of(from));
    case "add":
      return of(step.from[0]).map((x, k) => x + (of(step.from[1])[k] as number));
    case "quantise":
      return of(step.from).map((x) =>
        cut(step.rounding === "even" ? roundHalfEven(x, step.unit) : Math.floor((x + (step.offset ?? 0)) / step.unit), step.low, step.high),
      );
    case "relu":
      return of(step.from).map((x) => cut(x, 0, step.high));
    case "table":
      return of(step.from).map((x) => step.values[cut(x - step.low, 0, step.values.length - 1)] as number);
    case "threshold":
      return of(step.from).map((x) => (x >= step.at ? 1 : 0));
    case "normalise": {
      const x = of(step.from);
      const centred = x.map((value) => x.length * value - total(x));
      const length = Math.max(1, Math.floor(Math.sqrt(dot(centred, centred))));
      return centred.map((c) => cut(roundHalfEven(step.scale * c, length), step.low, step.high));
    }
    case "softmax":
      return fromLargest(of(step.from), step.table);
    case "top-k": {
      const x = of(step.from);
      const before = (i: number): number => x.filter((y, j) => y > (x[i] as number) || (y === x[i] && j < i)).length;
      return fromLargest(x, step.table).map((e, i) => (before(i) < step.k ? e : 0));
    }
    case "entmax": {
      const x = of(step.from).map((value) => step.grid * value);
      const last = step.power.length - 1;
      const weights = (h: number): Vector => x.map((value) => (value <= h ? 0 : (step.power[Math.min(value - h, last)] as number)));
      let h = Math.max(...x);
      while (total(weights(h)) < step.total) h--;
      return weights(h);
    }
    case "sparsemax":
      return sparsemaxOf(of(step.from), step.width, rowsOf(step.values));
    case "average":
      return meanOf(of(step.from), rowsOf(step.values));
    case "scores":
      return step.vectors.map((vector) => dot(of(step.from), of(vector)));
    default:
      return meanOf(
        of(step.from),
        step.vectors.map((vector) => of(vector)),
      );
  }
}

function rowsOf({ data, rows, columns }: IntegerMatrix): Vector[] {
  return Array.from({ length: rows }, (_, r) => Array.from(data.subarray(r * columns, (r + 1) * columns)));
}

function fromLargest(x: Vector, table: Vector): Vector {
  const largest = Math.max(...x);
  return x.map((value) => table[largest - value] ?? 0);
}

function meanOf(weights: Vector, vectors: readonly Vector[]): Vector {
  const sum = total(weights);
  if (sum <= 0) throw new HopfieldError("E_RANGE", `runGraph: an average with weights that sum to ${sum}`);
  return Array.from({ length: vectors[0]?.length ?? 0 }, (_, j) =>
    roundHalfEven(
      dot(
        weights,
        vectors.map((vector) => vector[j] as number),
      ),
      sum,
    ),
  );
}

/** The support holds the entries from which all others are less than `width` away in sum; weights k x_i - (sum of the support) + width. */
function sparsemaxOf(x: Vector, width: number, values: readonly Vector[]): Vector {
  const support = x.filter((value) => total(x.map((other) => Math.max(0, other - value))) < width);
  const rest = total(support) - width;
  const weights = x.map((value) => Math.max(0, support.length * value - rest));
  return meanOf(weights, values);
}
