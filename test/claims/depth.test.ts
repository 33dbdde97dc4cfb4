/** The claims on depth: each refuses functions that are wrong in one way. */
import { describe, expect, it } from "vitest";
import { accuracyClaim, depthAccuracy } from "../../src/claims/depth-accuracy.ts";
import { depthReach, reachClaim } from "../../src/claims/depth-reach.ts";
import { depthReductions, reductionsClaim } from "../../src/claims/depth-reductions.ts";
import { depthWords, wordClaim } from "../../src/claims/depth-s5.ts";
import { depthSmallestError, smallestErrorClaim } from "../../src/claims/depth-smallest-error.ts";
import { depthTraining, trainingClaim } from "../../src/claims/depth-training.ts";
import { type Claim, type ClaimContext, claims } from "../../src/claims/index.ts";
import {
  branchingProgram,
  formulaTrees,
  graphExperiment,
  minimiseError,
  networkStates,
  openProductMemory,
  smallestError,
  trainNetwork,
} from "../../src/tasks/index.ts";

const context = (seed: number): ClaimContext => ({ seed, progress: () => {} });
const all = [depthReach, depthAccuracy, depthWords, depthReductions, depthTraining, depthSmallestError];

it("all of them are in the list that is run (claims.test.ts runs them for two seeds)", () => {
  for (const claim of all) expect(claims).toContain(claim);
});

describe("refuse", () => {
  const wrong: [string, Claim][] = [
    [
      "a state with one mark flipped",
      reachClaim(function* (...input) {
        for (const state of networkStates(...input)) yield { ...state, data: state.data.map((x, i) => (i === 1 ? 1 - x : x)) };
      }),
    ],
    [
      "an accuracy a millionth of a millionth too high",
      accuracyClaim((options) => {
        const found = graphExperiment(options);
        return { ...found, rows: found.rows.map((row) => ({ ...row, accuracy: row.accuracy + 2e-12 })) };
      }),
    ],
    [
      "linear in place of square",
      accuracyClaim((options) =>
        graphExperiment({ ...options, construction: options.construction === "square" ? "linear" : options.construction }),
      ),
    ],
    ["a table at another temperature", wordClaim((beta, readOut) => openProductMemory(beta - 0.05, readOut), 200)],
    ["the largest entry in place of the threshold", wordClaim((beta) => openProductMemory(beta, "argmax"), 200)],
    [
      "a program with one letter wrong",
      reductionsClaim((formula, variables) => {
        const made = branchingProgram(formula, variables);
        return { ...made, instructions: made.instructions.map((x, i) => (i === 0 ? { ...x, whenTrue: 1 } : x)) };
      }),
    ],
    [
      "trees that are always the same",
      reductionsClaim(branchingProgram, (...input) => ({ ...formulaTrees(...input), second: formulaTrees(...input).first })),
    ],
    [
      "families exchanged",
      trainingClaim((options) =>
        trainNetwork({ ...options, steps: 40, starts: 1, family: options.family === "within" ? "beyond" : "within" }),
      ),
    ],
    [
      "a search one layer too deep",
      smallestErrorClaim((largest, options) => smallestError(largest, { ...options, layers: options.layers + 1 })),
    ],
    ["a minimum that is not one", smallestErrorClaim(smallestError, (pair, options) => minimiseError(pair, options) && pair)],
  ];
  it.each(wrong)("%s", async (_, claim) => {
    const outcome = await claim.run(context(1));
    expect(outcome.passed, outcome.measured).toBe(false);
  });
});
