/** @file Runs the jobs of a sweep, each as a process of its own with --json; a job that is stopped leaves nothing behind, since its result is taken only when it is whole. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Job, wordsOf } from "./sweep-grid.ts";

export interface Finished extends Job {
  /** Exit status of the job: 0, or 1 when a check of it failed. */
  readonly status: number;
  /** Its JSON document, or null with the line it printed instead. */
  readonly result: unknown;
  readonly error: string | null;
}

/**
 * @param jobs taken in this order by `workers` processes at once. @param onDone told of each as it ends.
 * @param stop aborted: running processes are ended, and nothing is told any more.
 */
export async function runJobs(
  jobs: readonly Job[],
  workers: number,
  onDone: (done: Finished) => Promise<void>,
  stop: AbortSignal,
): Promise<void> {
  const waiting = [...jobs];
  const work = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined && !stop.aborted; job = waiting.shift()) {
      const done = await runJob(job, stop);
      if (!stop.aborted) await onDone(done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, jobs.length) }, work));
}

function runJob(job: Job, stop: AbortSignal): Promise<Finished> {
  // Workers are the sweep's parallelism: threads of a job would only stand in their way.
  const own = job.command === "depth" || job.options.threads !== undefined ? [] : ["--threads", "1"];
  const child = spawn(process.execPath, [fileURLToPath(new URL("./main.js", import.meta.url)), ...wordsOf(job), ...own, "--json"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = (): void => void child.kill("SIGTERM");
  stop.addEventListener("abort", end, { once: true });
  return outcomeOf(child).then(({ status, stdout, stderr }) => {
    stop.removeEventListener("abort", end);
    const result = parse(stdout);
    const error = result === null ? (stderr.trim().split("\n").at(-1) ?? "") || `ended with status ${status}` : null;
    return { ...job, status, result, error };
  });
}

function outcomeOf(child: ChildProcess): Promise<{ status: number; stdout: string; stderr: string }> {
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (piece: string) => {
      text[name] += piece;
    });
  }
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ status: 3, stdout: "", stderr: String(error) }));
    child.on("close", (status) => resolve({ status: status ?? 3, ...text }));
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
