/** @file Pass: leaves out the nodes that no output reads. The order of the rest stays. */
import type { Circuit } from "./circuit.ts";

export function prune(circuit: Circuit): Circuit {
  const { inputs, kind, bound, start, source, weight, outputs } = circuit;
  const needed = reached(circuit);
  const place = new Uint32Array(kind.length);
  let nodes = 0;
  let wires = 0;
  for (let k = 0; k < kind.length; k++) {
    place[k] = nodes;
    if (needed[k] === 0) continue;
    nodes++;
    wires += (start[k + 1] as number) - (start[k] as number);
  }
  const moved = (s: number): number => (s < inputs ? s : inputs + (place[s - inputs] as number));
  const result = {
    inputs,
    kind: new Uint8Array(nodes),
    bound: new Float64Array(nodes),
    start: new Uint32Array(nodes + 1),
    source: new Uint32Array(wires),
    weight: new Float64Array(wires),
    outputs: outputs.map(moved),
  };
  let at = 0;
  for (let k = 0; k < kind.length; k++) {
    if (needed[k] === 0) continue;
    const to = place[k] as number;
    result.kind[to] = kind[k] as number;
    result.bound[to] = bound[k] as number;
    for (let w = start[k] as number; w < (start[k + 1] as number); w++, at++) {
      result.source[at] = moved(source[w] as number);
      result.weight[at] = weight[w] as number;
    }
    result.start[to + 1] = at;
  }
  return result;
}

/** 1 for every node that an output depends on. */
function reached({ inputs, kind, start, source, outputs }: Circuit): Uint8Array {
  const needed = new Uint8Array(kind.length);
  for (const s of outputs) if (s >= inputs) needed[s - inputs] = 1;
  for (let k = kind.length - 1; k >= 0; k--) {
    if (needed[k] === 0) continue;
    for (let w = start[k] as number; w < (start[k + 1] as number); w++) {
      const s = source[w] as number;
      if (s >= inputs) needed[s - inputs] = 1;
    }
  }
  return needed;
}
