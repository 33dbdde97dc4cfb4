/** @file Bags from a table: rows with the same value in one column are the instances of a bag, another column holds its label; the rest are numbers. */
import { HopfieldError } from "../core/errors.ts";
import { nearestName } from "../core/options.ts";
import type { LabelledBags } from "../layers/index.ts";

export interface TableText {
  readonly names: readonly string[] | null;
  readonly rows: readonly (readonly string[])[];
}

export interface BagTable {
  readonly data: LabelledBags;
  /** Names of the bags in the order of their first row, of the number columns, and of the classes 0, 1, ... */
  readonly bags: readonly string[];
  readonly columns: readonly string[];
  readonly classes: readonly string[];
}

export interface BagColumns {
  readonly bag: string;
  /** null: there are no labels; targets are 0. */
  readonly target: string | null;
  /** Number columns to use, in order; default all others. */
  readonly features?: readonly string[];
  /** Known classes, so that a test table numbers them as the training table did. */
  readonly classes?: readonly string[];
}

/**
 * Classes are numbered in the order of their names (numbers by size).
 * @throws HopfieldError E_FORMAT (no header, a missing column, a cell that is no number), E_SHAPE (no rows, a bag with two labels, fewer than two classes), E_RANGE (an unknown class).
 */
export function bagsFromTable({ names, rows }: TableText, { bag, target, features, classes }: BagColumns, where = "bags"): BagTable {
  if (!names) throw new HopfieldError("E_FORMAT", `${where}: the table needs a header line with the names of its columns`);
  if (rows.length === 0) throw new HopfieldError("E_SHAPE", `${where}: the table has a header but no rows`);
  const at = (name: string): number => {
    const found = names.indexOf(name);
    if (found >= 0) return found;
    const near = nearestName(name, names);
    throw new HopfieldError(
      "E_FORMAT",
      `${where}: no column "${name}"${near ? `; did you mean "${near}"?` : `; there are ${names.slice(0, 8).join(", ")}`}`,
    );
  };
  const bagAt = at(bag);
  const targetAt = target === null ? -1 : at(target);
  const columns = features ?? names.filter((_, c) => c !== bagAt && c !== targetAt);
  if (columns.length === 0) throw new HopfieldError("E_FORMAT", `${where}: the table has no column of numbers`);
  const places = columns.map(at);
  const members = new Map<string, number[]>();
  rows.forEach((row, i) => {
    const name = row[bagAt] as string;
    if (name === "") throw new HopfieldError("E_FORMAT", `${where}: row ${i + 1} has no bag`);
    const own = members.get(name);
    if (own) own.push(i);
    else members.set(name, [i]);
  });
  const labels = [...members].map(([name, of]) => labelOf(where, name, of, rows, targetAt));
  const known = classes ?? (target === null ? ["0"] : sortedClasses(labels));
  if (target !== null && !classes && known.length < 2)
    throw new HopfieldError("E_SHAPE", `${where}: all bags have the label "${known[0]}"; two classes are needed`);
  const targets = Float32Array.from(labels, (label) => (target === null ? 0 : classNumber(where, label, known)));
  const offsets = new Int32Array(members.size + 1);
  const data = new Float32Array(rows.length * columns.length);
  let filled = 0;
  [...members.values()].forEach((of, b) => {
    for (const i of of) {
      places.forEach((place, c) => {
        data[filled * columns.length + c] = numberOf(where, (rows[i] as readonly string[])[place] as string, i, columns[c] as string);
      });
      filled++;
    }
    offsets[b + 1] = filled;
  });
  return {
    data: { bags: { data, rows: rows.length, columns: columns.length, offsets }, targets },
    bags: [...members.keys()],
    columns,
    classes: known,
  };
}

function labelOf(where: string, name: string, of: readonly number[], rows: readonly (readonly string[])[], targetAt: number): string {
  if (targetAt < 0) return "";
  const label = (rows[of[0] as number] as readonly string[])[targetAt] as string;
  if (label === "") throw new HopfieldError("E_FORMAT", `${where}: bag "${name}" has a row without a label`);
  for (const i of of) {
    const other = (rows[i] as readonly string[])[targetAt];
    if (other !== label) throw new HopfieldError("E_SHAPE", `${where}: bag "${name}" has the labels "${label}" and "${other}"`);
  }
  return label;
}

function sortedClasses(labels: readonly string[]): string[] {
  const distinct = [...new Set(labels)];
  const numbers = distinct.every((label) => Number.isFinite(Number(label)));
  return distinct.sort((a, b) => (numbers ? Number(a) - Number(b) : a < b ? -1 : 1));
}

function classNumber(where: string, label: string, known: readonly string[]): number {
  const found = known.indexOf(label);
  if (found < 0) throw new HopfieldError("E_RANGE", `${where}: the class "${label}" is none of ${known.join(", ")}`);
  return found;
}

function numberOf(where: string, cell: string, row: number, column: string): number {
  const value = cell.trim() === "" ? Number.NaN : Number(cell);
  if (!Number.isFinite(value))
    throw new HopfieldError(
      "E_FORMAT",
      `${where}: row ${row + 1}, column "${column}" is ${JSON.stringify(cell.slice(0, 30))}, expected a number`,
    );
  return value;
}
