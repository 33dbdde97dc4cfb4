/**
 * @file The everyday surface of modern-hopfield: create a memory, recall from it, and read what it says about the answer.
 */
export { type ErrorCode, HopfieldError } from "./core/errors.ts";
export type { Matrix, MatrixLike } from "./core/matrix.ts";
export { allocateRows as allocate } from "./memory/allocate.ts";
export { type ColumnScaling, columnScaling, scaleColumns, unscaleColumns } from "./memory/column-scaling.ts";
export { createMemory } from "./memory/create.ts";
export { adviseBeta, type CapacityBound, capacityBound, type DiagnosticOptions, separations } from "./memory/diagnostics.ts";
export { type FitKernelOptions, type FittedKernel, fitKernel } from "./memory/fit-kernel.ts";
export { drawFrequencies, positiveFeatures } from "./memory/frequencies.ts";
export { models } from "./memory/presets.ts";
export { type SeparationOptions, separate } from "./memory/separate.ts";
export { type SeparationLossOptions, separationLoss } from "./memory/separation-loss.ts";
export { createSequenceMemory, replay } from "./memory/sequence.ts";
export type * from "./memory/types.ts";
export { type AbortSignalLike, type HopfieldWorker, openWorker, type WorkerCallOptions, type WorkerMemory } from "./worker/open.ts";

/**
 * Makes build "wide" available: V8's revectorizer, switched on for this process before the kernels are compiled (Node 24 and later on x64). The answers are those of the relaxed build
 * to rounding; they are checked here once. Loaded only when it is called.
 * @returns whether it is there; createMemory({ build: "wide" }) works either way and takes the next best build where it is not.
 */
export async function enableWide(): Promise<boolean> {
  const { activateWide } = await import("./kernels/wide.ts");
  return activateWide();
}
