/**
 * @file Pass: every gate a majority gate, which is 1 iff more than half of its wires are. A weight w is |w| wires, a negative one of the complement (a form 1 - x, free), and constant wires
 * move the threshold to the middle. The depth stays; the wires become the sum of absolute weights and the padding.
 */
import { HopfieldError } from "../core/errors.ts";
import { type Circuit, form, gate } from "./circuit.ts";
import { flatten } from "./expand.ts";

/**
 * @param limit most wires. @throws HopfieldError E_LIMIT before more are stored.
 */
export function toMajority(circuit: Circuit, limit = 2 ** 24): Circuit {
  const flat = flatten(circuit, limit);
  const { inputs } = flat;
  const kind: number[] = [];
  const bound: number[] = [];
  const start: number[] = [0];
  const source: number[] = [];
  const weight: number[] = [];
  const place = Uint32Array.from({ length: inputs + flat.kind.length }, (_, s) => s);
  const complements = new Map<number, number>();
  const add = (kindOf: number, constant: number, wires: readonly (readonly [number, number])[]): number => {
    for (const [s, w] of wires) {
      source.push(s);
      weight.push(w);
    }
    kind.push(kindOf);
    bound.push(constant);
    start.push(source.length);
    return inputs + kind.length - 1;
  };
  const zero = add(form, 0, []);
  const one = add(form, 1, []);
  const complement = (s: number): number => {
    const known = complements.get(s) ?? add(form, 1, [[s, -1]]);
    complements.set(s, known);
    return known;
  };
  for (let k = 0; k < flat.kind.length; k++) {
    const wires: [number, number][] = [];
    for (let w = flat.start[k] as number; w < (flat.start[k + 1] as number); w++) {
      wires.push([place[flat.source[w] as number] as number, flat.weight[w] as number]);
    }
    const constant = flat.bound[k] as number;
    if (flat.kind[k] === form) {
      place[inputs + k] = add(form, constant, wires);
      continue;
    }
    // sum w x >= t  <=>  sum |w| y >= t + (sum of |w| over negative w), with y the complement there.
    const total = wires.reduce((sum, [, w]) => sum + Math.abs(w), 0);
    const least = wires.reduce((sum, [, w]) => sum + Math.max(0, -w), constant);
    // More than half of `total + padding` wires: zeros raise what is needed, ones lower it.
    const padding = Math.abs(2 * least - 2 - total);
    if (source.length + total + padding > limit) throw new HopfieldError("E_LIMIT", `toMajority: more than ${limit} wires`);
    const repeated: [number, number][] = [];
    for (const [s, w] of wires) {
      const y = w > 0 ? s : complement(s);
      for (let i = 0; i < Math.abs(w); i++) repeated.push([y, 1]);
    }
    const pad = 2 * least - 2 >= total ? zero : one;
    for (let i = 0; i < padding; i++) repeated.push([pad, 1]);
    place[inputs + k] = add(gate, Math.floor(repeated.length / 2) + 1, repeated);
  }
  return {
    inputs,
    kind: Uint8Array.from(kind),
    bound: Float64Array.from(bound),
    start: Uint32Array.from(start),
    source: Uint32Array.from(source),
    weight: Float64Array.from(weight),
    outputs: flat.outputs.map((s) => place[s] as number),
  };
}
