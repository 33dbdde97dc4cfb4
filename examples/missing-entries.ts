/** A cue that lacks entries says so, with NaN or with a list of what is known. The missing ones come back as their mean given the known ones. */
import { createMemory } from "modern-hopfield";

const patterns = [
  [5.1, 3.5, 1.4, 0.2],
  [7.0, 3.2, 4.7, 1.4],
  [6.3, 3.3, 6.0, 2.5],
];
const memory = createMemory(patterns);
const cue = [6.9, Number.NaN, Number.NaN, 1.4];

const filled = memory.recall(cue, { missing: "nan", clamp: true });
console.log("known entries kept  ", Array.from(filled.states.data, (x) => x.toFixed(2)).join("  "));

// The same with a mask; weights between 0 and 1 say how far an entry is trusted.
const masked = memory.recall([6.9, 0, 0, 1.4], { known: [1, 0, 0, 1] });
console.log("all from the memory ", Array.from(masked.states.data, (x) => x.toFixed(2)).join("  "));

// Zeros in the gaps are a different question: what is stored that is small there?
const zeros = memory.recall([6.9, 0, 0, 1.4]);
console.log("pattern found:", filled.results[0]?.top, "- with zeros in the gaps:", zeros.results[0]?.top);
