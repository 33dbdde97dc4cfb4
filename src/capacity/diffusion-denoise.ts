/**
 * @file The denoiser E[xi | x_t = x] for many states at once, the memory's own update. Four states share each read of a pattern; once a chain has condensed, patterns that are
 * too far to matter are left out until the chain has moved far enough for them to come back.
 */
import { type CapacityKernels, ownArena } from "../kernels/capacity.ts";
import { negligible, weightExp } from "./diffusion-exponential.ts";
import type { Bias, PatternSet } from "./diffusion-set.ts";

/** Patterns that can matter to a chain as long as it stays within `radius` of `centre`, at times up to the one it was made at. */
interface Near {
  readonly centre: Float64Array;
  readonly radius: number;
  readonly indices: Int32Array;
}

/** @param states B x N row-major. @param images B x N, overwritten. Times must not grow from call to call, and row b must stay the same chain. */
export type Denoise = (states: Float64Array, images: Float64Array, time: number) => void;

export function openDenoiser(set: PatternSet, bias: Bias): Denoise {
  const { rows, columns, halfNorms } = set;
  const near: (Near | null)[] = [];
  const retry: number[] = [];
  // Without the bias the weights do not follow the distances, unless all norms are equal.
  const byDistance = bias === "norm" || set.equalNorms;
  const blockRows = Math.max(1, Math.floor(2048 / columns));
  const { kernels, arrays, places } = openArrays({
    data: rows * columns,
    shift: rows,
    logits: 4 * rows,
    four: 4 * columns,
    sums: 4 * columns,
    weights: 4 * blockRows,
  });
  const { data, shift, logits, four, sums, weights } = arrays;
  data.set(set.data);
  if (bias === "norm") shift.set(halfNorms);
  const all = Int32Array.from({ length: rows }, (_, i) => i);
  const one = new Float64Array(columns);
  return (states, images, time) => {
    const full: number[] = [];
    for (let b = 0; b < states.length / columns; b++) {
      const known = near[b];
      if (known && distance(states, b * columns, known.centre, 0, columns) <= known.radius) {
        oneState(states, images, b, known.indices, time);
      } else full.push(b);
    }
    for (let at = 0; at < full.length; at += 4) fourStates(states, images, full.slice(at, at + 4), time);
  };

  function oneState(states: Float64Array, images: Float64Array, b: number, indices: Int32Array, time: number): void {
    let top = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < indices.length; j++) {
      const i = indices[j] as number;
      let overlap = 0;
      for (let k = 0; k < columns; k++) overlap += (states[b * columns + k] as number) * (data[i * columns + k] as number);
      const value = (overlap - (shift[i] as number)) / time;
      logits[j] = value;
      if (value > top) top = value;
    }
    let total = 0;
    one.fill(0);
    for (let j = 0; j < indices.length; j++) {
      const w = weightExp((logits[j] as number) - top);
      if (w === 0) continue;
      total += w;
      const row = (indices[j] as number) * columns;
      for (let k = 0; k < columns; k++) one[k] = (one[k] as number) + w * (data[row + k] as number);
    }
    for (let k = 0; k < columns; k++) images[b * columns + k] = (one[k] as number) / total;
  }

  /** All patterns for up to four states; a group of fewer repeats its last one. Entry (k, slot) of the interleaved states is at 4 k + slot. */
  function fourStates(states: Float64Array, images: Float64Array, group: readonly number[], time: number): void {
    const slots = [0, 1, 2, 3].map((slot) => group[Math.min(slot, group.length - 1)] as number);
    slots.forEach((b, slot) => {
      for (let k = 0; k < columns; k++) four[4 * k + slot] = states[b * columns + k] as number;
    });
    const { top, totals } = sweep(1 / time);
    group.forEach((b, slot) => {
      for (let k = 0; k < columns; k++) images[b * columns + k] = (sums[4 * k + slot] as number) / (totals[slot] as number);
      near[b] = byDistance && (totals[slot] as number) <= rows / 16 ? neighbourhood(states, b, slot, top[slot] as number, time) : null;
    });
  }

  /**
   * One pass over the patterns in blocks that stay in the first cache: logits, then weights relative to the largest so far, then their sums with the patterns. Logit (i, slot) is
   * kept at 4 i + slot.
   */
  function sweep(lambda: number): { top: number[]; totals: number[] } {
    const top = [0, 0, 0, 0].map(() => Number.NEGATIVE_INFINITY);
    const totals = [0, 0, 0, 0];
    sums.fill(0);
    for (let first = 0; first < rows; first += blockRows) {
      const end = Math.min(rows, first + blockRows);
      kernels.denoiseLogits(places.data, places.shift, first, end, columns, places.four, lambda, places.logits);
      let any = 0;
      for (let slot = 0; slot < 4; slot++) any += weigh(first, end, slot, top, totals);
      if (any > 0) kernels.denoiseSums(places.data, first, end, columns, places.weights, places.sums);
    }
    return { top, totals };
  }

  /** Weights of one slot in one block; a new largest logit scales down what there is. @returns their sum. */
  function weigh(first: number, end: number, slot: number, top: number[], totals: number[]): number {
    let highest = top[slot] as number;
    for (let i = first; i < end; i++) if ((logits[4 * i + slot] as number) > highest) highest = logits[4 * i + slot] as number;
    if (highest > (top[slot] as number)) {
      const scale = weightExp((top[slot] as number) - highest);
      totals[slot] = (totals[slot] as number) * scale;
      for (let k = slot; k < sums.length; k += 4) sums[k] = (sums[k] as number) * scale;
      top[slot] = highest;
    }
    let total = 0;
    for (let i = first; i < end; i++) {
      const w = weightExp((logits[4 * i + slot] as number) - highest);
      weights[4 * (i - first) + slot] = w;
      total += w;
    }
    totals[slot] = (totals[slot] as number) + total;
    return total;
  }

  /**
   * With d the distances from x, a pattern at d cannot matter within radius r of x when (d - r)^2 - (d_min + r)^2 > 2 t * negligible (triangle inequality). The largest of three
   * radii that leaves few patterns is taken; null when none does.
   */
  function neighbourhood(states: Float64Array, b: number, slot: number, top: number, time: number): Near | null {
    let close = 0;
    for (let i = 0; i < rows; i++) if ((logits[4 * i + slot] as number) > top - negligible) close++;
    if (close > rows / 16 || time > (retry[b] ?? Number.POSITIVE_INFINITY)) return null;
    let own = 0;
    for (let k = 0; k < columns; k++) own += (states[b * columns + k] as number) ** 2;
    const half = bias === "norm" ? 0 : 1;
    const distances = new Float64Array(rows);
    let smallest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < rows; i++) {
      const squared = own - 2 * (time * (logits[4 * i + slot] as number) - half * (halfNorms[i] as number));
      distances[i] = Math.sqrt(Math.max(0, squared));
      smallest = Math.min(smallest, distances[i] as number);
    }
    for (const radius of [smallest, smallest / 2, smallest / 4]) {
      const bound = 2 * time * negligible + (smallest + radius) * (smallest + radius);
      const indices = all.filter((i) => {
        const reach = (distances[i] as number) - radius;
        return reach <= 0 || reach * reach <= bound;
      });
      if (indices.length <= rows / 16) return { centre: states.slice(b * columns, (b + 1) * columns), radius, indices };
    }
    // It will not do much better a little later.
    retry[b] = 0.8 * time;
    return null;
  }
}

/** Arrays in one memory of the kernels, with their addresses. */
function openArrays<Name extends string>(
  lengths: Record<Name, number>,
): { kernels: CapacityKernels; arrays: Record<Name, Float64Array>; places: Record<Name, number> } {
  const entries = Object.entries(lengths) as [Name, number][];
  const { kernels, memory, start } = ownArena(entries.reduce((sum, [, length]) => sum + 8 * length, 0));
  let at = start;
  const arrays = {} as Record<Name, Float64Array>;
  const places = {} as Record<Name, number>;
  for (const [name, length] of entries) {
    arrays[name] = new Float64Array(memory.buffer, at, length);
    places[name] = at;
    at += 8 * length;
  }
  return { kernels, arrays, places };
}

/** Distance between N entries of `a` from `i` on and of `b` from `j` on. */
export function distance(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += ((a[i + k] as number) - (b[j + k] as number)) * ((a[i + k] as number) - (b[j + k] as number));
  return Math.sqrt(sum);
}
