/** The kernels of the trainable layers, a build by itself: it has its own linear memory and nothing else needs to carry its bytes. */
export { gemmNN, gemmNT, gemmTN, gemmBias } from "./gemm";
export { addBias, rectify, rectifyBack, columnSums, addScaled, scaleTo, keepSome, innerProduct, activate, activateBack } from "./elementwise";
export { layerNorm, layerNormBack } from "./layer-norm";
export { separateRows, separateRowsBack, ratioRows, ratioRowsBack, hideEntries } from "./separate-rows";
export { scaleRows, eluFeatures, eluFeaturesBack, positiveFeatures, positiveFeaturesBack } from "./layers-features";
export { lstmStep, lstmStepBack } from "./layers-lstm";
export { eluScores, eluScoresBack, positiveScores, positiveScoresBack } from "./layers-scores";
export { blendBlocks, blendBlocksBack, compareBlocks, compareFew, turnBlocks, sumBlocks, separateBlocks, separateBlocksBack, ratioBlocks, ratioBlocksBack } from "./layers-blocks";
export { adamStep } from "./optimise";
export { patches, patchesBack, maxPool } from "./images";
export { randomMask } from "./random";
export { exp, log } from "./math";

/** First free address: tables lie below, the host's arena above. */
export function heapBase(): usize {
  return __heap_base;
}
