/** @file The worker thread of `hopfield demo`: takes jobs one at a time and sends their outcomes back. */
import { parentPort, workerData } from "node:worker_threads";
import type { DemoData, Job } from "./demo-conditions.ts";
import { openTrials } from "./demo-trial.ts";

const run = openTrials(workerData as DemoData);
parentPort?.on("message", (job: Job) => parentPort?.postMessage(run(job)));
