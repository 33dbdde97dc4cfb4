/**
 * @file Learning from a table: the lookup, Hopular, or ("auto") both, of which rows that were watched while the others trained decide how much each says. A generator, so that a caller can show
 * progress, stop, and save the state of a long run. docs/tables/README.md
 */
import { checkChoice } from "../core/options.ts";
import { countParameters } from "../layers/parameters.ts";
import { openWorkspace, type Workspace } from "../layers/workspace.ts";
import { levelsOf, watchSome } from "./folds.ts";
import { fitHopular, type HopularFit, type HopularState } from "./hopular-fit.ts";
import { affordableEpochs, type HopularFitOptions } from "./hopular-options.ts";
import { columnSizes, hopularRows } from "./hopular-rows.ts";
import { fitLookup, type LookupFitOptions, mostFitted } from "./lookup-fit.ts";
import { classCount, type LearningTable } from "./table.ts";
import { chooseShare, type WatchedAnswers } from "./table-choice.ts";
import { type PlannedColumn, planColumns, readCells } from "./table-encode.ts";
import {
  type Learned,
  type LearnedHopular,
  type LearnedLookup,
  lookupRows,
  predictTable,
  someText,
  type TableModel,
} from "./table-model.ts";

export type TableModelName = "auto" | "lookup" | "hopular";
export const tableModelNames: readonly TableModelName[] = ["auto", "lookup", "hopular"];

export interface TableFit {
  readonly model: TableModel;
  /** Numbers that were learned. */
  readonly parameters: number;
  /** Epochs of Hopular; steps of the scales where there is none. */
  readonly epochs: number;
  /** Steps of the optimiser of the same. */
  readonly steps: number;
  /** Loss of the rows that were left out or watched. */
  readonly loss: number;
  readonly curve: HopularFit["curve"];
  /** "auto": what there was to choose from. */
  readonly choice: TableChoice | null;
}

export interface TableChoice {
  readonly lookup: Candidate;
  /** null: too costly for a table of this size. */
  readonly hopular: Candidate | null;
}

export interface Candidate {
  readonly model: TableModel;
  /** Of the watched rows, learned from the others: log loss, or half the mean squared error of the standardised number. */
  readonly loss: number;
}

export interface TableFitOptions {
  /** Default "auto". */
  readonly model?: TableModelName;
  /** Rows of the table to learn from; default all that have a target. */
  readonly rows?: readonly number[];
  /** Of these, the rows that Hopular watches to know when to stop, and "auto" to choose; default a fifth. They are part of the memory afterwards. */
  readonly watched?: readonly number[];
  readonly seed?: number;
  readonly lookup?: LookupFitOptions;
  readonly hopular?: HopularFitOptions;
  /** Goes on with Hopular where `state` was taken, with the same table and options. */
  readonly resume?: HopularState;
  readonly workspace?: Workspace;
}

export interface TableEpoch {
  readonly epoch: number;
  /** At most so many. */
  readonly epochs: number;
  /** Copies the state of Hopular's run, for `resume`; null where there is none. */
  readonly state: (() => HopularState) | null;
}

/** Share of the rows that is watched. */
const watchedShare = 0.2;
/** "auto" leaves Hopular out where it can afford fewer epochs. */
const fewestEpochs = 20;

interface Problem {
  readonly where: string;
  readonly table: LearningTable;
  readonly options: TableFitOptions;
  readonly seed: number;
  readonly workspace: Workspace;
  readonly plan: readonly PlannedColumn[];
  readonly memory: TableModel["memory"];
  readonly classes: number | null;
  readonly split: { readonly train: readonly number[]; readonly watched: readonly number[] };
  made(learned: Learned): TableModel;
}

/** Yields after every epoch of Hopular. @throws HopfieldError E_RANGE (options), E_FORMAT, E_LIMIT (cells). */
export function* fitTable(table: LearningTable, options: TableFitOptions = {}, where = "table"): Generator<TableEpoch, TableFit> {
  const model = checkChoice(where, "model", options.model ?? "auto", tableModelNames);
  const problem = open(table, options, where);
  if (model === "lookup") return yield* onlyLookup(problem);
  const sizes = columnSizes(problem.plan, problem.classes);
  const told = options.hopular?.epochs;
  const epochs = told ?? affordableEpochs(problem.split.train.length, sizes, options.hopular ?? {});
  if (model === "hopular") return yield* onlyHopular(problem, told ?? Math.max(fewestEpochs, epochs));
  return yield* both(problem, told === undefined && epochs < fewestEpochs ? null : epochs);
}

function open(table: LearningTable, options: TableFitOptions, where: string): Problem {
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
  const place = new Map(rows.map((row, r) => [row, r]));
  const watched = options.watched?.map((row) => place.get(row) as number);
  return {
    where,
    table,
    options,
    seed,
    workspace,
    plan,
    memory,
    classes,
    split: watched
      ? { watched, train: others(rows.length, watched) }
      : watchSome([...targets.keys()], classes === null ? levelsOf(targets, 5) : targets, watchedShare, seed),
    made: (learned) => ({ plan, target: table.target, mean, scale, memory, learned }),
  };
}

