/**
 * @file Threads for training: each has the network, a workspace and a view of the bags, and takes chunks of the batch by a counter. Node only; without shared memory or threads there is no
 * pool, and the training thread computes every chunk itself, to the same bits.
 */
import { stepPoolThread } from "../kernels/generated/step-pool-thread.ts";
import { layerModule } from "../kernels/layers.ts";
import type { LabelledBags } from "./evaluate.ts";
import type { NetworkDescription } from "./network.ts";
import type { Optimiser } from "./optimise.ts";
import { type ChunkOutcome, chunkCount, type Slots, type StepSettings } from "./step.ts";
import { failed, type StepThreadData, stepLayout } from "./step-pool-layout.ts";
import type { Workspace } from "./workspace.ts";

export interface StepPool {
  /** Every chunk of a batch, by whoever is free; `own` computes one here. Outcomes in the order of the chunks. */
  run(chosen: readonly number[], total: number, step: number, own: (chunk: number) => ChunkOutcome): ChunkOutcome[];
  close(): void;
}

function threadsModule(): typeof import("node:worker_threads") | undefined {
  return globalThis.process?.getBuiltinModule?.("node:worker_threads");
}

/**
 * @param threads the caller's included. @param batch most bags of a step.
 * @returns null where one thread is asked for, or is all there is.
 */
export function openStepPool(
  workspace: Workspace,
  description: NetworkDescription,
  { x }: Optimiser,
  slots: Slots,
  data: LabelledBags,
  settings: StepSettings,
  batch: number,
  threads: number,
): StepPool | null {
  const node = threadsModule();
  const helpers = Math.min(threads, chunkCount) - 1;
  if (helpers < 1 || !node || typeof SharedArrayBuffer === "undefined" || !(workspace.buffer instanceof SharedArrayBuffer)) return null;
  const control = new SharedArrayBuffer(stepLayout.chosenAt + batch * 4);
  const words = new Int32Array(control, 0, stepLayout.words);
  const workerData: StepThreadData = {
    control,
    module: layerModule(workspace.build, true),
    build: workspace.build,
    description,
    settings,
    memory: workspace.memory,
    parametersAt: x.byteOffset,
    slotsAt: slots.flat.map((each) => each.byteOffset),
    length: x.length,
    // One copy of the instances for all threads.
    instances: shared(data.bags.data),
    columns: data.bags.columns,
    offsets: data.bags.offsets,
    targets: data.targets,
  };
  for (let index = 0; index < helpers; index++) {
    const worker = new node.Worker(new URL(`data:text/javascript,${encodeURIComponent(stepPoolThread)}`), { workerData, execArgv: [] });
    // One that cannot start is not waited for below, and its error is nobody's: the same numbers come from one thread.
    worker.on("error", () => {});
    worker.unref();
  }
  const pool = poolOver(control, words, batch);
  for (let turn = 0; Atomics.load(words, stepLayout.ready) < helpers; turn++) {
    if (turn === mostTurns) {
      pool.close();
      return null;
    }
    Atomics.wait(words, stepLayout.ready, Atomics.load(words, stepLayout.ready), 100);
  }
  return pool;
}

/** Tenths of a second that threads have to start. */
const mostTurns = 100;

function poolOver(control: SharedArrayBuffer, words: Int32Array, batch: number): StepPool {
  const numbers = new Float64Array(control, stepLayout.numbersAt, stepLayout.numbers);
  const bags = new Int32Array(control, stepLayout.chosenAt, batch);
  const put = (chunk: number, { loss, right }: ChunkOutcome): void => {
    numbers[stepLayout.outcomes + 2 * chunk] = loss;
    numbers[stepLayout.outcomes + 2 * chunk + 1] = right;
  };
  const wake = (): void => {
    Atomics.add(words, stepLayout.generation, 1);
    Atomics.notify(words, stepLayout.generation);
  };
  return {
    run(chosen, total, step, own) {
      // A thread that is late from the step before sees no chunk of this one until everything is written.
      Atomics.store(words, stepLayout.next, 2 ** 30);
      bags.set(chosen);
      numbers[0] = total;
      numbers[1] = step;
      Atomics.store(words, stepLayout.size, chosen.length);
      Atomics.store(words, stepLayout.done, 0);
      Atomics.store(words, stepLayout.next, 0);
      wake();
      for (let c = Atomics.add(words, stepLayout.next, 1); c < chunkCount; c = Atomics.add(words, stepLayout.next, 1)) {
        try {
          put(c, own(c));
        } catch {
          // Told below, when no thread works any more.
          put(c, { loss: Number.NaN, right: failed });
        }
        Atomics.add(words, stepLayout.done, 1);
      }
      for (let spin = 0; spin < stepLayout.spins && Atomics.load(words, stepLayout.done) < chunkCount; spin++);
      for (let done = Atomics.load(words, stepLayout.done); done < chunkCount; done = Atomics.load(words, stepLayout.done))
        Atomics.wait(words, stepLayout.done, done, 1);
      return Array.from({ length: chunkCount }, (_, c) => {
        const right = numbers[stepLayout.outcomes + 2 * c + 1] as number;
        return right === failed ? own(c) : { loss: numbers[stepLayout.outcomes + 2 * c] as number, right };
      });
    },
    close() {
      Atomics.store(words, stepLayout.ended, 1);
      wake();
    },
  };
}

function shared(data: Float32Array): Float32Array {
  if (data.buffer instanceof SharedArrayBuffer) return data;
  const copy = new Float32Array(new SharedArrayBuffer(data.byteLength));
  copy.set(data);
  return copy;
}
