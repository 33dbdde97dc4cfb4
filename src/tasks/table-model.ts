/**
 * @file A model of a table: how cells become numbers, the training rows that are its memory, and what was learned: scales (lookup) or a network (Hopular). It predicts rows of any table with the
 * same column names and says which training rows a prediction was recalled from. docs/tables/README.md
 */
import { checkChoice } from "../core/options.ts";
import { portableExp } from "../core/portable.ts";
import type { HopularDescription } from "../layers/hopular.ts";
import { countParameters } from "../layers/parameters.ts";
import type { Parameters, Tensor } from "../layers/types.ts";
import { openWorkspace, type Workspace } from "../layers/workspace.ts";
import { levelsOf, watchSome } from "./folds.ts";
import { fitHopular, type HopularFit, type HopularFitOptions, runHopular } from "./hopular-fit.ts";
import { hopularRows, storedRows } from "./hopular-rows.ts";
import { lookUp } from "./lookup.ts";
import { fitLookup, type LookupFitOptions } from "./lookup-fit.ts";
import type { LookupRows } from "./lookup-scales.ts";
import { classCount, type LearningTable } from "./table.ts";
import type { TableText } from "./table-columns.ts";
import { type Cells, encodeCells, type Oddities, type PlannedColumn, planColumns, readCells } from "./table-encode.ts";
import type { TargetPlan } from "./table-target.ts";

export type TableModelName = "lookup" | "hopular";
export const tableModelNames: readonly TableModelName[] = ["lookup", "hopular"];

export type Learned =
  | { readonly model: "lookup"; readonly logScales: Float64Array }
  | { readonly model: "hopular"; readonly description: HopularDescription; readonly parameters: Parameters };

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

export interface TableFit {
  readonly model: TableModel;
  /** Numbers that were learned. */
  readonly parameters: number;
  /** Epochs of Hopular; steps of the scales. */
  readonly epochs: number;
  /** Steps of the optimiser. */
  readonly steps: number;
  /** Loss of the rows that were left out or watched. */
  readonly loss: number;
  readonly curve: HopularFit["curve"];
}

export interface TableFitOptions {
  readonly model?: TableModelName;
  /** Rows of the table to learn from; default all that have a target. */
  readonly rows?: readonly number[];
  /** Of these, the rows that Hopular watches to know when to stop; default a fifth. They are part of the memory afterwards. */
  readonly watched?: readonly number[];
  readonly seed?: number;
  readonly lookup?: LookupFitOptions;
  readonly hopular?: HopularFitOptions;
  readonly workspace?: Workspace;
}

/** Share of the rows that is watched. */
const watchedShare = 0.2;

/** Yields the epoch now and then. @throws HopfieldError E_RANGE (options), E_FORMAT, E_LIMIT (cells). */
export function* fitTable(table: LearningTable, options: TableFitOptions = {}, where = "table"): Generator<number, TableFit> {
  const model = checkChoice(where, "model", options.model ?? "lookup", tableModelNames);
  const rows = options.rows ?? table.rows;
  const seed = options.seed ?? 1;
  const workspace = options.workspace ?? openWorkspace("plain");
  const plan = planColumns(where, table.text, table.columns, rows);
  const { cells } = readCells(where, someText(table.text, rows), plan);
  const classes = classCount(table.target);
  const raw = Float64Array.from(rows, (i) => table.targets[i] as number);
  const { mean, scale } = classes === null ? spread(raw) : { mean: 0, scale: 1 };
  const targets = raw.map((y) => (y - mean) / scale);
  const memory = { cells, targets, rows: Int32Array.from(rows) };
  const made = (learned: Learned): TableModel => ({ plan, target: table.target, mean, scale, memory, learned });
  if (model === "lookup") {
    const found = fitLookup(lookupRows(where, plan, memory, classes), { seed, ...options.lookup, workspace });
    yield found.steps;
    return {
      model: made({ model, logScales: found.logScales }),
      parameters: found.logScales.length,
      epochs: found.steps,
      steps: found.steps,
      loss: found.loss,
      curve: [],
    };
  }
  const all = hopularRows(where, cells, plan, targets, classes);
  const place = new Map(rows.map((row, r) => [row, r]));
  const split = options.watched
    ? {
        watched: options.watched.map((row) => place.get(row) as number),
        train: others(
          rows.length,
          options.watched.map((row) => place.get(row) as number),
        ),
      }
    : watchSome([...targets.keys()], classes === null ? levelsOf(targets, 5) : targets, watchedShare, seed);
  const found = yield* fitHopular(all, split.train, split.watched, { seed, ...options.hopular, workspace });
  return {
    model: made({ model, description: found.description, parameters: found.parameters }),
    parameters: countParameters(found.parameters),
    epochs: found.epochs,
    steps: found.steps,
    loss: found.best.loss,
    curve: found.curve,
  };
}

function others(count: number, some: readonly number[]): number[] {
  const out = new Set(some);
  return Array.from({ length: count }, (_, i) => i).filter((i) => !out.has(i));
}

export function someText({ names, rows }: TableText, chosen: readonly number[]): TableText {
  return { names, rows: chosen.map((i) => rows[i] as readonly string[]) };
}

function spread(values: Float64Array): { mean: number; scale: number } {
  const mean = values.reduce((sum, y) => sum + y / values.length, 0);
  const scale = Math.sqrt(values.reduce((sum, y) => sum + (y - mean) ** 2 / values.length, 0));
  return { mean, scale: scale > 0 ? scale : 1 };
}

function lookupRows(
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

/** @param cells null: the memory's own, each row hidden from itself. */
function valuesOf(
  { plan, target, memory, learned, mean, scale }: TableModel,
  cells: Cells | null,
  w: Workspace,
  where: string,
  tell?: (weights: ArrayLike<number>) => void,
): Float64Array {
  const classes = classCount(target);
  const hideSelf = cells === null;
  const rows = cells ?? memory.cells;
  if (learned.model === "lookup") {
    const stored = lookupRows(where, plan, memory, classes);
    const visit = (_: number, p: Tensor): void => tell?.(p.data);
    return inUnits(lookUp(w, { memory: stored, logScales: learned.logScales }, encodeCells(where, rows, plan), { visit, hideSelf }));
  }
  const stored = hopularRows(where, memory.cells, plan, memory.targets, classes);
  const queries = hopularRows(where, rows, plan, new Float64Array(rows.rows).fill(Number.NaN), classes);
  const visit = (_: number, weights: Float32Array): void => tell?.(weights);
  const found = runHopular(w, learned, storedRows(stored, [...memory.targets.keys()]), queries, { hideSelf, ...(tell ? { visit } : {}) });
  return classes === null ? inUnits(found) : probabilities(Float64Array.from(found), classes);

  function inUnits(y: Float32Array): Float64Array {
    return Float64Array.from(y, (each) => (classes === null ? each * scale + mean : each));
  }
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
