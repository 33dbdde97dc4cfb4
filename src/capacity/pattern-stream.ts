/**
 * @file Hidden-manifold patterns made by the kernels, eight at a time: their fields or their weights. Number k of pattern p is a function of (seed, stream, p, k) alone: Philox and
 * Box-Muller as src/kernels/asm/capacity-normals.ts writes them down. docs/capacity/simulation.md, "Streams".
 */
import { type CapacityArena, capacityArena } from "../kernels/capacity.ts";
import type { Activation } from "./activations.ts";
import type { StreamInstance, StreamProblem } from "./stream-sampling.ts";

/** Patterns of a panel. */
export const panelPatterns = 8;
const kinds: Readonly<Record<Activation["kind"], number>> = { linear: 0, relu: 1, "centered-relu": 1, tanh: 2, sign: 3, custom: 0 };
const rounded = (n: number): number => 4 * Math.ceil(n / 4);

export interface PatternStream {
  /**
   * Adds the weights e^{lambda x . xi - lambda x . xi^1} of patterns first ... first + count - 1 to the running sum, one after the other; first a multiple of 8.
   * @returns how many were added before the one that takes the sum above 1, or -1.
   */
  weigh(first: number, count: number): number;
}

/** @param stream u32 that belongs to the instance. The stream is valid until another is opened: all share one memory. */
export function openPatternStream(
  { activation, n, latent, prior }: StreamProblem,
  { map, query, signal }: StreamInstance,
  lambda: number,
  seed: number,
  stream: number,
): PatternStream {
  const rows = rounded(n);
  const scratchBytes = 32 * (rounded(latent) + rows + 1);
  const arena = capacityArena(4 * (rows * latent + rows) + scratchBytes + 64);
  const { kernels, memory, start } = arena;
  const queryAt = start + 4 * rows * latent;
  const sumAt = queryAt + 4 * rows;
  const scratch = sumAt + 16;
  packMap(arena, map, n, latent);
  new Float32Array(memory.buffer, queryAt, rows).fill(0).set(query);
  const sum = new Float64Array(memory.buffer, sumAt, 1);
  sum[0] = 0;
  const kind = kinds[activation.kind];
  const shift = activation.kind === "centered-relu" ? -activation.value(-1) : 0;
  const sphere = prior === "spherical" && latent > 0 ? 1 : 0;
  const [low, high] = [seed >>> 0, Math.floor(seed / 2 ** 32)];
  const logSignal = lambda * signal;
  if (activation.kind !== "custom") {
    return {
      weigh: (first, count) =>
        kernels.streamPatterns(
          ...[kind, shift, start, n, latent, sphere, queryAt, lambda, logSignal, low, high],
          ...([stream, first >>> 0, Math.floor(first / 2 ** 32), count, sumAt, scratch] as const),
        ),
    };
  }
  const fieldsAt = scratch + 32 * rounded(latent);
  const overlapsAt = fieldsAt + 32 * rows;
  const fields = new Float32Array(memory.buffer, fieldsAt, panelPatterns * n);
  return {
    weigh: (first, count) => {
      for (let done = 0; done < count; done += panelPatterns) {
        const at = first + done;
        kernels.panelFields(start, n, latent, sphere, low, high, stream, at >>> 0, Math.floor(at / 2 ** 32), scratch, fieldsAt);
        for (let i = 0; i < fields.length; i++) fields[i] = activation.value(fields[i] as number);
        kernels.panelOverlaps(kind, 0, fieldsAt, queryAt, n, overlapsAt);
        const over = kernels.addWeights(overlapsAt, Math.min(panelPatterns, count - done), lambda, logSignal, sumAt);
        if (over >= 0) return done + over;
      }
      return -1;
    },
  };
}

/** Rows in groups of four: [i / 4][k][4], zeros below row n. */
function packMap({ memory, start }: CapacityArena, map: Float64Array, n: number, latent: number): void {
  const packed = new Float32Array(memory.buffer, start, rounded(n) * latent).fill(0);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < latent; k++) packed[4 * ((i >> 2) * latent + k) + (i & 3)] = map[i * latent + k] as number;
  }
}

/** out[k * 8 + p]: number k of pattern first + p, for k below `rows` rounded up to four; first a multiple of 8. */
export function panelNormals(seed: number, stream: number, first: number, rows: number): Float32Array {
  const { kernels, memory, start } = capacityArena(32 * rounded(rows));
  kernels.patternNormals(
    ...([seed >>> 0, Math.floor(seed / 2 ** 32), stream, first >>> 0, Math.floor(first / 2 ** 32), rows, start] as const),
  );
  return new Float32Array(memory.buffer, start, panelPatterns * rounded(rows)).slice();
}
