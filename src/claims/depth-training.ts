/** @file Trained networks: within capacity they learn the algorithm, beyond it the degree rule; and the benchmark on which that rule would pass for an algorithm. */
import { randomStream, uniform } from "../core/random.ts";
import { degrees, independentEdges, isConnected, type TrainedNetworks, trainedExperiment, trainNetwork } from "../tasks/index.ts";
import type { Claim } from "./types.ts";

const draws = 300;

/** @param train the function under examination. */
export function trainingClaim(train: typeof trainNetwork = trainNetwork): Claim {
  return {
    id: "depth-training",
    title:
      "trained on graphs of diameter at most 2^L a network of three numbers a layer learns squaring; on longer ones it learns to read degrees",
    source:
      "Ye, Fu, Jia, Sharan, arXiv 2510.19753 (capacity and the degree heuristic; theirs is a transformer, this the model of docs/depth/training.md)",
    expected:
      "one cycle against two, n = 12, 16, 24: within capacity the closed form of squaring, beyond it .5; on independent edges near the threshold, n = 64, 'no node is isolated' is right for more than 95 % of graphs",
    tolerance: "cycles: 1e-12 (all pairs are asked); independent edges: .99 expected, .95 is 6 standard deviations of 300 draws below",
    seconds: 6,
    run({ seed, progress }) {
      let [within, beyond, largest] = [0, 0, 0];
      for (const layers of [1, 2]) {
        progress(layers - 1, 3);
        const networks: TrainedNetworks = new Map();
        for (const family of ["within", "beyond"] as const)
          networks.set(`${layers} ${family} ${seed}`, train({ layers, family, seed }).parameters);
        for (const nodes of [12, 16, 24]) {
          const options = { task: "cycles", decision: "pair", readOut: "all", samples: "all", nodes, seed, layers: [layers] } as const;
          const of = (family: "within" | "beyond"): number => trainedExperiment(options, family, networks).rows[0]?.accuracy ?? Number.NaN;
          const off = Math.abs(of("within") - (0.5 + Math.min(2 * 2 ** layers, nodes - 1) / (2 * (nodes - 1))));
          largest = Math.max(largest, off);
          if (off <= 1e-12) within++;
          if (of("beyond") === 0.5) beyond++;
        }
      }
      const random = randomStream(seed, 0xd07a);
      let easy = 0;
      for (let t = 0; t < draws; t++) {
        const graph = independentEdges(random, 64, (Math.log(64) + 2 * uniform(random) - 1) / 64);
        if (degrees(graph).every((d) => d > 0) === isConnected(graph)) easy++;
      }
      return {
        measured: `${within} of 6 within capacity equal the closed form (largest difference ${largest.toExponential(1)}), ${beyond} of 6 beyond it are at .5; independent edges: degrees right on ${((100 * easy) / draws).toFixed(1)} %`,
        passed: within === 6 && beyond === 6 && easy > 0.95 * draws,
        figures: { within, beyond, largest, easy },
      };
    },
  };
}

export const depthTraining: Claim = trainingClaim();
