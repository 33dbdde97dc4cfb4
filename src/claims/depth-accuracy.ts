/** @file The accuracy tables: measured on every question, against formulas written out here once more. */
import { graphExperiment, treeExperiment } from "../tasks/index.ts";
import type { Claim } from "./types.ts";

const reach = { square: (L: number) => 2 ** L, cube: (L: number) => 3 ** L, linear: (L: number) => L + 1 } as const;

/** @param run the function under examination. */
export function accuracyClaim(run: typeof graphExperiment = graphExperiment): Claim {
  return {
    id: "depth-accuracy",
    title:
      "at fixed depth accuracy on one cycle against two falls to chance as 1/2 + min(2r, n - 1) / (2 (n - 1)); deep forks are at chance below n - 3 rounds",
    source:
      "docs/depth/accuracy.md and docs/depth/trees.md; conditional background: no uniform constant-depth family unless TC0 = NC1 (arXiv 2412.05562)",
    expected:
      "the closed forms for square, cube and linear, pairs, n = 8 ... 64 and L = 0 ... 5; whole graphs: .5 below ceil(log2 floor(n / 2)) layers and 1 from there, one layer less by counting; degrees at .5, union-find at 1",
    tolerance: "1e-12: shares of whole numbers below 2^53, one division and one sum",
    seconds: 1,
    run({ seed, progress }) {
      const sizes = [8, 16, 32, 64];
      const layers = [0, 1, 2, 3, 4, 5];
      let [largest, rows, wrong] = [0, 0, 0];
      const shared = { task: "cycles", decision: "pair", readOut: "all", samples: "all", seed } as const;
      for (const [i, nodes] of sizes.entries()) {
        progress(i, sizes.length);
        for (const construction of ["square", "cube", "linear"] as const) {
          const found = run({ ...shared, nodes, construction, layers });
          found.rows.forEach(({ accuracy, layers: L }) => {
            const expected = 0.5 + Math.min(2 * reach[construction](L), nodes - 1) / (2 * (nodes - 1));
            largest = Math.max(largest, Math.abs(accuracy - expected));
            rows++;
          });
          if (found.degree.accuracy !== 0.5 || found.unionFind.accuracy !== 1) wrong++;
        }
        for (const readOut of ["all", "count"] as const) {
          const least = Math.ceil(Math.log2(nodes / 2)) - (readOut === "count" ? 1 : 0);
          const found = run({ ...shared, nodes, construction: "square", decision: "graph", readOut, layers: [least - 1, least] });
          const [below, at] = found.rows;
          if (below?.accuracy !== 0.5 || at?.accuracy !== 1 || found.minLayers !== least) wrong++;
        }
      }
      for (const nodes of [8, 16, 32]) {
        const { rows: rounds } = treeExperiment({ nodes, samples: "all", seed, layers: [nodes - 4, nodes - 3] });
        if (rounds[0]?.accuracy !== 0.5 || rounds[1]?.accuracy !== 1) wrong++;
      }
      return {
        measured: `${rows} accuracies, largest difference from the closed form ${largest.toExponential(1)}; ${wrong} of 23 other statements differ`,
        passed: rows === 72 && largest <= 1e-12 && wrong === 0,
        figures: { rows, largest, wrong },
      };
    },
  };
}

export const depthAccuracy: Claim = accuracyClaim();
