/** The same cue under every preset that takes plain numbers: weight of the best pattern, how many patterns answer, the certificate. */
import { createMemory, type MemoryOptions, models } from "modern-hopfield";

const patterns = Array.from({ length: 12 }, (_, i) => Array.from({ length: 8 }, (_, k) => Math.sin(1 + 3 * i * i + k * (i + 2))));
const cue = (patterns[4] as number[]).map((x, k) => x + 0.25 * Math.cos(7 * k));

/** What a preset cannot do without. */
const needs: Partial<Record<string, MemoryOptions>> = {
  masked: { supportMask: patterns.map((_, i) => i < 8) },
  window: { window: 11 },
  "k-subset": { k: 2 },
  "top-k": { k: 3 },
};
const binary = ["hebbian", "polynomial", "exponential"];

console.log("model              top  weight  support  label       bound on |y - x_top|");
for (const model of models.filter((name) => !binary.includes(name))) {
  const memory = createMemory(patterns, { model, beta: model === "epanechnikov" ? 0.5 : 2, ...needs[model] });
  const result = memory.recall(cue).results[0];
  const cells = [result?.top, result?.weight.toFixed(3), result?.support, result?.label];
  const bound = result?.bound == null ? "none" : result.bound.toExponential(2);
  console.log(
    `${model.padEnd(18)} ${String(cells[0]).padStart(3)}  ${String(cells[1]).padStart(6)}  ${String(cells[2]).padStart(7)}  ${String(cells[3]).padEnd(10)}  ${bound}`,
  );
}
