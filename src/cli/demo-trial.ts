/** @file One job of the demo: damage the digits, recall them, and measure what comes back. */
import { performance } from "node:perf_hooks";
import { allocate, createMemory, type Memory } from "../index.ts";
import { type Cue, cues, type DemoData, demoModels, type Job, type Outcome } from "./demo-conditions.ts";

/** Keeps the memory of the last job, because the next one mostly asks for the same. */
export function openTrials(data: DemoData): (job: Job) => Outcome {
  const kept: { key: string; memory: Memory | null } = { key: "", memory: null };
  return (job) => {
    const key = `${job.patterns} ${job.model}`;
    if (!kept.memory || kept.key !== key) {
      kept.memory?.free();
      kept.memory = store(data, job);
      kept.key = key;
    }
    return measure(data, kept.memory, job);
  };
}

function store({ pixels, dimension }: DemoData, job: Job): Memory {
  const patterns = allocate(job.patterns, dimension);
  for (let i = 0; i < patterns.data.length; i++) patterns.data[i] = (pixels[i] ?? 0) / 255;
  return createMemory(patterns, demoModels[job.model].options);
}

function measure(data: DemoData, memory: Memory, job: Job): Outcome {
  const cue: Cue = cues[job.cue];
  const { dimension: d } = data;
  const truth = undamaged(data, cue);
  const rows = truth.length / d;
  const queries = damaged(data, cue, truth);
  const known = cue.half === "declared" ? Uint8Array.from({ length: d }, (_, k) => (k < d / 2 ? 1 : 0)) : null;
  const started = performance.now();
  const { states, results } = memory.recall({ data: queries, rows, columns: d }, known ? { known } : {});
  const milliseconds = (performance.now() - started) / rows;

  const labels = { single: 0, metastable: 0, global: 0 };
  const bounds: number[] = [];
  const tally = { correct: 0, exact: 0, error: 0, violated: 0 };
  const right = results.map(({ top }, b) => (cue.of === "stored" ? top === data.queries[b] : data.labels[top] === data.unseenLabels[b]));
  results.forEach(({ top, label, bound }, b) => {
    const answer = states.data.subarray(b * d, (b + 1) * d);
    const original = truth.subarray(b * d, (b + 1) * d);
    if (right[b]) tally.correct++;
    const { mean, largest } = difference(answer, original);
    tally.error += mean;
    if (largest <= 1e-3) tally.exact++;
    if (label !== "none") labels[label]++;
    if (bound !== null) {
      bounds.push(bound);
      if (!(distance(answer, memory.pattern(top)) <= bound)) tally.violated++;
    }
  });
  bounds.sort((a, b) => a - b);
  return {
    correct: tally.correct / rows,
    exact: cue.of === "stored" ? tally.exact / rows : null,
    pixelError: tally.error / rows,
    milliseconds,
    labels,
    bounds: { given: bounds.length, violated: tally.violated, median: bounds[bounds.length >> 1] ?? null },
    energy: job.model === "gaussian" && !known ? energies(memory, queries, states.data, d) : null,
    shown: (cue.of === "stored" ? data.shown : data.shownUnseen).map((b) => ({
      original: truth.slice(b * d, (b + 1) * d),
      right: right[b] === true,
      cue: queries.slice(b * d, (b + 1) * d).map((x, k) => (known?.[k] === 0 ? Number.NaN : x)),
      answer: states.data.slice(b * d, (b + 1) * d),
    })),
  };
}

function undamaged({ pixels, unseen, queries, dimension: d }: DemoData, cue: Cue): Float32Array {
  if (cue.of === "unseen") return Float32Array.from(unseen, (x) => x / 255);
  const truth = new Float32Array(queries.length * d);
  queries.forEach((index, b) => {
    for (let k = 0; k < d; k++) truth[b * d + k] = (pixels[index * d + k] ?? 0) / 255;
  });
  return truth;
}

function damaged({ noise, dimension: d }: DemoData, cue: Cue, truth: Float32Array): Float32Array {
  return truth.map((x, i) => (cue.half !== "there" && i % d >= d / 2 ? 0 : x + cue.sigma * (noise[i] ?? 0)));
}

function difference(a: Float32Array, b: Float32Array): { mean: number; largest: number } {
  let sum = 0;
  let largest = 0;
  for (let k = 0; k < a.length; k++) {
    const error = Math.abs((a[k] ?? 0) - (b[k] ?? 0));
    sum += error;
    if (error > largest) largest = error;
  }
  return { mean: sum / a.length, largest };
}

function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += ((a[k] ?? 0) - (b[k] ?? 0)) ** 2;
  return Math.sqrt(sum);
}

/** Of the first queries only: an energy costs a pass over the patterns. */
function energies(memory: Memory, before: Float32Array, after: Float32Array, d: number): Outcome["energy"] {
  const rows = Math.min(50, before.length / d);
  const level = (states: Float32Array): number[] => memory.energy({ data: states.slice(0, rows * d), rows, columns: d }).map((e) => e ?? 0);
  const [start, end] = [level(before), level(after)];
  const mean = (list: number[]): number => list.reduce((sum, e) => sum + e, 0) / rows;
  return { before: mean(start), after: mean(end), rose: end.filter((e, b) => e > (start[b] ?? 0) + 1e-6 * Math.abs(e)).length };
}
