/** @file The circuits of the package: from a network of p-bit integers to a threshold circuit of constant depth, its evaluators, passes and files. */

export type { AndGraph } from "./and-graph.ts";
export { evaluateMany } from "./bit-sliced.ts";
export { type CheckOptions, type CheckResult, checkCompiled } from "./check.ts";
export { type Circuit, countGates, depthOf } from "./circuit.ts";
export { closedBound, refuseLargeShape } from "./closed-bounds.ts";
export { type Compiled, compile, type OutputForm } from "./compile.ts";
export { evaluate } from "./evaluate.ts";
export { flatten } from "./expand.ts";
export { type ExportFormat, exportCompiled, exportFormats } from "./export.ts";
export { type CircuitDocument, toVectors, type VectorsDocument } from "./export-json.ts";
export { familyOf, familySize, gateAt } from "./gate-at.ts";
export { evaluateLevels, type LevelProgram, prepareLevels } from "./levels.ts";
export { lower } from "./lower.ts";
export { toMajority } from "./majority.ts";
export { type Measures, measure } from "./measure.ts";
export { createNetwork, type IntegerMatrix, type Network, type NetworkOptions } from "./network.ts";
export { prune } from "./prune.ts";
export { quantisePatterns, randomIntegers, randomPatterns } from "./quantise.ts";
export { retrieve } from "./retrieve.ts";
export { share } from "./share.ts";
export { readCircuit, writeCircuit } from "./text.ts";
export type { Family, GateDescription, Wire } from "./uniform.ts";
export { bitsFromNumbers, inputBits, numbersFromBits, randomVector } from "./vectors.ts";
export { verifyCircuit } from "./verify.ts";
