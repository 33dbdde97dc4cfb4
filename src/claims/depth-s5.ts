/** @file The word problem of S5: the stored table by chain of thought, looped, and at fixed depth; the two read-outs at the temperatures where they part. */
import { randomStream } from "../core/random.ts";
import { chainStates, openProductMemory, permutation, randomWord, treeProducts, type WordReadOut, wordExperiment } from "../tasks/index.ts";
import type { Claim } from "./types.ts";

/** Inverse temperature, read-out, steps, and whether every step is right. */
const casesOf = (steps: number): readonly (readonly [number, WordReadOut, number, boolean])[] => [
  [5.7, "threshold", steps, true],
  [5.66, "threshold", 300, true],
  [5.65, "threshold", 300, false],
  [4, "threshold", 300, false],
  [1, "argmax", 300, true],
];

/** Letters that are also multiplied in pairs. */
const prefix = 200;

/** @param open the function under examination. @param longest steps at beta 5.7. */
export function wordClaim(open: typeof openProductMemory = openProductMemory, longest = 10_000): Claim {
  const cases = casesOf(longest);
  return {
    id: "depth-s5",
    title:
      "one stored table multiplies words of S5 for ever by chain of thought; at fixed depth L it is right up to 2^L letters and at chance beyond",
    source:
      "docs/depth/words.md; Cao et al., arXiv 2412.05562 v2 (chain of thought); the word problem of S5 is NC1-complete (Barrington, JCSS 38, 1989)",
    expected:
      "threshold read-out at 1/2: every step right for 10 000 steps at beta 5.7 and for 300 at 5.66, lost at the first step at 5.65 and 4; 200 letters in 8 looped layers likewise; largest entry: every step right at beta 1; 8 letters at depth 3 all right, at depth 2 about 1 in 120",
    tolerance: "steps: none; the share at chance below .05, which 200 words exceed with probability below 1e-5",
    seconds: 5,
    run({ seed, progress }) {
      const random = randomStream(seed, 0xd055);
      let asExpected = 0;
      const found = cases.map(([beta, readOut, steps, right], i) => {
        progress(i, cases.length + 1);
        const memory = open(beta, readOut);
        const word = randomWord(random, steps);
        const states = chainStates(memory, word);
        // The product in images of points, not by the table that is stored.
        let images = [0, 1, 2, 3, 4];
        let correct = 0;
        let early = images;
        word.forEach((letter, t) => {
          const step = permutation(letter);
          images = images.map((x) => step[x] as number);
          if (t === prefix - 1) early = images;
          const state = states[t] as number;
          if (state < 120 && permutation(state).every((x, point) => x === images[point])) correct++;
        });
        const looped = treeProducts(memory, [word.slice(0, prefix)], Math.ceil(Math.log2(prefix)))[0] as number;
        const loopedRight = looped < 120 && permutation(looped).every((x, point) => x === early[point]);
        memory.free();
        // A lost state never comes back.
        if (right ? correct === steps && loopedRight : correct === 0 && !loopedRight) asExpected++;
        return `${correct}/${steps} at ${beta} ${readOut}`;
      });
      const memories = new Map([["5.7 threshold", open(5.7, "threshold")]]);
      const fixed = wordExperiment(
        { mode: "fixed", length: 8, layers: [2, 3], beta: 5.7, readOut: "threshold", samples: 200, seed },
        memories,
      );
      for (const memory of memories.values()) memory.free();
      const [shallow = Number.NaN, deep = Number.NaN] = fixed.rows.map(({ accuracy }) => accuracy);
      return {
        measured: `steps right: ${found.join(", ")}; 8 letters: ${shallow} at depth 2, ${deep} at depth 3`,
        passed: asExpected === cases.length && shallow < 0.05 && deep === 1,
        figures: { asExpected, shallow, deep },
      };
    },
  };
}

export const depthWords: Claim = wordClaim();
