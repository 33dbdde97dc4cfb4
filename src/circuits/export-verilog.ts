/** @file A flat circuit as structural Verilog: one assignment for each gate, `g[i] = sum of weights >= threshold`, in unsigned arithmetic just wide enough. */
import { type Circuit, countGates, gate } from "./circuit.ts";

/**
 * @param flat from `flatten`, of a circuit compiled with `outputs: "bits"`.
 * @returns `module hopfield(input [N-1:0] x, output [O-1:0] y)`.
 */
export function toVerilog(flat: Circuit): string {
  const { inputs, bound, start, source, weight, outputs } = flat;
  const gates = countGates(flat);
  const nameOf = (s: number): string => (s < inputs ? `x[${s}]` : `g[${s - inputs}]`);
  const lines = [`module hopfield(input [${inputs - 1}:0] x, output [${outputs.length - 1}:0] y);`];
  if (gates > 0) lines.push(`  wire [${gates - 1}:0] g;`);
  for (let k = 0; k < gates; k++) {
    let threshold = bound[k] as number;
    let total = 0;
    const terms: [string, number][] = [];
    for (let w = start[k] as number; w < (start[k + 1] as number); w++) {
      const factor = weight[w] as number;
      const name = nameOf(source[w] as number);
      // -w x = w (1 - x) - w: everything stays unsigned.
      if (factor < 0) threshold -= factor;
      total += Math.abs(factor);
      terms.push([factor < 0 ? `!${name}` : name, Math.abs(factor)]);
    }
    const width = Math.max(total, threshold).toString(2).length;
    const sum = terms.map(([name, size]) => `(${name} ? ${width}'d${size} : ${width}'d0)`).join(" + ");
    lines.push(`  assign g[${k}] = ${threshold <= 0 ? "1'b1" : terms.length === 0 ? "1'b0" : `(${sum}) >= ${width}'d${threshold}`};`);
  }
  outputs.forEach((s, j) => {
    const k = s - inputs;
    const from = k >= 0 && flat.kind[k] !== gate ? source[start[k] as number] : s;
    const constant = k >= 0 && flat.kind[k] !== gate && start[k] === start[k + 1];
    lines.push(`  assign y[${j}] = ${constant || from === undefined ? `1'b${bound[k] === 1 ? 1 : 0}` : nameOf(from)};`);
  });
  return `${[...lines, "endmodule"].join("\n")}\n`;
}
