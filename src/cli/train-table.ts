/** @file `hopfield train --task tabular`: a model of the user's own table, scored by cross-validation in which every row is predicted by a model that never saw it. */
import { performance } from "node:perf_hooks";
import { readCsv } from "../data/index.ts";
import { openWorkspace, type Workspace } from "../layers/index.ts";
import {
  classCount,
  fitTable,
  type LearningTable,
  levelsOf,
  openTable,
  predictLeftOut,
  predictTable,
  someText,
  stratifiedFolds,
  type TableFit,
  writeTableModel,
} from "../tasks/index.ts";
import { blame, CommandError } from "./failure.ts";
import { checkFigurePath, encodeFigure } from "./figure-output.ts";
import { readFileBytes } from "./input.ts";
import type { Io } from "./io.ts";
import { checkOutputs, type OutputFile, writeOutputs } from "./output.ts";
import { checkFormat } from "./recall-files.ts";
import { type Input, textOf } from "./spec.ts";
import { tableCurves } from "./train-figure.ts";
import { peerAnswers } from "./train-peer-folds.ts";
import { readTableRequest, type TableRequest } from "./train-table-options.ts";
import { type FoldOutcome, noteColumns, printTable, type Scored, scoreOf, type TableSeed, tableDocument } from "./train-table-report.ts";

export async function runTabular(input: Input, io: Io): Promise<number> {
  const request = blame(2, "", () => readTableRequest(input));
  const [save, plot] = [textOf(input, "save"), textOf(input, "plot")];
  if (save !== undefined) checkFormat("--save", save, ["safetensors"]);
  if (plot !== undefined) {
    checkFigurePath("--plot", plot);
    if (request.model !== "hopular") throw new CommandError("E_UNSUPPORTED", "--plot draws learning curves; the lookup has none", 2);
  }
  checkOutputs([...(save === undefined ? [] : [["--save", save] as const]), ...(plot === undefined ? [] : [["--plot", plot] as const])]);
  const { table, folds } = readTable(request);
  noteColumns(table, io);
  const workspace = blame(3, "", () => openWorkspace(request.build));
  const seeds: TableSeed[] = [];
  for (let seed = request.seed; seed < request.seed + request.seeds; seed++)
    seeds.push(await crossValidate(request, table, folds ?? drawnFolds(table, request.folds, seed), seed, workspace, io));
  const files: OutputFile[] = [];
  if (save !== undefined) {
    const whole = await learn(request, table, table.rows, undefined, request.seed, workspace, io, "all rows");
    files.push({ path: save, bytes: writeTableModel(whole.model) });
  }
  if (plot !== undefined)
    files.push(
      await encodeFigure(
        plot,
        tableCurves(
          `${request.target}: ${request.model}`,
          seeds.flatMap((each) => each.folds.map(({ curve }, f) => ({ name: `fold ${f + 1}, seed ${each.seed}`, curve }))),
        ),
      ),
    );
  if (files.length > 0) {
    await writeOutputs(files);
    for (const { path } of files) io.note(`wrote ${path}`);
  }
  if (io.json) io.printJson(tableDocument(request, seeds));
  else printTable(request, table, seeds, io);
  return 0;
}

/** Test rows of each fold, and the rows that are watched while the others train (null: some are drawn). */
export interface Fold {
  readonly test: readonly number[];
  readonly watched: readonly number[] | null;
}

function readTable(request: TableRequest): { table: LearningTable; folds: Fold[] | null } {
  const bytes = readFileBytes(request.data, "--data");
  const { testFolds, watchFolds } = request;
  return blame(3, `--data ${JSON.stringify(request.data)}: `, () => {
    const text = readCsv(bytes, { header: true });
    const marks = [...(testFolds ?? []), ...(watchFolds ?? [])];
    const table = openTable(text, { target: request.target, types: request.types, skip: marks }, "train");
    return { table, folds: testFolds ? testFolds.map((name, f) => foldOf(table, name, watchFolds?.[f] ?? null)) : null };
  });
}

