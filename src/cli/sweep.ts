/** @file `hopfield sweep`: a grid of runs over local workers into one result file, which is whole after every job: a sweep that is started again does only what is missing. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { checkNumber } from "../core/options.ts";
import { blame, CommandError } from "./failure.ts";
import { readFileBytes } from "./input.ts";
import type { Io } from "./io.ts";
import { checkOutputs, writeOutputs } from "./output.ts";
import { type CommandSpec, type Input, numberOf, textOf } from "./spec.ts";
import { type Job, jobsOf, targets, wordsOf } from "./sweep-grid.ts";
import { type Finished, runJobs } from "./sweep-run.ts";

const format = "hopfield-sweep";

export const sweep: CommandSpec = {
  name: "sweep",
  summary: "a grid of simulate, train or depth runs into one result file",
  about: `Runs ${targets.join(", ")} for every combination of the values given, on several processes, and collects their JSON documents in one file. Started again with the same file it keeps what is there and runs what is missing or failed.`,
  arguments: "<words...>",
  options: [
    { flags: "--out <file>", text: "result file, .json; kept whole after every job", required: true },
    { flags: "--workers <n>", text: "processes at once (default: the cores, at most 4)", kind: "number" },
  ],
  examples: [
    "hopfield sweep simulate ensemble=binary,spherical n=20,40 lambda=0.5:2:0.5 instances=100 --out capacity.json",
    "hopfield sweep depth task=cycles n:=8,16 layers:=0,1,2 samples=50 seed=1,2,3 --out depth.json --workers 2",
  ],
  notes: [
    "",
    "name=a,b,c or name=from:to:step is an axis of the grid, name:=value one value as it is (lists of the job itself), name a switch.",
  ],
  run,
};

async function run(input: Input, io: Io): Promise<number> {
  const jobs = jobsOf(input.arguments);
  const out = textOf(input, "out") ?? "";
  checkOutputs([["--out", out]]);
  const workers = blame(2, "", () =>
    checkNumber("sweep", "workers", numberOf(input, "workers") ?? Math.min(4, availableParallelism()), {
      atLeast: 1,
      atMost: 64,
      whole: true,
    }),
  );
  const found = new Map(existsSync(out) ? readState(out).map((each) => [keyOf(each), each]) : []);
  const missing = jobs.filter((job) => !isGood(found.get(keyOf(job))));
  const kept = jobs.length - missing.length;
  if (kept > 0) io.note(`sweep: ${kept} of ${jobs.length} jobs are in ${JSON.stringify(out)} already`);
  await runAll(missing, workers, found, out, io);
  const ended = jobs.map((job) => found.get(keyOf(job)) as Finished);
  const failed = ended.filter((each) => each.status !== 0);
  if (io.json)
    io.printJson({
      command: "sweep",
      target: jobs[0]?.command,
      jobs: jobs.length,
      kept,
      ran: missing.length,
      failed: failed.length,
      file: out,
    });
  else {
    io.print(`${jobs.length} jobs: ${kept} kept, ${missing.length} run, ${failed.length} failed; results in ${out}`);
    for (const each of failed.slice(0, 10)) io.print(`  ${wordsOf(each).join(" ")}: ${each.error ?? `status ${each.status}`}`);
  }
  return failed.length > 0 ? 1 : 0;
}

/** A job is done when it gave a document; status 1 is a check of its own that failed, which would fail again. */
const isGood = (each: Finished | undefined): boolean => each !== undefined && each.result !== null;

const keyOf = (job: Job): string => wordsOf(job).join("\0");

/** Runs jobs and writes the file after each. A signal ends the running ones; the file has those that were done. */
async function runAll(
  jobs: Parameters<typeof runJobs>[0],
  workers: number,
  found: Map<string, Finished>,
  out: string,
  io: Io,
): Promise<void> {
  const stop = new AbortController();
  let signalled: NodeJS.Signals | null = null;
  const onSignal = (signal: NodeJS.Signals): void => {
    signalled = signal;
    stop.abort();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.once(signal, onSignal);
  let done = 0;
  // One writing at a time, each of everything that is there.
  let writing: Promise<void> = Promise.resolve();
  try {
    await runJobs(
      jobs,
      workers,
      async (each) => {
        found.set(keyOf(each), each);
        io.progress(`${++done} of ${jobs.length} jobs`, done, jobs.length);
        writing = writing.then(() => writeOutputs([{ path: out, bytes: stateBytes([...found.values()]) }]));
        await writing;
      },
      stop.signal,
    );
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
    io.endProgress();
  }
  if (signalled !== null) {
    io.note(`sweep: ended by ${signalled}; ${done} jobs are in ${JSON.stringify(out)}, start it again for the others`);
    process.kill(process.pid, signalled);
    // The signal takes a turn to arrive.
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

function stateBytes(jobs: readonly Finished[]): Uint8Array {
  const sorted = [...jobs].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return new TextEncoder().encode(`${JSON.stringify({ format, version: 1, jobs: sorted }, null, 1)}\n`);
}

/** @throws CommandError exit 3 E_FORMAT: a file that is something else is not written over. */
function readState(path: string): Finished[] {
  const bad = (): never => {
    throw new CommandError("E_FORMAT", `--out ${JSON.stringify(path)} is there and is not the result of a sweep; it is left as it is`, 3);
  };
  try {
    const state = JSON.parse(new TextDecoder().decode(readFileBytes(path, "--out"))) as {
      format?: unknown;
      version?: unknown;
      jobs?: unknown;
    };
    if (state.format !== format || state.version !== 1 || !Array.isArray(state.jobs)) return bad();
    return state.jobs.map((job: Finished) =>
      typeof job?.command === "string" && typeof job.options === "object" && job.options !== null ? job : bad(),
    );
  } catch (error) {
    if (error instanceof CommandError) throw error;
    return bad();
  }
}
