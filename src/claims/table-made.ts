/**
 * @file Claim: on a small made table that is partly linear, partly a rule for each category and partly local, so that no method has it its own way, Hopular learns, and the mixture of it with the
 * lookup is not surely worse than the best of k nearest neighbours, logistic regression and a random forest.
 */
import { normal, randomStream, uniform } from "../core/random.ts";
import { intervalOf, type LearningTable, openTable } from "../tasks/index.ts";
import { type FitTable, learn, scoreRows, scoreRowsOf } from "./table-models.ts";
import type { Claim } from "./types.ts";

const [train, test, runs] = [200, 300, 3];

/** Three numbers, a colour that turns the sign of the second, a bump, two columns of noise, a tenth of the cells of one column missing, one label in ten wrong. */
export function partlyTable(seed: number): LearningTable {
  const random = randomStream(seed, 0x70617274);
  const rows = Array.from({ length: train + test }, () => {
    const [a, b, c, noise] = [normal(random), normal(random), normal(random), normal(random)];
    const red = uniform(random) < 0.5;
    const level = 0.8 * a + (red ? 1 : -1) * b + (a * a + c * c < 1 ? 1.2 : -0.6);
    const yes = uniform(random) < 0.9 === level > 0;
    const cells = [a, b, c, noise].map(String);
    return [
      ...cells.with(2, uniform(random) < 0.1 ? "" : (cells[2] as string)),
      red ? "red" : "blue",
      uniform(random) < 0.3 ? "x" : "y",
      yes ? "yes" : "no",
    ];
  });
  return openTable({ names: ["a", "b", "c", "noise", "colour", "letter", "y"], rows }, { target: "y" });
}

/** @param trainer another trainer, to see that the claim can fail. */
export function tableMadeClaim(trainer?: FitTable): Claim {
  return {
    id: "table-made",
    title: "A table of mixed structure: Hopular, the lookup and their mixture beside plain methods",
    source: "docs/tables/hopular.md, docs/tables/lookup.md; Hopular, arXiv 2206.00664",
    expected:
      "Hopular at least .05 above the most frequent class, its 95 % interval above 0; the mixture not surely below the best plain method (95 % interval of the difference reaches 0)",
    tolerance: "Student's t over 3 tables of 200 training and 300 fresh rows; a label in ten is wrong, so .90 is the ceiling",
    seconds: 4.5,
    async run({ seed, progress, peers }) {
      if (!peers) return { measured: "no plain methods are at hand here: hopfield reproduce has them", passed: true, skipped: true };
      const found: Record<string, number[]> = {};
      const add = (name: string, value: number): void => {
        found[name] = [...(found[name] ?? []), value];
      };
      for (let n = 0; n < runs; n++) {
        const table = partlyTable(seed * runs + n);
        const rows = Array.from({ length: train }, (_, i) => i);
        const fresh = Array.from({ length: test }, (_, i) => train + i);
        const fit = learn(table, { rows, seed, lookup: { steps: 40 }, hopular: { epochs: 60 } }, trainer);
        add("auto", scoreRows(table, fit.model, fresh).accuracy);
        if (fit.choice) add("lookup", scoreRows(table, fit.choice.lookup.model, fresh).accuracy);
        if (fit.choice?.hopular) add("hopular", scoreRows(table, fit.choice.hopular.model, fresh).accuracy);
        const answers = await peers(table, fit.model, rows, fresh, null, seed);
        for (const [name, values] of Object.entries(answers)) add(name, scoreRowsOf(table, values, 2, fresh).accuracy);
        const ones = fresh.filter((i) => table.targets[i] === 1).length / test;
        add("most frequent", Math.max(ones, 1 - ones));
        progress(n + 1, runs);
      }
      const of = (name: string): readonly number[] => found[name] ?? [];
      const plain = Object.keys(found).filter((name) => !["auto", "lookup", "hopular"].includes(name));
      const best = plain.reduce((a, b) => (intervalOf(of(b)).mean > intervalOf(of(a)).mean ? b : a));
      const over = (name: string, other: string) => intervalOf(of(name).map((x, n) => x - (of(other)[n] as number)));
      const [gain, learned] = [over("auto", best), over("hopular", "most frequent")];
      const told = ({ mean, low, high }: { mean: number; low: number; high: number }): string =>
        `${mean.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
      return {
        measured: `${Object.keys(found)
          .map((name) => `${name} ${told(intervalOf(of(name)))}`)
          .join(", ")}; auto above ${best} by ${told(gain)}`,
        passed: learned.mean >= 0.05 && learned.low > 0 && gain.high >= 0,
        figures: {
          ...Object.fromEntries(Object.keys(found).map((name) => [name, intervalOf(of(name)).mean])),
          gain: gain.mean,
          low: gain.low,
          high: gain.high,
        },
      };
    },
  };
}

export const tableMade = tableMadeClaim();
