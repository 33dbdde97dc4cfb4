/** @file The two worked constants of the storage theorem. c is solved here a second way: c W = b, W e^W = e^{a + ln b} means ln W + W = a + ln b, by bisection on W. */
import { type Claim, packageItself } from "./types.ts";

/** Settings and c as printed in the paper, which cuts after four decimals. */
const printed = [
  { beta: 1, radiusFactor: 3, dimension: 20, failure: 0.001, c: 3.1546 },
  { beta: 1, radiusFactor: 1, dimension: 75, failure: 0.001, c: 1.3718 },
];

export const capacityConstants: Claim = {
  id: "capacity-constants",
  title: "the storage theorem gives c = 3.1546 (d = 20, K = 3) and c = 1.3718 (d = 75, K = 1)",
  source: "Ramsauer et al., arXiv 2008.02217, Theorem 3 and the examples after it",
  expected: "c = 3.1546 and 1.3718; c >= (2 / sqrt p)^{4 / (d - 1)}, so that the theorem applies to both",
  tolerance: "1e-4, because the source truncates to four decimals; 1e-9 against the second solution",
  seconds: 1,
  run({ library = packageItself }) {
    let passed = true;
    const found = printed.map(({ c: expected, ...settings }) => {
      const bound = library.capacityBound(settings);
      const { beta, radiusFactor: K, dimension: d, failure: p } = settings;
      const a = (2 / (d - 1)) * (1 + Math.log(2 * beta * K ** 2 * p * (d - 1)));
      const b = (2 * K ** 2 * beta) / 5;
      let [low, high] = [1e-12, 50];
      for (let round = 0; round < 200; round++) {
        const middle = (low + high) / 2;
        if (Math.log(middle) + middle < a + Math.log(b)) low = middle;
        else high = middle;
      }
      const own = b / low;
      const count = Math.sqrt(p) * own ** ((d - 1) / 4);
      passed &&= Math.abs(bound.c - expected) < 1e-4 && Math.abs(bound.c - own) < 1e-9 && own >= (2 / Math.sqrt(p)) ** (4 / (d - 1));
      passed &&= bound.holds && Math.abs((bound.patterns ?? 0) / count - 1) < 1e-8;
      return { c: bound.c, count };
    });
    return {
      measured: found.map(({ c, count }) => `c = ${c.toFixed(5)}, at least ${count.toFixed(2)} patterns`).join("; "),
      passed,
      figures: Object.fromEntries(found.map(({ c }, i) => [`c${i + 1}`, c])),
    };
  },
};
