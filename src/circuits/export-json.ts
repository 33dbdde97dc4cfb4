/** @file A flat circuit with everything that says which network it is, and input vectors with the answers, as JSON documents of format version 1 (docs/circuits/formats.md). */
import { type Circuit, countGates, depths } from "./circuit.ts";
import type { Network } from "./network.ts";

type Wires = [source: number, weight: number][];

export interface CircuitDocument {
  readonly format: "hopfield-threshold-circuit";
  readonly version: 1;
  readonly n: number;
  readonly d: number;
  readonly p: number;
  readonly beta: number;
  readonly layers: number;
  readonly patterns: number[][];
  readonly table: number[];
  readonly unit: number;
  readonly S: number;
  readonly inputs: number;
  /** 1 iff the sum of weight * value is at least the threshold; sources below `inputs` are input bits, inputs + g is gate g. */
  readonly gates: { threshold: number; wires: Wires; layer: number }[];
  /** The integer constant + sum of weight * value. */
  readonly outputs: { constant: number; wires: Wires }[];
}

export interface VectorsDocument {
  readonly format: "hopfield-vectors";
  readonly version: 1;
  readonly patterns: number[][];
  /** Character i is bit i. */
  readonly inputs: string[];
  readonly outputs: string[];
  readonly integers: number[][];
}

/** @param flat from `flatten`, outputs as thermometers. */
export function toDocument(network: Network, flat: Circuit): CircuitDocument {
  const { inputs, bound, start, source, weight, outputs } = flat;
  const wires = (k: number): Wires =>
    Array.from({ length: (start[k + 1] as number) - (start[k] as number) }, (_, i) => {
      const w = (start[k] as number) + i;
      return [source[w] as number, weight[w] as number];
    });
  const layer = depths(flat);
  const { n, d, p, beta, layers, table, unit, S } = network;
  return {
    format: "hopfield-threshold-circuit",
    version: 1,
    n,
    d,
    p,
    beta,
    layers,
    patterns: patternRows(network),
    table: Array.from(table),
    unit,
    S,
    inputs,
    gates: Array.from({ length: countGates(flat) }, (_, k) => ({
      threshold: bound[k] as number,
      wires: wires(k),
      layer: layer[k] as number,
    })),
    outputs: Array.from(outputs, (s) => ({ constant: bound[s - inputs] as number, wires: wires(s - inputs) })),
  };
}

export function toVectors(network: Network, inputs: readonly ArrayLike<number>[], integers: readonly ArrayLike<number>[]): VectorsDocument {
  const { p } = network;
  const digits = (x: number): string => Array.from({ length: p }, (_, b) => ((x >> b) & 1 ? "1" : "0")).join("");
  return {
    format: "hopfield-vectors",
    version: 1,
    patterns: patternRows(network),
    inputs: inputs.map((bits) => Array.from(bits).join("")),
    outputs: integers.map((numbers) => Array.from(numbers, digits).join("")),
    integers: integers.map((numbers) => Array.from(numbers)),
  };
}

function patternRows({ n, d, patterns }: Network): number[][] {
  return Array.from({ length: n }, (_, i) => Array.from(patterns.subarray(i * d, (i + 1) * d)));
}
