/** @file `hopfield train --task tabular`: a model of the user's own table, scored by cross-validation in which every row is predicted by a model that never saw it. */
import { readCsv } from "../data/index.ts";
import { openWorkspace, type Workspace } from "../layers/index.ts";
import { classCount, type LearningTable, levelsOf, openTable, planColumns, stratifiedFolds, writeTableModel } from "../tasks/index.ts";
import { blame, CommandError } from "./failure.ts";
import { checkFigurePath, encodeFigure } from "./figure-output.ts";
import { readFileBytes } from "./input.ts";
import { type Io, short } from "./io.ts";
import { checkOutputs, type OutputFile, writeOutputs } from "./output.ts";
import { checkFormat } from "./recall-files.ts";
import { type Input, textOf } from "./spec.ts";
import { tableCurves } from "./train-figure.ts";
import { aboutOf, keyOf, readTableRun, type TableRun, wholeKey, writeTableRun } from "./train-table-checkpoint.ts";
import { chosenOf, type FoldJob, type FoldOutcome, learnTable, runFold } from "./train-table-fold.ts";
import { readTableRequest, type TableRequest, tableOptions } from "./train-table-options.ts";
import { noteColumns, printTable, type TableSeed, tableDocument } from "./train-table-report.ts";
import { runFoldsInThreads } from "./train-table-threads.ts";

/** Everything a run needs, and where it writes its state. */
interface Session {
  readonly request: TableRequest;
  readonly table: LearningTable;
  readonly jobs: readonly FoldJob[];
  readonly io: Io;
  readonly done: Map<string, FoldOutcome>;
  readonly resumed: TableRun["current"];
  keep(current: TableRun["current"]): Promise<void>;
}

export async function runTabular(input: Input, io: Io): Promise<number> {
  const request = blame(2, "", () => readTableRequest(input));
  const [save, plot, checkpoint, resume] = (["save", "plot", "checkpoint", "resume"] as const).map((name) => textOf(input, name));
  for (const [flag, path] of [
    ["--save", save],
    ["--checkpoint", checkpoint],
  ] as const)
    if (path !== undefined) checkFormat(flag, path, ["safetensors"]);
  if (plot !== undefined) {
    checkFigurePath("--plot", plot);
    if (request.model === "lookup") throw new CommandError("E_UNSUPPORTED", "--plot draws learning curves; the lookup has none", 2);
  }
  const outputs = Object.entries({ "--save": save, "--plot": plot, "--checkpoint": checkpoint });
  checkOutputs(outputs.flatMap(([flag, path]) => (path === undefined ? [] : [[flag, path] as const])));
  const bytes = readFileBytes(request.data, "--data");
  const { table, folds } = readTable(request, bytes);
  noteColumns(table, io);
  const about = aboutOf(request, bytes);
  const before = resume === undefined ? null : readTableRun(resume, about);
  if (before) io.note(`resumed: ${before.done.size} folds are done${before.current ? `, ${before.current.key} is under way` : ""}`);
  const done = before?.done ?? new Map<string, FoldOutcome>();
  const seeds = Array.from({ length: request.seeds }, (_, n) => request.seed + n);
  const jobs = seeds.flatMap((seed) => (folds ?? drawnFolds(table, request.folds, seed)).map((fold, f) => ({ ...fold, seed, fold: f })));
  const session: Session = {
    request,
    table,
    jobs,
    io,
    done,
    resumed: before?.current ?? null,
    keep: async (current) => {
      if (checkpoint !== undefined) await writeTableRun(checkpoint, about, { done, current });
    },
  };
  const workspace = blame(3, "", () => openWorkspace(request.build));
  await runFolds(session, workspace);
  io.endProgress();
  const outcomes = seeds.map(
    (seed): TableSeed => ({
      seed,
      folds: jobs.filter((job) => job.seed === seed).map((job) => done.get(keyOf(job)) as FoldOutcome),
    }),
  );
  const files: OutputFile[] = [];
  if (save !== undefined) files.push({ path: save, bytes: await wholeModel(session, workspace) });
  if (plot !== undefined) files.push(await curvesOf(plot, request, outcomes));
  if (files.length > 0) {
    await writeOutputs(files);
    for (const { path } of files) io.note(`wrote ${path}`);
  }
  if (io.json) io.printJson(tableDocument(request, outcomes));
  else printTable(request, table, outcomes, io);
  return 0;
}

