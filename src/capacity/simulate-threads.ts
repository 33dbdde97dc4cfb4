/**
 * @file A simulation over several threads, which can be stopped and gone on with: instance i is the same number wherever and whenever it is drawn, so neither threads nor interruptions change
 * a result. Threads are Node's; elsewhere, and for an activation that is a function, everything is drawn here, with pauses in which events are served.
 */
import { type ErrorCode, HopfieldError } from "../core/errors.ts";
import { checkNames, checkNumber } from "../core/options.ts";
import { samplePoolThread } from "../kernels/generated/sample-pool-thread.ts";
import { type Prepared, prepareSimulation } from "./prepare.ts";
import type { SampleAnswer } from "./sample-pool-thread.ts";
import { openSampler, type SamplerPlan } from "./sampler.ts";
import { checkedRun, type Simulation, type SimulationOptions, summarise } from "./simulate.ts";

export interface ThreadOptions {
  /** Threads that draw, whole, 1 ... 64; default 1. */
  readonly threads?: number;
  /** Values that are already there, by instance number (of the same options); NaN and places beyond the end are drawn. */
  readonly known?: ArrayLike<number>;
  /** Called with every new value, in any order. */
  readonly onValue?: (index: number, value: number) => void;
  /** Ends the work early: the promise is rejected with the reason. */
  readonly signal?: StopSignal;
}

/** The part of an AbortSignal that is used: any AbortController's signal will do. */
export interface StopSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void): void;
}

/**
 * The same result as simulate, for any number of threads.
 * @throws HopfieldError as simulate, by rejection; E_UNSUPPORTED when a thread cannot be had.
 */
export async function simulateThreads(options: SimulationOptions, work: ThreadOptions = {}): Promise<Simulation> {
  const where = "simulateThreads";
  checkNames(where, work, ["threads", "known", "onValue", "signal"]);
  const { known, onValue, signal } = work;
  const threads = checkNumber(where, "threads", work.threads ?? 1, { atLeast: 1, atMost: 64, whole: true });
  const { instances, alphas } = checkedRun(options);
  const prepared: Prepared = prepareSimulation(options);
  const values = new Float64Array(instances).fill(Number.NaN);
  for (let i = 0; i < Math.min(instances, known?.length ?? 0); i++) values[i] = known?.[i] ?? Number.NaN;
  const missing = Array.from(values.keys()).filter((i) => Number.isNaN(values[i]));
  let done = instances - missing.length;
  const put = (index: number, value: number): void => {
    values[index] = value;
    onValue?.(index, value);
    options.onProgress?.(++done, instances);
  };
  const node = threads > 1 && missing.length > 1 ? threadsModule() : undefined;
  if (node && isPlain(prepared.plan)) await drawOver(node, prepared.plan, missing, Math.min(threads, missing.length), put, signal);
  else await drawHere(prepared.plan, missing, put, signal);
  return summarise(prepared, values, alphas, options.n);
}

function threadsModule(): typeof import("node:worker_threads") | undefined {
  return globalThis.process?.getBuiltinModule?.("node:worker_threads");
}

/** Functions cannot be sent to another thread. */
function isPlain(plan: SamplerPlan): boolean {
  const patterns = plan.kind === "dynamics" ? plan.patterns : plan.problem;
  if (typeof patterns === "string" || !("activation" in patterns)) return true;
  return typeof patterns.activation === "string" || "table" in patterns.activation;
}

/** Events are served between ranges of this many level-sampled instances; every other instance takes long enough by itself. */
const rangeOf = (plan: SamplerPlan): number => (plan.kind === "levels" ? 64 : 1);

async function drawHere(
  plan: SamplerPlan,
  missing: readonly number[],
  put: (index: number, value: number) => void,
  signal: StopSignal | undefined,
): Promise<void> {
  const sample = openSampler(plan);
  const range = rangeOf(plan);
  for (const [at, index] of missing.entries()) {
    if (signal?.aborted) throw signal.reason;
    put(index, sample(index));
    if (at % range === range - 1) await new Promise((resolve) => setTimeout(resolve));
  }
}

async function drawOver(
  node: typeof import("node:worker_threads"),
  plan: SamplerPlan,
  missing: readonly number[],
  threads: number,
  put: (index: number, value: number) => void,
  signal: StopSignal | undefined,
): Promise<void> {
  const range = Math.max(1, Math.min(rangeOf(plan), Math.ceil(missing.length / (4 * threads))));
  let next = 0;
  const source = new URL(`data:text/javascript,${encodeURIComponent(samplePoolThread)}`);
  const workers = Array.from({ length: threads }, () => new node.Worker(source, { workerData: plan, execArgv: [] }));
  try {
    await Promise.all(
      workers.map(
        (worker) =>
          new Promise<void>((resolve, reject) => {
            const ask = (): void => {
              const numbers = missing.slice(next, next + range);
              next += numbers.length;
              if (numbers.length === 0) resolve();
              else worker.postMessage(numbers);
            };
            signal?.addEventListener("abort", () => reject(signal.reason));
            if (signal?.aborted) reject(signal.reason);
            worker.on("error", (error) => reject(new HopfieldError("E_UNSUPPORTED", `simulate: a thread ended: ${String(error)}`)));
            worker.on("message", (answer: SampleAnswer) => {
              if ("code" in answer)
                reject(answer.code === null ? new Error(answer.message) : new HopfieldError(answer.code as ErrorCode, answer.message));
              else {
                for (const [i, index] of answer.numbers.entries()) put(index, answer.values[i] as number);
                ask();
              }
            });
            ask();
          }),
      ),
    );
  } finally {
    for (const worker of workers) void worker.terminate();
  }
}
