/**
 * @file The steps that every circuit here is made of. A number is carried by thermometer gates [x >= v]; any function of it is then again a linear form of those gates, so tables
 * cost no depth. Derivations: docs/circuits/construction.md.
 */
import { addForm, addGate, addKnownGate, type Builder, oneOf, zeroOf } from "./builder.ts";

/** A number known by its gates: `gates[t]` is [x >= first + t]; x is at least first - 1 and at most first - 1 + gates.length. Depth is that of the gates. */
export interface Thermometer {
  readonly first: number;
  readonly gates: readonly number[];
}

/** A p-bit two's complement number from its bits, bit 0 first: a form, depth 0. */
export function numberOfBits(b: Builder, bits: readonly number[]): number {
  return addForm(b, bits, bitWeights(bits.length));
}

/** 1, 2, ..., 2^(p-2), -2^(p-1). */
export function bitWeights(p: number): number[] {
  return Array.from({ length: p }, (_, k) => (k === p - 1 ? -(2 ** k) : 2 ** k));
}

/** Gates [source >= threshold] for ascending thresholds: one layer. The levels count from `first`. */
export function stepGates(b: Builder, source: number, thresholds: readonly number[], first = 1): Thermometer {
  return { first, gates: thresholds.map((threshold) => addGate(b, [source], [1], threshold)) };
}

/** The number itself: a form, depth 0. */
export function levelOf(b: Builder, { first, gates }: Thermometer): number {
  return addForm(b, gates, new Array(gates.length).fill(1), first - 1);
}

/** f(x) for the thermometer's x: f(first - 1) + sum over gates of f(v) - f(v - 1), a form of depth 0. */
export function unary(b: Builder, { first, gates }: Thermometer, f: (x: number) => number): number {
  return addForm(
    b,
    gates,
    gates.map((_, t) => f(first + t) - f(first + t - 1)),
    f(first - 1),
  );
}

/** Largest of numbers with the same `first` and as many gates: gate by gate OR, one layer. */
export function maximum(b: Builder, numbers: readonly Thermometer[]): Thermometer {
  return kthLargest(b, numbers, 1);
}

/** k-th largest of numbers with the same `first` and as many gates: [at least k of the numbers are >= v], one layer. */
export function kthLargest(b: Builder, numbers: readonly Thermometer[], k: number): Thermometer {
  const ones = new Array<number>(numbers.length).fill(1);
  const { first = 1, gates = [] } = numbers[0] ?? {};
  const gatesOf = gates.map((_, t) =>
    addGate(
      b,
      numbers.map((number) => number.gates[t] ?? zeroOf(b)),
      ones,
      k,
    ),
  );
  return { first, gates: gatesOf };
}

/** The AND of sources that are 0 or 1: one gate. */
export function conjunction(b: Builder, sources: readonly number[]): number {
  return addGate(b, sources, new Array(sources.length).fill(1), sources.length);
}

/**
 * numerator / denominator to the nearest whole number, ties to even, for forms with denominator > 0: round(N / D) >= v iff 2 N - (2 v - 1) D >= 0 (v even) or > 0 (v odd). One layer.
 * @param from, to the values told apart; @param least, most what the quotient is known to lie between: gates outside are constants.
 */
export function ratio(b: Builder, numerator: number, denominator: number, from: number, to: number, least = from, most = to): Thermometer {
  const gates: number[] = [];
  for (let v = from + 1; v <= to; v++) {
    const wires = [2, -(2 * v - 1)];
    const threshold = v % 2 === 0 ? 0 : 1;
    if (v <= least || v > most) gates.push(addKnownGate(b, v <= least, [numerator, denominator], wires, threshold));
    else gates.push(addGate(b, [numerator, denominator], wires, threshold));
  }
  return { first: from + 1, gates };
}

/** Bit k of the thermometer's x in two's complement, as a form that is 0 or 1: depth 0. */
export function bitForm(b: Builder, number: Thermometer, k: number): number {
  return unary(b, number, (x) => bitOf(x, k));
}

/** Bit k of a whole number in two's complement. */
export function bitOf(x: number, k: number): number {
  return Math.floor(x / 2 ** k) - 2 * Math.floor(x / 2 ** (k + 1));
}

/** A source that is 0 or 1 as a gate of its own: one layer. */
export function buffer(b: Builder, source: number): number {
  return addGate(b, [source], [1], 1);
}

/** 1 - source. */
export function negation(b: Builder, source: number): number {
  return source === zeroOf(b) ? oneOf(b) : source === oneOf(b) ? zeroOf(b) : addForm(b, [source], [-1], 1);
}
