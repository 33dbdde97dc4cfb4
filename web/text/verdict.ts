/** @file The answer in sentences: what was found, how sure, and why. Made from the numbers alone. */
import { count, percent, short } from "../charts/format.ts";
import { pictureOf } from "../patterns/types.ts";
import { shownStep } from "../state/memory.ts";
import type { Answer, MemoryState } from "../state/types.ts";

const ordinary = (label: string): string =>
  /^[0-9]$/.test(label) ? `a stored ${label}` : /^[A-Z]$/.test(label) ? `the letter ${label}` : label;

export function nameOf(answer: Answer, index: number): string {
  return index < 0 ? "none of them" : ordinary(answer.patterns.labels[index] ?? `number ${index + 1}`);
}

/** One headline: what the memory found. */
export function headline(memory: MemoryState): string {
  const { answer } = memory;
  if (!answer || shownStep(memory) === 0) return "Not asked yet";
  const { label, top } = answer.result;
  if (label === "none") return top < 0 ? "An answer" : `Closest: ${nameOf(answer, top)}`;
  if (label === "single") return `Found: ${nameOf(answer, top)}`;
  return label === "global" ? "A blend of most of them" : "A blend of a few";
}

/** Why, in two to four sentences. */
export function reasons(memory: MemoryState): string[] {
  const { answer, cue } = memory;
  if (!answer) return [];
  const { label, top, weight, support, margin, bound } = answer.result;
  const hidden = cue.missing.reduce((sum, gone) => sum + gone, 0);
  const M = answer.patterns.rows;
  const lines: string[] = [];
  if (hidden > 0 && !answer.filled)
    lines.push(
      `The cue showed ${count(784 - hidden)} of its 784 pixels. The memory compared only these with each of the ${count(M)} stored pictures.`,
    );
  else if (answer.filled)
    lines.push(`This model cannot be told that pixels are missing, so the ${count(hidden)} hidden ones counted as blank paper.`);
  else lines.push(`The memory compared all 784 pixels of the cue with each of the ${count(M)} stored pictures.`);
  if (label === "single") {
    lines.push(
      margin === null
        ? `There is only one picture to find.`
        : `${capital(nameOf(answer, top))} fits best, by a margin of ${short(margin)} over the second. β = ${short(answer.beta)} turns that into ${percent(weight)} of the weight, so the answer is that picture${weight > 0.999999 ? "" : ", with traces of others"}.`,
    );
  } else if (label !== "none") {
    lines.push(
      `No picture stands out: the best, ${nameOf(answer, top)}, has ${percent(weight)} of the weight, and about ${count(support)} share the rest. A larger β decides more sharply; showing more of the cue helps too.`,
    );
  } else lines.push("This model does not weigh single pictures, so there is no weight or margin to show.");
  if (bound !== null && label === "single") {
    const length = Math.hypot(...pictureOf(answer.patterns, top));
    lines.push(
      `Guaranteed: the answer is within ${short(bound)} of the stored picture, in the same measure in which that picture is ${short(length)} long.`,
    );
  }
  const [first, last] = [answer.energies.at(1), answer.energies.at(-1)];
  if (typeof first === "number" && typeof last === "number" && answer.states.length > 2)
    lines.push(`After ${answer.states.length - 1} steps nothing changed any more: the bottom of a valley of the energy.`);
  return lines;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
