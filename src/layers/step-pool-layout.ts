/** @file What the training thread and those that help it share: words of the control block, where its numbers and the chosen bags lie, and what a thread is started with. */
import type { LayerBuild } from "../kernels/layers.ts";
import type { NetworkDescription } from "./network.ts";
import type { StepSettings } from "./step.ts";

export const stepLayout = {
  /** Int32 words: counted up for every step; next chunk; chunks done; threads ready; 1: all threads end; bags of the batch. */
  generation: 0,
  next: 1,
  done: 2,
  ready: 3,
  ended: 4,
  size: 5,
  words: 16,
  /** f64: weights of the batch, number of the step; then loss and right rows of each chunk. */
  numbersAt: 64,
  numbers: 16,
  outcomes: 2,
  /** Int32: the bags of the batch. */
  chosenAt: 64 + 16 * 8,
  spins: 20000,
} as const;

/** Number of right rows of a chunk that a thread could not compute; the caller does it again, for the error. */
export const failed = -1;

export interface StepThreadData {
  readonly control: SharedArrayBuffer;
  readonly module: WebAssembly.Module;
  readonly build: LayerBuild;
  readonly description: NetworkDescription;
  readonly settings: StepSettings;
  /** The memory of the training thread, where the parameters and the gradients of the chunks are. */
  readonly memory: WebAssembly.Memory;
  readonly parametersAt: number;
  readonly slotsAt: readonly number[];
  readonly length: number;
  readonly instances: Float32Array;
  readonly columns: number;
  readonly offsets: Int32Array;
  readonly targets: Float32Array;
}
