/** @file What the number of bits does: fixed, growing with log n, growing with n. Depth stays; gates double with every bit; what changes is how well the p-bit retrieval is the real one. */
import { compile, createNetwork, iteratedAddition, measure, type Network, quantisePatterns, retrieve } from "../circuits/index.ts";
import { normal, randomStream, uniform } from "../core/random.ts";
import { slope } from "./circuit-reference.ts";
import { blend, dotLogits, softmax } from "./reference.ts";
import type { Claim } from "./types.ts";

const d = 16;
const beta = 8 / Math.sqrt(d);
const cues = 200;

interface Quality {
  /** Root mean square error of the answers, relative to their root mean square. */
  readonly error: number;
  /** Share of answers with the same nearest pattern as the answer in f64. */
  readonly agrees: number;
  readonly depth: number;
  readonly gates: number;
}

/** @param run the retrieval under examination. */
export function circuitPrecisionClaim(run: typeof retrieve = retrieve): Claim {
  const quality = (n: number, p: number, seed: number): Quality => {
    const random = randomStream(seed, 0xc1c + n);
    const X = Array.from({ length: n }, () => Array.from({ length: d }, () => 2 * uniform(random) - 1));
    const largest = Math.max(...X.flat().map(Math.abs));
    const step = largest / (2 ** (p - 1) - 1);
    const network: Network = createNetwork(quantisePatterns(X.flat(), n, d, p), { bits: p, beta });
    let [error, total, agrees] = [0, 0, 0];
    for (let t = 0; t < cues; t++) {
      // A stored pattern with noise of half the size of its entries, cut to the range of the patterns.
      const cue = (X[t % n] as number[]).map((x) => Math.max(-largest, Math.min(largest, x + 0.5 * normal(random))));
      const whole = cue.map((x) => Math.round(x / step));
      const answer = Array.from(run(network, whole), (x) => x * step);
      const real = blend(softmax(dotLogits(cue, X, beta)), X);
      answer.forEach((x, j) => {
        error += (x - (real[j] as number)) ** 2;
        total += (real[j] as number) ** 2;
      });
      if (nearest(answer, X) === nearest(Array.from(real), X)) agrees++;
    }
    const { depth, gates } = measure(compile(network).circuit);
    return { error: Math.sqrt(error / total), agrees: agrees / cues, depth, gates };
  };
  return {
    id: "circuit-precision",
    title: "fixed precision, log n and n bits: the depth is the same, fixed precision loses patterns as n grows",
    source:
      "docs/circuits/precision.md; the theorem of arXiv 2412.05562 allows poly(n) bits, hardware has a fixed number; iterated addition after Siu, Bruck, Kailath, Hofmeister 1993",
    expected:
      "each further bit halves the error, below 5 % at 8 bits, and doubles the gates; with 4 bits fewer answers have the right nearest pattern at n = 256 than at n = 16, with 1 + log2 n bits at least 94 % everywhere; depth 4; sums of n words of n bits at depth 7",
    tolerance: "slopes of log2 error over bits in [-1.25, -0.8], of log2 gates in [0.9, 1.1]; shares of 200 cues (standard error 2 %)",
    seconds: 2.5,
    run({ seed, progress }) {
      const bits = [4, 5, 6, 7, 8];
      const byBits = bits.map((p, at) => {
        progress(at, bits.length + 3);
        return quality(64, p, seed);
      });
      const errorSlope = slope(
        bits,
        byBits.map(({ error }) => Math.log2(error)),
      );
      const gateSlope = slope(
        bits,
        byBits.map(({ gates }) => Math.log2(gates)),
      );
      const constant = [16, 256].map((n) => quality(n, 4, seed).agrees) as [number, number];
      const growing = [16, 64, 256].map((n) => quality(n, 1 + Math.log2(n), seed));
      const sums = [4, 8, 16, 32].map((n) => measure(iteratedAddition(n, n)).depth);
      const depths = [...byBits, ...growing].map(({ depth }) => depth);
      const worst = Math.min(...growing.map(({ agrees }) => agrees));
      return {
        measured: `error 2^(${errorSlope.toFixed(2)} p), gates 2^(${gateSlope.toFixed(2)} p); 4 bits: ${constant.map((x) => `${(100 * x).toFixed(1)} %`).join(" and ")}; 1 + log2 n bits: at least ${(100 * worst).toFixed(1)} %; depths ${[...new Set(depths)].join(", ")} and ${[...new Set(sums)].join(", ")}`,
        passed:
          errorSlope >= -1.25 &&
          errorSlope <= -0.8 &&
          byBits.every(({ error }, at) => at < bits.length - 1 || error < 0.05) &&
          gateSlope >= 0.9 &&
          gateSlope <= 1.1 &&
          constant[1] < constant[0] - 0.04 &&
          worst >= 0.94 &&
          depths.every((depth) => depth === 4) &&
          sums.every((depth) => depth === 7),
        figures: { errorSlope, gateSlope, smallConstant: constant[0], largeConstant: constant[1], worst },
      };
    },
  };
}

function nearest(x: readonly number[], X: readonly (readonly number[])[]): number {
  const distances = X.map((row) => row.reduce((sum, value, k) => sum + (value - (x[k] as number)) ** 2, 0));
  return distances.indexOf(Math.min(...distances));
}

export const circuitPrecision = circuitPrecisionClaim();
