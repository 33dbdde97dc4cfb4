/** Keys and values of different width: a colour by its hue and lightness brings back its RGB value, blended where the cue lies between two. */
import { createMemory } from "modern-hopfield";

const names = ["red", "yellow", "green", "blue"];
const keys = [
  [0.0, 0.5],
  [0.16, 0.5],
  [0.33, 0.5],
  [0.66, 0.5],
];
const values = [
  [255, 0, 0],
  [255, 255, 0],
  [0, 255, 0],
  [0, 0, 255],
];
const memory = createMemory(keys, { values, beta: 300 });
const { states, results } = memory.recall([
  [0.02, 0.5],
  [0.08, 0.5],
]);

results.forEach(({ top, weight, label }, b) => {
  const rgb = Array.from(states.data.subarray(b * 3, b * 3 + 3), (x) => x.toFixed(0)).join(", ");
  console.log(`rgb(${rgb})  nearest key: ${names[top]}, weight ${weight.toFixed(2)} (${label})`);
});
