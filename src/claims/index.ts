/**
 * @file Every claim that the project checks, in the order `hopfield reproduce` shows them. One file per claim; each holds its own reference in f64. To add one: write the
 * file, list it here, and make sure that a wrong library fails it (test/claims/claims.test.ts).
 */
import { capacityConstants } from "./capacity-constants.ts";
import { capacityFiniteSize } from "./capacity-finite-size.ts";
import { capacityLatent } from "./capacity-latent.ts";
import { capacitySaturation } from "./capacity-saturation.ts";
import { capacitySimulation } from "./capacity-simulation.ts";
import { capacityThresholds } from "./capacity-thresholds.ts";
import { certificateHolds } from "./certificate.ts";
import { circuitDepth } from "./circuit-depth.ts";
import { circuitEquality } from "./circuit-equality.ts";
import { circuitNetworks } from "./circuit-networks.ts";
import { circuitPrecision } from "./circuit-precision.ts";
import { circuitUniform } from "./circuit-uniform.ts";
import { criticalSlowing } from "./critical-slowing.ts";
import { depthAccuracy } from "./depth-accuracy.ts";
import { depthReach } from "./depth-reach.ts";
import { depthReductions } from "./depth-reductions.ts";
import { depthWords } from "./depth-s5.ts";
import { depthSmallestError } from "./depth-smallest-error.ts";
import { depthTraining } from "./depth-training.ts";
import { diffusionCollapse } from "./diffusion-collapse.ts";
import { diffusionIdentity } from "./diffusion-identity.ts";
import { energyDescent } from "./energy-descent.ts";
import { epanechnikovExact } from "./epanechnikov-exact.ts";
import { exactConditioning } from "./exact-conditioning.ts";
import { efficiency } from "./experiment-efficiency.ts";
import { halfMaskedDigits } from "./experiment-half-masked.ts";
import { learnedKernel } from "./experiment-learned-kernel.ts";
import { digitsMemorySize } from "./experiment-memory-size.ts";
import { noisyDigits } from "./experiment-noisy.ts";
import { topKAblation } from "./experiment-top-k.ts";
import { exponentialMemory } from "./exponential-memory.ts";
import { hopularTables } from "./hopular-tables.ts";
import { familyIdentities } from "./identities.ts";
import { layerAttention } from "./layer-attention.ts";
import { layerBagLength } from "./layer-bag-length.ts";
import { layerLatchLength } from "./layer-latch-length.ts";
import { layerLstm } from "./layer-lstm.ts";
import { layerMembers } from "./layer-members.ts";
import { layerPooling } from "./layer-pooling.ts";
import { linearNearMean } from "./linear-near-mean.ts";
import { manifoldGeneralisation } from "./manifold-generalisation.ts";
import { manifoldTriplePoint } from "./manifold-triple-point.ts";
import { milBags } from "./mil-bags.ts";
import { nadarayaWatson } from "./nadaraya-watson.ts";
import { pointwiseBounds } from "./pointwise-bounds.ts";
import { randomFeatureWeights } from "./random-feature-weights.ts";
import { orthogonalFeatures, randomFeatureVariance } from "./random-features.ts";
import { seriesForecast } from "./series-forecast.ts";
import { sparseExactRetrieval } from "./sparse-exact-retrieval.ts";
import { tableLookup } from "./table-lookup.ts";
import { tableMade } from "./table-made.ts";
import { topKEnergy } from "./top-k-energy.ts";
import type { Claim } from "./types.ts";

export {
  type Claim,
  type ClaimContext,
  type ClaimOutcome,
  type ClaimTable,
  type Library,
  packageItself,
  type StoredDigits,
} from "./types.ts";

export const claims: readonly Claim[] = [
  energyDescent,
  certificateHolds,
  capacityConstants,
  criticalSlowing,
  sparseExactRetrieval,
  topKEnergy,
  familyIdentities,
  nadarayaWatson,
  exactConditioning,
  pointwiseBounds,
  randomFeatureVariance,
  orthogonalFeatures,
  randomFeatureWeights,
  linearNearMean,
  epanechnikovExact,
  exponentialMemory,
  capacityThresholds,
  capacityLatent,
  capacitySaturation,
  capacitySimulation,
  capacityFiniteSize,
  circuitDepth,
  circuitEquality,
  circuitUniform,
  circuitPrecision,
  circuitNetworks,
  learnedKernel,
  halfMaskedDigits,
  noisyDigits,
  digitsMemorySize,
  topKAblation,
  efficiency,
  depthReach,
  depthAccuracy,
  depthWords,
  depthReductions,
  depthTraining,
  depthSmallestError,
  diffusionIdentity,
  diffusionCollapse,
  manifoldGeneralisation,
  manifoldTriplePoint,
  layerPooling,
  layerAttention,
  layerLstm,
  layerMembers,
  layerBagLength,
  layerLatchLength,
  tableLookup,
  tableMade,
  hopularTables,
  milBags,
  seriesForecast,
];
