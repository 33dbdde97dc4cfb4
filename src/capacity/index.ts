/** @file The capacity room: ensembles of patterns, their thresholds, and simulations beside them. */
export { alpha1, alphaMax, basin, lambdaSaturation, lambdaStar, participation, phi, sigma } from "./thresholds.ts";
export type { Ensemble } from "./types.ts";
