/** @file `hopfield simulate --basin`: the smallest starting overlap from which a stored pattern comes back, in one step and iterated, beside cos theta_c = phi / lambda. */
import {
  basin,
  basinSample,
  binaryEnsemble,
  gaussianEnsemble,
  medianInterval,
  type SimulationOptions,
  sphericalEnsemble,
} from "../capacity/index.ts";
import { HopfieldError } from "../core/errors.ts";
import { blame } from "./failure.ts";
import type { Figure } from "./figure.ts";
import { type Io, short, tableLines } from "./io.ts";

interface Interval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export interface BasinRow {
  readonly alpha: number;
  readonly patterns: number;
  /** null: nothing is retrieved at this alpha. */
  readonly theory: number | null;
  readonly once: Interval;
  readonly converge: Interval;
}

const ensembles = { binary: binaryEnsemble, spherical: sphericalEnsemble, gaussian: gaussianEnsemble };

/** @throws CommandError exit 2: ensembles without a stored form, no alpha, too many patterns. */
export function basinsOf(
  { ensemble, n, lambda, seed = 1, instances = 200 }: SimulationOptions,
  alphas: readonly number[],
  io: Io,
): BasinRow[] {
  return blame(2, "", () => {
    if (ensemble === "hidden-manifold")
      throw new HopfieldError(
        "E_UNSUPPORTED",
        "simulate: --basin is for binary, spherical and gaussian patterns, whose cos theta_c is known",
      );
    if (alphas.length === 0) throw new HopfieldError("E_RANGE", "simulate: --basin needs --alpha");
    const rows = alphas.map((alpha, a): BasinRow => {
      const patterns = Math.max(2, Math.round(Math.exp(alpha * n)));
      const measure = (dynamics: "once" | "converge", part: number): Interval => {
        const values = Float64Array.from({ length: instances }, (_, i) => {
          const done = (a * 2 + part) * instances + i;
          io.progress(`basins at alpha = ${short(alpha)}`, done, 2 * alphas.length * instances);
          return basinSample({ ensemble, n, patterns, lambda, seed, dynamics }, i);
        }).sort();
        return medianInterval(values, 0.05);
      };
      return {
        alpha,
        patterns,
        theory: basin(ensembles[ensemble](), alpha, lambda),
        once: measure("once", 0),
        converge: measure("converge", 1),
      };
    });
    io.endProgress();
    return rows;
  });
}

const label = (ensemble: string): string =>
  ensemble === "binary" ? "1 - 2 p, p the share of flipped bits" : "cosine of the starting angle";

export function printBasins(rows: readonly BasinRow[], { ensemble }: SimulationOptions, io: Io): void {
  io.print(`Smallest starting overlap (${label(ensemble)}) that is retrieved, median and 95 % interval:`);
  const interval = ({ median, low, high }: Interval): string => `${short(median, 3)} (${short(low, 3)} to ${short(high, 3)})`;
  const cells = rows.map(({ alpha, patterns, theory, once, converge }) => [
    short(alpha),
    String(patterns),
    short(theory, 4),
    interval(once),
    interval(converge),
  ]);
  for (const line of tableLines(["alpha", "patterns", "theory", "one step", "iterated"], cells)) io.print(line);
}

export function basinFigure(rows: readonly BasinRow[], { ensemble, n, lambda, instances = 200 }: SimulationOptions): Figure {
  const dots = (name: string, pick: (row: BasinRow) => Interval) => ({
    kind: "dots" as const,
    name,
    points: rows.map((row) => ({ x: row.alpha, y: pick(row).median, low: pick(row).low, high: pick(row).high })),
  });
  return {
    title: `How close a query has to be: ${ensemble}, lambda = ${short(lambda)}, n = ${n}`,
    x: { label: "alpha = log(P) / n", include: [0] },
    y: { label: label(ensemble), include: [0, 1] },
    series: [
      { kind: "line", name: "theory: phi / lambda", points: rows.map(({ alpha, theory }) => [alpha, theory]) },
      dots("one step", (row) => row.once),
      dots("iterated", (row) => row.converge),
    ],
    notes: [`bisection of the starting overlap, ${instances} problems of n = ${n}; the pattern is back with half of the weight`],
  };
}
