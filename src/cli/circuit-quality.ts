/** @file What p bits cost in answers: the p-bit retrieval beside the same retrieval in floating point, on noisy cues. */
import { type Network, retrieve } from "../circuits/index.ts";
import { normal, randomStream } from "../core/random.ts";
import { createMemory } from "../index.ts";

export interface Quality {
  /** Root mean square error of the answers, relative to the root mean square of the exact ones. */
  readonly error: number;
  /** Share of cues whose p-bit answer has the same nearest pattern as the exact one. */
  readonly agrees: number;
}

/**
 * Cues are stored patterns (each in turn) with normal noise of half the largest number, cut to p bits. The exact answer is softmax retrieval with the same beta, of the p-bit patterns in floating point and of the cue
 * before it was rounded.
 */
export function qualityOf(network: Network, seed: number, cues: number): Quality {
  const { n, d, qm, beta, patterns } = network;
  const random = randomStream(seed, 0xc1d);
  const rows = Array.from({ length: n }, (_, i) => Array.from(patterns.subarray(i * d, (i + 1) * d), (x) => x / qm));
  const drawn = Array.from({ length: cues }, (_, t) =>
    (rows[t % n] as number[]).map((x) => Math.max(-1, Math.min((qm - 1) / qm, x + 0.5 * normal(random)))),
  );
  const memory = createMemory(rows, { model: "dense", beta: Math.max(beta, Number.MIN_VALUE) });
  const exact = memory.recall(drawn).states.data;
  memory.free();
  let [error, size, agree] = [0, 0, 0];
  drawn.forEach((cue, t) => {
    const answer = Array.from(
      retrieve(
        network,
        cue.map((x) => Math.max(-qm, Math.min(qm - 1, Math.round(x * qm)))),
      ),
      (x) => x / qm,
    );
    const right = Array.from(exact.subarray(t * d, (t + 1) * d));
    answer.forEach((x, j) => {
      error += (x - (right[j] as number)) ** 2;
      size += (right[j] as number) ** 2;
    });
    if (nearest(answer, rows) === nearest(right, rows)) agree++;
  });
  return { error: Math.sqrt(error / size), agrees: agree / cues };
}

function nearest(x: readonly number[], rows: readonly (readonly number[])[]): number {
  const distances = rows.map((row) => row.reduce((sum, value, k) => sum + (value - (x[k] as number)) ** 2, 0));
  return distances.indexOf(Math.min(...distances));
}
