/** @file Claim: scales of their own for every feature, found by leave-one-out, let the lookup ignore columns that say nothing; one beta for all cannot. */
import { normal, randomStream, uniform } from "../core/random.ts";
import { fitTable, intervalOf, openTable } from "../tasks/index.ts";
import { type FitTable, learn, scoreRows } from "./table-models.ts";
import type { Claim } from "./types.ts";

const [rows, test, noise, runs] = [240, 200, 10, 5];

/** Two columns tell the class, ten do not; a twentieth of the labels is wrong. */
function madeTable(seed: number) {
  const random = randomStream(seed, 0x7461626c);
  const made = Array.from({ length: rows + test }, () => {
    const x = Array.from({ length: 2 + noise }, () => normal(random));
    const inside = (x[0] as number) ** 2 + (x[1] as number) ** 2 < 1.4;
    return [...x.map(String), (uniform(random) < 0.05 ? !inside : inside) ? "in" : "out"];
  });
  return openTable({ names: [...Array.from({ length: 2 + noise }, (_, c) => `x${c + 1}`), "y"], rows: made }, { target: "y" });
}

/** @param trainer another trainer, to see that the claim can fail. */
export function tableLookupClaim(trainer: FitTable = fitTable): Claim {
  return {
    id: "table-lookup",
    title: "The lookup learns which columns matter",
    source: "docs/tables/lookup.md; Nadaraya-Watson with widths by leave-one-out, Goldberger et al. 2004 (neighbourhood components)",
    expected: "accuracy on fresh rows at least .05 above the lookup with one beta for all, in the mean of 5 tables; 95 % interval above 0",
    tolerance: "Student's t over the tables; a label in twenty is wrong, so .95 is the ceiling",
    seconds: 1.5,
    run({ seed, progress }) {
      const gains: number[] = [];
      const own: number[] = [];
      for (let n = 0; n < runs; n++) {
        const table = madeTable(seed * runs + n);
        const train = Array.from({ length: rows }, (_, i) => i);
        const fresh = Array.from({ length: test }, (_, i) => rows + i);
        const options = { rows: train, model: "lookup", seed } as const;
        const scaled = scoreRows(table, learn(table, options, trainer).model, fresh).accuracy;
        const plain = learn(table, { ...options, lookup: { steps: 0 } });
        gains.push(scaled - scoreRows(table, plain.model, fresh).accuracy);
        own.push(scaled);
        progress(n + 1, runs);
      }
      const { mean, low, high } = intervalOf(gains);
      const accuracy = intervalOf(own).mean;
      return {
        measured: `accuracy ${accuracy.toFixed(3)}, ${mean.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}] above one beta for all`,
        passed: mean >= 0.05 && low > 0,
        figures: { accuracy, gain: mean, low, high },
      };
    },
  };
}

export const tableLookup = tableLookupClaim();
