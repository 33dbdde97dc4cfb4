/** The kernels of the capacity room, a build by itself with a linear memory of its own. */
export { patternNormals, panelToSphere } from "./capacity-normals";
export { panelFields, panelOverlaps, addWeights, streamPatterns } from "./capacity-stream";
export { denoiseLogits, denoiseSums } from "./capacity-denoise";

/** First free address: tables lie below. */
export function heapBase(): usize {
  return __heap_base;
}
