/** @file The picture of a sweep of `hopfield circuit`: depth, gates and wires against what is swept, with the closed bound of the gates and the fitted exponents. */
import { fixedLedger, theoremDepth } from "../circuits/index.ts";
import type { CircuitSettings } from "./circuit-options.ts";
import type { CircuitRow, Made } from "./circuit-rows.ts";
import type { Figure, Line } from "./figure.ts";

/** Exponents are fitted to the upper half of a sweep: small circuits have parts that do not grow yet. */
const fitted = 0.5;

/** @param bounds closed bound of the gates, row by row. */
export function sweepFigure(settings: CircuitSettings, rows: readonly CircuitRow[], bounds: readonly Made["bound"][]): Figure {
  const key = settings.sweep ?? "n";
  const x = (row: CircuitRow): number => row[key];
  const line = (name: string, value: (row: CircuitRow, i: number) => number): Line => ({
    kind: "line",
    name,
    points: rows.map((row, i) => [x(row), value(row, i)]),
  });
  const size = (name: string, value: (row: CircuitRow, i: number) => number): Line =>
    line(`${name}${growth(key, rows.map(x), rows.map(value))}`, value);
  const { n, d, p, layers } = rows[0] as CircuitRow;
  const fixed = Object.entries({ n, d, p, layers })
    .filter(([name]) => name !== key && !(name === "p" && settings.p === "log"))
    .map(([name, value]) => `${name} = ${value}`);
  const formula = theoremDepth(fixedLedger({ p: 4, f: 2 }, 8).depths, 1, settings.kernelized);
  const what =
    settings.network === "retrieval" ? (settings.memory === "input" ? "patterns as inputs" : "fixed patterns") : settings.network;
  return {
    title: `Circuits, ${what}: ${fixed.join(", ")}`,
    x: { label: labels[key], log: key === "n" || key === "d" },
    y: { label: "depth; number of gates and wires", log: true, include: [1] },
    series: [
      size("wires", (row) => row.wires),
      size("gates, bound", (_, i) => bounds[i] as number),
      size("gates", (row) => row.gates),
      ...(settings.network === "retrieval" ? [line("depth, theorem", (row) => formula * row.layers)] : []),
      line("depth", (row) => row.depth),
    ],
    notes: [
      "depth: threshold gates on the longest path; gates and wires after pruning, forms written out",
      "depth, theorem: 8 d_std + 6 d_sum + d_exp (kernelised 10 and 8) for each update, with the depths of our own p-bit operations",
      "gates, bound: the closed bound of the construction",
      "n^a: least squares of logarithms over the upper half of the sweep",
    ],
  };
}

const labels = { n: "stored patterns n", d: "entries of a pattern d", p: "bits of a number p", layers: "updates L" } as const;

/** " n^1.01" or " 2^(1.02 p)". */
function growth(key: keyof typeof labels, x: readonly number[], y: readonly number[]): string {
  const from = Math.floor(x.length * (1 - fitted));
  const [xs, ys] = [x.slice(from), y.slice(from)];
  if (xs.length < 2 || ys.some((value) => value <= 0)) return "";
  const bits = key === "p";
  const a = slope(
    xs.map((value) => (bits ? value : Math.log2(value))),
    ys.map(Math.log2),
  );
  return Number.isFinite(a) ? (bits ? `, 2^(${a.toFixed(2)} p)` : `, ${key === "layers" ? "L" : key}^${a.toFixed(2)}`) : "";
}

/** Least squares. */
function slope(x: readonly number[], y: readonly number[]): number {
  const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
  const [mx, my] = [mean(x), mean(y)];
  const top = x.reduce((sum, value, i) => sum + (value - mx) * ((y[i] as number) - my), 0);
  return top / x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
}
