/**
 * @file Ablation over k of top-k retrieval on half-masked digits. Which pattern leads does not depend on k; how much of the others is mixed in does. k = M is the dense member.
 */
import { randomStream } from "../core/random.ts";
import { criteria, drawDigits, halfZero, share, skipped, successes, withoutDigits } from "./experiment-digits.ts";
import { type Claim, type ClaimOutcome, packageItself } from "./types.ts";

const [M, beta] = [100, 0.01];
const ks = [1, 2, 5, 10, 20, 50, 80, 100] as const;
const trialsOf = { small: 1, default: 10, full: 100 } as const;

export const topKAblation: Claim = {
  id: "top-k-ablation",
  title: "top-k retrieval of half-masked digits is the better the smaller k; k = M is dense retrieval",
  source:
    "Hu, Chen, Wu, Ruan, Liu, arXiv 2404.03900, memory retrieval and ablation over k (top 20 %, 50 %, 80 % of the memory; settings of the published code); docs/experiments/retrieval.md",
  expected:
    "M = 100, top half 0, normalised pixels, beta .01, one step: success by mean |.| never rises with k; k = 1 at least .4 above dense; the right digit is first equally often for every k; k = M gives the dense answers",
  tolerance:
    "monotone within .005; first place exactly; answers of k = M within 2e-4 of dense: pixels up to 2.8, weights from f32 logits of size 8 that may be off by 1e-4 at most",
  seconds: 3,
  run({ digits: open, seed, size, progress, library = packageItself }): ClaimOutcome {
    const digits = open?.();
    if (!digits) return skipped(withoutDigits);
    const trials = trialsOf[size ?? "default"];
    const random = randomStream(seed, 0xc205);
    const table = ks.map(() => ({ "mean |.|": 0, "mean square": 0, "1 - cosine": 0, first: 0 }));
    let worst = 0;
    for (let trial = 0; trial < trials; trial++) {
      progress(trial, trials);
      const X = drawDigits(digits, M, "normalised", random);
      const Q = halfZero(X, "top");
      const dense = library.createMemory(X, { model: "dense", beta }).recall(Q);
      ks.forEach((k, row) => {
        const { states, results } = library.createMemory(X, { model: "top-k", k, beta }).recall(Q);
        const line = table[row] as (typeof table)[number];
        line.first += results.filter(({ top }, i) => top === i).length / M / trials;
        const found = successes(states, X);
        for (const criterion of criteria) line[criterion] += found[criterion] / trials;
        if (k === M)
          states.data.forEach((y, i) => {
            worst = Math.max(worst, Math.abs(y - (dense.states.data[i] as number)));
          });
      });
    }
    const by = (key: keyof (typeof table)[number]): number[] => table.map((line) => line[key]);
    const closeness = by("mean |.|");
    const falling = closeness.every((value, i) => i === 0 || value <= (closeness[i - 1] as number) + 0.005);
    const gain = (closeness[0] as number) - (closeness.at(-1) as number);
    // Sums of the same shares in the same order: equal to the bit.
    const same = by("first").every((value) => value === table[0]?.first);
    return {
      measured: `k ${ks.join(" ")}: success by mean |.| ${closeness.map(share).join(" ")}, by mean square ${by("mean square").map(share).join(" ")}, by 1 - cosine ${by("1 - cosine").map(share).join(" ")}; first ${share(by("first")[0] as number)} for every k; k = M off dense by ${worst.toExponential(1)}`,
      passed: falling && gain >= 0.4 && same && worst <= 2e-4,
      figures: {
        gain,
        worst,
        ...Object.fromEntries(
          ks.flatMap((k, i) => [...criteria, "first" as const].map((key) => [`k ${k} ${key}`, (table[i] as (typeof table)[number])[key]])),
        ),
      },
    };
  },
};
