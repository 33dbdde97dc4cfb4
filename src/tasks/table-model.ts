/**
 * @file A model of a table: how cells become numbers, the training rows that are its memory, and what was learned: scales (lookup) or a network (Hopular). It predicts rows of any table with the
 * same column names and says which training rows a prediction was recalled from. docs/tables/README.md
 */
import { portableExp } from "../core/portable.ts";
import type { HopularDescription } from "../layers/hopular.ts";
import type { Parameters, Tensor } from "../layers/types.ts";
import { openWorkspace, type Workspace } from "../layers/workspace.ts";
import { hopularRows, storedRows } from "./hopular-rows.ts";
import { runHopular } from "./hopular-run.ts";
import { lookUp, recallShare, type SharedRule } from "./lookup.ts";
import type { LookupRows } from "./lookup-scales.ts";
import { classCount } from "./table.ts";
import type { TableText } from "./table-columns.ts";
import { type Cells, encodeCells, type Oddities, type PlannedColumn, readCells } from "./table-encode.ts";
import type { TargetPlan } from "./table-target.ts";

export interface LearnedLookup {
  readonly model: "lookup";
  readonly logScales: Float64Array;
  readonly rule: SharedRule | null;
}
export interface LearnedHopular {
  readonly model: "hopular";
  readonly description: HopularDescription;
  readonly parameters: Parameters;
}
/** Answers of both, mixed. */
export interface LearnedBoth {
  readonly model: "both";
  /** Of Hopular in every answer, above 0 and below 1. */
  readonly share: number;
  readonly lookup: LearnedLookup;
  readonly hopular: LearnedHopular;
}
export type Learned = LearnedLookup | LearnedHopular | LearnedBoth;

export interface TableModel {
  readonly plan: readonly PlannedColumn[];
  readonly target: TargetPlan;
  /** Of a number target: (y - mean) / scale is what was learned; 0 and 1 for classes. */
  readonly mean: number;
  readonly scale: number;
  /** The training rows: their cells, class numbers or standardised numbers, and their row numbers in the training table (0, 1, ...). */
  readonly memory: { readonly cells: Cells; readonly targets: Float64Array; readonly rows: Int32Array };
  readonly learned: Learned;
}

export function someText({ names, rows }: TableText, chosen: readonly number[]): TableText {
  return { names, rows: chosen.map((i) => rows[i] as readonly string[]) };
}

/** A training row and its share in a prediction. */
export interface Recalled {
  /** Row of the training table, from 0. */
  readonly row: number;
  readonly weight: number;
}

export interface TablePrediction {
  /** Rows x classes probabilities, or rows x 1 numbers in the units of the target. */
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly oddities: Oddities;
  /** The training rows that each prediction leans on most, heaviest first. */
  readonly recalled: readonly (readonly Recalled[])[];
}

/** @param nearest how many training rows are told for each row; default 3. @throws HopfieldError E_FORMAT (a missing column, a cell that is no number), E_LIMIT. */
export function predictTable(
  model: TableModel,
  text: TableText,
  nearest = 3,
  workspace: Workspace = openWorkspace("plain"),
  where = "predict",
): TablePrediction {
  const { cells, oddities } = readCells(where, text, model.plan);
  const recalled: Recalled[][] = [];
  const { rows } = model.memory;
  const tell = (weights: ArrayLike<number>): void => {
    for (let i = 0; i * rows.length < weights.length; i++) recalled.push(heaviest(weights, i * rows.length, rows.length, nearest, rows));
  };
  const values = valuesOf(model, cells, workspace, where, nearest > 0 ? tell : undefined);
  return { values, rows: cells.rows, columns: classCount(model.target) ?? 1, oddities, recalled };
}

/** What the model says of its own training rows, each hidden from itself: rows x classes, or rows x 1. */
export function predictLeftOut(model: TableModel, workspace: Workspace = openWorkspace("plain")): Float64Array {
  return valuesOf(model, null, workspace, "predict");
}

type Tell = (weights: ArrayLike<number>) => void;

/** @param cells null: the memory's own, each row hidden from itself. @param tell sees what share of an answer every stored row has, some rows x stored at a time. */
function valuesOf(model: TableModel, cells: Cells | null, w: Workspace, where: string, tell?: Tell): Float64Array {
  const { learned, target, mean, scale } = model;
  const classes = classCount(target);
  const found =
    learned.model === "lookup"
      ? lookupValues(model, learned, cells, w, where, tell)
      : learned.model === "hopular"
        ? hopularValues(model, learned, cells, w, where, tell)
        : bothValues(model, learned, cells, w, where, tell);
  return classes === null ? found.map((each) => each * scale + mean) : found;
}

