/** @file A flat circuit as a picture for graphviz: one rank for each layer. */
import { HopfieldError } from "../core/errors.ts";
import { type Circuit, countGates, depths } from "./circuit.ts";

/** More wires than this are a black page. */
const mostWires = 50_000;

/** @param flat from `flatten`. @throws HopfieldError E_LIMIT. */
export function toDot(flat: Circuit): string {
  const { inputs, bound, start, source, weight, outputs } = flat;
  if (source.length > mostWires) throw new HopfieldError("E_LIMIT", `toDot: ${source.length} wires, at most ${mostWires} can be drawn`);
  const gates = countGates(flat);
  const depth = depths(flat);
  const nameOf = (s: number): string => (s < inputs ? `x${s}` : `g${s - inputs}`);
  const ranks: string[][] = [Array.from({ length: inputs }, (_, i) => `x${i}`)];
  const lines = ["digraph hopfield {", "  rankdir=LR; ranksep=2; node [shape=circle, fontsize=9]; edge [fontsize=7, arrowsize=0.4];"];
  for (let i = 0; i < inputs; i++) lines.push(`  x${i} [shape=box, label="x${i}"];`);
  for (let k = 0; k < gates; k++) {
    const layer = depth[k] as number;
    while (ranks.length <= layer) ranks.push([]);
    ranks[layer]?.push(`g${k}`);
    lines.push(`  g${k} [label=">=${bound[k]}"];`);
  }
  outputs.forEach((s, j) => {
    lines.push(`  y${j} [shape=box, label="y${j} = ${s < inputs ? 0 : bound[s - inputs]} + ..."];`);
  });
  for (const [layer, names] of ranks.entries()) lines.push(`  { rank=same; /* layer ${layer} */ ${names.join("; ")} }`);
  const wires = (k: number, to: string): void => {
    for (let w = start[k] as number; w < (start[k + 1] as number); w++) {
      lines.push(`  ${nameOf(source[w] as number)} -> ${to} [label="${weight[w]}"];`);
    }
  };
  for (let k = 0; k < gates; k++) wires(k, `g${k}`);
  outputs.forEach((s, j) => {
    if (s >= inputs) wires(s - inputs, `y${j}`);
  });
  return `${[...lines, "}"].join("\n")}\n`;
}
