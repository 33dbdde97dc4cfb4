/** @file Claim: pooling by learned queries tells bags apart whose columns, one by one, tell nothing, where a regression on pooled columns guesses; with --data, on the published sets, it is not behind that regression. */
import type { AssociationOptions } from "../layers/index.ts";
import {
  type BagFitOptions,
  type BagTable,
  bagsFromTable,
  encodeBags,
  fitBags,
  fitPooled,
  type Interval,
  intervalOf,
  madeBags,
  predictCommittee,
  scoreClasses,
  scorePooled,
  someBags,
  stratifiedFolds,
} from "../tasks/index.ts";
import type { Claim, ClaimContext } from "./types.ts";

/** A trainer; tests hand in one that does not look at rows as a whole. */
export type FitBags = typeof fitBags;

const members: Readonly<Record<string, Partial<AssociationOptions>>> = {
  softmax: {},
  sparsemax: { separation: "sparsemax" },
  entmax: { separation: "entmax" },
  "top-k": { support: "top-k", k: 3 },
  linear: { separation: "linear" },
  "random features": { separation: "random-features" },
};

/** Files of the folder mil/ of --data; docs/tables/results.md says where they come from. */
const published = ["musk1", "tiger", "elephant"];

const threeSeeds = ({ seed }: ClaimContext): number[] => [seed, seed + 1, seed + 2];

/** Areas under the curve by name, one a seed (published sets: one a fold and seed). */
type Areas = Record<string, number[]>;

/** @param trainer another trainer, to see that the claim can fail. */
export function milBagsClaim(trainer: FitBags = fitBags): Claim {
  return {
    id: "mil-bags",
    title: "Bags: members of the family beside a ridge regression on pooled columns",
    source: "docs/tables/bags.md (made bags); with --data the sets of Ramsauer et al., arXiv 2008.02217, section 4, and arXiv 2404.03900",
    expected:
      "made bags: the 95 % interval of softmax, and the mean of every member, above .75, that of the regression within .1 of one half; published sets: the mean of softmax not below the lower end of the regression's interval",
    tolerance:
      "made bags: columns have one distribution in both classes, so one half is exact; an area over 300 fresh bags has a deviation of .033, their mean over three seeds .02; published: Student's t over folds and seeds",
    seconds: 7,
    async run(context) {
      const figures: Record<string, number> = {};
      const made = madeTrial(context, trainer);
      const { ridge, ...own } = made;
      const all = Object.entries(own).map(([name, areas]) => ({ name, ...intervalOf(areas) }));
      let passed = (all[0]?.low ?? 0) > 0.75 && all.every(({ mean }) => mean > 0.75) && Math.abs(intervalOf(ridge ?? []).mean - 0.5) < 0.1;
      const told = [`made bags: ${toldOf(made, figures, "made")}`];
      const sets = context.size === "full" ? published : published.slice(0, 1);
      for (const name of sets) {
        const text = context.readTable?.(`mil/${name}.csv`) ?? null;
        if (!text) continue;
        const areas = crossTrial(context, trainer, bagsFromTable(text, { bag: "bag", target: "label" }, name));
        passed &&= intervalOf(areas.softmax ?? []).mean >= intervalOf(areas.ridge ?? []).low;
        told.push(`${name}: ${toldOf(areas, figures, name)}`);
      }
      return { measured: told.join("; "), passed, figures };
    },
  };
}

function toldOf(areas: Areas, figures: Record<string, number>, set: string): string {
  return Object.entries(areas)
    .map(([name, values]) => {
      const { mean, low, high }: Interval = intervalOf(values);
      figures[`${set} ${name}`] = mean;
      return `${name} ${mean.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
    })
    .join(", ");
}

function madeTrial(context: ClaimContext, trainer: FitBags): Areas {
  const found: Areas = {};
  const seeds = context.size === "small" ? [context.seed] : threeSeeds(context);
  const named = Object.entries(members).slice(0, context.size === "small" ? 1 : undefined);
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
  seeds.forEach((seed, s) => {
    const table = madeBags({ bags: 500, rows: 6, columns: 12, marks: 3, height: 4, seed });
    const options = { ensemble: 1, seed, training: { learningRate: 2e-3, epochs: 40 } };
    named.forEach(([name, module], m) => {
      const areas = areasOf(trainer, table, range(0, 200), range(200, 500), { ...options, network: { module } }, m === 0);
      for (const [method, area] of Object.entries(areas))
        found[method === "own" ? name : method] = [...(found[method === "own" ? name : method] ?? []), area];
      context.progress(s * named.length + m + 1, seeds.length * named.length);
    });
  });
  return found;
}

function crossTrial(context: ClaimContext, trainer: FitBags, table: BagTable): Areas {
  const found: Areas = {};
  const seeds = context.size === "full" ? threeSeeds(context) : [context.seed];
  for (const seed of seeds) {
    for (const test of stratifiedFolds(table.data.targets, context.size === "small" ? 2 : 10, seed)) {
      const hidden = new Set(test);
      const rest = Array.from(table.data.targets, (_, b) => b).filter((b) => !hidden.has(b));
      const { own, ridge } = areasOf(trainer, table, rest, test, { seed, ...(context.size === "small" ? { ensemble: 2 } : {}) }, true);
      found.softmax = [...(found.softmax ?? []), own ?? 0.5];
      found.ridge = [...(found.ridge ?? []), ridge ?? 0.5];
    }
  }
  return found;
}

function areasOf(
  trainer: FitBags,
  table: BagTable,
  bags: readonly number[],
  test: readonly number[],
  options: BagFitOptions,
  beside: boolean,
): Record<string, number> {
  const run = trainer(table, { ...options, bags });
  let next = run.next();
  while (!next.done) next = run.next();
  const { committee } = next.value;
  const unseen = encodeBags(someBags(table.data, test), committee.encoding);
  const own = scoreClasses(predictCommittee(committee, unseen.bags), unseen.targets).auc ?? 0.5;
  if (!beside) return { own };
  const ridge = fitPooled(encodeBags(someBags(table.data, bags), committee.encoding), table.classes.length);
  return { own, ridge: scoreClasses(scorePooled(ridge, unseen.bags), unseen.targets).auc ?? 0.5 };
}

export const milBags: Claim = milBagsClaim();
