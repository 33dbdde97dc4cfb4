/** @file One fold of `hopfield train --task tabular`: a model learns from the rows outside it and predicts those inside; peers likewise. What comes of it is plain data, so that a thread can send it. */
import { performance } from "node:perf_hooks";
import type { Workspace } from "../layers/index.ts";
import {
  type ClassScore,
  fitTable,
  type HopularFit,
  type HopularState,
  type LearningTable,
  type NumberScore,
  predictLeftOut,
  predictTable,
  scoreClasses,
  scoreNumbers,
  someText,
  type TableEpoch,
  type TableFit,
  type TableModel,
  type TargetPlan,
} from "../tasks/index.ts";
import { blame } from "./failure.ts";
import { peerAnswers } from "./train-peer-folds.ts";
import type { TableRequest } from "./train-table-options.ts";

export type Scored = ({ readonly kind: "classes" } & ClassScore) | ({ readonly kind: "number" } & NumberScore);

export interface FoldJob {
  readonly seed: number;
  /** From 0. */
  readonly fold: number;
  readonly test: readonly number[];
  /** Rows that are watched while the others train; null: some are drawn. */
  readonly watched: readonly number[] | null;
}

/** What was chosen, and the shares of Hopular and of the linear rule in every answer. */
export interface Chosen {
  readonly model: "lookup" | "hopular" | "both";
  readonly hopular: number;
  readonly rule: number;
}

export interface FoldOutcome {
  readonly test: Scored;
  /** Training rows, each hidden from itself. */
  readonly train: Scored;
  readonly chosen: Chosen;
  /** "auto": the lookup and Hopular on the same test rows. */
  readonly ours: Readonly<Record<string, Scored>>;
  readonly peers: Readonly<Record<string, Scored>>;
  readonly seconds: number;
  readonly trainSeconds: number;
  readonly epochs: number;
  readonly steps: number;
  readonly parameters: number;
  readonly curve: HopularFit["curve"];
}

export interface FoldHooks {
  readonly resume?: HopularState | undefined;
  onEpoch(epoch: TableEpoch): void | Promise<void>;
  onPeer(name: string): void;
}

/** @param rows to learn from. @param watched some of them. */
export async function learnTable(
  request: TableRequest,
  table: LearningTable,
  { rows, watched, seed }: { readonly rows: readonly number[]; readonly watched: readonly number[] | null; readonly seed: number },
  workspace: Workspace,
  { resume, onEpoch }: Pick<FoldHooks, "resume" | "onEpoch">,
): Promise<TableFit> {
  const { model, hopular } = request;
  const options = { model, rows, seed, hopular, workspace, ...(watched ? { watched } : {}), ...(resume ? { resume } : {}) };
  const run = blame(3, "", () => fitTable(table, options, "train"));
  const mark = workspace.top;
  let next = blame(3, "", () => run.next());
  while (!next.done) {
    await onEpoch(next.value);
    // A turn for signals.
    await new Promise((done) => setImmediate(done));
    next = blame(3, "", () => run.next());
  }
  // What the run had in the workspace is no longer needed: the model lies outside it.
  workspace.top = mark;
  return next.value;
}

export async function runFold(
  request: TableRequest,
  table: LearningTable,
  { seed, test, watched }: FoldJob,
  workspace: Workspace,
  hooks: FoldHooks,
): Promise<FoldOutcome> {
  const started = performance.now();
  const hidden = new Set(test);
  const rows = table.rows.filter((i) => !hidden.has(i));
  const found = await learnTable(request, table, { rows, watched, seed }, workspace, hooks);
  const trainSeconds = (performance.now() - started) / 1000;
  const truth = test.map((i) => table.targets[i] as number);
  const asked = someText(table.text, test);
  const score = (model: TableModel): Scored =>
    scoreOf(table.target, blame(3, "", () => predictTable(model, asked, 0, workspace)).values, truth);
  const own = blame(3, "", () => predictLeftOut(found.model, workspace));
  const result = { test: score(found.model), ours: oursOf(found, score) };
  const seconds = (performance.now() - started) / 1000;
  const answers = request.baselines ? await peerAnswers(table, found.model, rows, test, watched, seed, hooks.onPeer) : {};
  return {
    ...result,
    train: scoreOf(
      table.target,
      own,
      rows.map((i) => table.targets[i] as number),
    ),
    chosen: chosenOf(found.model),
    peers: Object.fromEntries(Object.entries(answers).map(([name, answer]) => [name, scoreOf(table.target, answer, truth)])),
    seconds,
    trainSeconds,
    epochs: found.epochs,
    steps: found.steps,
    parameters: found.parameters,
    curve: found.curve,
  };
}

function oursOf({ choice }: TableFit, score: (model: TableModel) => Scored): Record<string, Scored> {
  if (!choice) return {};
  return { lookup: score(choice.lookup.model), ...(choice.hopular ? { hopular: score(choice.hopular.model) } : {}) };
}

export function chosenOf({ learned }: TableModel): Chosen {
  const lookup = learned.model === "both" ? learned.lookup : learned.model === "lookup" ? learned : null;
  const hopular = learned.model === "both" ? learned.share : learned.model === "hopular" ? 1 : 0;
  return { model: learned.model, hopular, rule: (1 - hopular) * (lookup?.rule?.share ?? 0) };
}

function scoreOf(target: TargetPlan, values: ArrayLike<number>, truth: readonly number[]): Scored {
  if (target.kind === "number") return { kind: "number", ...scoreNumbers(values, truth) };
  return { kind: "classes", ...scoreClasses({ data: values, rows: truth.length, columns: target.classes.length }, truth) };
}
