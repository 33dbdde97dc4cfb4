/** @file Figures of `hopfield diffusion`, as data: the times over alpha for the ensemble, and the weight of the source across the collapse. */
import { type DiffusionEnsemble, informationRate, onsetRate, speciationTime } from "../capacity/index.ts";
import type { DiffusionReport } from "./diffusion-run.ts";
import type { Figure, Series } from "./figure.ts";
import { short } from "./io.ts";

const notes = [
  "patterns plus noise of variance t on each entry (variance-exploding time); alpha = log P / n, natural logarithms",
  "collapse: alpha = I(xi; xi + sqrt t eta) / n; onset: alpha = alpha_1(1 / t) at a stored pattern; speciation: largest eigenvalue of the covariance",
];

/**
 * Collapse, onset and speciation for n to infinity, from an eighth of the studied collapse to six times it; each curve point by point in t, where alpha is a formula.
 */
export function timesFigure(ensemble: DiffusionEnsemble, collapse: number, progress: (share: number) => void): Figure {
  const times = Array.from({ length: 25 }, (_, i) => (collapse / 8) * 48 ** (i / 24));
  const onset = onsetRate(ensemble);
  const points = times.map((t, i) => {
    progress(i / times.length);
    return { t, collapse: informationRate(ensemble, t), onset: onset(t) };
  });
  const largest = Math.max(...points.map((point) => point.collapse));
  const smallest = Math.min(...points.map((point) => point.collapse));
  const speciation = speciationTime(ensemble);
  const series: Series[] = [
    { kind: "line", name: "collapse", points: points.map((point) => [point.collapse, point.t]) },
    // Only as far in alpha as the collapse goes.
    {
      kind: "line",
      name: "onset",
      points: points.flatMap((p): [number, number][] => (p.onset !== null && p.onset <= largest ? [[p.onset, p.t]] : [])),
    },
    {
      kind: "line",
      name: "speciation",
      points: [
        [smallest, speciation],
        [largest, speciation],
      ],
    },
  ];
  const name =
    ensemble.kind === "hidden-manifold" ? `hidden manifold (${ensemble.activation}, ratio ${short(ensemble.latentRatio)})` : ensemble.kind;
  return { title: `Times of the diffusion: ${name} patterns`, x: { label: "alpha" }, y: { label: "t", log: true }, series, notes };
}

/** Mean weights with their intervals; U-turns beside them where they were run. */
export function weightsFigure(report: DiffusionReport): Figure {
  const series: Series[] = [
    {
      kind: "dots",
      name: "weight of the source",
      points: report.weightOfSource.map(({ ratio, mean, low, high }) => ({ x: ratio, y: mean, low, high })),
    },
    { kind: "line", name: "one half", points: report.weightOfSource.map(({ ratio }) => [ratio, 0.5]) },
  ];
  if (report.uTurn)
    series.push({
      kind: "dots",
      name: "U-turns that return",
      points: report.uTurn.map(({ ratio, returned, low, high }) => ({ x: ratio, y: returned, low, high })),
    });
  return {
    title: `Across the collapse: ${report.patterns} patterns of ${report.n} entries (${report.name})`,
    x: { label: "t / t_C" },
    y: { label: "weight", include: [0, 1] },
    series,
    notes: [...notes, `t_C = ${report.times.collapse}${report.times.measured ? " (measured on these patterns)" : ""}; intervals 95 %`],
  };
}