/** Folds that are not done yet, here or on threads; with threads a checkpoint holds whole folds only. */
async function runFolds({ request, table, jobs, io, done, resumed, keep }: Session, workspace: Workspace): Promise<void> {
  const missing = jobs.filter((job) => !done.has(keyOf(job)));
  const told = (job: FoldJob, at: string, part: number): void =>
    io.progress(`${keyOf(job)}: ${at}`, done.size + Math.min(1, part), jobs.length);
  const finished = async (job: FoldJob, outcome: FoldOutcome): Promise<void> => {
    done.set(keyOf(job), outcome);
    await keep(null);
  };
  // From the sources, in tests, there is nothing a thread could run.
  if (request.threads > 1 && missing.length > 1 && !import.meta.url.endsWith(".ts")) {
    const onProgress = (job: FoldJob, at: string, part: number, of: number): void => told(job, at, part / of);
    await runFoldsInThreads({ request, text: table.text }, missing, request.threads, { onProgress, onDone: finished });
    return;
  }
  for (const job of missing) {
    const key = keyOf(job);
    const outcome = await runFold(request, table, job, workspace, {
      resume: resumed?.key === key ? resumed.state : undefined,
      onEpoch: async ({ epoch, epochs, state }) => {
        told(job, `epoch ${epoch}`, epoch / epochs);
        if (state) await keep({ key, state: state() });
      },
      onPeer: (name) => told(job, name, 1),
    });
    await finished(job, outcome);
  }
}

async function wholeModel({ request, table, io, resumed, keep }: Session, workspace: Workspace): Promise<Uint8Array> {
  const { model } = await learnTable(request, table, { rows: table.rows, watched: null, seed: request.seed }, workspace, {
    resume: resumed?.key === wholeKey ? resumed.state : undefined,
    onEpoch: async ({ epoch, epochs, state }) => {
      io.progress(`${wholeKey}: epoch ${epoch}`, epoch, epochs);
      if (state) await keep({ key: wholeKey, state: state() });
    },
  });
  io.endProgress();
  const { model: name, hopular, rule } = chosenOf(model);
  if (request.model === "auto")
    io.note(`saved, of all rows: ${name}; Hopular's share of an answer ${short(hopular, 2)}, that of the linear rule ${short(rule, 2)}`);
  return writeTableModel(model);
}

async function curvesOf(path: string, { target, model }: TableRequest, seeds: readonly TableSeed[]): Promise<OutputFile> {
  const curves = seeds.flatMap((each) =>
    each.folds.flatMap(({ curve }, f) => (curve.length === 0 ? [] : [{ name: `fold ${f + 1}, seed ${each.seed}`, curve }])),
  );
  if (curves.length === 0)
    throw new CommandError(
      "E_UNSUPPORTED",
      "--plot draws learning curves of Hopular, which is too costly for this table; ask for --model hopular",
      3,
    );
  return encodeFigure(path, tableCurves(`${target}: ${model}`, curves));
}

type Fold = Pick<FoldJob, "test" | "watched">;

function readTable(request: TableRequest, bytes: Uint8Array): { table: LearningTable; folds: Fold[] | null } {
  const { testFolds, watchFolds } = request;
  return blame(3, `--data ${JSON.stringify(request.data)}: `, () => {
    const table = openTable(readCsv(bytes, { header: true }), tableOptions(request), "train");
    // A cell that does not fit its column is told now and with the name of the file, not by the fold that meets it.
    planColumns("train", table.text, table.columns, table.rows);
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
