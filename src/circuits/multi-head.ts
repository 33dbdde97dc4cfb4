/**
 * @file A Hopfield layer with projections and several heads over stored patterns, as a graph: scores q W_Q (Y W_K)^T are one matrix of constants for each head, so the layer is rounding, softmax,
 * average for each head side by side, and one rounding after the output projection: depth 5, whatever the number of patterns and heads.
 */
import { HopfieldError } from "../core/errors.ts";
import type { GraphStep } from "./graph.ts";
import type { IntegerMatrix } from "./network.ts";

export interface Head {
  /** d x h. */
  readonly query: IntegerMatrix;
  /** dY x h. */
  readonly key: IntegerMatrix;
  /** dY x v. */
  readonly value: IntegerMatrix;
}

export interface MultiHeadOptions {
  /** Bits of an entry of the state. */
  readonly bits: number;
  readonly heads: readonly Head[];
  /** Stored patterns, n x dY. */
  readonly patterns: IntegerMatrix;
  /** (sum of v) x d. */
  readonly output: IntegerMatrix;
  /** Width of a score level, and number of levels. */
  readonly unit: number;
  readonly levels: number;
  /** Weights by difference to the largest score. */
  readonly table: readonly number[];
  /** The answer is divided by this before it is rounded to `bits`. */
  readonly outputUnit: number;
}

/** @returns a graph with one input, the state of d numbers. @throws HopfieldError E_SHAPE. */
export function multiHeadGraph({ bits, heads, patterns, output, unit, levels, table, outputUnit }: MultiHeadOptions): GraphStep[] {
  const d = output.columns;
  const steps: GraphStep[] = [{ op: "input", count: d, bits }];
  const answers = heads.map(({ query, key, value }) => {
    const projected = product(patterns, key);
    // n x d: row i is W_Q (W_K^T y_i).
    const scoring = product(projected, transpose(query));
    const at = steps.length;
    const half = Math.floor((levels * unit) / 2);
    steps.push(
      { op: "matrix", from: 0, weights: scoring },
      { op: "quantise", from: at, unit, offset: half, low: 0, high: levels - 1, rounding: "floor" },
      { op: "softmax", from: at + 1, table },
      { op: "average", from: at + 2, values: product(patterns, value) },
    );
    return at + 3;
  });
  const at = steps.length;
  const qm = 2 ** (bits - 1);
  steps.push(
    { op: "join", from: answers },
    { op: "matrix", from: at, weights: transpose(output) },
    { op: "quantise", from: at + 1, unit: outputUnit, low: -qm, high: qm - 1, rounding: "even" },
  );
  return steps;
}

function product(a: IntegerMatrix, c: IntegerMatrix): IntegerMatrix {
  if (a.columns !== c.rows) throw new HopfieldError("E_SHAPE", `multiHeadGraph: ${a.rows} x ${a.columns} times ${c.rows} x ${c.columns}`);
  const data = new Int32Array(a.rows * c.columns);
  for (let i = 0; i < a.rows; i++) {
    for (let k = 0; k < a.columns; k++) {
      const factor = a.data[i * a.columns + k] as number;
      for (let j = 0; j < c.columns; j++) {
        const at = i * c.columns + j;
        data[at] = (data[at] as number) + factor * (c.data[k * c.columns + j] as number);
      }
    }
  }
  return { data, rows: a.rows, columns: c.columns };
}

function transpose({ data, rows, columns }: IntegerMatrix): IntegerMatrix {
  const turned = Int32Array.from({ length: data.length }, (_, at) => data[(at % rows) * columns + Math.floor(at / rows)] as number);
  return { data: turned, rows: columns, columns: rows };
}