/** Rows whose mark is 1 belong to the fold. */
function foldOf(table: LearningTable, test: string, watch: string | null): Fold {
  const marked = (name: string): Set<number> => {
    const c = table.text.names?.indexOf(name) ?? -1;
    const rows = new Set(table.rows.filter((i) => Number(table.text.rows[i]?.[c]) === 1));
    if (rows.size === 0 || rows.size === table.rows.length)
      throw new CommandError(
        "E_SHAPE",
        `the fold column ${JSON.stringify(name)} marks ${rows.size} of ${table.rows.length} rows with 1`,
        3,
      );
    return rows;
  };
  const members = marked(test);
  const watched = watch === null ? null : [...marked(watch)].filter((i) => !members.has(i));
  return { test: [...members], watched };
}

function drawnFolds(table: LearningTable, count: number, seed: number): Fold[] {
  const own = table.rows.map((i) => table.targets[i] as number);
  const made = stratifiedFolds(classCount(table.target) === null ? levelsOf(own, 5) : own, Math.min(count, own.length), seed);
  return made.filter((fold) => fold.length > 0).map((fold) => ({ test: fold.map((r) => table.rows[r] as number), watched: null }));
}

async function learn(
  request: TableRequest,
  table: LearningTable,
  rows: readonly number[],
  watched: readonly number[] | undefined,
  seed: number,
  workspace: Workspace,
  io: Io,
  label: string,
): Promise<TableFit> {
  const hopular = { ...request.hopular };
  const run = blame(3, "", () =>
    fitTable(table, { model: request.model, rows, seed, hopular, workspace, ...(watched ? { watched } : {}) }, "train"),
  );
  const most = request.model === "hopular" ? (hopular.epochs ?? 300) : 1;
  const mark = workspace.top;
  let next = blame(3, "", () => run.next());
  while (!next.done) {
    io.progress(`${label}: epoch ${next.value}`, next.value, most);
    await new Promise((done) => setImmediate(done));
    next = blame(3, "", () => run.next());
  }
  // What the run had in the workspace is no longer needed: the model lies outside it.
  workspace.top = mark;
  io.endProgress();
  return next.value;
}

async function crossValidate(
  request: TableRequest,
  table: LearningTable,
  folds: readonly Fold[],
  seed: number,
  workspace: Workspace,
  io: Io,
): Promise<TableSeed> {
  const outcomes: FoldOutcome[] = [];
  for (const [f, { test, watched }] of folds.entries()) {
    const started = performance.now();
    const hidden = new Set(test);
    const rows = table.rows.filter((i) => !hidden.has(i));
    const found = await learn(request, table, rows, watched ?? undefined, seed, workspace, io, `fold ${f + 1} of ${folds.length}`);
    const trainSeconds = (performance.now() - started) / 1000;
    const truth = test.map((i) => table.targets[i] as number);
    const said = blame(3, "", () => predictTable(found.model, someText(table.text, test), 0, workspace));
    const own = blame(3, "", () => predictLeftOut(found.model, workspace));
    const peers: Record<string, Scored> = {};
    const seconds = (performance.now() - started) / 1000;
    if (request.baselines)
      for (const [name, answer] of Object.entries(
        await peerAnswers(table, found.model, rows, test, watched, seed, (peer) =>
          io.progress(`fold ${f + 1} of ${folds.length}: ${peer}`, f, folds.length),
        ),
      ))
        peers[name] = scoreOf(table.target, answer, truth);
    io.endProgress();
    outcomes.push({
      test: scoreOf(table.target, said.values, truth),
      train: scoreOf(
        table.target,
        own,
        rows.map((i) => table.targets[i] as number),
      ),
      peers,
      seconds,
      trainSeconds,
      epochs: found.epochs,
      steps: found.steps,
      parameters: found.parameters,
      curve: found.curve,
    });
  }
  return { seed, folds: outcomes };
}
