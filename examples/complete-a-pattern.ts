/** The shortest way: store patterns, give a noisy cue, get the pattern back and read how far it can be from the stored one. */
import { createMemory } from "modern-hopfield";

const patterns = [
  [1, 1, 1, 0, 0, 0],
  [0, 0, 1, 1, 1, 0],
  [1, 0, 0, 0, 1, 1],
];
const memory = createMemory(patterns);
const { states, results } = memory.recall([0.9, 1.2, 0.7, 0.1, -0.2, 0.1]);
const [answer] = results;

console.log("answer ", Array.from(states.data, (x) => x.toFixed(3)).join(" "));
console.log("pattern", answer?.top, "with weight", answer?.weight.toFixed(4), "- a", answer?.label, "fixed point");
console.log("at most", answer?.bound?.toExponential(1), "away from it; beta", memory.beta?.toFixed(2), memory.betaSource);
