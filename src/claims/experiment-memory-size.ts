/**
 * @file How many digits a memory can hold apart when the lower half of a cue is missing: the similarities of the family on cues filled with zeros, beside the distance on the entries that are known.
 */
import { randomStream } from "../core/random.ts";
import type { MemoryOptions, RecallOptions } from "../index.ts";
import { drawDigits, firstRows, halfKnown, halfZero, share, skipped, withoutDigits } from "./experiment-digits.ts";
import { type Claim, type ClaimOutcome, packageItself } from "./types.ts";

const known = halfKnown(784, "bottom");
/** From the weakest to the strongest. Only the order of similarities counts; small betas, so that it is found in one pass. */
const contestants: readonly { readonly name: string; readonly options: MemoryOptions; readonly recall?: RecallOptions }[] = [
  { name: "dot", options: { model: "dense", beta: 0.1 } },
  { name: "l2", options: { model: "gaussian", beta: 0.1 } },
  { name: "centered-cosine", options: { model: "dense", similarity: "centered-cosine", beta: 20 } },
  { name: "cosine", options: { model: "dense", similarity: "cosine", beta: 20 } },
  { name: "l2 on known entries", options: { model: "gaussian", beta: 0.1 }, recall: { known } },
];

const settings = {
  small: { sizes: [100, 2000], cues: 150 },
  default: { sizes: [100, 1000, 10000], cues: 400 },
  full: { sizes: [10, 30, 100, 300, 1000, 3000, 10000, 30000, 60000], cues: 1000 },
} as const;

export const digitsMemorySize: Claim = {
  id: "digits-memory-size",
  title:
    "with half of a cue missing, similarities on zero-filled cues lose the stored digit as the memory grows; the distance on the known entries never does",
  source: "docs/experiments/retrieval.md (this project's comparison); partial cues: docs/models/README.md",
  expected:
    "MNIST in [0, 1], lower half missing, right digit first at the largest memory (default 10 000): dot < l2 < centered-cosine < cosine < l2 on known entries; each of the first four falls with M; the last at least .995",
  tolerance:
    "differences at least .02, one standard error of a share of 400 cues; the last within .005: two digits may agree in their upper half",
  seconds: 6,
  run({ digits: open, seed, size, progress, library = packageItself }): ClaimOutcome {
    const digits = open?.();
    if (!digits) return skipped(withoutDigits);
    const { sizes, cues } = settings[size ?? "default"];
    const random = randomStream(seed, 0xc204);
    const all = drawDigits(digits, Math.max(...sizes), "unit", random);
    const table = contestants.map(({ options, recall = {} }, row) =>
      sizes.map((M, column) => {
        progress(row * sizes.length + column, contestants.length * sizes.length);
        const Q = halfZero(firstRows(all, Math.min(M, cues)), "bottom");
        const memory = library.createMemory(firstRows(all, M), options);
        const { results } = memory.recall(Q, recall);
        memory.free();
        return results.filter(({ top }, i) => top === i).length / results.length;
      }),
    );
    const last = table.map((line) => line.at(-1) ?? Number.NaN);
    const ordered = last.every((value, i) => i === 0 || value >= (last[i - 1] as number) + 0.02);
    const falling = table.slice(0, -1).every((line) => (line.at(-1) as number) < (line[0] as number));
    return {
      measured: `M = ${sizes.join(", ")}: ${contestants.map(({ name }, i) => `${name} ${(table[i] as number[]).map(share).join(" ")}`).join("; ")}`,
      passed: ordered && falling && (last.at(-1) as number) >= 0.995,
      figures: Object.fromEntries(
        contestants.flatMap(({ name }, i) => sizes.map((M, j) => [`${name} ${M}`, (table[i] as number[])[j] as number])),
      ),
    };
  },
};
