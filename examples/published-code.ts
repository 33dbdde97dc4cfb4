/**
 * What some published code computes, re-implemented line by line on plain numbers, beside the model it is named after. docs/pitfalls-of-published-code.md cites the lines.
 * Own code: only the arithmetic of those lines is repeated, on one query and one head.
 */
import { createMemory } from "modern-hopfield";

const [M, d, k] = [100, 64, 20];
/** A small fixed generator (Park and Miller) with Box-Muller, so that every run prints the same. */
let state = 11;
const uniform = (): number => {
  state = (state * 48271) % 2147483647;
  return state / 2147483647;
};
const gauss = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
const unit = (x: number[]): number[] => x.map((value) => value / Math.hypot(...x));
const patterns = Array.from({ length: M }, () => unit(Array.from({ length: d }, gauss)));
const query = patterns[0] as number[];
const dot = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
const softmax = (z: number[]): number[] => {
  const top = Math.max(...z);
  const e = z.map((value) => Math.exp(value - top));
  return e.map((value) => value / e.reduce((a, b) => a + b, 0));
};
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`.padStart(7);
const scores = patterns.map((x) => dot(x, query));
const order = scores.map((_, i) => i).sort((a, b) => (scores[b] as number) - (scores[a] as number));
const chosen = new Set(order.slice(0, k));

console.log("1. top-K: scores scattered into zeros, softmax over all. Weight outside the top 20 of 100:");
for (const beta of [0.1, 1, 8, 25]) {
  const scattered = softmax(scores.map((s, i) => (chosen.has(i) ? beta * s : 0)));
  const outside = scattered.filter((_, i) => !chosen.has(i)).reduce((a, b) => a + b, 0);
  const weights = createMemory(patterns, { model: "top-k", k, beta }).weights(query).data;
  const ours = weights.filter((_, i) => !chosen.has(i)).reduce((a, b) => a + b, 0);
  console.log(`   beta ${String(beta).padStart(4)}: as published ${percent(outside)}, model "top-k" ${percent(ours)}`);
}

console.log("2. random mask: dropout of the scores (p = 0.5). Weight on patterns that were dropped:");
for (const beta of [0.1, 1, 8]) {
  const kept = scores.map(() => uniform() >= 0.5);
  const dropped = softmax(scores.map((s, i) => (kept[i] ? (beta * s) / 0.5 : 0)));
  const masked = dropped.filter((_, i) => !kept[i]).reduce((a, b) => a + b, 0);
  const weights = createMemory(patterns, { model: "masked", supportMask: kept, beta }).weights(query).data;
  console.log(
    `   beta ${String(beta).padStart(4)}: as published ${percent(masked)}, model "masked" ${percent(weights.filter((_, i) => !kept[i]).reduce((a, b) => a + b, 0))}`,
  );
}

console.log("3. scores normalised over an axis of length 1 (the heads): each becomes its sign. Weights of non-negative patterns:");
const positive = patterns.slice(0, 10).map((x) => x.map(Math.abs));
const normalised = positive.map((x) => dot(x, positive[0] as number[])).map((s) => s / Math.max(Math.hypot(s), 1e-12));
console.log(
  "   as published",
  softmax(normalised.map((s) => 10 * s))
    .map((p) => p.toFixed(2))
    .join(" "),
);
console.log(
  "   dense       ",
  Array.from(createMemory(positive, { model: "dense", beta: 10 }).weights(positive[0] as number[]).data, (p) => p.toFixed(2)).join(" "),
);

console.log("4. beta after the softmax: it scales the answer and sharpens nothing. Norm of the answer to a stored unit vector:");
for (const beta of [1, 8, 25]) {
  const p = softmax(scores).map((value) => beta * value);
  const answer = query.map((_, c) => patterns.reduce((sum, x, i) => sum + (p[i] as number) * (x[c] as number), 0));
  const y = createMemory(patterns, { model: "dense", beta }).recall(query).states.data;
  console.log(
    `   beta ${String(beta).padStart(4)}: as published ${Math.hypot(...answer).toFixed(3)}, dense ${Math.hypot(...y).toFixed(3)}`,
  );
}

console.log("5. energy without 1 / beta: largest rise in 6 steps of the dense update from a random state (beta 8):");
const memory = createMemory(patterns, { model: "dense", beta: 8 });
const trace = memory.recall(unit(Array.from({ length: d }, gauss)), { steps: 6, trace: true }).trace;
const states = trace?.states.map((s) => Array.from(s.data)) ?? [];
const logSumExp = (z: number[]): number => Math.max(...z) + Math.log(z.reduce((sum, value) => sum + Math.exp(value - Math.max(...z)), 0));
const published = states.map((x) => -logSumExp(patterns.map((p) => 8 * dot(p, x))) + 0.5 * dot(x, x) + Math.log(M) + 0.5);
const rise = (e: number[]): string => Math.max(...e.slice(1).map((value, t) => value - (e[t] as number))).toExponential(1);
console.log(`   as published ${rise(published)}, energy() ${rise(trace?.energies.map((e) => e[0] as number) ?? [])}`);

console.log('6. mode "sparsemax" that calls softmax: patterns with a weight above 0 (beta 8):');
const sparse = createMemory(patterns, { model: "sparsemax", beta: 8 })
  .weights(query)
  .data.filter((p) => p > 0).length;
console.log(`   as published ${softmax(scores.map((s) => 8 * s)).filter((p) => p > 0).length} of ${M}, model "sparsemax" ${sparse}`);
