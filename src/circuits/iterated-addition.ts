/**
 * @file Adding up n words of any length, and multiplying two, in constant depth with weights polynomial in n: block-save addition after Siu, Bruck, Kailath, Hofmeister (IEEE Transactions on
 * Information Theory 39(3), 1993). Layers: thermometers of block sums, their bits, generate and propagate, carry chains, carries, full-adder thresholds, exclusive or. Derivation:
 * docs/circuits/arithmetic.md.
 */
import { checkNumber } from "../core/options.ts";
import { addForm, addGate, type Builder, createBuilder, finish, zeroOf } from "./builder.ts";
import type { Circuit } from "./circuit.ts";
import { bitForm, buffer, conjunction } from "./primitives.ts";
import { prune } from "./prune.ts";

/**
 * The sum of n unsigned words of `bits` bits: inputs word by word, least bit first; outputs the bits + ceil(log2 n) bits of the sum. Depth 7 for every n and every length.
 * @param n at least 2; @param bits at least 1. @throws HopfieldError E_RANGE, E_LIMIT.
 */
export function iteratedAddition(n: number, bits: number): Circuit {
  checkNumber("iteratedAddition", "n", n, { whole: true, atLeast: 2, atMost: 2 ** 12 });
  checkNumber("iteratedAddition", "bits", bits, { whole: true, atLeast: 1, atMost: 2 ** 12 });
  const b = createBuilder(n * bits);
  const columns = Array.from({ length: bits }, (_, k) => Array.from({ length: n }, (_word, i) => i * bits + k));
  return prune(finish(b, addColumns(b, columns, bits + Math.ceil(Math.log2(n)))));
}

/** The product of two unsigned words of `bits` bits, 2 bits long: one layer of ANDs, then the same addition. Depth 8. */
export function multiplication(bits: number): Circuit {
  checkNumber("multiplication", "bits", bits, { whole: true, atLeast: 1, atMost: 2 ** 8 });
  const b = createBuilder(2 * bits);
  const columns: number[][] = Array.from({ length: 2 * bits - 1 }, () => []);
  for (let k = 0; k < bits; k++) for (let l = 0; l < bits; l++) columns[k + l]?.push(conjunction(b, [k, bits + l]));
  return prune(finish(b, addColumns(b, columns, 2 * bits)));
}

/**
 * The `length` bits of the sum of columns of bits, column k counting 2^k each.
 * Blocks of w columns, 2^w at least the height, have sums below 2^(2 w): the sums of even blocks do not overlap each other, nor do those of odd blocks. So two numbers are left.
 */
function addColumns(b: Builder, columns: readonly (readonly number[])[], length: number): number[] {
  const height = Math.max(2, ...columns.map((column) => column.length));
  const w = Math.ceil(Math.log2(height));
  const numbers = [new Array<number>(length).fill(zeroOf(b)), new Array<number>(length).fill(zeroOf(b))];
  for (let block = 0; block * w < columns.length; block++) {
    blockSum(b, columns.slice(block * w, (block + 1) * w)).forEach((bit, k) => {
      const number = numbers[block % 2] as number[];
      if (block * w + k < length) number[block * w + k] = bit;
    });
  }
  return addTwo(b, numbers[0] as number[], numbers[1] as number[]);
}

/** Thermometer of sum 2^k * column k, then its bits: two layers. */
function blockSum(b: Builder, columns: readonly (readonly number[])[]): number[] {
  const sources = columns.flat();
  const weights = columns.flatMap((column, k) => column.map(() => 2 ** k));
  const most = weights.reduce((sum, x) => sum + x, 0);
  if (most === 0) return [];
  const sum = addForm(b, sources, weights);
  const gates = Array.from({ length: most }, (_, v) => addGate(b, [sum], [1], v + 1));
  return Array.from({ length: Math.floor(Math.log2(most)) + 1 }, (_, k) => buffer(b, bitForm(b, { first: 1, gates }, k)));
}

/** Two numbers by carry look-ahead: generate and propagate, chains, carries, thresholds of each place, exclusive or as t1 - t2 + t3: five layers. */
function addTwo(b: Builder, x: readonly number[], y: readonly number[]): number[] {
  const pairs = x.map((bit, k) => [bit, y[k] as number] as const);
  const generate = pairs.map((pair) => conjunction(b, pair));
  const propagate = pairs.map((pair) => addGate(b, pair, [1, 1], 1));
  return pairs.map(([p, q], k) => {
    const chains = Array.from({ length: k }, (_, from) => conjunction(b, [generate[from] as number, ...propagate.slice(from + 1, k)]));
    const carry = addGate(
      b,
      chains,
      chains.map(() => 1),
      1,
    );
    const atLeast = [1, 2, 3].map((t) => addGate(b, [p, q, carry], [1, 1, 1], t));
    return buffer(b, addForm(b, atLeast, [1, -1, 1]));
  });
}
