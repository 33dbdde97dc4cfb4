/** @file Constant depth and polynomial size: the circuits of a family of networks, n from 2 to 256, beside the depth that the theorems' formula gives for our own operations. */
import { compile, createNetwork, depthOf, fixedLedger, measure, randomIntegers, randomPatterns, theoremDepth } from "../circuits/index.ts";
import { slope } from "./circuit-reference.ts";
import type { Claim } from "./types.ts";

const counts = [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256];

/** @param build the compiler under examination. */
export function circuitDepthClaim(build: typeof compile = compile): Claim {
  return {
    id: "circuit-depth",
    title: "retrieval is a family of threshold circuits of constant depth and polynomial size",
    source:
      "arXiv 2412.05562 (depth of a layer 8 d_std + 6 d_sum + d_exp, kernelised 10 and 8, m layers m times); the construction: docs/circuits/construction.md",
    expected:
      "n = 2 ... 256: depth 4 with fixed patterns (also kernelised), 7 with patterns as inputs, 4 L for L updates; gates and wires at most linear in n; all below the formula with our own d_std, d_sum, d_exp",
    tolerance: "depths: none. Fitted exponents of gates and wires over n in [0.7, 1.1]: linear for large n, with a part that does not grow",
    seconds: 0.5,
    run({ seed, progress }) {
      let wrong = 0;
      const gates: number[] = [];
      const wires: number[] = [];
      for (const [at, n] of counts.entries()) {
        progress(at, counts.length);
        const patterns = randomPatterns(n, 8, 4, seed, n);
        const fixed = measure(build(createNetwork(patterns, { bits: 4 })).circuit);
        gates.push(fixed.gates);
        wires.push(fixed.wires);
        const kernel = randomIntegers(8, 8, -1, 1, seed, 1);
        const kernelised = depthOf(build(createNetwork(patterns, { bits: 4, kernel })).circuit);
        const small = randomPatterns(n, 3, 3, seed, n);
        const input = depthOf(build(createNetwork(small, { bits: 3, memory: "input" })).circuit);
        const layered = [1, 2, 3, 5].map((layers) => depthOf(build(createNetwork(patterns, { bits: 4, layers })).circuit) / layers);
        if (fixed.depth !== 4 || kernelised !== 4 || input !== 7 || layered.some((depth) => depth !== 4)) wrong++;
      }
      const logs = counts.map(Math.log2);
      const [gateSlope, wireSlope] = [gates, wires].map((list) => slope(logs.slice(4), list.slice(4).map(Math.log2))) as [number, number];
      const { depths } = fixedLedger({ p: 4, f: 2 }, 8);
      const [layer, kernelised] = [theoremDepth(depths, 1, false), theoremDepth(depths, 1, true)];
      const inside = [gateSlope, wireSlope].every((s) => s >= 0.7 && s <= 1.1);
      return {
        measured: `${wrong} of ${counts.length} sizes with another depth; gates n^${gateSlope.toFixed(2)}, wires n^${wireSlope.toFixed(2)}; formula for one layer ${layer}, kernelised ${kernelised}`,
        passed: wrong === 0 && inside && layer > 7 && kernelised > layer,
        figures: { wrong, gateSlope, wireSlope, layer, kernelised },
      };
    },
  };
}

export const circuitDepth = circuitDepthClaim();
