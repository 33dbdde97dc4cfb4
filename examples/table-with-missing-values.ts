/** A table whose columns have units of their own and gaps: scale the columns, complete the rows, guess a label, and abstain when the vote is thin. */
import { columnScaling, createMemory, scaleColumns, unscaleColumns } from "modern-hopfield";

// mass in kg, height in cm, top speed in km/h
const animals = [
  [4.5, 25, 48],
  [5.2, 27, 45],
  [30, 60, 45],
  [38, 66, 50],
  [420, 160, 70],
  [510, 168, 66],
];
const kinds = ["cat", "cat", "dog", "dog", "horse", "horse"];

const scaling = columnScaling(animals);
const memory = createMemory(scaleColumns(animals, scaling), { labels: kinds, beta: 8 });

const incomplete = [
  [Number.NaN, 64, 49],
  [470, Number.NaN, Number.NaN],
  [Number.NaN, Number.NaN, 47],
];
const { states, results } = memory.recall(scaleColumns(incomplete, scaling), { missing: "nan", clamp: true, minimumWeight: 0.8 });
const completed = unscaleColumns(states, scaling);

results.forEach(({ vote }, i) => {
  const row = Array.from(completed.data.subarray(i * 3, i * 3 + 3), (x) => x.toFixed(0).padStart(4)).join(" ");
  console.log(`row ${i}: ${row}  ${vote?.label ?? "no answer"} (${vote?.weight.toFixed(2)})`);
});
