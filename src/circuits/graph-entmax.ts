/**
 * @file The step of a graph that weighs by a power of the distance to a threshold: alpha-entmax, sparsemax with one rounding of its threshold. For a whole number t, sum_i f(grid x_i - t) is a form of the
 * thermometers, so [sum >= total] is one gate, and these gates are the thermometer of the threshold h: depth 1. Differences to it are a second layer; the weights are forms of those.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { addForm, addGate, type Builder } from "./builder.ts";
import { sameLevels } from "./graph-attention.ts";
import { levelOf, stepGates, unary } from "./primitives.ts";
import type { Quantity } from "./quantity.ts";

const mostPowers = 2 ** 12;

export function entmax(
  b: Builder,
  x: readonly Quantity[],
  { grid, power, total }: { readonly grid: number; readonly power: readonly number[]; readonly total: number },
): Quantity[] {
  const where = "compileGraph";
  checkNumber(where, "grid", grid, { whole: true, atLeast: 1, atMost: 2 ** 10 });
  checkNumber(where, "total", total, { whole: true, atLeast: 1, atMost: 2 ** 30 });
  checkNumber(where, "number of powers", power.length, { whole: true, atLeast: 2, atMost: mostPowers });
  power.forEach((f, D) => {
    checkNumber(where, `power[${D}]`, f, { whole: true, atLeast: D === 0 ? 0 : (power[D - 1] as number), atMost: D === 0 ? 0 : 2 ** 30 });
  });
  const last = power.length - 1;
  const most = power[last] as number;
  if (most < total) throw new HopfieldError("E_RANGE", `${where}: the last power is ${most}, expected at least the total ${total}`);
  const f = (D: number): number => (D <= 0 ? 0 : (power[Math.min(D, last)] as number));
  const lines = sameLevels(b, x);
  const { first = 1, gates = [] } = lines[0] ?? {};
  // The largest entry alone reaches `total` at a distance of `last`, and nothing reaches it at 0.
  const lowest = grid * (first - 1) - last;
  const fires = Array.from({ length: grid * (first - 1 + gates.length) - 1 - lowest }, (_, i) => {
    const t = lowest + 1 + i;
    const terms = lines.map((line) => unary(b, line, (value) => f(grid * value - t)));
    return addGate(b, terms, new Array<number>(terms.length).fill(1), total);
  });
  const h = levelOf(b, { first: lowest + 1, gates: fires });
  const steps = Array.from({ length: last }, (_, t) => t + 1);
  return lines.map((line) => {
    const distance = stepGates(b, addForm(b, [levelOf(b, line), h], [grid, -1]), steps);
    return { source: unary(b, distance, f), low: 0, high: most, line: null, bits: null };
  });
}
