/** @file Nothing in the depth argument is special to retrieval: other separations, kernels, attention and pooling compile to constant depth as well; and so do the updates that decide connectivity. */
import {
  buildGraph,
  checkGraph,
  checkReach,
  createNetwork,
  depthCircuit,
  depthNetworks,
  depthOf,
  depthOfUpdate,
  depthReach,
  type GraphNetwork,
  graphNetworks,
  networkGraph,
  randomPatterns,
} from "../circuits/index.ts";
import type { Claim } from "./types.ts";

const counts = [4, 6, 9];

/** Layers of gates by construction. */
const constructed: Record<GraphNetwork, number> = {
  softmax: 4,
  "top-k": 5,
  sparsemax: 5,
  entmax: 4,
  "relu-features": 5,
  "random-features": 2,
  "multi-head": 5,
  attention: 7,
  pooling: 6,
  "feed-forward": 5,
};
const [nodes, layers] = [7, 2];

/** @param build, decide the compilers under examination. */
export function circuitNetworksClaim(build: typeof buildGraph = buildGraph, decide: typeof depthCircuit = depthCircuit): Claim {
  return {
    id: "circuit-networks",
    title: "attention, pooling, other separations and kernels have constant depth too; squaring 2 and cubing 6 layers an update",
    source:
      "arXiv 2412.05562 (constant depth from constant-depth primitives); arXiv 2510.19753 (reach 3^L); semantics of each step: docs/circuits/graph.md, proofs of the reach: docs/depth/constructions.md",
    expected:
      "n = 4, 6, 9: the same depth for each network, every gate-by-gate answer equal to the meaning of the steps; connectivity on 7 nodes: depth 2 L (square, linear) and 6 L (cube), marks up to distance 2^L, L + 1, 3^L",
    tolerance: "none: integers",
    seconds: 2,
    run({ seed, progress }) {
      let [moved, wrong, checked] = [0, 0, 0];
      const depths: Record<string, number> = {};
      for (const [at, name] of graphNetworks.entries()) {
        progress(at, graphNetworks.length + 1);
        const found = counts.map((n) => {
          const steps = networkGraph(name, createNetwork(randomPatterns(n, 3, 3, seed, n), { bits: 3, beta: 0.5 }), seed);
          const { circuit } = build(steps, "numbers");
          const result = checkGraph(steps, circuit, 96, seed);
          wrong += result.mismatches;
          checked += result.checked;
          return depthOf(circuit);
        });
        depths[name] = found[0] as number;
        if (found.some((depth) => depth !== constructed[name])) moved++;
      }
      for (const name of depthNetworks) {
        const { circuit } = decide(name, nodes, layers);
        const result = checkReach(circuit, nodes, depthReach(name, layers), 96, seed);
        wrong += result.mismatches;
        checked += result.checked;
        depths[name] = depthOf(circuit);
        if (depthOf(circuit) !== layers * depthOfUpdate(name)) moved++;
      }
      const list = Object.entries(depths)
        .map(([name, depth]) => `${name} ${depth}`)
        .join(", ");
      return {
        measured: `${wrong} mismatches in ${checked} vectors; depth ${list}; ${moved} other than by construction`,
        passed: wrong === 0 && moved === 0,
        figures: { wrong, moved, ...depths },
      };
    },
  };
}

export const circuitNetworks = circuitNetworksClaim();
