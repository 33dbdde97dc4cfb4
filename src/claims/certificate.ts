/** @file The a-posteriori bound on |y - x_top| that recall returns is true for the f32 answer as returned. The distance is computed here in f64 from those numbers. */
import { randomStream } from "../core/random.ts";
import type { MemoryOptions } from "../index.ts";
import { between, gaussianRows, gaussianVector, logUniform, median, pick, rowOf, shifted, unitRows } from "./draws.ts";
import { distance } from "./reference.ts";
import { type Claim, packageItself } from "./types.ts";

const memories = 2500;
const queriesEach = 4;
/** Every so many, a memory beyond 2^15 numbers, which is streamed in f32 instead of weighed exactly; it gets more queries. */
const largeEvery = 40;

export const certificateHolds: Claim = {
  id: "certificate",
  title: "the returned bound on |y - x_top| is never exceeded, rounding included",
  source:
    "docs/models/README.md (proof); sharper form of Ramsauer et al., arXiv 2008.02217, Theorem 5, evaluated at the query instead of assumed",
  expected: "0 violations in 10 000 random problems over ten members, with and without values, scales 1e-3 to 1e3",
  tolerance: "none: the bound already contains the rounding of the f32 answer",
  seconds: 2,
  run({ seed, progress, library = packageItself }) {
    const random = randomStream(seed, 0xc103);
    let checked = 0;
    let violations = 0;
    let absent = 0;
    const ratios: number[] = [];
    for (let n = 0; n < memories; n++) {
      if (n % 100 === 0) progress(n, memories);
      const large = n % largeEvery === 0;
      const [M, d] = large ? [between(random, 1100, 2000), 32] : [between(random, 1, 40), between(random, 1, 24)];
      const scale = logUniform(random, 1e-3, 1e3);
      const X = pick(random, ["unit", "gaussian", "copies"]) === "unit" ? unitRows(random, M, d) : gaussianRows(random, M, d, scale);
      const patterns = M > 3 && pick(random, [0, 0, 1]) ? [...X.slice(0, -1), X[0] as number[]] : X;
      const size = Math.max(1e-12, ...patterns.map((x) => distance(x, new Array<number>(d).fill(0))));
      const values = pick(random, [0, 0, 1]) ? gaussianRows(random, M, between(random, 1, 9)) : undefined;
      const options = pick<MemoryOptions>(random, [
        { model: "gaussian" },
        { model: "dense" },
        { model: "sparsemax" },
        { model: "entmax" },
        { model: "normmax", alpha: 3 },
        { model: "softmax1" },
        { model: "top-k", k: 3 },
        { model: "window", window: M + 4 * queriesEach },
        { model: "random-masked", seed },
        { model: "epanechnikov" },
      ]);
      const beta = logUniform(random, 1e-2, 1e3) / size ** 2;
      const memory = library.createMemory(patterns, { ...options, beta, ...(values ? { values } : {}) });
      const near = (): number[] => shifted(random, pick(random, patterns), size * logUniform(random, 1e-4, 0.5));
      const ball = options.model === "epanechnikov";
      const queries = Array.from({ length: large ? 4 * queriesEach : queriesEach }, (_, b) =>
        ball ? shifted(random, pick(random, patterns), 0.9 * Math.sqrt(2 / beta)) : b === 0 ? gaussianVector(random, d, size) : near(),
      );
      const { states, results } = memory.recall(queries);
      results.forEach((result, b) => {
        const target = (values ?? patterns)[result.top] as number[];
        const error = distance(rowOf(states, b), target);
        if (result.bound === null) {
          absent++;
          return;
        }
        checked++;
        if (!(error <= result.bound)) violations++;
        if (error > 0) ratios.push(result.bound / error);
      });
    }
    return {
      measured: `${violations} violations in ${checked} answers (${absent} without a bound); median bound / error ${median(ratios).toFixed(2)}`,
      passed: violations === 0 && checked >= 9500,
      figures: { checked, violations, absent, ratio: median(ratios) },
    };
  },
};
