/** @file AND/complement graphs as files: AIGER (ascii and binary), BLIF, Bristol Fashion. Bit i of the input is x[i], bit i of the output y[i]. */
import type { AndGraph } from "./and-graph.ts";

/** Names of inputs and outputs at the end of AIGER files. */
function symbols({ inputs, outputs }: AndGraph): string[] {
  return [...Array.from({ length: inputs }, (_, i) => `i${i} x[${i}]`), ...Array.from(outputs, (_, i) => `o${i} y[${i}]`)];
}

/** AIGER 1.9 ascii: no latches, ANDs after the gates they read. */
export function toAigerText(graph: AndGraph): string {
  const { inputs, left, right, outputs } = graph;
  const ands = left.length;
  const lines = [`aag ${inputs + ands} ${inputs} 0 ${outputs.length} ${ands}`];
  for (let i = 0; i < inputs; i++) lines.push(`${2 * (i + 1)}`);
  for (const literal of outputs) lines.push(`${literal}`);
  for (let i = 0; i < ands; i++) lines.push(`${2 * (inputs + 1 + i)} ${left[i]} ${right[i]}`);
  return `${[...lines, ...symbols(graph)].join("\n")}\n`;
}

/** AIGER 1.9 binary: each AND as two differences in 7-bit groups, low group first. */
export function toAigerBinary(graph: AndGraph): Uint8Array {
  const { inputs, left, right, outputs } = graph;
  const ands = left.length;
  const encoder = new TextEncoder();
  const head = encoder.encode(`${[`aig ${inputs + ands} ${inputs} 0 ${outputs.length} ${ands}`, ...outputs].join("\n")}\n`);
  const deltas: number[] = [];
  const push = (value: number): void => {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) deltas.push((rest % 128) | 128);
    deltas.push(rest);
  };
  for (let i = 0; i < ands; i++) {
    const [a, b] = [left[i] as number, right[i] as number];
    push(2 * (inputs + 1 + i) - a);
    push(a - b);
  }
  const tail = encoder.encode(`${symbols(graph).join("\n")}\n`);
  const bytes = new Uint8Array(head.length + deltas.length + tail.length);
  bytes.set(head);
  bytes.set(deltas, head.length);
  bytes.set(tail, head.length + deltas.length);
  return bytes;
}

/** Berkeley Logic Interchange Format: one `.names` table for each AND. */
export function toBlif({ inputs, left, right, outputs }: AndGraph): string {
  const nameOf = (variable: number): string =>
    variable === 0 ? "zero" : variable <= inputs ? `x[${variable - 1}]` : `n${variable - inputs - 1}`;
  const lines = [
    ".model hopfield",
    `.inputs ${Array.from({ length: inputs }, (_, i) => `x[${i}]`).join(" ")}`,
    `.outputs ${Array.from(outputs, (_, i) => `y[${i}]`).join(" ")}`,
    ".names zero",
  ];
  const value = (literal: number): string => (literal % 2 === 0 ? "1" : "0");
  for (let i = 0; i < left.length; i++) {
    const [a, b] = [left[i] as number, right[i] as number];
    lines.push(`.names ${nameOf(a >>> 1)} ${nameOf(b >>> 1)} n${i}`, `${value(a)}${value(b)} 1`);
  }
  outputs.forEach((literal, i) => {
    lines.push(`.names ${nameOf(literal >>> 1)} y[${i}]`, `${value(literal)} 1`);
  });
  return `${[...lines, ".end"].join("\n")}\n`;
}

/** Bristol Fashion with AND and INV: one input value and one output value, the output on the last wires. */
export function toBristol({ inputs, left, right, outputs }: AndGraph): string {
  const gates: string[] = [];
  let wires = inputs;
  /** Wire of each literal that has one. */
  const wireOf = new Map<number, number>();
  for (let i = 0; i < inputs; i++) wireOf.set(2 * (i + 1), i);
  const add = (text: (wire: number) => string): number => {
    gates.push(text(wires));
    return wires++;
  };
  const wire = (literal: number): number => {
    const known = wireOf.get(literal);
    if (known !== undefined) return known;
    const made = literal === 0 ? add((w) => `2 1 0 ${wire(2 ^ 1)} ${w} AND`) : add((w) => `1 1 ${wireOf.get(literal ^ 1) ?? 0} ${w} INV`);
    wireOf.set(literal, made);
    return made;
  };
  // The constant 0 is x[0] AND NOT x[0]; its parts must have their wires before it does.
  if (outputs.some((literal) => literal < 2)) {
    wire(3);
    wire(0);
  }
  for (let i = 0; i < left.length; i++) {
    const [a, b] = [wire(left[i] as number), wire(right[i] as number)];
    wireOf.set(
      2 * (inputs + 1 + i),
      add((w) => `2 1 ${a} ${b} ${w} AND`),
    );
  }
  const last = Array.from(outputs, (literal) => wire(literal ^ 1));
  for (const from of last) add((w) => `1 1 ${from} ${w} INV`);
  return `${gates.length} ${wires}\n1 ${inputs}\n1 ${outputs.length}\n\n${gates.join("\n")}\n`;
}
