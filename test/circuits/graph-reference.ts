/** What the steps of a graph mean, written from docs/circuits/graph.md: plain numbers, exact fractions where something is divided. Nothing but types from src. */
import type { GraphStep } from "../../src/circuits/graph.ts";
import { roundHalfEven } from "./reference.ts";

type Vector = readonly number[];
const sum = (x: Vector): number => x.reduce((a, b) => a + b, 0);
const cut = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));
const nearest = (n: number, d: number): number => Number(roundHalfEven(BigInt(n), BigInt(d)));
const rowsOf = ({ data, rows, columns }: { data: Int32Array; rows: number; columns: number }): number[][] =>
  Array.from({ length: rows }, (_, i) => Array.from(data.subarray(i * columns, (i + 1) * columns)));

function averageOf(weights: Vector, vectors: readonly Vector[]): number[] {
  return (vectors[0] as Vector).map((_, j) => nearest(sum(weights.map((w, i) => w * ((vectors[i] as Vector)[j] as number))), sum(weights)));
}

/** sparsemax by sorting, in exact fractions: weights are (x_i - tau) / width with tau = (sum of the support - width) / k. */
function sparsemaxOf(x: Vector, width: number, vectors: readonly Vector[]): number[] {
  const sorted = x.slice().sort((a, b) => b - a);
  let k = 0;
  for (let count = 1; count <= sorted.length; count++) {
    if (width + count * (sorted[count - 1] as number) > sum(sorted.slice(0, count))) k = count;
  }
  const total = sum(sorted.slice(0, k));
  // k width p_i = k x_i - total + width, where that is positive.
  const weights = x.map((value) => Math.max(0, k * value - total + width));
  return (vectors[0] as Vector).map((_, j) => nearest(sum(weights.map((w, i) => w * ((vectors[i] as Vector)[j] as number))), k * width));
}

/** The threshold as the floor of the real one, found by bisection on f between whole numbers (linear there, so that the sum is continuous and falls). */
function entmaxOf(x: Vector, grid: number, power: readonly number[], total: number): number[] {
  const last = power.length - 1;
  const f = (D: number): number => {
    const at = cut(D, 0, last);
    const low = Math.floor(at);
    return (power[low] as number) + (at - low) * ((power[Math.min(low + 1, last)] as number) - (power[low] as number));
  };
  let [below, above] = [grid * Math.min(...x) - last, grid * Math.max(...x)];
  // Ends when only one whole number is left: the sum is at least `total` there and less one further up.
  while (above - below > 1e-7) {
    const middle = (below + above) / 2;
    if (sum(x.map((value) => f(grid * value - middle))) >= total) below = middle;
    else above = middle;
  }
  // A threshold that is a whole number is found from below to 1e-7.
  const h = Math.floor(below + 1e-6);
  return x.map((value) => f(grid * value - h));
}

/** @param inputs the numbers of the input steps, one after the other. */
export function runGraph(steps: readonly GraphStep[], inputs: Vector): Vector {
  const made: Vector[] = [];
  const of = (from: number): Vector => made[from] as Vector;
  let next = 0;
  for (const step of steps) {
    switch (step.op) {
      case "input":
        made.push(inputs.slice(next, next + step.count));
        next += step.count;
        break;
      case "matrix":
        made.push(rowsOf(step.weights).map((row) => sum(row.map((w, k) => w * (of(step.from)[k] as number)))));
        break;
      case "join":
        made.push(step.from.flatMap((from) => of(from)));
        break;
      case "add":
        made.push(of(step.from[0]).map((x, k) => x + (of(step.from[1])[k] as number)));
        break;
      case "quantise":
        made.push(
          of(step.from).map((x) =>
            cut(step.rounding === "floor" ? Math.floor((x + (step.offset ?? 0)) / step.unit) : nearest(x, step.unit), step.low, step.high),
          ),
        );
        break;
      case "relu":
        made.push(of(step.from).map((x) => cut(x, 0, step.high)));
        break;
      case "table":
        made.push(of(step.from).map((x) => step.values[cut(x - step.low, 0, step.values.length - 1)] as number));
        break;
      case "entmax":
        made.push(entmaxOf(of(step.from), step.grid, step.power, step.total));
        break;
      case "threshold":
        made.push(of(step.from).map((x) => (x >= step.at ? 1 : 0)));
        break;
      case "normalise": {
        const x = of(step.from);
        const c = x.map((value) => x.length * value - sum(x));
        const length = Math.max(1, Math.floor(Math.sqrt(sum(c.map((value) => value * value)))));
        made.push(c.map((value) => cut(nearest(step.scale * value, length), step.low, step.high)));
        break;
      }
      case "softmax":
      case "top-k": {
        const x = of(step.from);
        const order = x.map((value, i) => ({ value, i })).sort((p, q) => q.value - p.value || p.i - q.i);
        const kept = new Set(order.slice(0, step.op === "top-k" ? step.k : x.length).map(({ i }) => i));
        made.push(x.map((value, i) => (kept.has(i) ? (step.table[Math.max(...x) - value] ?? 0) : 0)));
        break;
      }
      case "average":
        made.push(averageOf(of(step.from), rowsOf(step.values)));
        break;
      case "sparsemax":
        made.push(sparsemaxOf(of(step.from), step.width, rowsOf(step.values)));
        break;
      case "scores":
        made.push(step.vectors.map((vector) => sum(of(vector).map((y, k) => y * (of(step.from)[k] as number)))));
        break;
      case "mix":
        made.push(averageOf(of(step.from), step.vectors.map(of)));
    }
  }
  return made.at(-1) as Vector;
}
