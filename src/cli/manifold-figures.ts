/** @file Figures of `hopfield manifold`, as data: the phase diagram with its lines, and the spectrum of the Hessian. */
import {
  alpha1,
  drawManifold,
  drawPatterns,
  hessianSpectrum,
  instabilityLambda,
  limitHessianSpectrum,
  linearManifoldEnsemble,
  manifoldLimit,
  type PlanePoint,
  type PlaneSettings,
  sigma,
  triplePoint,
} from "../capacity/index.ts";
import type { Figure, Series } from "./figure.ts";
import { short } from "./io.ts";

const regimes = ["memory", "generalisation", "neither"] as const;

function notesOf({ n, ratio, noise, bias, instances, seed }: PlaneSettings): string[] {
  return [
    `linear manifold xi = F z / sqrt D, normal F and z, D = ${ratio} n; P = exp(alpha n) patterns, natural logarithms`,
    `update f(x) = sum w xi, w = softmax(lambda x . xi${bias === "norm" ? " - lambda |xi|^2 / 2" : ""}); query = pattern + noise of variance ${noise} an entry`,
    `measured at n = ${n}, ${instances} instances, seed ${seed}: median source weight > 1/2: memory; median |f - f_inf| / |f_inf| < 1/2: generalisation`,
  ];
}

/** Cells where alpha and lambda are grids: as measured; lines: the borders for n to infinity. */
export function planeFigure(settings: PlaneSettings, points: readonly PlanePoint[]): Figure {
  const { ratio, alphas, lambdas, bias } = settings;
  const ensemble = linearManifoldEnsemble(settings);
  const [low, high] = [Math.min(...lambdas), Math.max(...lambdas)];
  const top = Math.max(...alphas);
  const grid = Array.from({ length: 121 }, (_, i) => low + ((high - low) * i) / 120);
  const border = (f: (lambda: number) => number): [number, number | null][] =>
    grid.map((lambda) => [lambda, f(lambda) <= 1.15 * top ? f(lambda) : null]);
  const series: Series[] = [];
  if (alphas.length > 1 && lambdas.length > 1) {
    const category = alphas.map((_, a) =>
      lambdas.map((__, l) => regimes.indexOf(points[a * lambdas.length + l]?.regimeMeasured ?? "neither")),
    );
    series.push({ kind: "cells", categories: regimes.map((name) => `${name} (measured)`), x: lambdas, y: alphas, category });
  }
  series.push(
    { kind: "line", name: "alpha_1", points: border((lambda) => alpha1(ensemble, lambda)) },
    { kind: "line", name: "Sigma", points: border((lambda) => sigma(ensemble, lambda)) },
  );
  const instability = instabilityLambda(ratio);
  if (bias === "none" && instability >= low && instability <= high)
    series.push({
      kind: "line",
      name: "1 / c_max",
      points: [
        [instability, 0],
        [instability, top],
      ],
    });
  const triple = triplePoint(settings);
  if (triple && triple.lambda >= low && triple.lambda <= high)
    series.push({ kind: "dots", name: "triple point", points: [{ x: triple.lambda, y: triple.alpha }] });
  return {
    title: `Memory, generalisation, neither: linear manifold, D / n = ${short(ratio)}`,
    x: { label: "lambda" },
    y: { label: "alpha = log P / n", include: [0] },
    series,
    notes: notesOf(settings),
  };
}

/** At the first alpha and a stored pattern plus noise of the settings' variance 0: eigenvalue over rank, for each lambda, with the limit's. */
export function spectrumFigure(settings: PlaneSettings): Figure {
  const { n, ratio, alphas, lambdas, bias, seed } = settings;
  const alpha = alphas[0] ?? 0.1;
  const set = drawPatterns({ kind: "hidden-manifold", activation: "linear", latentRatio: ratio }, n, alpha, seed);
  const limit = manifoldLimit(drawManifold(n, ratio, "linear", seed));
  const query = set.data.subarray(0, n);
  const series = lambdas.flatMap((lambda): Series[] => [
    {
      kind: "dots",
      name: `lambda ${short(lambda)}`,
      points: Array.from(hessianSpectrum(set, query, lambda, bias), (y, x) => ({ x: x + 1, y })),
    },
    {
      kind: "line",
      name: `lambda ${short(lambda)}, P to infinity`,
      points: Array.from(limitHessianSpectrum(limit, lambda, bias), (y, x): [number, number] => [x + 1, y]),
    },
  ]);
  return {
    title: `Hessian of the energy at a stored pattern, alpha = ${short(alpha)}`,
    x: { label: "rank" },
    y: { label: "eigenvalue", include: [0, 1] },
    series,
    notes: [...notesOf(settings), "Hessian I - lambda Cov_w(xi); eigenvalue 1 in the n - D directions off the manifold"],
  };
}
