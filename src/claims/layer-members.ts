/** @file Every member of the nonparametric family as the heart of pooling, on the same bags with the same settings. */
import type { AssociationOptions } from "../layers/index.ts";
import { bitPatterns } from "../tasks/index.ts";
import { meanOf, problemOf, scaled, seedsOf, type Trainer, told, trainAndTest } from "./layer-training.ts";
import type { Claim } from "./types.ts";

interface Member {
  readonly name: string;
  /** Whether the query may look at every instance. */
  readonly seesAll: boolean;
  readonly module: Partial<AssociationOptions>;
}

/** Those of arXiv 2404.03900, table of the multiple-instance experiments; bags have 16 instances. */
const members: readonly Member[] = [
  { name: "dense", seesAll: true, module: {} },
  { name: "sparsemax", seesAll: true, module: { separation: "sparsemax" } },
  { name: "entmax", seesAll: true, module: { separation: "entmax", alpha: "learned" } },
  { name: "top 20 %", seesAll: true, module: { support: "top-k", k: 3 } },
  { name: "top 50 %", seesAll: true, module: { support: "top-k", k: 8 } },
  { name: "linear", seesAll: true, module: { separation: "linear" } },
  { name: "random features", seesAll: true, module: { separation: "random-features" } },
  { name: "random mask .5", seesAll: false, module: { support: "random", keep: 0.5 } },
  { name: "window 5", seesAll: false, module: { support: "window", window: 5 } },
];

/** @param trainer the function under examination. */
export function membersClaim(trainer: Trainer = trainAndTest): Claim {
  return {
    id: "layer-members",
    title: "every member of the family that sees all instances learns bags; those that hide instances from the query lose what they hide",
    source:
      "Hu, Chen, Wu, Ruan, Liu, arXiv 2404.03900, multiple-instance experiments (the data there are not redistributable; these are bit-pattern bags)",
    expected:
      "area under the curve at least .98 for dense, sparsemax, entmax with a learned alpha, top 20 % and 50 %, linear and random features; below .95 for a fixed random mask and a window, whose query never sees some places",
    tolerance: ".98: one wrong pair in fifty, where a member that has not learnt stays near .75; 2 000 fresh bags",
    seconds: 10,
    run(context) {
      const seeds = seedsOf(context);
      const rows = members.map((member) => ({ ...member, auc: [] as number[] }));
      seeds.forEach((seed, i) => {
        const patterns = bitPatterns(seed);
        const problem = problemOf(patterns.bags(2048, 0), 1536, patterns.bags(2000, 1));
        rows.forEach(({ module, auc }, m) => {
          context.progress(i * rows.length + m, seeds.length * rows.length);
          const options = { seed, epochs: 40, learningRate: 2e-3, patience: 12, stopBelow: 0.02, stopTrainingBelow: 1e-3 };
          const network = { model: "pooling", inputs: 8, outputs: 1, width: 128, module: { ...scaled, ...module } } as const;
          auc.push(trainer(network, problem, options).auc);
        });
      });
      const right = ({ seesAll, auc }: (typeof rows)[number]): boolean => (seesAll ? Math.min(...auc) >= 0.98 : Math.max(...auc) < 0.95);
      return {
        measured: `area under the curve: ${rows.map(({ name, auc }) => `${name} ${told(auc)}`).join("; ")}`,
        passed: rows.every(right),
        figures: Object.fromEntries(rows.map(({ name, auc }) => [name, meanOf(auc)])),
      };
    },
  };
}

export const layerMembers: Claim = membersClaim();
