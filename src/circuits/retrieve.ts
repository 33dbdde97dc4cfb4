/** @file The retrieval of a network in integers, step by step: what every circuit here has to equal, bit for bit. */
import { HopfieldError } from "../core/errors.ts";
import type { Network } from "./network.ts";

/**
 * @param input query of d numbers; with the patterns as inputs, query and then n d pattern entries.
 * @returns d whole numbers after all layers.
 * @throws HopfieldError E_SHAPE, E_RANGE (a number that p bits do not hold: the theorems assume bounded inputs).
 */
export function retrieve(network: Network, input: ArrayLike<number>): Int32Array {
  const { n, d, p, qm, layers, memory, gram } = network;
  const expected = memory === "input" ? d + n * d : d;
  if (input.length !== expected) throw new HopfieldError("E_SHAPE", `retrieve: expected ${expected} numbers, got ${input.length}`);
  for (let k = 0; k < expected; k++) {
    const x = input[k] as number;
    if (!Number.isInteger(x) || x < -qm || x >= qm)
      throw new HopfieldError("E_RANGE", `retrieve: number ${k} is ${x}; ${p} bits hold ${-qm} ... ${qm - 1}`, { index: k });
  }
  const numbers = Int32Array.from(input);
  const patterns = memory === "input" ? numbers.slice(d) : network.patterns;
  let query = numbers.slice(0, d);
  for (let layer = 0; layer < layers; layer++) {
    const image = memory === "input" && gram ? Float64Array.from(query, (_, a) => dot(gram, a * d, query, d)) : query;
    query = once(network, memory === "input" ? patterns : network.keys, patterns, image);
  }
  return query;
}

function dot(rows: ArrayLike<number>, from: number, query: ArrayLike<number>, d: number): number {
  let sum = 0;
  for (let k = 0; k < d; k++) sum += (rows[from + k] as number) * (query[k] as number);
  return sum;
}

function once(
  { n, d, S, unit, levels, table, qm }: Network,
  keys: Int32Array,
  patterns: Int32Array,
  query: ArrayLike<number>,
): Int32Array<ArrayBuffer> {
  const score = new Int32Array(n);
  let largest = 0;
  for (let i = 0; i < n; i++) {
    score[i] = Math.min(levels - 1, Math.max(0, Math.floor((dot(keys, i * d, query, d) + S) / unit)));
    largest = Math.max(largest, score[i] as number);
  }
  const numerator = new Float64Array(d);
  let denominator = 0;
  for (let i = 0; i < n; i++) {
    const e = table[largest - (score[i] as number)] as number;
    if (e === 0) continue;
    denominator += e;
    for (let j = 0; j < d; j++) numerator[j] = (numerator[j] as number) + e * (patterns[i * d + j] as number);
  }
  return Int32Array.from(numerator, (sum) => Math.min(qm - 1, Math.max(-qm, roundHalfEven(sum, denominator))));
}

/** numerator / denominator to the nearest whole number, ties to even; whole numbers, denominator above 0, both exact in doubles. */
export function roundHalfEven(numerator: number, denominator: number): number {
  const low = Math.floor(numerator / denominator);
  const rest = 2 * (numerator - low * denominator);
  if (rest === denominator) return low % 2 === 0 ? low : low + 1;
  return rest > denominator ? low + 1 : low;
}
