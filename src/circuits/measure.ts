/** @file The figures of a circuit: depth, gates, and the wires of its gates written out down to bits. The wires are walked through, never stored. */
import { type Circuit, countGates, depthOf } from "./circuit.ts";
import { forEachGate } from "./expand.ts";

export interface Measures {
  /** Gates on the longest chain from an input to an output. */
  readonly depth: number;
  readonly gates: number;
  /** Wires of weight other than 0 into gates. */
  readonly wires: number;
  /** Largest absolute weight; 0 without wires. */
  readonly maxWeight: number;
  /** Sum of absolute weights: the wires of majority gates that do the same (majority.ts). Exact below 2^53. */
  readonly majorityEdges: number;
}

export function measure(circuit: Circuit): Measures {
  let wires = 0;
  let maxWeight = 0;
  let majorityEdges = 0;
  let last = { count: 0, total: 0 };
  const add = (): void => {
    wires += last.count;
    majorityEdges += last.total;
  };
  forEachGate(
    circuit,
    (_, { count, weight }) => {
      let total = 0;
      for (let i = 0; i < count; i++) {
        const w = Math.abs(weight[i] as number);
        total += w;
        if (w > maxWeight) maxWeight = w;
      }
      last = { count, total };
      add();
    },
    add,
  );
  return { depth: depthOf(circuit), gates: countGates(circuit), wires, maxWeight, majorityEdges };
}
