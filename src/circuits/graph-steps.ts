/** @file Steps of a graph on one vector: matrix product (depth 0), rounding, ReLU, threshold (depth 1), normalisation (depth 3). */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { addForm, addGate, type Builder } from "./builder.ts";
import type { IntegerMatrix } from "./network.ts";
import { ratio, stepGates, unary } from "./primitives.ts";
import { plus, type Quantity, quantityOf, withLine } from "./quantity.ts";

export function matrix(b: Builder, x: readonly Quantity[], { data, rows, columns }: IntegerMatrix): Quantity[] {
  if (columns !== x.length || data.length !== rows * columns) {
    throw new HopfieldError("E_SHAPE", `compileGraph: a ${rows} x ${columns} matrix with ${data.length} entries for ${x.length} numbers`);
  }
  return Array.from({ length: rows }, (_, r) => plus(b, x, data.subarray(r * columns, (r + 1) * columns)));
}

export interface Rounding {
  readonly unit: number;
  readonly offset?: number;
  readonly low: number;
  readonly high: number;
  readonly rounding: "floor" | "even";
}

export function quantise(b: Builder, x: Quantity, { unit, offset = 0, low, high, rounding }: Rounding): Quantity {
  checkLevels(low, high);
  checkNumber("compileGraph", "unit", unit, { whole: true, atLeast: 1 });
  const gates = Array.from({ length: high - low }, (_, i) => {
    const v = low + 1 + i;
    if (rounding === "floor") return addGate(b, [x.source], [1], v * unit - offset);
    // Nearest, ties to even: 2 x >= (2 v - 1) unit where v is even, > where it is odd.
    return addGate(b, [x.source], [2], (2 * v - 1) * unit + (v % 2 === 0 ? 0 : 1));
  });
  return quantityOf(b, { first: low + 1, gates });
}

function checkLevels(low: number, high: number): void {
  checkNumber("compileGraph", "low", low, { whole: true, atLeast: -(2 ** 16), atMost: 2 ** 16 });
  checkNumber("compileGraph", "high", high, { whole: true, atLeast: low, atMost: 2 ** 16 });
}

export function relu(b: Builder, x: Quantity, high: number): Quantity {
  return quantise(b, x, { unit: 1, low: 0, high, rounding: "floor" });
}

/** Any function of a number: a form of its thermometer, depth 0 above it. */
export function lookUp(b: Builder, x: Quantity, low: number, values: readonly number[]): Quantity {
  checkLevels(low, low + values.length - 1);
  values.forEach((value, at) => {
    checkNumber("compileGraph", `values[${at}]`, value, { whole: true, atLeast: -(2 ** 20), atMost: 2 ** 20 });
  });
  const last = values.length - 1;
  const source = unary(b, withLine(b, x), (v) => values[Math.min(last, Math.max(0, v - low))] as number);
  return { source, low: Math.min(...values), high: Math.max(...values), line: null, bits: null };
}

export function threshold(b: Builder, x: Quantity, at: number): Quantity {
  return quantityOf(b, stepGates(b, x.source, [checkNumber("compileGraph", "at", at, { whole: true })]));
}

/** c_k = count x_k - sum of x is a form. Layers: thermometers of c_k, whose squares are then forms; thermometer of the length; quotients. */
export function normalise(
  b: Builder,
  x: readonly Quantity[],
  { scale, low, high }: { readonly scale: number; readonly low: number; readonly high: number },
): Quantity[] {
  checkLevels(low, high);
  checkNumber("compileGraph", "scale", scale, { whole: true, atLeast: 1, atMost: 2 ** 16 });
  const centred = x.map((_, k) =>
    plus(
      b,
      x,
      x.map((_other, l) => (l === k ? x.length : 0) - 1),
    ),
  );
  const squares = centred.map((c) => unary(b, withLine(b, c), (value) => value * value));
  const sum = addForm(b, squares, new Array(x.length).fill(1));
  const longest = Math.floor(Math.sqrt(b.high[sum] as number));
  if (longest > 2 ** 16)
    throw new HopfieldError("E_LIMIT", `compileGraph: normalise of numbers up to a length of ${longest}; quantise them first`);
  // floor(length) >= r iff the sum of squares is at least r^2; lengths below 1 count as 1.
  const roots = Array.from({ length: Math.max(0, longest - 1) }, (_, i) => (i + 2) * (i + 2));
  const length = quantityOf(b, stepGates(b, sum, roots, 2));
  return centred.map((c) => quantityOf(b, ratio(b, addForm(b, [c.source], [scale]), length.source, low, high)));
}
