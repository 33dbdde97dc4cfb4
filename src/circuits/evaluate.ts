/** @file What a circuit means: node after node, each from its definition. The other evaluators are held equal to this one. */
import { HopfieldError } from "../core/errors.ts";
import { type Circuit, gate } from "./circuit.ts";

/**
 * @param bits one 0 or 1 for each input.
 * @returns one integer for each output.
 * @throws HopfieldError E_SHAPE.
 */
export function evaluate(circuit: Circuit, bits: ArrayLike<number>): Float64Array {
  const value = nodeValues(circuit, bits);
  return Float64Array.from(circuit.outputs, (s) => (s < circuit.inputs ? (bits[s] as number) : (value[s - circuit.inputs] as number)));
}

/** The value of every node: 0 or 1 for a gate. */
function nodeValues(circuit: Circuit, bits: ArrayLike<number>): Float64Array {
  const { inputs, kind, bound, start, source, weight } = circuit;
  if (bits.length !== inputs) throw new HopfieldError("E_SHAPE", `evaluate: the circuit has ${inputs} inputs, got ${bits.length} bits`);
  const value = new Float64Array(inputs + kind.length);
  for (let i = 0; i < inputs; i++) value[i] = bits[i] as number;
  for (let k = 0; k < kind.length; k++) {
    let sum = 0;
    for (let w = start[k] as number; w < (start[k + 1] as number); w++)
      sum += (weight[w] as number) * (value[source[w] as number] as number);
    value[inputs + k] = kind[k] === gate ? (sum >= (bound[k] as number) ? 1 : 0) : sum + (bound[k] as number);
  }
  return value.subarray(inputs);
}
