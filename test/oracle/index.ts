/**
 * @file The definition-level oracle: every member of the family written out from its formula in float64, slow and plain, importing nothing from the package.
 * The fast kernels are tested against it; it is itself tested against an independent reference (test/golden) and against the laws of the theory.
 */
export * from "./arrays.ts";
export * from "./binary.ts";
export * from "./capacity.ts";
export * from "./conjugates.ts";
export * from "./diagnostics.ts";
export * from "./energy.ts";
export * from "./entmax.ts";
export * from "./features.ts";
export * from "./kernel-regression.ts";
export * from "./nadaraya-watson.ts";
export * from "./operator.ts";
export * from "./random.ts";
export * from "./recall.ts";
export * from "./separation-loss.ts";
export * from "./separations.ts";
export * from "./similarities.ts";
export * from "./supports.ts";
