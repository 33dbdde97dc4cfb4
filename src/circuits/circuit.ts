/**
 * @file A threshold circuit as plain data. Nodes stand in topological order; a node is a linear form (an integer, free: it costs no gate and no depth) or a gate
 * [sum of weight * source >= threshold]. Sources are numbered: 0 ... inputs - 1 are the input bits, inputs + k is node k. A circuit without forms among the sources of its
 * gates is what the theory counts; forms keep it small until then (docs/circuits/representation.md).
 */

export const form = 0;
export const gate = 1;

export interface Circuit {
  /** Number of input bits. */
  readonly inputs: number;
  /** Per node: `form` (0) or `gate` (1). */
  readonly kind: Uint8Array;
  /** Per node: the constant of a form, the threshold of a gate; whole numbers. */
  readonly bound: Float64Array;
  /** Node k has the wires start[k] ... start[k + 1] - 1. */
  readonly start: Uint32Array;
  /** Per wire: an input bit, or inputs + an earlier node. */
  readonly source: Uint32Array;
  /** Per wire: a whole number other than 0. */
  readonly weight: Float64Array;
  /** The results, as sources: integers where they are forms, bits where they are gates. */
  readonly outputs: Uint32Array;
}

/** Most nodes, and most wires between them, that a circuit in memory may have. */
export const largestCircuit = 2 ** 26;

export function countGates(circuit: Circuit): number {
  let gates = 0;
  for (const kind of circuit.kind) gates += kind;
  return gates;
}

/** Gates on the longest chain that ends in each node. */
export function depths(circuit: Circuit): Uint32Array {
  const { inputs, kind, start, source } = circuit;
  const depth = new Uint32Array(kind.length);
  for (let k = 0; k < kind.length; k++) {
    let deepest = 0;
    for (let w = start[k] as number; w < (start[k + 1] as number); w++) {
      const from = (source[w] as number) - inputs;
      if (from >= 0) deepest = Math.max(deepest, depth[from] as number);
    }
    depth[k] = deepest + (kind[k] as number);
  }
  return depth;
}

/** Gates on the longest chain that ends in an output. */
export function depthOf(circuit: Circuit): number {
  const depth = depths(circuit);
  return circuit.outputs.reduce(
    (deepest, node) => Math.max(deepest, node < circuit.inputs ? 0 : (depth[node - circuit.inputs] as number)),
    0,
  );
}
