/**
 * @file Rows of a table as Hopular takes them: every column's numbers with a mark that says it is masked, the target as the last column. Masking for self-supervision, and the loss of what was
 * masked. docs/tables/hopular.md
 */
import { HopfieldError } from "../core/errors.ts";
import { type RandomStream, uniform, uniformInteger } from "../core/random.ts";
import type { ColumnSize } from "../layers/hopular-columns.ts";
import { lossOf } from "../layers/index.ts";
import type { Tensor } from "../layers/types.ts";
import { type Cells, encodeCells, type PlannedColumn, widthOf } from "./table-encode.ts";

/** Rows x inputs; the mark of each column is its last input. */
export interface HopularRows {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: readonly ColumnSize[];
  /** Rows x columns: category or standardised number to be predicted, NaN where there is none. The last is the target. */
  readonly truth: Float32Array;
}

/** @param classes of the target; null for a number. */
export function columnSizes(plan: readonly PlannedColumn[], classes: number | null): ColumnSize[] {
  const own = plan.map(
    (column): ColumnSize => ({
      inputs: widthOf(column) + 1,
      outputs: column.type === "numeric" ? 1 : Math.max(1, column.categories.length),
      type: column.type === "numeric" ? 0 : 1,
    }),
  );
  return [...own, { inputs: (classes ?? 1) + 1, outputs: classes ?? 1, type: classes === null ? 0 : 1 }];
}

/** @param targets class numbers or standardised numbers; NaN: not known, and masked. */
export function hopularRows(
  where: string,
  cells: Cells,
  plan: readonly PlannedColumn[],
  targets: ArrayLike<number>,
  classes: number | null,
): HopularRows {
  const columns = columnSizes(plan, classes);
  const encoded = encodeCells(where, cells, plan);
  const width = columns.reduce((sum, { inputs }) => sum + inputs, 0);
  if (cells.rows * width * 4 > 2 ** 30)
    throw new HopfieldError("E_LIMIT", `${where}: ${cells.rows} rows of ${width} numbers are too many for Hopular; use the lookup`);
  const data = new Float32Array(cells.rows * width);
  const truth = new Float32Array(cells.rows * columns.length).fill(Number.NaN);
  for (let i = 0; i < cells.rows; i++) {
    let [from, to] = [i * encoded.columns, i * width];
    plan.forEach((column, c) => {
      const own = widthOf(column);
      data.set(encoded.data.subarray(from, from + own), to);
      const value = cells.values[i * cells.columns + c] as number;
      if (column.type === "numeric") truth[i * columns.length + c] = Number.isNaN(value) ? Number.NaN : (encoded.data[from] as number);
      else if (value >= 0) truth[i * columns.length + c] = value;
      from += own;
      to += own + 1;
    });
    const target = targets[i] as number;
    truth[i * columns.length + columns.length - 1] = target;
    if (Number.isNaN(target)) data[to + (classes ?? 1)] = 1;
    else if (classes === null) data[to] = target;
    else data[to + target] = 1;
  }
  return { data, rows: cells.rows, columns, truth };
}

export interface Masking {
  /** Share of the cells that become unknown. */
  readonly mask: number;
  /** Share that takes the value of another row. */
  readonly replace: number;
}

/** Some rows with the target hidden; with `masking` cells are hidden or replaced too, and `asked` marks those (rows x columns). */
export function someRows(
  all: HopularRows,
  chosen: ArrayLike<number>,
  masking: Masking | null,
  random: RandomStream,
): { x: Tensor; asked: Uint8Array } {
  const { columns } = all;
  const width = all.data.length / all.rows;
  const x = { data: new Float32Array(chosen.length * width), rows: chosen.length, columns: width };
  const asked = new Uint8Array(chosen.length * columns.length);
  for (let r = 0; r < chosen.length; r++) {
    const i = chosen[r] as number;
    x.data.set(all.data.subarray(i * width, (i + 1) * width), r * width);
    let at = 0;
    columns.forEach(({ inputs }, c) => {
      const target = c === columns.length - 1;
      const draw = masking && !target ? uniform(random) : 1;
      const [from, to] = [r * width + at, r * width + at + inputs];
      if (target || (masking && draw < masking.mask)) {
        x.data.fill(0, from, to);
        x.data[to - 1] = 1;
      } else if (masking && draw < masking.mask + masking.replace) {
        const other = uniformInteger(random, all.rows);
        x.data.set(all.data.subarray(other * width + at, other * width + at + inputs), from);
      }
      asked[r * columns.length + c] = target || draw < (masking ? masking.mask + masking.replace : 0) ? 1 : 0;
      at += inputs;
    });
  }
  return { x, asked };
}

/** Rows as they are stored: all columns, the target among them. */
export function storedRows(all: HopularRows, chosen: ArrayLike<number>): Tensor {
  const width = all.data.length / all.rows;
  const data = new Float32Array(chosen.length * width);
  for (let r = 0; r < chosen.length; r++)
    data.set(all.data.subarray((chosen[r] as number) * width, ((chosen[r] as number) + 1) * width), r * width);
  return { data, rows: chosen.length, columns: width };
}

/**
 * share x (mean over the masked cells) + (1 - share) x (mean over the targets), each cross-entropy for categories or half the squared error, and its gradient by the outputs.
 * @param y rows x outputs of all columns.
 */
export function maskedLoss(
  all: HopularRows,
  chosen: ArrayLike<number>,
  asked: Uint8Array,
  y: Tensor,
  share: number,
): { loss: number; target: number; slope: Float32Array } {
  const { columns, truth } = all;
  const slope = new Float32Array(y.data.length);
  const last = columns.length - 1;
  let cells = 0;
  for (let r = 0; r < chosen.length; r++)
    for (let c = 0; c < last; c++)
      if (asked[r * columns.length + c] && !Number.isNaN(truth[(chosen[r] as number) * columns.length + c] as number)) cells++;
  let [loss, target, from] = [0, 0, 0];
  columns.forEach(({ outputs, type }, c) => {
    const rows: number[] = [];
    for (let r = 0; r < chosen.length; r++)
      if (asked[r * columns.length + c] && !Number.isNaN(truth[(chosen[r] as number) * columns.length + c] as number)) rows.push(r);
    const weight = c === last ? 1 - share : cells === 0 ? 0 : (share * rows.length) / cells;
    if (rows.length > 0 && (weight > 0 || c === last)) {
      const own = { data: new Float32Array(rows.length * outputs), rows: rows.length, columns: outputs };
      rows.forEach((r, k) => {
        own.data.set(y.data.subarray(r * y.columns + from, r * y.columns + from + outputs), k * outputs);
      });
      const found = lossOf(
        type === 0 ? "squares" : "classes",
        own,
        rows.map((r) => truth[(chosen[r] as number) * columns.length + c] as number),
      );
      loss += weight * found.loss;
      if (c === last) target = found.loss;
      rows.forEach((r, k) => {
        for (let o = 0; o < outputs; o++) slope[r * y.columns + from + o] = weight * (found.slope[k * outputs + o] as number);
      });
    }
    from += outputs;
  });
  return { loss, target, slope };
}