function lookupValues(
  { plan, target, memory }: TableModel,
  { logScales, rule }: LearnedLookup,
  cells: Cells | null,
  w: Workspace,
  where: string,
  tell?: Tell,
): Float64Array {
  const rows = { memory: lookupRows(where, plan, memory, classCount(target)), rule };
  const share = recallShare(rows);
  const visit = (_: number, p: Tensor): void => tell?.(p.data.map((weight) => share * weight));
  const queries = encodeCells(where, cells ?? memory.cells, plan);
  return Float64Array.from(lookUp(w, { ...rows, logScales }, queries, { hideSelf: cells === null, ...(tell ? { visit } : {}) }));
}

function hopularValues(
  { plan, target, memory }: TableModel,
  learned: LearnedHopular,
  cells: Cells | null,
  w: Workspace,
  where: string,
  tell?: Tell,
): Float64Array {
  const classes = classCount(target);
  const rows = cells ?? memory.cells;
  const stored = hopularRows(where, memory.cells, plan, memory.targets, classes);
  const queries = hopularRows(where, rows, plan, new Float64Array(rows.rows).fill(Number.NaN), classes);
  const visit = (_: number, weights: Float32Array): void => tell?.(weights);
  const found = runHopular(w, learned, storedRows(stored, [...memory.targets.keys()]), queries, {
    hideSelf: cells === null,
    ...(tell ? { visit } : {}),
  });
  return classes === null ? Float64Array.from(found) : probabilities(Float64Array.from(found), classes);
}

/** Numbers of the weights of both that are kept at a time. */
const mostKept = 2 ** 23;

function bothValues(
  model: TableModel,
  { share, lookup, hopular }: LearnedBoth,
  cells: Cells | null,
  w: Workspace,
  where: string,
  tell?: Tell,
): Float64Array {
  const mixed = (some: Cells | null, hear?: (part: number) => Tell): Float64Array => {
    const one = lookupValues(model, lookup, some, w, where, hear?.(1 - share));
    const other = hopularValues(model, hopular, some, w, where, hear?.(share));
    return one.map((p, i) => (1 - share) * p + share * (other[i] as number));
  };
  if (!tell || !cells) return mixed(cells);
  // Each works in tiles of its own, so their weights are added up over some rows before they are told.
  const stored = model.memory.rows.length;
  const most = Math.max(1, Math.floor(mostKept / stored));
  const width = classCount(model.target) ?? 1;
  const found = new Float64Array(cells.rows * width);
  for (let first = 0; first < cells.rows; first += most) {
    const rows = Math.min(most, cells.rows - first);
    const values = cells.values.subarray(first * cells.columns, (first + rows) * cells.columns);
    const weights = new Float32Array(rows * stored);
    const hear = (part: number): Tell => {
      let at = 0;
      return (own) => {
        for (let k = 0; k < own.length; k++) weights[at + k] = (weights[at + k] as number) + part * (own[k] as number);
        at += own.length;
      };
    };
    found.set(mixed({ ...cells, values, rows }, hear), first * width);
    tell(weights);
  }
  return found;
}

/** Training rows as the lookup takes them. @throws HopfieldError E_LIMIT. */
export function lookupRows(
  where: string,
  plan: readonly PlannedColumn[],
  { cells, targets }: TableModel["memory"],
  classes: number | null,
): LookupRows {
  const x = encodeCells(where, cells, plan);
  if (classes === null) return { x, y: Float32Array.from(targets), outputs: 1, kind: "number" };
  const y = new Float32Array(targets.length * classes);
  targets.forEach((c, i) => {
    y[i * classes + c] = 1;
  });
  return { x, y, outputs: classes, kind: "classes" };
}

/** Softmax of every row of logits, in place. */
function probabilities(y: Float64Array, classes: number): Float64Array {
  for (let i = 0; i < y.length; i += classes) {
    const row = y.subarray(i, i + classes);
    const top = Math.max(...row);
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      row[c] = portableExp((row[c] as number) - top);
      sum += row[c] as number;
    }
    for (let c = 0; c < classes; c++) row[c] = (row[c] as number) / sum;
  }
  return y;
}

function heaviest(weights: ArrayLike<number>, from: number, count: number, most: number, rows: Int32Array): Recalled[] {
  const best: { at: number; weight: number }[] = [];
  for (let j = 0; j < count; j++) {
    const weight = weights[from + j] as number;
    if (best.length === most && weight <= (best[most - 1] as { weight: number }).weight) continue;
    let place = best.length;
    while (place > 0 && (best[place - 1] as { weight: number }).weight < weight) place--;
    best.splice(place, 0, { at: j, weight });
    if (best.length > most) best.pop();
  }
  return best.map(({ at, weight }) => ({ row: rows[at] as number, weight }));
}
