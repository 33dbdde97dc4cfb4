/** @file A whole number inside a circuit being built: a form with its range, and its thermometer or its bits where they are known already. */
import { HopfieldError } from "../core/errors.ts";
import { addForm, type Builder } from "./builder.ts";
import { bitForm, buffer, conjunction, levelOf, stepGates, type Thermometer } from "./primitives.ts";

export interface Quantity {
  /** The number, a form. */
  readonly source: number;
  readonly low: number;
  readonly high: number;
  readonly line: Thermometer | null;
  /** Two's complement bits, least first; sources that are 0 or 1. */
  readonly bits: readonly number[] | null;
}

/** Levels that a thermometer may have. */
const mostLevels = 2 ** 16;

/** sum of weight * x: free. */
export function plus(b: Builder, terms: readonly Quantity[], weights: ArrayLike<number>): Quantity {
  const source = addForm(
    b,
    terms.map((term) => term.source),
    weights,
  );
  return { source, low: b.low[source] as number, high: b.high[source] as number, line: null, bits: null };
}

/** The number of a thermometer. */
export function quantityOf(b: Builder, line: Thermometer): Quantity {
  return { source: levelOf(b, line), low: line.first - 1, high: line.first - 1 + line.gates.length, line, bits: null };
}

/** The number with its thermometer: one layer, none if it is known. @throws HopfieldError E_LIMIT. */
export function withLine(b: Builder, x: Quantity): Thermometer {
  if (x.line) return x.line;
  if (x.high - x.low > mostLevels)
    throw new HopfieldError("E_LIMIT", `compileGraph: a number between ${x.low} and ${x.high} has too many levels; quantise it first`);
  const thresholds = Array.from({ length: x.high - x.low }, (_, i) => x.low + 1 + i);
  return stepGates(b, x.source, thresholds, x.low + 1);
}

/** The thermometer over low ... high, of a number within. */
export function extended(b: Builder, x: Quantity, low: number, high: number): Thermometer {
  const line = withLine(b, x);
  const at = (v: number): number => {
    if (v < line.first) return b.inputs + 1;
    return line.gates[v - line.first] ?? b.inputs;
  };
  return { first: low + 1, gates: Array.from({ length: high - low }, (_, i) => at(low + 1 + i)) };
}

/** Two's complement bits of a number in low ... high. */
function bitsFor(low: number, high: number): number {
  let p = 1;
  while (low < -(2 ** (p - 1)) || high >= 2 ** (p - 1)) p++;
  return p;
}

function withBits(b: Builder, x: Quantity): readonly number[] {
  if (x.bits) return x.bits;
  const line = withLine(b, x);
  return Array.from({ length: bitsFor(x.low, x.high) }, (_, k) => bitForm(b, line, k));
}

/** The product of two numbers: one layer above their bits. */
export function times(b: Builder, x: Quantity, y: Quantity): Quantity {
  const [left, right] = [withBits(b, x), withBits(b, y)];
  const weight = (k: number, count: number): number => (k === count - 1 ? -(2 ** k) : 2 ** k);
  const terms: number[] = [];
  const weights: number[] = [];
  left.forEach((bit, k) => {
    right.forEach((other, l) => {
      terms.push(conjunction(b, [bit, other]));
      weights.push(weight(k, left.length) * weight(l, right.length));
    });
  });
  const source = addForm(b, terms, weights);
  const corners = [x.low * y.low, x.low * y.high, x.high * y.low, x.high * y.high];
  return { source, low: Math.min(...corners), high: Math.max(...corners), line: null, bits: null };
}

/** All numbers in two's complement, as many bits as the widest needs: one layer above thermometers. */
export function bitOutputs(b: Builder, numbers: readonly Quantity[]): number[] {
  const width = Math.max(...numbers.map(({ low, high }) => bitsFor(low, high)));
  return numbers.flatMap((x) => {
    const line = withLine(b, x);
    return Array.from({ length: width }, (_, k) => buffer(b, bitForm(b, line, k)));
  });
}
