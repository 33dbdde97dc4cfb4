/**
 * @file A network as a threshold circuit. With fixed patterns an update is four layers deep (scores, largest score, differences, outputs), with patterns as inputs seven (products of bits,
 * scores, largest score, differences, bits of the weights, products of bits, outputs), whatever n, d and p are. Derivation and counts: docs/circuits/construction.md.
 */
import { checkNames } from "../core/options.ts";
import { addForm, type Builder, createBuilder, finish, zeroOf } from "./builder.ts";
import type { Circuit } from "./circuit.ts";
import { closedBound, refuseLarge } from "./closed-bounds.ts";
import type { Network } from "./network.ts";
import {
  bitForm,
  bitOf,
  bitWeights,
  buffer,
  conjunction,
  levelOf,
  maximum,
  numberOfBits,
  ratio,
  stepGates,
  type Thermometer,
  unary,
} from "./primitives.ts";
import { prune } from "./prune.ts";

export interface Compiled {
  readonly network: Network;
  /** One output per entry of the answer, a whole number. */
  readonly circuit: Circuit;
  /** Gates of the construction before constants are folded and unread ones left out. */
  readonly gatesUnpruned: number;
}

/** `thermometers`: the answer as numbers; `bits`: as d p bits, bit b of entry j at j p + b, one layer deeper. */
export type OutputForm = "thermometers" | "bits";

/**
 * @param options.outputs default "thermometers"; @param options.fold false keeps constant and unread gates too, in the order of gate-at.ts.
 * @throws HopfieldError E_LIMIT before memory is taken (about 2^26 nodes or wires between them).
 */
export function compile(network: Network, options: { readonly outputs?: OutputForm; readonly fold?: boolean } = {}): Compiled {
  checkNames("compile", options, ["outputs", "fold"]);
  refuseLarge(network);
  const { n, d, p, layers, memory } = network;
  const b = createBuilder(memory === "input" ? d * p + n * d * p : d * p, options.fold ?? true);
  let query: Vector = bitVector(b, 0, d, p);
  const stored = memory === "input" ? Array.from({ length: n }, (_, i) => bitVector(b, d * p + i * d * p, d, p)) : null;
  let answer: Thermometer[] = [];
  for (let layer = 0; layer < layers; layer++) {
    answer = stored ? updateFromInputs(b, network, query, stored) : update(b, network, query.numbers);
    query = { numbers: answer.map((number) => levelOf(b, number)), bits: (k) => bitForms(b, answer[k], p) };
  }
  const asked = b.asked;
  const outputs =
    options.outputs === "bits" ? answer.flatMap((number) => bitForms(b, number, p).map((bit) => buffer(b, bit))) : query.numbers;
  const circuit = finish(b, outputs);
  return {
    network,
    circuit: options.fold === false ? circuit : prune(circuit),
    gatesUnpruned: options.fold === false ? asked : closedBound(network),
  };
}

/** d numbers as forms, and the bits of each as forms that are 0 or 1. */
interface Vector {
  readonly numbers: readonly number[];
  bits(k: number): readonly number[];
}

function bitVector(b: Builder, from: number, d: number, p: number): Vector {
  const bits = Array.from({ length: d }, (_, k) => Array.from({ length: p }, (_, bit) => from + k * p + bit));
  return { numbers: bits.map((word) => numberOfBits(b, word)), bits: (k) => bits[k] ?? [] };
}

function bitForms(b: Builder, number: Thermometer | undefined, p: number): number[] {
  return number ? Array.from({ length: p }, (_, k) => bitForm(b, number, k)) : [];
}

const ones = (count: number): number[] => new Array<number>(count).fill(1);

/** Fixed patterns. */
function update(b: Builder, network: Network, query: readonly number[]): Thermometer[] {
  const { n, d, keys, patterns, qm } = network;
  const products = Array.from({ length: n }, (_, i) => addForm(b, query, keys.subarray(i * d, (i + 1) * d)));
  const differences = scoreDifferences(b, network, products);
  const weights = differences.map((difference) => unary(b, difference, (D) => network.table[D] ?? 0));
  const denominator = addForm(b, weights, ones(n));
  const numerators = Array.from({ length: d }, (_, j) => addForm(b, weights, column(patterns, n, d, j)));
  return numerators.map((numerator, j) => {
    // An average of stored entries lies between the least and the largest of them.
    const entries = column(patterns, n, d, j);
    return ratio(b, numerator, denominator, -qm, qm - 1, Math.min(...entries), Math.max(...entries));
  });
}

function column(patterns: Int32Array, n: number, d: number, j: number): number[] {
  return Array.from({ length: n }, (_, i) => patterns[i * d + j] as number);
}

/** Scores, their maximum, and how far each is below it (as far as the table tells differences apart): three layers. */
function scoreDifferences(b: Builder, network: Network, products: readonly number[]): Thermometer[] {
  const { levels, unit, S, tableSupport } = network;
  const thresholds = Array.from({ length: levels - 1 }, (_, v) => (v + 1) * unit - S);
  const scores = products.map((product) => stepGates(b, product, thresholds));
  const largest = levelOf(b, maximum(b, scores));
  const told = Array.from({ length: Math.min(levels - 1, tableSupport + 1) }, (_, t) => t + 1);
  return scores.map((score) => stepGates(b, addForm(b, [largest, levelOf(b, score)], [1, -1]), told));
}

/** Patterns as inputs. A product of two numbers is a form of the conjunctions of their bits. */
function updateFromInputs(b: Builder, network: Network, query: Vector, stored: readonly Vector[]): Thermometer[] {
  const { d, p, qm, table, gram } = network;
  const queryBits = Array.from({ length: d }, (_, k) => query.bits(k));
  const products = stored.map((pattern) => {
    const terms: number[] = [];
    const factors: number[] = [];
    for (let k = 0; k < d; k++) {
      for (let l = 0; l < d; l++) {
        const g = gram ? (gram[k * d + l] as number) : k === l ? 1 : 0;
        if (g === 0) continue;
        terms.push(productOfBits(b, pattern.bits(k), queryBits[l] ?? [], bitWeights(p), bitWeights(p)));
        factors.push(g);
      }
    }
    return addForm(b, terms, factors);
  });
  const differences = scoreDifferences(b, network, products);
  const weightBits = differences.map((difference) =>
    Array.from({ length: p }, (_, k) =>
      buffer(
        b,
        unary(b, difference, (D) => bitOf(table[D] ?? 0, k)),
      ),
    ),
  );
  const unsigned = Array.from({ length: p }, (_, k) => 2 ** k);
  const denominator = addForm(
    b,
    weightBits.map((bits) => addForm(b, bits, unsigned)),
    ones(stored.length),
  );
  return Array.from({ length: d }, (_, j) => {
    const terms = stored.map((pattern, i) => productOfBits(b, weightBits[i] ?? [], pattern.bits(j), unsigned, bitWeights(p)));
    return ratio(b, addForm(b, terms, ones(terms.length)), denominator, -qm, qm - 1);
  });
}

/** The product of two numbers given by bits: one layer of conjunctions under a form. */
function productOfBits(
  b: Builder,
  left: readonly number[],
  right: readonly number[],
  leftWeights: readonly number[],
  rightWeights: readonly number[],
): number {
  const terms: number[] = [];
  const weights: number[] = [];
  left.forEach((x, k) => {
    right.forEach((y, l) => {
      const both = conjunction(b, [x, y]);
      if (both === zeroOf(b)) return;
      terms.push(both);
      weights.push((leftWeights[k] as number) * (rightWeights[l] as number));
    });
  });
  return addForm(b, terms, weights);
}
