/** @file What a memory of the user's rows can do: separation, β, copies, trials with damaged cues. The page's short form of `hopfield plan`, on a sample where all would take too long. */
import { adviseBeta, capacityBound, createMemory, HopfieldError, type MemoryOptions, separations } from "modern-hopfield";
import type { PlanTask } from "../engine/tasks.ts";
import { normalAt, uniformAt } from "../patterns/noise.ts";
import type { Plan } from "./state.ts";

/** Multiplications that a look may cost: about a second. */
const workLimit = 2 ** 31;
const mostTrials = 200;

/** Index of the first row with the same numbers, for every row. */
function firstCopies(data: Float32Array, rows: number, columns: number): Int32Array {
  const seen = new Map<string, number>();
  return Int32Array.from({ length: rows }, (_, i) => {
    const key = data.subarray(i * columns, (i + 1) * columns).join(" ");
    const first = seen.get(key) ?? i;
    seen.set(key, first);
    return first;
  });
}

export function planOf({ data, rows, columns, options, noise }: PlanTask): Plan {
  const patterns = { data, rows, columns };
  const memory = createMemory(patterns, options as MemoryOptions);
  const similarity = memory.similarity ?? "dot";
  const affordable = Math.max(20, Math.floor(workLimit / (rows * columns)));
  const looked = separations(patterns, { similarity, ...(affordable < rows ? { sample: affordable } : {}) });
  const sorted = looked.separations.slice().sort();
  const beta = memory.beta ?? adviseBeta(patterns).beta;
  const copies = firstCopies(data, rows, columns);
  const trials = Math.min(rows, mostTrials, affordable);
  const chosen = Array.from({ length: trials }, (_, t) => (trials === rows ? t : Math.floor(uniformAt(7, t) * rows)));
  const queries = new Float32Array(trials * columns);
  chosen.forEach((row, t) => {
    for (let k = 0; k < columns; k++) queries[t * columns + k] = (data[row * columns + k] ?? 0) + noise * normalAt(11, t * columns + k);
  });
  const trial = (known: Uint8Array | null): number | null => {
    try {
      const { results } = memory.recall({ data: queries, rows: trials, columns }, known ? { known } : {});
      return results.filter(({ top }, t) => copies[top] === copies[chosen[t] ?? 0]).length;
    } catch (error) {
      if (error instanceof HopfieldError && error.code === "E_UNSUPPORTED") return null;
      throw error;
    }
  };
  const noisy = trial(null) ?? 0;
  const half = columns < 2 ? null : trial(Uint8Array.from({ length: columns }, (_, k) => (k < columns / 2 ? 1 : 0)));
  return {
    patterns: rows,
    dimension: columns,
    beta,
    similarity,
    separation: {
      smallest: sorted[0] ?? Number.NaN,
      median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
      negative: sorted.filter((x) => x < 0).length,
      sampled: sorted.length,
    },
    copies: copies.filter((first, i) => first !== i).length,
    noisy: { right: noisy, trials },
    half: half === null ? null : { right: half, trials },
    guaranteed: guaranteeOf(data, rows, columns, beta),
  };
}

/** Theorem 3 of Ramsauer et al. (arXiv 2008.02217) for random patterns of this dimension and mean length; null where it promises nothing. */
function guaranteeOf(data: Float32Array, rows: number, dimension: number, beta: number): number | null {
  let length = 0;
  for (let i = 0; i < rows; i++) length += Math.hypot(...data.subarray(i * dimension, i * dimension + Math.min(dimension, 4096))) / rows;
  if (dimension < 2 || !(length > 0)) return null;
  const bound = capacityBound({ beta, radiusFactor: length / Math.sqrt(dimension - 1), dimension, failure: 0.001 });
  return bound.holds && bound.patterns !== null && Number.isFinite(bound.patterns) ? bound.patterns : null;
}
