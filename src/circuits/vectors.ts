/** @file Input vectors of a network: bit k p + b is bit b of entry k; the query first, then, where the patterns are inputs, their entries row by row. */
import { wordAt } from "../core/random.ts";
import type { Network } from "./network.ts";

/** Input bits of a network: d p, or (n + 1) d p with the patterns as inputs. */
export function inputBits({ n, d, p, memory }: Network): number {
  return memory === "input" ? (n + 1) * d * p : d * p;
}

/** Two's complement numbers of p bits out of bits, least bit first. */
export function numbersFromBits(bits: ArrayLike<number>, p: number): Int32Array {
  const numbers = new Int32Array(bits.length / p);
  for (let k = 0; k < numbers.length; k++) {
    let x = 0;
    for (let b = 0; b < p; b++) x |= (bits[k * p + b] as number) << b;
    // The top bit counts negative.
    numbers[k] = (x << (32 - p)) >> (32 - p);
  }
  return numbers;
}

export function bitsFromNumbers(numbers: ArrayLike<number>, p: number): Uint8Array {
  const bits = new Uint8Array(numbers.length * p);
  for (let k = 0; k < numbers.length; k++) for (let b = 0; b < p; b++) bits[k * p + b] = ((numbers[k] as number) >> b) & 1;
  return bits;
}

/** Most input bits whose vectors are all tried. */
export const mostExhaustiveBits = 20;

/** Vector number t of all: bit i of t is input i. */
export function vectorOfCode(t: number, inputs: number): Uint8Array {
  const bits = new Uint8Array(inputs);
  for (let i = 0; i < inputs; i++) bits[i] = (t >> i) & 1;
  return bits;
}

/** Random vector number t of a seed. With the patterns as inputs, even vectors carry the patterns of the network, odd ones random ones. */
export function randomVector(network: Network, seed: number, t: number): Uint8Array {
  const inputs = inputBits(network);
  const bits = new Uint8Array(inputs);
  const words = Math.ceil(inputs / 32);
  for (let w = 0; w < words; w++) {
    const word = wordAt(seed, vectorStream, t * words + w);
    for (let i = 32 * w; i < Math.min(inputs, 32 * w + 32); i++) bits[i] = (word >>> (i - 32 * w)) & 1;
  }
  if (network.memory === "input" && t % 2 === 0) bits.set(bitsFromNumbers(network.patterns, network.p), network.d * network.p);
  return bits;
}

/** Separates the vectors from the patterns of the same seed. */
const vectorStream = 0xc3c;
