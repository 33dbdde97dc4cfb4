/** @file Pooling by a learned query in place of pooling by mean or maximum, on bags in which one instance decides. */
import { bitPatterns } from "../tasks/index.ts";
import { meanOf, problemOf, scaled, seedsOf, type Trainer, told, trainAndTest } from "./layer-training.ts";
import type { Claim } from "./types.ts";

const common = { inputs: 8, outputs: 1, width: 128 } as const;

/** @param trainer the function under examination. */
export function poolingClaim(trainer: Trainer = trainAndTest): Claim {
  return {
    id: "layer-pooling",
    title: "Hopfield pooling finds the one instance that decides a bag, where pooling by mean over the same embedding does not",
    source:
      "Ramsauer et al., arXiv 2008.02217, section 4 and appendix (pooling; the bit-pattern task of its code); network and task: docs/layers/tasks.md",
    expected:
      "bags of 16 codes of 8 bits, 8 of the 255 codes are signals; 1 536 bags to train: pooling by one learned query at least .99 on fresh bags of every seed, and .1 above the mean; the maximum stands beside them",
    tolerance: ".99: 2 000 test bags have a standard error of .002 there; the gap of .1 is 6 standard errors of both",
    seconds: 3,
    run(context) {
      const rows: Record<string, number[]> = { pooling: [], mean: [], max: [] };
      const seeds = seedsOf(context);
      seeds.forEach((seed, i) => {
        context.progress(i, seeds.length);
        const patterns = bitPatterns(seed);
        const problem = problemOf(patterns.bags(2048, 0), 1536, patterns.bags(2000, 1));
        const options = { seed, epochs: 40, learningRate: 2e-3, patience: 12, stopBelow: 0.008, stopTrainingBelow: 1e-4 };
        rows.pooling?.push(trainer({ ...common, model: "pooling", module: scaled }, problem, options).accuracy);
        for (const model of ["mean", "max"] as const) rows[model]?.push(trainer({ ...common, model }, problem, options).accuracy);
      });
      const { pooling = [], mean = [], max = [] } = rows;
      return {
        measured: `accuracy: pooling ${told(pooling)}; mean ${told(mean)}; max ${told(max)}`,
        passed: Math.min(...pooling) >= 0.99 && meanOf(pooling) >= meanOf(mean) + 0.1,
        figures: { pooling: meanOf(pooling), mean: meanOf(mean), max: meanOf(max) },
      };
    },
  };
}

export const layerPooling: Claim = poolingClaim();
