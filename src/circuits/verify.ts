/** @file Checks that data is a circuit, from the definition alone: nothing here knows how circuits are built. */
import { HopfieldError } from "../core/errors.ts";
import { type Circuit, gate } from "./circuit.ts";

const largestExact = Number.MAX_SAFE_INTEGER;

/**
 * @throws HopfieldError E_FORMAT naming the node: lengths that do not fit, a source that is not earlier, a weight or bound that is not a whole number (weights other than 0),
 * a sum that could leave the exact integers of a double, an output that does not exist.
 */
export function verifyCircuit(circuit: Circuit): void {
  const { inputs, kind, bound, start, source, weight, outputs } = circuit;
  const nodes = kind.length;
  if (!Number.isInteger(inputs) || inputs < 0) fail(`inputs is ${inputs}, expected a whole number of at least 0`);
  if (bound.length !== nodes) fail(`${nodes} nodes have ${bound.length} bounds`);
  if (start.length !== nodes + 1 || start[0] !== 0) fail(`start has ${start.length} entries for ${nodes} nodes, or does not begin with 0`);
  if (source.length !== weight.length || start[nodes] !== source.length) {
    fail(`${source.length} sources, ${weight.length} weights, ${start[nodes]} wires`);
  }
  /** Largest absolute value of each node. */
  const size = new Float64Array(nodes);
  for (let k = 0; k < nodes; k++) {
    const kindOf = kind[k] as number;
    const from = start[k] as number;
    const to = start[k + 1] as number;
    if (kindOf > gate) fail(`node ${k} is neither form nor gate`, k);
    if (!Number.isInteger(bound[k])) fail(`node ${k} has the bound ${bound[k]}, expected a whole number`, k);
    if (to < from) fail(`node ${k} ends before it starts`, k);
    let total = Math.abs(bound[k] as number);
    for (let w = from; w < to; w++) {
      const s = source[w] as number;
      const factor = weight[w] as number;
      if (s >= inputs + k) fail(`node ${k} reads ${s}, which is not earlier`, k);
      if (!Number.isInteger(factor) || factor === 0)
        fail(`node ${k} has a wire of weight ${factor}, expected a whole number other than 0`, k);
      total += Math.abs(factor) * (s < inputs ? 1 : (size[s - inputs] as number));
    }
    if (total > largestExact) fail(`node ${k} can reach ${total}, beyond the exact integers of a double`, k);
    size[k] = kindOf === gate ? 1 : total;
  }
  for (const s of outputs) if (s >= inputs + nodes) fail(`output ${s} does not exist`);
}

function fail(what: string, node?: number): never {
  throw new HopfieldError("E_FORMAT", `verifyCircuit: ${what}`, node === undefined ? {} : { node });
}
