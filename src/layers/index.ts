/** @file Trainable Hopfield layers: blocks with hand-written backward passes, networks of them, training, and weights in and out. */
export { type RandomStream, randomStream } from "../core/random.ts";
export { type ActivationName, activation } from "./activations.ts";
export type { AssociationOptions, LayerSeparation, LayerSupport, StepGradient } from "./association-options.ts";
export { newPass, oneRowEach, type PassOptions, selectBags, toBatch } from "./batch.ts";
export { type Checkpoint, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
export { branch, chain, repeat, residual } from "./combinators.ts";
export { type ConvolutionOptions, convolution, maxPool } from "./convolution.ts";
export { dropout } from "./dropout.ts";
export { embedding } from "./embedding.ts";
export { areaUnderCurve, type LabelledBags, predictBags, type Score, score } from "./evaluate.ts";
export { type Epoch, type Fit, type FitOptions, type FitWatch, fit, train } from "./fit.ts";
export { type LinearOptions, linear } from "./linear.ts";
export { type LossName, type LossOutcome, lossOf } from "./losses.ts";
export { lstm } from "./lstm.ts";
export { association, type EncoderOptions, encoder, type LookupOptions, lookup, type PoolingOptions, pooling } from "./modules.ts";
export { buildNetwork, type ModelName, modelNames, type NetworkDescription } from "./network.ts";
export { layerNorm, type NormOptions } from "./normalise.ts";
export type { OptimiserOptions } from "./optimise.ts";
export { copyTree, countParameters, listed } from "./parameters.ts";
export { flatten, lastRow, maxPoolBags, meanPool } from "./reduce.ts";
export { type Batch, type Block, block, type Parameters, type Pass, type Tensor, type TypedBlock } from "./types.ts";
export {
  readUpstreamLayer,
  runUpstreamLayer,
  type Sequences,
  type UpstreamClass,
  type UpstreamInputs,
  type UpstreamLayer,
  type UpstreamResult,
} from "./upstream.ts";
export type { UpstreamArguments } from "./upstream-config.ts";
export { type FeatureEncoding, readNetwork, type SavedNetwork, writeNetwork } from "./weights.ts";
export { openWorkspace, scoped, type Workspace } from "./workspace.ts";
