/** The kernels of the trainable layers, a build by itself: it has its own linear memory and nothing else needs to carry its bytes. */
export { gemmNN, gemmNT, gemmTN } from "./gemm";
export { addBias, rectify, rectifyBack, columnSums, addScaled, scaleTo, keepSome, innerProduct, layerNorm, layerNormBack, activate, activateBack } from "./elementwise";
export { separateRows, separateRowsBack, ratioRows, ratioRowsBack, keepLargest, hideEntries } from "./separate-rows";
export { scaleRows, eluFeatures, eluFeaturesBack, positiveFeatures, positiveFeaturesBack } from "./layers-features";
export { lstmStep, lstmStepBack } from "./layers-lstm";
export { turnBlock, rowSums } from "./layers-blocks";
export { adamStep } from "./optimise";
export { patches, patchesBack, maxPool } from "./images";
export { randomMask } from "./random";
export { exp, log } from "./math";

/** First free address: tables lie below, the host's arena above. */
export function heapBase(): usize {
  return __heap_base;
}
