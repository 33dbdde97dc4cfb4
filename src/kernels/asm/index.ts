/**
 * The kernels of modern-hopfield, compiled to WebAssembly with 128-bit SIMD. Every export works on raw addresses of one linear memory that the host lays out
 * (src/kernels/arena.ts); nothing here allocates, and no call keeps state of its own. Matrices are row-major f32 with stride = columns unless said otherwise.
 */
export { packQueries } from "./pack";
export { accumulate } from "./accumulate";
export { accumulateOne } from "./accumulate-one";
export { finish, mergeStates } from "./state";
export { scoreTile, scoreOne } from "./scores";
export { hideRow, largestTwo, kthLargest, collectFrom } from "./select";
export { exactScores } from "./exact";
export { separate } from "./separate";
export { conjugate } from "./conjugate";
export { gather } from "./gather";
export { accumulateSome, gatherRows, shownIndices } from "./some";
export { quantiseRows, scoreBytes } from "./int8";
export { quantiseShorts, scoreShorts } from "./int16";
export { randomMask } from "./random";
export { featureAccumulate, featureRow, multiply } from "./features";

export { exp, log } from "./math";

/** First free address: tables lie below, the host's arena above. */
export function heapBase(): usize {
  return __heap_base;
}
