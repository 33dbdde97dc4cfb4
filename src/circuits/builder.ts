/**
 * @file Builds circuits from the inputs up, so that the order is topological by construction. A gate whose outcome the ranges of its sources force becomes a constant at once, and
 * constants are drawn into the bounds of the nodes that read them. The builder promises nothing: verify.ts checks the result by itself.
 */
import { HopfieldError } from "../core/errors.ts";
import { type Circuit, form, gate, largestCircuit } from "./circuit.ts";

export interface Builder {
  readonly inputs: number;
  /** false: every gate is kept, also constant ones, in the order asked for (the uniform family of gate-at.ts). */
  readonly fold: boolean;
  readonly kind: number[];
  readonly bound: number[];
  readonly start: number[];
  readonly source: number[];
  readonly weight: number[];
  /** Smallest and largest value of each source, inputs first. */
  readonly low: number[];
  readonly high: number[];
  /** Gates asked for, with those that became constants. */
  asked: number;
}

/** The sources of the constants 0 and 1 of a builder: its first two nodes. */
export const zeroOf = (builder: Builder): number => builder.inputs;
export const oneOf = (builder: Builder): number => builder.inputs + 1;

/** @throws HopfieldError E_LIMIT. */
export function createBuilder(inputs: number, fold = true): Builder {
  if (inputs > largestCircuit) throw new HopfieldError("E_LIMIT", `circuit: ${inputs} input bits, at most ${largestCircuit}`);
  const builder: Builder = {
    inputs,
    fold,
    kind: [],
    bound: [],
    start: [0],
    source: [],
    weight: [],
    low: new Array(inputs).fill(0),
    high: new Array(inputs).fill(1),
    asked: 0,
  };
  push(builder, form, 0, 0, 0);
  push(builder, form, 1, 1, 1);
  return builder;
}

function push(b: Builder, kind: number, bound: number, low: number, high: number): number {
  b.kind.push(kind);
  b.bound.push(bound);
  b.start.push(b.source.length);
  b.low.push(low);
  b.high.push(high);
  if (b.kind.length > largestCircuit || b.source.length > largestCircuit) {
    throw new HopfieldError("E_LIMIT", `circuit: more than ${largestCircuit} nodes or wires between them`);
  }
  return b.inputs + b.kind.length - 1;
}

/** Appends the wires with a weight, leaving out sources that are constant. Returns what those contribute and the range of the rest. */
function wire(b: Builder, sources: ArrayLike<number>, weights: ArrayLike<number>): { constant: number; low: number; high: number } {
  let constant = 0;
  let low = 0;
  let high = 0;
  for (let i = 0; i < sources.length; i++) {
    const s = sources[i] as number;
    const w = weights[i] as number;
    if (w === 0) continue;
    const from = b.low[s] as number;
    const to = b.high[s] as number;
    if (from === to && (b.fold || s === zeroOf(b) || s === oneOf(b))) {
      constant += w * from;
      continue;
    }
    b.source.push(s);
    b.weight.push(w);
    low += w > 0 ? w * from : w * to;
    high += w > 0 ? w * to : w * from;
  }
  return { constant, low, high };
}

/** constant + sum of weight * source, as a source. */
export function addForm(b: Builder, sources: ArrayLike<number>, weights: ArrayLike<number>, constant = 0): number {
  const before = b.source.length;
  const found = wire(b, sources, weights);
  const bound = constant + found.constant;
  const only = b.source.length === before + 1 && bound === 0 && b.weight[before] === 1 ? (b.source[before] as number) : -1;
  if (only >= 0) {
    b.source.length = before;
    b.weight.length = before;
    return only;
  }
  return push(b, form, bound, bound + found.low, bound + found.high);
}

/** [sum of weight * source >= threshold], as a source. */
export function addGate(b: Builder, sources: ArrayLike<number>, weights: ArrayLike<number>, threshold: number): number {
  b.asked++;
  const before = b.source.length;
  const { constant, low, high } = wire(b, sources, weights);
  const rest = threshold - constant;
  if (b.fold && (low >= rest || high < rest)) {
    b.source.length = before;
    b.weight.length = before;
    return low >= rest ? oneOf(b) : zeroOf(b);
  }
  return push(b, gate, rest, 0, 1);
}

/** A gate that the caller knows to be constant: counted as asked for, kept only where nothing is folded. */
export function addKnownGate(
  b: Builder,
  value: boolean,
  sources: ArrayLike<number>,
  weights: ArrayLike<number>,
  threshold: number,
): number {
  if (!b.fold) return addGate(b, sources, weights, threshold);
  b.asked++;
  return value ? oneOf(b) : zeroOf(b);
}

/** The circuit with these outputs; unread nodes are still in it (prune.ts). */
export function finish(b: Builder, outputs: ArrayLike<number>): Circuit {
  return {
    inputs: b.inputs,
    kind: Uint8Array.from(b.kind),
    bound: Float64Array.from(b.bound),
    start: Uint32Array.from(b.start),
    source: Uint32Array.from(b.source),
    weight: Float64Array.from(b.weight),
    outputs: Uint32Array.from(outputs),
  };
}
