/**
 * @file Columns of a table as features and back: each column has a linear map of its inputs (its bias says where the column stands), a row for its type, and a linear read-out. The features of
 * a row stand side by side: column c is the numbers c * size ... (c + 1) * size - 1.
 */
import type { RandomStream } from "../core/random.ts";
import { drawn } from "./linear.ts";
import { part, timesNN, timesNT, timesTN } from "./products.ts";
import type { Parameters, Tensor } from "./types.ts";
import { tensor, type Workspace, zeros } from "./workspace.ts";

export interface ColumnSize {
  /** Numbers that say its value (and that it is masked). */
  readonly inputs: number;
  /** Numbers that predict it: one, or a logit a category. */
  readonly outputs: number;
  /** 0: a number, 1: categories. */
  readonly type: 0 | 1;
}

export function freshColumns(columns: readonly ColumnSize[], size: number, random: RandomStream): Parameters {
  const row = (length: number, deviation: number): Tensor =>
    deviation > 0 ? drawn(random, 1, length, deviation) : { data: new Float32Array(length), rows: 1, columns: length };
  return {
    types: drawn(random, 2, size, 0.1),
    ...Object.fromEntries(
      columns.map(({ inputs, outputs }, c) => [
        String(c),
        {
          weight: drawn(random, size, inputs, 1),
          // Where the column stands.
          position: row(size, 0.3),
          read: drawn(random, outputs, size, 0.5 / Math.sqrt(size)),
          bias: row(outputs, 0),
        },
      ]),
    ),
  };
}

const of = (parameters: Parameters, c: number, name: string): Tensor => (parameters[String(c)] as Parameters)[name] as Tensor;

/** rows x inputs to rows x (columns * size). */
export function embedColumns(w: Workspace, columns: readonly ColumnSize[], size: number, parameters: Parameters, x: Tensor): Tensor {
  const y = tensor(w, x.rows, columns.length * size);
  const bias = tensor(w, 1, y.columns);
  const types = parameters.types as Tensor;
  let from = 0;
  columns.forEach(({ inputs, type }, c) => {
    timesNT(w, part(w, x, 0, from), part(w, of(parameters, c, "weight")), part(w, y, 0, c * size), x.rows, size, inputs);
    const position = of(parameters, c, "position").data;
    for (let k = 0; k < size; k++) bias.data[c * size + k] = (position[k] as number) + (types.data[type * size + k] as number);
    from += inputs;
  });
  w.kernels.addBias(y.data.byteOffset, y.rows, y.columns, bias.data.byteOffset, 0);
  return y;
}

/** @param uses the rows that were embedded, and the gradient by their features: a row and its memory share the map. */
export function embedColumnsBack(
  w: Workspace,
  columns: readonly ColumnSize[],
  size: number,
  uses: readonly (readonly [x: Tensor, dy: Tensor])[],
): Parameters {
  const types = zeros(w, 2, size);
  const sums = zeros(w, 1, columns.length * size);
  for (const [, dy] of uses) w.kernels.columnSums(dy.data.byteOffset, dy.rows, dy.columns, sums.data.byteOffset, 1);
  let from = 0;
  const found: Record<string, Parameters> = {};
  columns.forEach(({ inputs, type }, c) => {
    const weight = zeros(w, size, inputs);
    for (const [x, dy] of uses) timesTN(w, part(w, dy, 0, c * size), part(w, x, 0, from), part(w, weight), x.rows, size, inputs, true);
    const position = { data: sums.data.subarray(c * size, (c + 1) * size), rows: 1, columns: size };
    position.data.forEach((g, k) => {
      types.data[type * size + k] = (types.data[type * size + k] as number) + g;
    });
    found[c] = { weight, position };
    from += inputs;
  });
  return { types, ...found };
}

/** Features to the outputs of all columns side by side. */
export function readColumns(w: Workspace, columns: readonly ColumnSize[], size: number, parameters: Parameters, x: Tensor): Tensor {
  const y = tensor(
    w,
    x.rows,
    columns.reduce((sum, { outputs }) => sum + outputs, 0),
  );
  const bias = tensor(w, 1, y.columns);
  let to = 0;
  columns.forEach(({ outputs }, c) => {
    timesNT(w, part(w, x, 0, c * size), part(w, of(parameters, c, "read")), part(w, y, 0, to), x.rows, outputs, size);
    bias.data.set(of(parameters, c, "bias").data, to);
    to += outputs;
  });
  w.kernels.addBias(y.data.byteOffset, y.rows, y.columns, bias.data.byteOffset, 0);
  return y;
}

export function readColumnsBack(
  w: Workspace,
  columns: readonly ColumnSize[],
  size: number,
  parameters: Parameters,
  x: Tensor,
  dy: Tensor,
): { dx: Tensor; gradients: Parameters } {
  const dx = tensor(w, x.rows, x.columns);
  const sums = zeros(w, 1, dy.columns);
  w.kernels.columnSums(dy.data.byteOffset, dy.rows, dy.columns, sums.data.byteOffset, 0);
  const gradients: Record<string, Parameters> = {};
  let from = 0;
  columns.forEach(({ outputs }, c) => {
    const read = tensor(w, outputs, size);
    timesTN(w, part(w, dy, 0, from), part(w, x, 0, c * size), part(w, read), x.rows, outputs, size);
    timesNN(w, part(w, dy, 0, from), part(w, of(parameters, c, "read")), part(w, dx, 0, c * size), x.rows, size, outputs);
    gradients[c] = { read, bias: { data: sums.data.subarray(from, from + outputs), rows: 1, columns: outputs } };
    from += outputs;
  });
  return { dx, gradients };
}
