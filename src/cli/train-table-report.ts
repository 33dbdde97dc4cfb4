/** @file What `hopfield train --task tabular` tells: what became of each column, scores with intervals over folds and seeds, peers beside them; and the document of --json. */
import { classCount, type Interval, intervalOf, type LearningTable } from "../tasks/index.ts";
import { type Io, short, tableLines } from "./io.ts";
import type { FoldOutcome, Scored } from "./train-table-fold.ts";
import type { TableRequest } from "./train-table-options.ts";

export interface TableSeed {
  readonly seed: number;
  readonly folds: readonly FoldOutcome[];
}

const mostNamed = 12;

/** One line for each kind of column, on stderr. */
export function noteColumns({ columns, target, text, rows }: LearningTable, io: Io): void {
  const named = (list: readonly string[]): string =>
    list.length > mostNamed ? `${list.slice(0, mostNamed).join(", ")}, … (${list.length})` : list.join(", ");
  const of = (type: string): typeof columns => columns.filter((column) => column.type === type);
  const lost = (missing: number): string => (missing > 0 ? ` [${missing} missing]` : "");
  const numbers = of("numeric").map(({ name, missing }) => `${name}${lost(missing)}`);
  const texts = of("categorical").map(({ name, missing, distinct }) => `${name} (${distinct})${lost(missing)}`);
  const dropped = of("ignored").map(({ name, why }) => `${name || '""'} (${why})`);
  io.note(
    `target: ${target.name}, ${target.kind === "classes" ? `${target.classes.length} classes: ${named(target.classes)}` : "a number"}`,
  );
  if (numbers.length > 0) io.note(`numeric, standardised: ${named(numbers)}`);
  if (texts.length > 0) io.note(`categorical (values): ${named(texts)}`);
  if (dropped.length > 0) io.note(`left out: ${named(dropped)}`);
  if (rows.length < text.rows.length) io.note(`left out: ${text.rows.length - rows.length} rows without a target`);
}

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x / values.length, 0);

/** Means over the rows of all folds (the area under the curve: over folds). */
function pooled(scores: readonly Scored[]): Record<string, number | null> {
  const count = scores.reduce((sum, each) => sum + each.count, 0);
  const over = (of: (score: Scored) => number): number => scores.reduce((sum, each) => sum + (each.count * of(each)) / count, 0);
  if (scores[0]?.kind === "number") {
    const mse = over((s) => (s.kind === "number" ? s.mse : 0));
    return { count, mse, mae: over((s) => (s.kind === "number" ? s.mae : 0)), auc: null, loss: mse / 2 };
  }
  const areas = scores.flatMap((s) => (s.kind === "classes" && s.auc !== null ? [s.auc] : []));
  return {
    count,
    accuracy: over((s) => (s.kind === "classes" ? s.accuracy : 0)),
    auc: areas.length === 0 ? null : mean(areas),
    loss: over((s) => (s.kind === "classes" ? s.loss : 0)),
  };
}

function without(record: Record<string, number | null>, name: string): Record<string, number | null> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}

function facts(model: TableRequest["model"], { seed, folds }: TableSeed): Record<string, unknown> {
  const seconds = folds.reduce((sum, each) => sum + each.seconds, 0);
  const steps = folds.reduce((sum, each) => sum + each.steps, 0);
  const training = folds.reduce((sum, each) => sum + each.trainSeconds, 0);
  const beside = (of: "peers" | "ours"): Record<string, Record<string, number | null>> =>
    Object.fromEntries(
      Object.keys(folds[0]?.[of] ?? {}).map((name) => [
        name,
        without(without(pooled(folds.map((each) => each[of][name] as Scored)), "count"), "loss"),
      ]),
    );
  const baseline = Object.fromEntries(Object.entries(beside("peers")).map(([name, scores]) => [name, { ...scores, epochs: 0 }]));
  return {
    seed,
    parameters: folds[0]?.parameters ?? 0,
    epochs: Math.round(mean(folds.map(({ epochs }) => epochs))),
    seconds: Math.round(seconds * 1000) / 1000,
    stepsPerSecond: training > 0 ? Math.round((10 * steps) / training) / 10 : 0,
    train: without(pooled(folds.map(({ train }) => train)), "auc"),
    test: pooled(folds.map(({ test }) => test)),
    baseline: Object.keys(baseline).length > 0 ? baseline : null,
    ...(model === "auto" ? { chosen: folds.map(({ chosen }) => chosen), members: beside("ours") } : {}),
  };
}

