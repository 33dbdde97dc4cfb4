/** @file How many steps to a fixed point: few where the memory averages, few where it retrieves, many in between. A report; only the ordering is claimed. */
import { randomStream } from "../core/random.ts";
import { median, unitRows, unitVector } from "./draws.ts";
import { blend, distance, dotLogits, type Rows, softmax, type Vector } from "./reference.ts";
import { type Claim, packageItself } from "./types.ts";

const [M, d, starts] = [50, 16, 40];
const betas = [0.25, 0.5, 1, 2, 4, 8, 16, 32];

function stepsInFull(X: Rows, start: Vector, beta: number): number {
  let q = start;
  for (let t = 1; t <= 2000; t++) {
    const y = blend(softmax(dotLogits(q, X, beta)), X);
    if (distance(q, y) <= 1e-8) return t;
    q = y;
  }
  return 2000;
}

export const criticalSlowing: Claim = {
  id: "critical-slowing-down",
  title: "the number of steps to a fixed point peaks between averaging and retrieval",
  source:
    "docs/models/dense.md (table and why); averaging, metastable and single-pattern fixed points after Ramsauer et al., arXiv 2008.02217",
  expected:
    "M = 50 unit vectors, d = 16: median steps rise from beta = .25 to the peak at 4 or 8 and fall to 16 and 32, in f64 to 1e-8 and in the library to 1e-6",
  tolerance: "ordering of medians only: .25 < 1 < 4, max(4, 8) above 2, 16 and 32; beta = 4, 8 at least twice beta = 32",
  seconds: 1,
  run({ seed, progress, library = packageItself }) {
    const random = randomStream(seed, 0xc10f);
    const X = unitRows(random, M, d);
    const queries = Array.from({ length: starts }, () => unitVector(random, d));
    const rows = betas.map((beta, at) => {
      progress(at, betas.length);
      const { results } = library.createMemory(X, { model: "dense", beta, steps: "converge", maxSteps: 2000 }).recall(queries);
      return { full: median(queries.map((q) => stepsInFull(X, q, beta))), library: median(results.map((result) => result.steps)) };
    });
    const ordered = (which: "full" | "library"): boolean => {
      const [a, , c, e, f, g, h, i] = rows.map((row) => row[which]) as [number, number, number, number, number, number, number, number];
      const peak = Math.max(f, g);
      return a < c && c < f && peak > e && peak > h && peak > i && peak >= 2 * i;
    };
    return {
      measured: `beta ${betas.join(", ")}: median steps ${rows.map((row) => row.full).join(", ")} (f64 to 1e-8), ${rows.map((row) => row.library).join(", ")} (library to 1e-6)`,
      passed: ordered("full") && ordered("library"),
      figures: Object.fromEntries(rows.map((row, at) => [`beta${betas[at]}`, row.full])),
    };
  },
};
