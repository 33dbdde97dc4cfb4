/** @file The capacity room: ensembles of patterns, their thresholds, and simulations beside them. */

export { type Activation, type ActivationInput, type ActivationName, activationOf } from "./activations.ts";
export { gaussianAllPatterns, gaussianPairFinite } from "./all-patterns.ts";
export { annealedManifold } from "./annealed.ts";
export { type BasinProblem, basinSample } from "./basin-sampling.ts";
export {
  binaryEnsemble,
  clusterEnsemble,
  gaussianEnsemble,
  gaussianOverlap,
  type NoiseOptions,
  scaledDotProduct,
  sphericalEnsemble,
} from "./closed-forms.ts";
export { convertLambda, type LambdaConvention } from "./conventions.ts";
export { type DiffusionEnsemble, drawPatterns } from "./diffusion-draw.ts";
export { energyConstant, identityError, logDensity, type MemoryEnergy, memoryEnergy } from "./diffusion-energy.ts";
export { informationRate } from "./diffusion-information.ts";
export { biasedManifold } from "./diffusion-onset.ts";
export { geometricTimes, lastTime, momentsOf, nearestPatterns, runReverse, startStates } from "./diffusion-sampler.ts";
export { type Bias, type PatternSet, patternSet } from "./diffusion-set.ts";
export { measuredCollapse, measuredOnset, sourceWeights, type TrialMean } from "./diffusion-source.ts";
export { sameClass, sidesOf, widestDirection } from "./diffusion-speciation.ts";
export {
  type DiffusionTimes,
  type DrawnEnsemble,
  diffusionTimes,
  identityAround,
  reverseTimes,
  sampleChains,
  sourceRatios,
  weightAcrossCollapse,
} from "./diffusion-study.ts";
export { collapseTime, onsetRate, onsetTime, speciationTime } from "./diffusion-times.ts";
export { type UTurn, uTurns } from "./diffusion-u-turn.ts";
export { type EffectiveDimension, effectiveDimension } from "./effective-dimension.ts";
export { type EmpiricalEnsemble, type EmpiricalOptions, empiricalEnsemble } from "./empirical.ts";
export { fitSizes, type SizeFit, type SizePoint, sizePoint } from "./finite-size.ts";
export { type HiddenManifold, type HiddenManifoldOptions, hiddenManifold } from "./hidden-manifold.ts";
export { type Hysteresis, hysteresis } from "./hysteresis.ts";
export { hessianSpectrum } from "./manifold-hessian.ts";
export { limitHessianSpectrum, limitUpdate, type ManifoldLimit, manifoldLimit, queryRate } from "./manifold-limit.ts";
export { type MixtureEnd, mixtureEnds } from "./manifold-mixtures.ts";
export { drawManifold, type Manifold } from "./manifold-patterns.ts";
export { manifoldPlane, type PlanePoint, type PlaneSettings } from "./manifold-plane.ts";
export { largestEigenvalue, type SpectrumTransform, spectrumTransform } from "./manifold-spectrum.ts";
export {
  instabilityLambda,
  linearManifoldEnsemble,
  type ManifoldSettings,
  manifoldRegime,
  type Regime,
  triplePoint,
} from "./manifold-theory.ts";
export { type TwinPoint, type TwinSettings, twinMemories } from "./manifold-twins.ts";
export { medianInterval } from "./order-statistics.ts";
export { perceptronInformation } from "./perceptron.ts";
export type { LatentPrior, Saddle } from "./saddle.ts";
export { type Simulation, type SimulationMethod, type SimulationOptions, simulate } from "./simulate.ts";
export { simulateThreads, type ThreadOptions } from "./simulate-threads.ts";
export {
  biasedBinary,
  type Component,
  discreteEnsemble,
  mixtureEnsemble,
  pottsEnsemble,
  type Site,
  siteSums,
  sparseBinary,
} from "./site-sums.ts";
export { alpha1, alphaMax, basin, lambdaSaturation, lambdaStar, participation, phi, sigma } from "./thresholds.ts";
export { alpha1TopK } from "./top-k-threshold.ts";
export type { Ensemble } from "./types.ts";
