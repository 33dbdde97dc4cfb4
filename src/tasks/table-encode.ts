/**
 * @file From cells to numbers: numeric columns are standardised by the training rows, categories numbered by their frequency there; a missing cell and a category that was never seen are told
 * apart from everything else. A plan is plain JSON, so a saved model carries it.
 */
import { HopfieldError } from "../core/errors.ts";
import { categoryOf, numberOf } from "./table-cells.ts";
import { type ColumnReport, columnAt, mostCategories, type TableText } from "./table-columns.ts";

export type PlannedColumn =
  | { readonly name: string; readonly type: "numeric"; readonly mean: number; readonly scale: number; readonly missing: boolean }
  | { readonly name: string; readonly type: "categorical"; readonly categories: readonly string[]; readonly missing: boolean };

/** Cells of the feature columns: rows x columns. Numeric: the number, NaN if missing. Categorical: the category's number, NaN if missing, -1 if never seen in training. */
export interface Cells {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** Most bytes that the cells, or the numbers made of them, may take. */
export const tableLimit = 2 ** 30;

/** @throws HopfieldError E_LIMIT before anything is allocated. */
export function claimTable(where: string, rows: number, columns: number, bytes = 8): void {
  const needed = rows * columns * bytes;
  if (needed > tableLimit)
    throw new HopfieldError(
      "E_LIMIT",
      `${where}: ${rows} rows of ${columns} numbers take ${Math.ceil(needed / 2 ** 20)} MiB, the limit is ${tableLimit / 2 ** 20} MiB`,
    );
}

/**
 * Means, deviations and categories of some rows (default all).
 * @throws HopfieldError E_FORMAT, E_NONFINITE (a cell that does not fit its column), E_LIMIT.
 */
export function planColumns(where: string, text: TableText, reports: readonly ColumnReport[], rows?: ArrayLike<number>): PlannedColumn[] {
  const chosen = rows ? Array.from(rows, (i) => i) : text.rows.map((_, i) => i);
  return reports.flatMap(({ name, type }): PlannedColumn[] => {
    if (type === "ignored") return [];
    const c = columnAt(where, text.names ?? [], name);
    const cell = (i: number): string => (text.rows[i] as readonly string[])[c] as string;
    return [
      type === "numeric"
        ? planNumbers(
            name,
            chosen.map((i) => numberOf(where, cell(i), i, name)),
          )
        : planCategories(
            name,
            chosen.map((i) => categoryOf(where, cell(i), i, name)),
          ),
    ];
  });
}

function planNumbers(name: string, values: readonly number[]): PlannedColumn {
  const present = values.filter((x) => !Number.isNaN(x));
  const mean = present.reduce((sum, x) => sum + x / present.length, 0);
  const variance = present.reduce((sum, x) => sum + (x - mean) ** 2 / present.length, 0);
  // A column that never changes in these rows stays 0.
  const scale = variance > 0 && Number.isFinite(variance) ? Math.sqrt(variance) : 1;
  return { name, type: "numeric", mean, scale, missing: present.length < values.length };
}

function planCategories(name: string, values: readonly (string | null)[]): PlannedColumn {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  const categories = [...counts]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, mostCategories)
    .map(([category]) => category);
  return { name, type: "categorical", categories, missing: values.includes(null) };
}

/** What was met while reading that the plan does not know. */
export interface Oddities {
  /** Cells per column, only columns with any. */
  readonly unseen: Readonly<Record<string, number>>;
  readonly missing: Readonly<Record<string, number>>;
}

/** @throws HopfieldError E_FORMAT (a missing column, text among numbers, a formula), E_NONFINITE, E_LIMIT. */
export function readCells(where: string, text: TableText, plan: readonly PlannedColumn[]): { cells: Cells; oddities: Oddities } {
  const { rows } = text;
  claimTable(where, rows.length, plan.length);
  const places = plan.map(({ name }) => columnAt(where, text.names ?? [], name));
  const values = new Float64Array(rows.length * plan.length);
  const oddities = { unseen: {} as Record<string, number>, missing: {} as Record<string, number> };
  const count = (of: Record<string, number>, name: string): void => {
    of[name] = (of[name] ?? 0) + 1;
  };
  const numbers = plan.map((column) =>
    column.type === "categorical" ? new Map(column.categories.map((category, k) => [category, k])) : null,
  );
  rows.forEach((row, i) => {
    plan.forEach(({ name }, c) => {
      const cell = row[places[c] as number] as string;
      const known = numbers[c];
      const value = known ? codeOf(known, categoryOf(where, cell, i, name)) : numberOf(where, cell, i, name);
      if (Number.isNaN(value)) count(oddities.missing, name);
      if (known && value === -1) count(oddities.unseen, name);
      values[i * plan.length + c] = value;
    });
  });
  return { cells: { values, rows: rows.length, columns: plan.length }, oddities };
}

const codeOf = (known: ReadonlyMap<string, number>, category: string | null): number =>
  category === null ? Number.NaN : (known.get(category) ?? -1);

/** How wide a column becomes as numbers: a number, and a mark where training cells were missing; or one place a category. */
export function widthOf(column: PlannedColumn): number {
  return (column.type === "numeric" ? 1 : column.categories.length) + (column.missing ? 1 : 0);
}

/** The numbers of all columns side by side, and which column each belongs to. */
export interface Encoded {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly group: Int32Array;
}

/**
 * Rows of numbers: (x - mean) / scale, 0 where missing (its mark is 1); one-hot categories, all 0 for one that was never seen.
 * @throws HopfieldError E_LIMIT before anything is allocated.
 */
export function encodeCells(where: string, { values, rows, columns }: Cells, plan: readonly PlannedColumn[]): Encoded {
  const widths = plan.map(widthOf);
  const width = widths.reduce((sum, w) => sum + w, 0);
  claimTable(where, rows, width, 4);
  const data = new Float32Array(rows * width);
  for (let i = 0; i < rows; i++) {
    let at = i * width;
    plan.forEach((column, c) => {
      const value = values[i * columns + c] as number;
      const own = widths[c] as number;
      if (Number.isNaN(value)) {
        if (column.missing) data[at + own - 1] = 1;
      } else if (column.type === "numeric") data[at] = clipped((value - column.mean) / column.scale);
      else if (value >= 0) data[at + value] = 1;
      at += own;
    });
  }
  return { data, rows, columns: width, group: Int32Array.from(widths.flatMap((w, c) => new Array<number>(w).fill(c))) };
}

/** One cell far out of all others must not outweigh the rest of its row. */
const clipped = (x: number): number => Math.max(-10, Math.min(10, x));
