/** @file Bags of growing length with one signal in every positive bag: pooling by a learned query, by mean and by maximum over the same embedding. */
import { bitPatterns } from "../tasks/index.ts";
import { bestOf, meanOf, problemOf, seedsOf, type Trainer, told, trainAndTest } from "./layer-training.ts";
import type { Claim, ClaimContext } from "./types.ts";

const models = ["pooling", "mean", "max"] as const;
const module = { deviation: "scaled", heads: 4, hidden: 8 } as const;
/** The controls get the better of both. */
const rates = [3e-3, 1e-2];

function lengthsOf({ size }: ClaimContext): number[] {
  return size === "full" ? [16, 32, 64, 128, 256, 512, 1024] : size === "small" ? [16] : [16, 64, 256];
}

/** @param trainer the function under examination. */
export function bagLengthClaim(trainer: Trainer = trainAndTest): Claim {
  return {
    id: "layer-bag-length",
    title:
      "one signal in a bag of growing length: a learned query finds it where mean and maximum over the same embedding lose it, until it does not learn either",
    source: "Ramsauer et al., arXiv 2008.02217 (multiple-instance pooling); the sweep over lengths is this project's: docs/layers/tasks.md",
    expected:
      "codes of 8 bits, one of them the signal, 512 bags to train: pooling by a learned query at least .95 on average up to length 128, and above the mean by .1 at the greatest of these lengths; what longer bags give is reported, with mean and maximum (best of two learning rates) beside it",
    tolerance: ".95: 1 000 fresh bags have a standard error of .007 there",
    seconds: 5,
    run(context) {
      const seeds = seedsOf(context);
      const lengths = lengthsOf(context);
      const lines: string[] = [];
      const figures: Record<string, number> = {};
      lengths.forEach((instances, l) => {
        const found: Record<(typeof models)[number], number[]> = { pooling: [], mean: [], max: [] };
        seeds.forEach((seed, i) => {
          context.progress(l * seeds.length + i, lengths.length * seeds.length);
          const patterns = bitPatterns(seed, { instances, signals: 1 });
          const problem = problemOf(patterns.bags(640, 0), 512, patterns.bags(1000, 1));
          const options = { seed, epochs: 20, batch: 16, patience: 20, stopBelow: 0.01, stopTrainingBelow: 1e-3 };
          for (const model of models) {
            const network = { model, inputs: 8, outputs: 1, width: 32, ...(model === "pooling" ? { module } : {}) };
            found[model].push(bestOf(trainer, network, problem, options, model === "pooling" ? [5e-3] : rates).accuracy);
          }
        });
        lines.push(`${instances}: ${models.map((model) => `${model} ${told(found[model])}`).join(", ")}`);
        for (const model of models) figures[`${model} ${instances}`] = meanOf(found[model]);
      });
      const judged = lengths.filter((length) => length <= 128);
      const at = (model: string, length: number | undefined): number => figures[`${model} ${length}`] as number;
      return {
        measured: `accuracy at length ${lines.join("; ")}`,
        passed:
          judged.every((length) => at("pooling", length) >= 0.95) &&
          (judged.length === 1 || at("pooling", judged.at(-1)) > at("mean", judged.at(-1)) + 0.1),
        figures,
      };
    },
  };
}

export const layerBagLength: Claim = bagLengthClaim();
