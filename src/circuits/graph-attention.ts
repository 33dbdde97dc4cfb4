/** @file Steps of a graph that weigh: softmax (depth 2), top-k (3), averages of constants (1) and of vectors (3), sparsemax with its average (4), products of vectors (1). */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { addForm, addGate, type Builder } from "./builder.ts";
import type { IntegerMatrix } from "./network.ts";
import { conjunction, levelOf, maximum, ratio, stepGates, type Thermometer, unary } from "./primitives.ts";
import { extended, plus, type Quantity, quantityOf, times } from "./quantity.ts";

const ones = (count: number): number[] => new Array<number>(count).fill(1);

/** All numbers over the same levels. */
export function sameLevels(b: Builder, x: readonly Quantity[]): Thermometer[] {
  const low = Math.min(...x.map((each) => each.low));
  const high = Math.max(...x.map((each) => each.high));
  return x.map((each) => extended(b, each, low, high));
}

function checkTable(table: readonly number[]): void {
  if (table.length === 0 || table.length > 2 ** 16) throw new HopfieldError("E_RANGE", `compileGraph: a table of ${table.length} weights`);
  table.forEach((e, D) => {
    checkNumber("compileGraph", `table[${D}]`, e, { whole: true, atLeast: D === 0 ? 1 : 0, atMost: 2 ** 20 });
  });
}

/** Weights from differences to the largest, shifted by what is left out: a shift of the table's length makes every gate fire, which means weight 0. */
function weigh(b: Builder, lines: readonly Thermometer[], table: readonly number[], leftOut: readonly number[] | null): Quantity[] {
  checkTable(table);
  const largest = levelOf(b, maximum(b, lines));
  const told = table.map((_, t) => t + 1);
  return lines.map((line, i) => {
    const sources = [largest, levelOf(b, line), ...(leftOut ? [leftOut[i] as number] : [])];
    const difference = stepGates(b, addForm(b, sources, [1, -1, table.length]), told);
    const source = unary(b, difference, (D) => table[D] ?? 0);
    return { source, low: 0, high: Math.max(...table), line: null, bits: null };
  });
}

export function softmax(b: Builder, x: readonly Quantity[], table: readonly number[]): Quantity[] {
  return weigh(b, sameLevels(b, x), table, null);
}

/** Entry i is left out when k others come before it: larger, or equal and earlier. Layers: comparisons (n (n - 1) gates) beside the maximum, counts, differences. */
export function topK(b: Builder, x: readonly Quantity[], table: readonly number[], k: number): Quantity[] {
  checkNumber("compileGraph", "k", k, { whole: true, atLeast: 1 });
  const lines = sameLevels(b, x);
  const levels = lines.map((line) => levelOf(b, line));
  const leftOut = levels.map((here, i) => {
    const before = levels.flatMap((other, j) => (j === i ? [] : [addGate(b, [other, here], [1, -1], j < i ? 0 : 1)]));
    return addGate(b, before, ones(before.length), k);
  });
  return weigh(b, lines, table, leftOut);
}

function checkValues({ data, rows, columns }: IntegerMatrix, n: number): void {
  if (rows !== n || data.length !== rows * columns) {
    throw new HopfieldError("E_SHAPE", `compileGraph: ${rows} x ${columns} values with ${data.length} entries for ${n} weights`);
  }
}

const column = ({ data, rows, columns }: IntegerMatrix, j: number): number[] =>
  Array.from({ length: rows }, (_, i) => data[i * columns + j] as number);

export function average(b: Builder, weights: readonly Quantity[], values: IntegerMatrix): Quantity[] {
  checkValues(values, weights.length);
  const denominator = plus(b, weights, ones(weights.length)).source;
  return Array.from({ length: values.columns }, (_, j) => {
    const entries = column(values, j);
    const [least, most] = [Math.min(...entries), Math.max(...entries)];
    return quantityOf(b, ratio(b, plus(b, weights, entries).source, denominator, least, most));
  });
}

/** <x, y_i> for each vector. */
export function scores(b: Builder, x: readonly Quantity[], vectors: readonly (readonly Quantity[])[]): Quantity[] {
  return vectors.map((vector) => {
    if (vector.length !== x.length) throw new HopfieldError("E_SHAPE", `compileGraph: scores of ${x.length} and ${vector.length} numbers`);
    const products = x.map((left, k) => times(b, left, vector[k] as Quantity));
    return plus(b, products, ones(products.length));
  });
}

export function mix(b: Builder, weights: readonly Quantity[], vectors: readonly (readonly Quantity[])[]): Quantity[] {
  const length = vectors[0]?.length ?? 0;
  if (vectors.length !== weights.length || vectors.some((vector) => vector.length !== length)) {
    throw new HopfieldError(
      "E_SHAPE",
      `compileGraph: mix of ${weights.length} weights and ${vectors.length} vectors, which have to be of one length`,
    );
  }
  const denominator = plus(b, weights, ones(weights.length)).source;
  return Array.from({ length }, (_, j) => {
    const entries = vectors.map((vector) => vector[j] as Quantity);
    const products = entries.map((entry, i) => times(b, entry, weights[i] as Quantity));
    const [least, most] = [Math.min(...entries.map((entry) => entry.low)), Math.max(...entries.map((entry) => entry.high))];
    return quantityOf(b, ratio(b, plus(b, products, ones(products.length)).source, denominator, least, most));
  });
}

/**
 * Entry i is in the support iff sum_j max(0, x_j - x_i) < width. That sum is a form for every level: sum over v > level of how many entries are >= v. So one gate for each level finds the lowest
 * level h in the support; then a_i = max(0, x_i - h) and b_i = [x_i >= h] are thermometers, and with k = sum b_i the average is
 * (sum_il b_l a_i (v_i - v_l) + width sum_i b_i v_i) / (k width): products of two gates. Layers: h, a and b, products, quotients.
 */
export function sparsemax(b: Builder, x: readonly Quantity[], width: number, values: IntegerMatrix): Quantity[] {
  checkNumber("compileGraph", "width", width, { whole: true, atLeast: 1, atMost: 2 ** 12 });
  checkValues(values, x.length);
  const lines = sameLevels(b, x);
  const { first = 1, gates = [] } = lines[0] ?? {};
  const above = gates.map((_, v) =>
    addForm(
      b,
      lines.map((line) => line.gates[v] as number),
      ones(lines.length),
    ),
  );
  const lowest = gates.map((_, v) => addGate(b, above.slice(v), ones(above.length - v), width));
  const h = levelOf(b, { first, gates: lowest });
  const steps = Array.from({ length: width }, (_, t) => t);
  const heights = lines.map((line) => stepGates(b, addForm(b, [levelOf(b, line), h], [1, -1]), steps).gates);
  const members = heights.map((height) => height[0] as number);
  const terms = heights.flatMap((height, i) =>
    members.flatMap((member, l) => (i === l ? [] : height.slice(1).map((gate) => ({ i, l, gate: conjunction(b, [gate, member]) })))),
  );
  const denominator = addForm(b, members, new Array(members.length).fill(width));
  return Array.from({ length: values.columns }, (_, j) => {
    const entries = column(values, j);
    const numerator = addForm(
      b,
      [...terms.map(({ gate }) => gate), ...members],
      [...terms.map(({ i, l }) => (entries[i] as number) - (entries[l] as number)), ...entries.map((v) => width * v)],
    );
    return quantityOf(b, ratio(b, numerator, denominator, Math.min(...entries), Math.max(...entries)));
  });
}
