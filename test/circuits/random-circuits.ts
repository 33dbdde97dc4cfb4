/** Circuits without meaning, for laws that hold for all of them: forms and gates mixed, weights of both signs, sources repeated. */
import fc from "fast-check";
import type { Circuit } from "../../src/circuits/circuit.ts";

const node = fc.record({
  kind: fc.integer({ min: 0, max: 1 }),
  bound: fc.integer({ min: -6, max: 6 }),
  wires: fc.array(fc.tuple(fc.nat(1000), fc.constantFrom(-5, -3, -2, -1, 1, 1, 1, 2, 3, 7)), { maxLength: 6 }),
});

export const circuits: fc.Arbitrary<Circuit> = fc
  .record({
    inputs: fc.integer({ min: 1, max: 6 }),
    nodes: fc.array(node, { minLength: 1, maxLength: 14 }),
    outputs: fc.array(fc.nat(1000), { minLength: 1, maxLength: 4 }),
  })
  .map(({ inputs, nodes, outputs }) => {
    const start = [0];
    const source: number[] = [];
    const weight: number[] = [];
    nodes.forEach(({ wires }, k) => {
      for (const [s, w] of wires) {
        source.push(s % (inputs + k));
        weight.push(w);
      }
      start.push(source.length);
    });
    return {
      inputs,
      kind: Uint8Array.from(nodes, ({ kind }) => kind),
      bound: Float64Array.from(nodes, ({ bound }) => bound),
      start: Uint32Array.from(start),
      source: Uint32Array.from(source),
      weight: Float64Array.from(weight),
      outputs: Uint32Array.from(outputs, (s) => s % (inputs + nodes.length)),
    };
  });

/** The definition, recursively and without arrays of values. */
export function valueOfSource(circuit: Circuit, s: number, bits: ArrayLike<number>): number {
  if (s < circuit.inputs) return bits[s] as number;
  const k = s - circuit.inputs;
  let sum = 0;
  for (let w = circuit.start[k] as number; w < (circuit.start[k + 1] as number); w++) {
    sum += (circuit.weight[w] as number) * valueOfSource(circuit, circuit.source[w] as number, bits);
  }
  return circuit.kind[k] === 1 ? Number(sum >= (circuit.bound[k] as number)) : sum + (circuit.bound[k] as number);
}
