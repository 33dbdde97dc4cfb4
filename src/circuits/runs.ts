/**
 * @file Finds the thermometers of a circuit by looking at its gates: consecutive gates of which each implies the one before it. Such a run is known by one number, how many of its gates
 * are 1, and that number can be found by bisection. Nothing is taken from the compiler: an implication is proved from wires and thresholds, or the run ends.
 */
import { type Circuit, form, gate } from "./circuit.ts";

/** The gates of a run are consecutive nodes. `steps`: the same wires, ascending thresholds; `any`: ORs of gates, each wire of one implied by a wire of the next;
 * `ratio`: [a A + b B >= t] with the same two forms, a fixed, b falling by 2 or more and t in {0, 1}: descending where B >= 1. */
export type RunKind = "steps" | "any" | "ratio";

export interface Run {
  readonly kind: RunKind;
  /** The first node; the run has `size` nodes. */
  readonly node: number;
  readonly size: number;
}

export interface Runs {
  readonly runs: readonly Run[];
  /** Per node: its run, -1 for a form; and its place in it. */
  readonly runOf: Int32Array;
  readonly placeOf: Int32Array;
}

export function findRuns(circuit: Circuit): Runs {
  const { kind } = circuit;
  const runOf = new Int32Array(kind.length).fill(-1);
  const placeOf = new Int32Array(kind.length);
  const runs: Run[] = [];
  for (let k = 0; k < kind.length; ) {
    if (kind[k] !== gate) {
      k++;
      continue;
    }
    const runKind = kindOfPair(circuit, k + 1, runOf, placeOf) ?? "steps";
    let size = 1;
    while (k + size < kind.length && continues(circuit, k + size, runKind, runOf, placeOf)) size++;
    for (let i = 0; i < size; i++) {
      runOf[k + i] = runs.length;
      placeOf[k + i] = i;
    }
    runs.push({ kind: runKind, node: k, size });
    k += size;
  }
  return { runs, runOf, placeOf };
}

function kindOfPair(circuit: Circuit, k: number, runOf: Int32Array, placeOf: Int32Array): RunKind | undefined {
  if (k >= circuit.kind.length) return undefined;
  return (["steps", "ratio", "any"] as const).find((kind) => continues(circuit, k, kind, runOf, placeOf));
}

/** Whether gate k implies gate k - 1, by the rule of this kind. */
function continues(circuit: Circuit, k: number, kind: RunKind, runOf: Int32Array, placeOf: Int32Array): boolean {
  if (circuit.kind[k] !== gate || circuit.kind[k - 1] !== gate) return false;
  switch (kind) {
    case "steps":
      return sameWires(circuit, k) && (circuit.bound[k] as number) >= (circuit.bound[k - 1] as number);
    case "ratio":
      return fallingRatio(circuit, k);
    default:
      return impliedAny(circuit, k, runOf, placeOf);
  }
}

function sameWires({ start, source, weight }: Circuit, k: number): boolean {
  const from = start[k] as number;
  const count = (start[k + 1] as number) - from;
  if (from - (start[k - 1] as number) !== count) return false;
  for (let i = from; i < from + count; i++) if (source[i] !== source[i - count] || weight[i] !== weight[i - count]) return false;
  return true;
}

/** a A + b B >= t with t in {0, 1}; the gate before has b + 2 or more: where B >= 1 its sum is larger by at least 2, so it is 1 whenever this one is. */
function fallingRatio({ inputs, kind, bound, start, source, weight }: Circuit, k: number): boolean {
  const [a, c, end] = [start[k - 1] as number, start[k] as number, start[k + 1] as number];
  if (c - a !== 2 || end - c !== 2) return false;
  const isForm = (s: number): boolean => s >= inputs && kind[s - inputs] === form;
  return (
    source[a] === source[c] &&
    source[a + 1] === source[c + 1] &&
    isForm(source[c] as number) &&
    isForm(source[c + 1] as number) &&
    weight[a] === weight[c] &&
    (weight[a + 1] as number) - (weight[c + 1] as number) >= 2 &&
    [bound[k - 1], bound[k]].every((t) => t === 0 || t === 1)
  );
}

function impliedAny({ inputs, bound, start, source, weight }: Circuit, k: number, runOf: Int32Array, placeOf: Int32Array): boolean {
  if (bound[k - 1] !== 1 || bound[k] !== 1) return false;
  /** Per run: the earliest place that gate k - 1 reads. */
  const earliest = new Map<number, number>();
  for (let w = start[k - 1] as number; w < (start[k] as number); w++) {
    const node = (source[w] as number) - inputs;
    if (weight[w] !== 1 || node < 0 || (runOf[node] as number) < 0) return false;
    const run = runOf[node] as number;
    earliest.set(run, Math.min(earliest.get(run) ?? Number.POSITIVE_INFINITY, placeOf[node] as number));
  }
  for (let w = start[k] as number; w < (start[k + 1] as number); w++) {
    const node = (source[w] as number) - inputs;
    if (weight[w] !== 1 || node < 0 || (runOf[node] as number) < 0) return false;
    if ((earliest.get(runOf[node] as number) ?? Number.POSITIVE_INFINITY) > (placeOf[node] as number)) return false;
  }
  return true;
}
