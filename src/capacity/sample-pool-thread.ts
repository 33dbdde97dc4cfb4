/** @file What a thread of the Monte Carlo pool runs; bundled to a string at build (kernels/generated/sample-pool-thread.ts): it opens a plan and answers ranges of instance numbers with their values. */
import { parentPort, workerData } from "node:worker_threads";
import { HopfieldError } from "../core/errors.ts";
import { openSampler, type SamplerPlan } from "./sampler.ts";

/** A request: instances `numbers`. The answer: their values in the same order, or what went wrong. */
export type SampleAnswer =
  | { readonly numbers: readonly number[]; readonly values: readonly number[] }
  | { readonly code: string | null; readonly message: string };

const sample = openSampler(workerData as SamplerPlan);
parentPort?.on("message", (numbers: readonly number[]) => {
  parentPort?.postMessage(answerOf(numbers));
});

function answerOf(numbers: readonly number[]): SampleAnswer {
  try {
    return { numbers, values: numbers.map(sample) };
  } catch (error) {
    return {
      code: error instanceof HopfieldError ? error.code : null,
      message: error instanceof Error ? error.message : String(error),
    };
  }
}