export function tableDocument({ model }: TableRequest, seeds: readonly TableSeed[]): Record<string, unknown> {
  const [first] = seeds as readonly [TableSeed];
  return {
    command: "train",
    task: "tabular",
    model,
    variant: "softmax",
    ...facts(model, first),
    ...(seeds.length > 1 ? { runs: seeds.map((each) => facts(model, each)) } : {}),
  };
}

export function printTable({ model }: TableRequest, table: LearningTable, seeds: readonly TableSeed[], io: Io): void {
  const folds = seeds.flatMap((each) => each.folds);
  const seconds = folds.reduce((sum, each) => sum + each.seconds, 0);
  const classes = classCount(table.target) !== null;
  const row = (name: string, scores: readonly Scored[], took: string): string[] => {
    const values = (of: "accuracy" | "auc" | "loss" | "mse" | "mae"): number[] =>
      scores.flatMap((s) =>
        ((s as unknown as Record<string, number | null>)[of] ?? null) === null
          ? []
          : [(s as unknown as Record<string, number>)[of] as number],
      );
    if (classes)
      return [
        name,
        told(intervalOf(values("accuracy")), 100, 2),
        told(intervalOf(values("auc")), 1, 3),
        short(mean(values("loss")), 4),
        took,
      ];
    return [name, shortInterval(intervalOf(values("mse"))), shortInterval(intervalOf(values("mae"))), took];
  };
  const head = classes
    ? ["model", "accuracy % [95 %]", "AUC [95 %]", "log loss", "seconds"]
    : ["model", "mse [95 %]", "mae [95 %]", "seconds"];
  const lines = tableLines(head, [
    row(
      model,
      folds.map(({ test }) => test),
      short(seconds, 3),
    ),
    ...(["ours", "peers"] as const).flatMap((of) =>
      Object.keys(folds[0]?.[of] ?? {}).map((name) =>
        row(
          of === "ours" ? `  ${name} alone` : name,
          folds.map((each) => each[of][name] as Scored),
          "",
        ),
      ),
    ),
  ]);
  for (const line of lines) io.print(line);
  if (model === "auto") io.print(choiceLine(folds));
  io.print(
    `${table.rows.length} rows, ${folds.length} folds: every row predicted by a model that never saw it; intervals over folds (Student's t)`,
  );
}

/** How often each was chosen, and the mean shares of an answer. */
function choiceLine(folds: readonly FoldOutcome[]): string {
  const counts = (["lookup", "hopular", "both"] as const).flatMap((name) => {
    const count = folds.filter(({ chosen }) => chosen.model === name).length;
    return count > 0 ? [`${name} ${count}`] : [];
  });
  const share = (of: "hopular" | "rule"): string => short(mean(folds.map(({ chosen }) => chosen[of])), 2);
  const left = folds.some(({ ours }) => ours.hopular) ? "" : "; Hopular would cost too much on a table of this size (--model hopular)";
  return `chosen on watched rows: ${counts.join(", ")} folds; shares of an answer: Hopular ${share("hopular")}, linear rule ${share("rule")}, the rest recalled${left}`;
}

/** Of a share: an interval does not reach beyond 0 and 1. */
const told = ({ mean: m, low, high }: Interval, times: number, digits: number): string =>
  Number.isNaN(m)
    ? "-"
    : `${(times * m).toFixed(digits)} [${(times * Math.max(0, low)).toFixed(digits)}, ${(times * Math.min(1, high)).toFixed(digits)}]`;
const shortInterval = ({ mean: m, low, high }: Interval): string => `${short(m, 4)} [${short(Math.max(0, low), 4)}, ${short(high, 4)}]`;
