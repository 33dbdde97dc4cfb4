/** @file `hopfield simulate --fit`: medians at several n, the fit that takes them to alpha_1, and the collapse of the fluctuations; as numbers, lines and figures. */
import { fitSizes, type Simulation, type SimulationOptions, type SizeFit, type SizePoint, sizePoint } from "../capacity/index.ts";
import { blame } from "./failure.ts";
import type { Dots, Figure, Line } from "./figure.ts";
import { type Io, short, tableLines } from "./io.ts";

/** One simulation per n, in the order of n. */
export interface SizeRun {
  readonly n: number;
  readonly done: Simulation;
}

export interface FitReport {
  readonly fit: SizeFit;
  readonly points: readonly SizePoint[];
  readonly theory: number;
  /** (alpha1 of the fit - theory) in units of its error. */
  readonly deviations: number;
}

/** @throws CommandError exit 2: fewer than three sizes, or medians without an error. */
export function fitOf(runs: readonly SizeRun[], saturated: boolean): FitReport {
  return blame(2, "", () => {
    const points = runs.map(({ n, done }) => sizePoint(n, done.values));
    const fit = fitSizes(points, saturated);
    const theory = runs[0]?.done.theory ?? Number.NaN;
    return { fit, points, theory, deviations: (fit.alpha1 - theory) / fit.error };
  });
}

export function fitDocument({ fit, points, deviations }: FitReport): Record<string, unknown> {
  return { ...fit, deviations, sizes: points };
}

export function printFit({ fit, points, theory, deviations }: FitReport, io: Io): void {
  const rows = points.map(({ n, median, error, spread }) => [String(n), short(median, 5), short(error, 2), short(spread, 3)]);
  for (const line of tableLines(["n", "median of alpha*", "error", "deviation * sqrt n"], rows)) io.print(line);
  const form = fit.logarithm > 0 ? "(a + log(n) / 2) / n" : "a / n";
  io.print(
    `  fit alpha_1 + ${form}: alpha_1 = ${short(fit.alpha1, 5)} +- ${short(fit.error, 2)}, a = ${short(fit.slope, 3)}; theory ${short(theory, 6)} is ${short(Math.abs(deviations), 2)} errors away`,
  );
}

const notes = (options: SimulationOptions): string[] => [
  `ensemble ${options.ensemble}, lambda = ${short(options.lambda)}; alpha* = log(P*) / n, P* the first P at which wrong patterns outweigh the right one`,
  "fit: alpha_1 + (a + b log n) / n, b = 1/2 beyond lambda_s, else 0, weighted by the errors of the medians",
];

/** Medians over 1 / n, the fit, and alpha_1 of the theory at 1 / n = 0. */
export function fitFigure({ fit, points, theory }: FitReport, options: SimulationOptions): Figure {
  const largest = Math.max(...points.map(({ n }) => 1 / n));
  const curve: Line = {
    kind: "line",
    name: "fit",
    points: Array.from({ length: 101 }, (_, i) => {
      const x = (largest * i) / 100;
      return [x, fit.alpha1 + fit.slope * x - (x > 0 ? fit.logarithm * Math.log(x) * x : 0)];
    }),
  };
  const medians: Dots = {
    kind: "dots",
    name: "median of alpha*",
    points: points.map(({ n, median, error }) => ({ x: 1 / n, y: median, low: median - 1.96 * error, high: median + 1.96 * error })),
  };
  return {
    title: `Thresholds at finite n: ${nameOf(options)}, lambda = ${short(options.lambda)}`,
    x: { label: "1 / n", include: [0] },
    y: { label: "median of alpha* (95 % intervals)" },
    series: [curve, medians, { kind: "dots", name: "theory, n to infinity", points: [{ x: 0, y: theory }] }],
    notes: notes(options),
  };
}

/** Shares of problems with alpha* above x, over (x - median) sqrt n: one curve where the fluctuations are of order 1 / sqrt n. */
export function collapseFigure(runs: readonly SizeRun[], options: SimulationOptions): Figure {
  return {
    title: `Collapse of the fluctuations: ${nameOf(options)}, lambda = ${short(options.lambda)}`,
    x: { label: "(alpha - median of alpha*) sqrt n" },
    y: { label: "share of problems retrieved", include: [0, 1] },
    series: runs.map(({ n, done: { values, alphaStar } }): Line => {
      const sorted = values.slice().sort();
      const steps = Math.min(60, sorted.length);
      const points = Array.from({ length: steps }, (_, i): [number, number] => {
        const rank = Math.floor(((i + 0.5) * sorted.length) / steps);
        return [((sorted[rank] as number) - alphaStar.median) * Math.sqrt(n), 1 - (rank + 0.5) / sorted.length];
      });
      return { kind: "line", name: `n = ${n}`, points: points.filter(([x]) => Number.isFinite(x)) };
    }),
    notes: notes(options),
  };
}

export const nameOf = ({ ensemble, activation }: SimulationOptions): string =>
  activation === undefined ? ensemble : `${typeof activation === "string" ? activation : (activation.name ?? "custom")} manifold`;
