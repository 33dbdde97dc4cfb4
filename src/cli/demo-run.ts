/** @file Runs the demo's jobs, on two worker threads where there are two cores. Outcomes do not depend on which thread did what. */
import { Worker } from "node:worker_threads";
import type { ErrorCode } from "../core/errors.ts";
import type { DemoData, Job, Outcome } from "./demo-conditions.ts";
import { openTrials } from "./demo-trial.ts";
import { CommandError } from "./failure.ts";

export async function runJobs(data: DemoData, jobs: readonly Job[], threads: number, onDone: (done: number) => void): Promise<Outcome[]> {
  const outcomes: Outcome[] = new Array(jobs.length);
  const waiting = jobs.map((job, index) => ({ job, index })).sort((a, b) => order(a.job) - order(b.job));
  let done = 0;
  if (threads < 2) {
    const run = openTrials(data);
    for (const { job, index } of waiting) {
      outcomes[index] = run(job);
      onDone(++done);
    }
    return outcomes;
  }
  await Promise.all(Array.from({ length: threads }, () => work()));
  return outcomes;

  /** A worker takes jobs of the memory it already has while there are any. */
  async function work(): Promise<void> {
    const worker = new Worker(new URL("./main.js", import.meta.url), { workerData: data });
    let last = "";
    try {
      for (;;) {
        const same = waiting.findIndex(({ job }) => keyOf(job) === last);
        const next = waiting.splice(Math.max(same, 0), 1)[0];
        if (!next) return;
        last = keyOf(next.job);
        outcomes[next.index] = await ask(worker, next.job);
        onDone(++done);
      }
    } finally {
      await worker.terminate();
    }
  }
}

function keyOf(job: Job): string {
  return `${job.patterns} ${job.model}`;
}

/** Large memories first, so that the threads end together; the same memory in a row. */
function order(job: Job): number {
  return -job.patterns * 10 + ["gaussian", "nearest", "dense", "cosine"].indexOf(job.model);
}

function ask(worker: Worker, job: Job): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      worker.off("message", onMessage);
      worker.off("error", onError);
      act();
    };
    const onMessage = (outcome: Outcome): void => settle(() => resolve(outcome));
    const onError = (error: unknown): void => settle(() => reject(asOurs(error)));
    worker.on("message", onMessage);
    worker.on("error", onError);
    worker.postMessage(job);
  });
}

/** Errors lose their class on the way between threads, but keep their code. */
function asOurs(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  return error instanceof Error && typeof code === "string" && code.startsWith("E_")
    ? new CommandError(code as ErrorCode, error.message, 3)
    : error;
}
