/**
 * @file The folds of `hopfield train --task tabular` on several threads: each takes the next fold, so that two threads halve the time. A fold knows nothing of the others, so the outcomes are the
 * same for any number of threads. This file is also what the threads run.
 */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { ErrorCode } from "../core/errors.ts";
import { openWorkspace } from "../layers/index.ts";
import { openTable, type TableText } from "../tasks/index.ts";
import { CommandError } from "./failure.ts";
import { type FoldJob, type FoldOutcome, runFold } from "./train-table-fold.ts";
import { type TableRequest, tableOptions } from "./train-table-options.ts";

interface Given {
  readonly request: TableRequest;
  readonly text: TableText;
}

type Message =
  | { readonly at: string; readonly done: number; readonly total: number }
  | { readonly outcome: FoldOutcome }
  | { readonly refused: { readonly code: ErrorCode; readonly message: string; readonly exit: 2 | 3 } };

export interface ThreadHooks {
  onProgress(job: FoldJob, at: string, done: number, total: number): void;
  onDone(job: FoldJob, outcome: FoldOutcome): Promise<void>;
}

/** @throws CommandError as the fold did. */
export async function runFoldsInThreads(given: Given, jobs: readonly FoldJob[], threads: number, hooks: ThreadHooks): Promise<void> {
  const waiting = [...jobs];
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { tableFolds: given } });
    try {
      for (let job = waiting.shift(); job; job = waiting.shift()) await hooks.onDone(job, await ask(worker, job, hooks));
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, work));
}

function ask(worker: Worker, job: FoldJob, hooks: ThreadHooks): Promise<FoldOutcome> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      worker.off("message", onMessage);
      worker.off("error", onError);
      act();
    };
    const onError = (error: unknown): void => settle(() => reject(error));
    const onMessage = (message: Message): void => {
      if ("at" in message) hooks.onProgress(job, message.at, message.done, message.total);
      else if ("outcome" in message) settle(() => resolve(message.outcome));
      else settle(() => reject(new CommandError(message.refused.code, message.refused.message, message.refused.exit)));
    };
    worker.on("message", onMessage);
    worker.on("error", onError);
    worker.postMessage(job);
  });
}

function serve({ request, text }: Given): void {
  const table = openTable(text, tableOptions(request), "train");
  const workspace = openWorkspace(request.build);
  const send = (message: Message): void => parentPort?.postMessage(message);
  parentPort?.on("message", (job: FoldJob) => {
    runFold(request, table, job, workspace, {
      onEpoch: ({ epoch, epochs }) => send({ at: `epoch ${epoch}`, done: epoch, total: epochs }),
      onPeer: (name) => send({ at: name, done: 1, total: 1 }),
    }).then(
      (outcome) => send({ outcome }),
      (error: unknown) => {
        // A defect is thrown where it can be seen; an error of ours loses its class on the way, so its parts are sent.
        if (!(error instanceof CommandError)) throw error;
        send({ refused: { code: error.code, message: error.message, exit: error.exit } });
      },
    );
  });
}

const given = isMainThread ? undefined : (workerData as { tableFolds?: Given } | null)?.tableFolds;
if (given) serve(given);
