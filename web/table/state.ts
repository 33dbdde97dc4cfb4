/** @file The panel for the user's own data: a table of numbers, a cue made from one of its rows, a plan, an answer. Changes are pure functions. */
import type { RecallResult } from "modern-hopfield";
import { normalAt, uniformAt } from "../patterns/noise.ts";
import { defaultSettings, type Settings } from "../state/settings.ts";
import type { Change } from "../state/types.ts";

export interface Table {
  readonly name: string;
  /** Fingerprint of the file's bytes. */
  readonly hash: string;
  readonly rows: number;
  readonly columns: number;
  /** Column names of a csv with a header. */
  readonly names: readonly string[] | null;
  /** rows x columns; NaN where a cell is empty. */
  readonly data: Float32Array;
  /** Rows without gaps, which can be stored; the others can only be cues. */
  readonly complete: Int32Array;
  /** Of every column over the complete rows: mean and standard deviation (1 for a constant one). */
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
  /** Pixels in a row, where the rows are pictures. */
  readonly width: number | null;
}

export type Hiding = "none" | "last-half" | "random" | "chosen";

export interface TableCue {
  readonly row: number;
  readonly hiding: Hiding;
  /** random: share of the columns hidden. */
  readonly share: number;
  /** chosen: these columns. */
  readonly hidden: readonly number[];
  /** Noise in standard deviations of each column. */
  readonly noise: number;
  readonly seed: number;
  /** Typed over: column and number. */
  readonly typed: readonly (readonly [number, number])[];
}

/** What a look at the data says; the numbers are in units of the scaled columns. */
export interface Plan {
  readonly patterns: number;
  readonly dimension: number;
  readonly beta: number;
  readonly similarity: string;
  readonly separation: { readonly smallest: number; readonly median: number; readonly negative: number; readonly sampled: number };
  readonly copies: number;
  /** Trials on stored rows: right of so many, with noise; and with half of the entries missing as well (null: the model cannot). */
  readonly noisy: { readonly right: number; readonly trials: number };
  readonly half: { readonly right: number; readonly trials: number } | null;
  /** Patterns that the theorem guarantees for random data of this size, or null. */
  readonly guaranteed: number | null;
}

export interface TableAnswer {
  readonly values: Float32Array;
  readonly cue: Float32Array;
  readonly missing: Uint8Array;
  readonly top: Float32Array | null;
  /** Row of the table that came first, and how sure. */
  readonly topRow: number;
  readonly result: RecallResult;
  readonly alternatives: readonly { readonly row: number; readonly weight: number }[];
  readonly beta: number | null;
}

export interface TableState {
  readonly table: Table | null;
  readonly reading: string | null;
  readonly problem: string | null;
  readonly scaling: "none" | "standard";
  readonly settings: Settings;
  readonly noise: number;
  readonly cue: TableCue;
  readonly plan: Plan | null;
  readonly planning: boolean;
  readonly answer: TableAnswer | null;
  readonly answerProblem: string | null;
}

export const freshTableCue: TableCue = { row: 0, hiding: "last-half", share: 0.5, hidden: [], noise: 0, seed: 1, typed: [] };

export const initialTable: TableState = {
  table: null,
  reading: null,
  problem: null,
  scaling: "standard",
  settings: defaultSettings,
  noise: 0.3,
  cue: freshTableCue,
  plan: null,
  planning: false,
  answer: null,
  answerProblem: null,
};

export const changeTable =
  (patch: (table: TableState) => Partial<TableState>): Change =>
  (state) => ({ ...state, table: { ...state.table, ...patch(state.table) } });

export const editTableCue = (patch: Partial<TableCue>): Change => changeTable(({ cue }) => ({ cue: { ...cue, ...patch } }));

/** Hides a column, or shows it again; what was hidden by a rule becomes a choice of its own. */
export const toggleColumn = (column: number): Change =>
  changeTable(({ table, cue }) => {
    if (!table) return {};
    const marks = hiddenColumns(table, cue);
    const hidden = Array.from(marks.keys()).filter((k) => (k === column ? !marks[k] : marks[k]));
    return { cue: { ...cue, hiding: "chosen", hidden } };
  });

export const typeValue = (column: number, text: string): Change =>
  changeTable(({ cue }) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    const rest = cue.typed.filter(([k]) => k !== column);
    return { cue: { ...cue, typed: Number.isFinite(value) ? [...rest, [column, value]] : rest } };
  });

/** 1 where the cue does not show the column. */
export function hiddenColumns({ columns, data }: Table, cue: TableCue): Uint8Array {
  const marks = new Uint8Array(columns);
  for (let k = 0; k < columns; k++) {
    const typed = cue.typed.some(([column]) => column === k);
    const gap = Number.isNaN(data[cue.row * columns + k] ?? 0);
    const rule =
      (cue.hiding === "last-half" && k >= columns / 2) ||
      (cue.hiding === "random" && uniformAt(cue.seed, k) < cue.share) ||
      (cue.hiding === "chosen" && cue.hidden.includes(k));
    marks[k] = !typed && (gap || rule) ? 1 : 0;
  }
  return marks;
}

/** The cue's numbers in the table's units; hidden ones are what the row holds (0 where it has a gap). */
export function tableCueValues(table: Table, cue: TableCue): Float32Array {
  const { columns, data, deviation } = table;
  return Float32Array.from({ length: columns }, (_, k) => {
    const typed = cue.typed.find(([column]) => column === k);
    if (typed) return typed[1];
    const own = data[cue.row * columns + k] ?? 0;
    return Number.isNaN(own) ? 0 : own + cue.noise * (deviation[k] ?? 1) * normalAt(cue.seed + 1, k);
  });
}

export const columnName = (table: Table, column: number): string => table.names?.[column] ?? `column ${column + 1}`;

/** (x − mean) / deviation of each column, or the numbers as they are. */
export function scaled(table: Table, values: Float32Array, scaling: TableState["scaling"]): Float32Array {
  if (scaling === "none") return values;
  const { columns, mean, deviation } = table;
  return values.map((x, i) => (x - (mean[i % columns] ?? 0)) / (deviation[i % columns] ?? 1));
}

export function unscaled(table: Table, values: Float32Array, scaling: TableState["scaling"]): Float32Array {
  if (scaling === "none") return values;
  const { columns, mean, deviation } = table;
  return values.map((x, i) => x * (deviation[i % columns] ?? 1) + (mean[i % columns] ?? 0));
}

/** The root of the columns' mean variance: what a standard deviation is where columns are not scaled. */
export function spreadOf({ data, columns, complete, mean }: Table): number {
  let squares = 0;
  for (const row of complete) for (let k = 0; k < columns; k++) squares += ((data[row * columns + k] ?? 0) - (mean[k] ?? 0)) ** 2;
  return Math.sqrt(squares / (complete.length * columns));
}

/** The complete rows one after another. */
export function completeRows({ columns, data, complete }: Table): Float32Array {
  const rows = new Float32Array(complete.length * columns);
  complete.forEach((row, i) => {
    rows.set(data.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  return rows;
}
