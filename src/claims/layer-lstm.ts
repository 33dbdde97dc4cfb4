/** @file Pooling and association in place of an LSTM, on sequences whose first symbol is the class; with the LSTM at its best learning rate and the control that needs neither. */

import { randomStream } from "../core/random.ts";
import { buildNetwork, countParameters, type NetworkDescription } from "../layers/index.ts";
import { latchSequences } from "../tasks/index.ts";
import { bestOf, meanOf, problemOf, seedsOf, type Trainer, type Trial, told, trainAndTest } from "./layer-training.ts";
import type { Claim } from "./types.ts";

const common = { inputs: 20, outputs: 1, width: 32 } as const;
const module = { deviation: "scaled", heads: 4, hidden: 8 } as const;
const rates = [3e-3, 1e-2, 3e-2];

/** An LSTM on the bare symbols with as many units as keep it within so many parameters. */
export function lstmWithin(parameters: number, inputs: number): NetworkDescription {
  const of = (quantity: number): NetworkDescription => ({ model: "lstm", inputs, outputs: 1, width: 0, quantity });
  let quantity = 1;
  while (countParameters(buildNetwork(of(quantity + 1)).init(randomStream(0))) <= parameters) quantity++;
  return of(quantity);
}

/** @param trainer the function under examination. */
export function lstmClaim(trainer: Trainer = trainAndTest): Claim {
  return {
    id: "layer-lstm",
    title: "Hopfield pooling and association hold a symbol over a sequence, in fewer epochs than an LSTM of as many parameters",
    source:
      "Ramsauer et al., arXiv 2008.02217, the latch task of its code (after Hochreiter and Mozer 2000); docs/layers/tasks.md says why one linear layer solves it too",
    expected:
      "sequences of 32 of 20 symbols, the first is the class, 768 to train: pooling and association at least .999 on fresh ones within 12 epochs; the LSTM (best of three learning rates) and flatten + linear stand beside them",
    tolerance: ".999: at most one of 1 000 test sequences wrong",
    seconds: 6,
    run(context) {
      const found: Record<"pooling" | "association" | "lstm" | "flatten", Trial[]> = {
        pooling: [],
        association: [],
        lstm: [],
        flatten: [],
      };
      const seeds = seedsOf(context);
      seeds.forEach((seed, i) => {
        context.progress(i, seeds.length);
        const problem = problemOf(latchSequences(seed, 1024), 768, latchSequences(seed, 1000, 1));
        const options = { seed, epochs: 12, patience: 12, stopBelow: 0.001, learningRate: 5e-3 };
        for (const model of ["pooling", "association"] as const) found[model].push(trainer({ ...common, model, module }, problem, options));
        const size = found.pooling[0]?.parameters ?? 0;
        found.lstm.push(bestOf(trainer, lstmWithin(size, 20), problem, options, rates));
        found.flatten.push(trainer({ model: "flatten", inputs: 20, outputs: 1, width: 0, instances: 32 }, problem, options));
      });
      const line = (name: keyof typeof found): string =>
        `${name} ${told(found[name].map(({ accuracy }) => accuracy))} after ${meanOf(found[name].map(({ epochs }) => epochs)).toFixed(1)} epochs`;
      const least = Math.min(...[...found.pooling, ...found.association].map(({ accuracy }) => accuracy));
      const names = ["pooling", "association", "lstm", "flatten"] as const;
      return {
        measured: `accuracy: ${names.map(line).join("; ")}`,
        passed: least >= 0.999,
        figures: Object.fromEntries(names.map((name) => [name, meanOf(found[name].map(({ accuracy }) => accuracy))])),
      };
    },
  };
}

export const layerLstm: Claim = lstmClaim();
