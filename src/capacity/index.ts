/** @file The capacity room: ensembles of patterns, their thresholds, and simulations beside them. */
export { alpha1, alphaMax, basin, lambdaSaturation, lambdaStar, participation, phi, sigma } from "./thresholds.ts";
export type { Ensemble } from "./types.ts";
export { type DiffusionEnsemble, drawPatterns } from "./diffusion-draw.ts";
export { energyConstant, identityError, logDensity, type MemoryEnergy, memoryEnergy } from "./diffusion-energy.ts";
export { type Bias, type PatternSet, patternSet } from "./diffusion-set.ts";
export { type ManifoldActivation, manifoldActivations } from "./manifold-patterns.ts";