function* onlyLookup(problem: Problem): Generator<TableEpoch, TableFit> {
  const found = learnLookup(problem, null);
  yield { epoch: found.steps, epochs: found.steps, state: null };
  const { learned, steps, loss } = found;
  return { model: problem.made(learned), parameters: countLookup(learned), epochs: steps, steps, loss, curve: [], choice: null };
}

function* onlyHopular(problem: Problem, epochs: number): Generator<TableEpoch, TableFit> {
  const { learned, epochs: taken, steps, best, curve } = yield* learnHopular(problem, epochs);
  const parameters = countParameters(learned.parameters);
  return { model: problem.made(learned), parameters, epochs: taken, steps, loss: best.loss, curve, choice: null };
}

/**
 * Both learn without the watched rows and are judged by them; then the lookup learns from all rows (up to so many), and both remember all.
 * @param epochs null: no Hopular.
 */
function* both(problem: Problem, epochs: number | null): Generator<TableEpoch, TableFit> {
  const { split } = problem;
  const first = learnLookup(problem, split.train);
  const hopular = epochs === null ? null : yield* learnHopular(problem, epochs);
  const found = hopular && chooseShare(watchedAnswers(problem, first.learned, hopular));
  const share = found?.share ?? 0;
  // Where scales are fitted on some of the rows in any case, another draw would say the same.
  const lookup = split.train.length > mostFitted ? first : learnLookup(problem, null);
  const learned: Learned =
    !hopular || share === 0
      ? lookup.learned
      : share === 1
        ? hopular.learned
        : { model: "both", share, lookup: lookup.learned, hopular: hopular.learned };
  if (!hopular) yield { epoch: lookup.steps, epochs: lookup.steps, state: null };
  return {
    model: problem.made(learned),
    parameters: (share < 1 ? countLookup(lookup.learned) : 0) + (hopular && share > 0 ? countParameters(hopular.learned.parameters) : 0),
    epochs: hopular?.epochs ?? lookup.steps,
    steps: hopular?.steps ?? lookup.steps,
    loss: found?.loss ?? lookup.loss,
    curve: hopular?.curve ?? [],
    choice: {
      lookup: { model: problem.made(lookup.learned), loss: found?.lookup ?? lookup.loss },
      hopular: hopular && { model: problem.made(hopular.learned), loss: found?.hopular ?? hopular.best.loss },
    },
  };
}

const countLookup = ({ logScales, rule }: LearnedLookup): number => logScales.length + (rule?.weights.length ?? 0);

/** @param places rows of the memory to learn from; null: all. */
function learnLookup(
  { where, plan, memory, classes, seed, options, workspace }: Problem,
  places: readonly number[] | null,
): { learned: LearnedLookup; steps: number; loss: number } {
  const rows = lookupRows(where, plan, places ? someMemory(memory, places) : memory, classes);
  const { logScales, rule, steps, loss } = fitLookup(rows, { seed, ...options.lookup, workspace });
  return { learned: { model: "lookup", logScales, rule }, steps, loss };
}

function* learnHopular(
  { where, plan, memory, classes, seed, options, workspace, split }: Problem,
  epochs: number,
): Generator<TableEpoch, Omit<HopularFit, "description" | "parameters"> & { readonly learned: LearnedHopular }> {
  const all = hopularRows(where, memory.cells, plan, memory.targets, classes);
  const settings = { seed, ...options.hopular, epochs, workspace };
  const { description, parameters, ...rest } = yield* fitHopular(all, split.train, split.watched, settings, options.resume);
  return { ...rest, learned: { model: "hopular", description, parameters } };
}

function someMemory({ cells, targets, rows }: TableModel["memory"], places: readonly number[]): TableModel["memory"] {
  const { columns } = cells;
  const values = new Float64Array(places.length * columns);
  places.forEach((at, r) => {
    values.set(cells.values.subarray(at * columns, (at + 1) * columns), r * columns);
  });
  return {
    cells: { values, rows: places.length, columns },
    targets: Float64Array.from(places, (at) => targets[at] as number),
    rows: Int32Array.from(places, (at) => rows[at] as number),
  };
}

/** What a lookup that remembers the training rows alone says of the rows that judged Hopular, and what that said. */
function watchedAnswers(
  { where, table, memory, classes, split, workspace, made }: Problem,
  learned: LearnedLookup,
  { judged, heard }: Pick<HopularFit, "judged" | "heard">,
): WatchedAnswers {
  const model = { ...made(learned), memory: someMemory(memory, split.train) };
  const text = someText(
    table.text,
    judged.map((at) => memory.rows[at] as number),
  );
  const { values } = predictTable({ ...model, mean: 0, scale: 1 }, text, 0, workspace, where);
  if (classes === null) return { lookup: values, hopular: heard, truth: judged.map((at) => memory.targets[at] as number) };
  return { lookup: judged.map((at, r) => values[r * classes + (memory.targets[at] as number)] as number), hopular: heard, truth: null };
}

function others(count: number, some: readonly number[]): number[] {
  const out = new Set(some);
  return Array.from({ length: count }, (_, i) => i).filter((i) => !out.has(i));
}

function spread(values: Float64Array): { mean: number; scale: number } {
  const mean = values.reduce((sum, y) => sum + y / values.length, 0);
  const scale = Math.sqrt(values.reduce((sum, y) => sum + (y - mean) ** 2 / values.length, 0));
  return { mean, scale: scale > 0 ? scale : 1 };
}
