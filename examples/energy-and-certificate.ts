/** Walk downhill: the energy of each step, and the certificate that says how far the answer can be from the pattern it names. */
import { createMemory } from "modern-hopfield";

const patterns = [
  [1, 0, 0],
  [0, 1, 0],
  [0.8, 0.6, 0],
  [0, 0, 1],
];
const cue = [0.5, 0.45, 0.3];

for (const beta of [2, 30]) {
  const memory = createMemory(patterns, { beta, steps: "converge" });
  const { states, results, trace } = memory.recall(cue, { trace: true });
  const energies = trace?.energies.map((e) => (e[0] as number).toFixed(4)) ?? [];
  const result = results[0];
  const stored = patterns[result?.top ?? 0] as number[];
  const distance = Math.hypot(...stored.map((x, k) => x - (states.data[k] as number)));
  console.log(`beta ${beta}: energy ${energies.slice(0, 4).join(" > ")}${energies.length > 4 ? " > ..." : ""}, ${result?.steps} steps`);
  console.log(
    `  ${result?.label}: distance to pattern ${result?.top} is ${distance.toExponential(2)}, certified ${result?.bound?.toExponential(2)}`,
  );
}
