/** @file The control block that the pool and its threads share: offsets of Int32 words, and where the arguments of the parts lie. */

export const layout = {
  generation: 0,
  next: 1,
  parts: 2,
  done: 3,
  kernel: 4,
  memory: 5,
  ready: 6,
  /** Threads of the pool that may take part in this job: those with a lower index. */
  limit: 7,
  words: 16,
  /** Byte offset of the arguments: `arguments` f64 a part. */
  argumentsAt: 64,
  arguments: 24,
  maximumParts: 256,
  spins: 4000,
  /** Kernels that a job can name. */
  kernels: ["accumulate", "accumulateOne", "accumulateSome", "scoreTile", "scoreOne", "scoreBytes", "scoreShorts"],
} as const;

/** Sent to a thread before a job: a memory with the modules to lay over each other, or that one is gone. */
export type Introduction =
  | { readonly id: number; readonly memory: WebAssembly.Memory; readonly modules: readonly WebAssembly.Module[] }
  | { readonly forget: number };
