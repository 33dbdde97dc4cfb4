/** @file Pass: equal nodes become one (structural hashing). Rows that are stored twice, and bits that are equal, are then computed once. */
import type { Circuit } from "./circuit.ts";
import { prune } from "./prune.ts";

export function share(circuit: Circuit): Circuit {
  const { inputs, kind, bound, start, weight, outputs } = circuit;
  const known = new Map<string, number>();
  /** Per source: the first equal one. */
  const first = Uint32Array.from({ length: inputs + kind.length }, (_, s) => s);
  const source = circuit.source.slice();
  for (let k = 0; k < kind.length; k++) {
    const from = start[k] as number;
    const to = start[k + 1] as number;
    for (let w = from; w < to; w++) source[w] = first[source[w] as number] as number;
    // The order of the wires does not matter to the sum.
    const wires = Array.from({ length: to - from }, (_, i) => `${source[from + i]}*${weight[from + i]}`).sort();
    const key = `${kind[k]} ${bound[k]} ${wires.join(" ")}`;
    const same = known.get(key);
    if (same === undefined) known.set(key, inputs + k);
    else first[inputs + k] = same;
  }
  return prune({ ...circuit, source, outputs: outputs.map((s) => first[s] as number) });
}
