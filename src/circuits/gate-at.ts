/** @file Any gate of the circuit of a network from its number alone. Equal, gate by gate, to what compile builds with `fold: false`; usable where that would not fit anywhere. */
import { checkNumber } from "../core/options.ts";
import type { Network } from "./network.ts";
import type { Family, GateDescription } from "./uniform.ts";
import { fixedGate, fixedUpdateSize } from "./uniform-fixed.ts";
import { inputGate, inputUpdateSize } from "./uniform-input.ts";

/** The family a network belongs to (without a kernel where patterns are inputs). */
export function familyOf({ n, d, p, layers, memory, unit, S, table, tableSupport, patterns, keys }: Network): Family {
  return {
    n,
    d,
    p,
    layers,
    memory,
    unit,
    S,
    table,
    tableSupport,
    pattern: (i, k) => patterns[i * d + k] as number,
    key: (i, k) => keys[i * d + k] as number,
  };
}

/** Gates of the family's circuit, constant ones included. */
export function familySize(family: Family): number {
  return family.layers * updateSize(family);
}

function updateSize(family: Family): number {
  return family.memory === "fixed" ? fixedUpdateSize(family) : inputUpdateSize(family);
}

/**
 * @param index 0 ... familySize(family) - 1; gate g is source inputs + g.
 * @throws HopfieldError E_RANGE.
 */
export function gateAt(family: Family, index: number): GateDescription {
  const size = updateSize(family);
  checkNumber("gateAt", "index", index, { whole: true, atLeast: 0, atMost: family.layers * size - 1 });
  const update = Math.floor(index / size);
  const place = index - update * size;
  return family.memory === "fixed" ? fixedGate(family, update, place) : inputGate(family, update, place);
}
