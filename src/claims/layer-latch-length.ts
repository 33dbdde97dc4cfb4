/** @file The latch with its symbol at a random place, over lengths: pooling beside an LSTM, mean, maximum and one linear layer. */
import { latchSequences } from "../tasks/index.ts";
import { lstmWithin } from "./layer-lstm.ts";
import { bestOf, meanOf, problemOf, seedsOf, type Trainer, told, trainAndTest } from "./layer-training.ts";
import type { Claim } from "./types.ts";

const models = ["pooling", "lstm", "flatten", "mean", "max"] as const;
const common = { inputs: 20, outputs: 1, width: 32 } as const;
const module = { deviation: "scaled", heads: 4, hidden: 8 } as const;
const lengths = [32, 128, 512];
/** An LSTM goes through the places one by one: the longest sequences are for the full run. */
const longestLstm = 128;
/** The LSTM gets the best of these by the validation sequences. */
const rates = [3e-3, 1e-2, 3e-2];

/** @param trainer the function under examination. */
export function latchLengthClaim(trainer: Trainer = trainAndTest): Claim {
  return {
    id: "layer-latch-length",
    title: "a symbol at a random place of a sequence of 32, 128 or 512: pooling reads it at every length; so does the maximum",
    source: "Ramsauer et al., arXiv 2008.02217, the latch task of its code, with the symbol at a random place: docs/layers/tasks.md",
    expected:
      "512 sequences to train: pooling at least .99 on fresh ones at every length; one linear layer on the flattened sequence below .9, for it needs the place; LSTM (as many parameters, best of three learning rates), mean and maximum stand beside them (instances are one-hot, so the maximum of a column says whether its symbol occurs)",
    tolerance: ".99: 1 000 fresh sequences, a standard error of .003",
    seconds: 10,
    run(context) {
      const full = context.size === "full";
      const seeds = seedsOf(context);
      const chosen = context.size === "small" ? [32] : lengths;
      const lines: string[] = [];
      const figures: Record<string, number> = {};
      chosen.forEach((length, l) => {
        const found: Record<(typeof models)[number], number[]> = { pooling: [], lstm: [], flatten: [], mean: [], max: [] };
        seeds.forEach((seed, i) => {
          context.progress(l * seeds.length + i, chosen.length * seeds.length);
          const place = { length, place: "random" } as const;
          const problem = problemOf(latchSequences(seed, 640, 0, place), 512, latchSequences(seed, 1000, 1, place));
          const options = { seed, epochs: 12, batch: 32, patience: 12, stopBelow: 0.0005, learningRate: 5e-3 };
          const pooled = trainer({ ...common, model: "pooling", module }, problem, options);
          found.pooling.push(pooled.accuracy);
          for (const model of ["mean", "max"] as const) found[model].push(trainer({ ...common, model }, problem, options).accuracy);
          found.flatten.push(trainer({ model: "flatten", inputs: 20, outputs: 1, width: 0, instances: length }, problem, options).accuracy);
          if (full || length <= longestLstm)
            found.lstm.push(bestOf(trainer, lstmWithin(pooled.parameters, 20), problem, options, rates).accuracy);
        });
        const there = models.filter((model) => found[model].length > 0);
        lines.push(`${length}: ${there.map((model) => `${model} ${told(found[model])}`).join(", ")}`);
        for (const model of there) figures[`${model} ${length}`] = meanOf(found[model]);
      });
      const at = (model: string): number[] => chosen.map((length) => figures[`${model} ${length}`] as number);
      return {
        measured: `accuracy at length ${lines.join("; ")}`,
        passed: Math.min(...at("pooling")) >= 0.99 && Math.max(...at("flatten")) < 0.9,
        figures,
      };
    },
  };
}

export const layerLatchLength: Claim = latchLengthClaim();
