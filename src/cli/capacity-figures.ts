/** @file The figures of `hopfield capacity`, as data. Which figure shows what: docs/capacity/figures.md. */
import {
  alpha1,
  alphaMax,
  basin,
  type Ensemble,
  gaussianAllPatterns,
  type HiddenManifold,
  type HiddenManifoldOptions,
  hiddenManifold,
  lambdaSaturation,
  lambdaStar,
  phi,
} from "../capacity/index.ts";
import type { EnsembleKind } from "./capacity-ensemble.ts";
import type { Cells, Figure, Line, Series } from "./figure.ts";
import { short } from "./io.ts";

export const figureNames = ["curve", "saturation", "signal", "phase", "basin", "rate"] as const;
export type FigureName = (typeof figureNames)[number];

export interface FigureInput {
  readonly kind: EnsembleKind;
  readonly ensemble: Ensemble | HiddenManifold;
  readonly manifold: HiddenManifoldOptions | null;
  readonly lambdas: readonly number[];
  readonly alphas: readonly number[];
  /** --sweep-latent; empty without it. */
  readonly ratios: readonly number[];
  readonly noise: number;
}

const drawers: Record<FigureName, (input: FigureInput) => Figure> = { curve, saturation, signal, phase, basin: basins, rate };

export function figureOf(name: FigureName, input: FigureInput): Figure {
  return drawers[name](input);
}

function notesOf({ kind, manifold, noise }: FigureInput): string[] {
  const scale =
    manifold === null
      ? "|xi|^2 = N (typical)"
      : manifold.axis === "normalised"
        ? "patterns divided by sqrt(E sigma^2), |xi|^2 = N"
        : "patterns as they are (raw)";
  return [
    `ensemble ${kind}${manifold === null ? "" : `, activation ${nameOf(manifold)}, latent prior ${manifold.prior ?? "gaussian"}`}`,
    "E(x) = |x|^2 / 2 - log(sum exp(lambda x . xi)) / lambda, P = exp(alpha N) patterns, natural logarithms",
    scale,
    ...(noise > 0 ? [`query = pattern + noise of variance ${noise} an entry`] : []),
  ];
}

const nameOf = ({ activation }: HiddenManifoldOptions): string =>
  typeof activation === "string" ? activation : (activation.name ?? "custom");

/** One ensemble for every ratio of --sweep-latent, or the one that was asked for. */
function family({ kind, ensemble, manifold, ratios }: FigureInput): { name: string; ratio: number; ensemble: Ensemble | HiddenManifold }[] {
  if (!manifold || ratios.length === 0) return [{ name: kind, ratio: manifold?.ratio ?? Number.POSITIVE_INFINITY, ensemble }];
  return ratios.map((ratio) => ({
    name: `D/N = ${ratio === Number.POSITIVE_INFINITY ? "inf" : ratio}`,
    ratio,
    ensemble: hiddenManifold({ ...manifold, ratio }),
  }));
}

function curve(input: FigureInput): Figure {
  const lines = family(input).map(
    ({ name, ensemble }): Line => ({ kind: "line", name, points: input.lambdas.map((lambda) => [lambda, alpha1(ensemble, lambda)]) }),
  );
  const all: Line[] =
    input.kind === "gaussian" && input.noise === 0
      ? [
          { kind: "line", name: "all patterns", points: input.lambdas.map((lambda) => [lambda, gaussianAllPatterns(lambda).both]) },
          { kind: "line", name: "all, norm channel", points: input.lambdas.map((lambda) => [lambda, gaussianAllPatterns(lambda).norm]) },
        ]
      : [];
  return {
    title: `Retrieval threshold of a typical pattern: ${titleOf(input)}`,
    x: { label: "inverse temperature lambda", include: [0] },
    y: { label: "alpha_1 = log(P) / N", include: [0] },
    series: [...lines, ...all],
    notes: notesOf(input),
  };
}

const titleOf = ({ kind, manifold }: FigureInput): string => (manifold ? `${nameOf(manifold)} manifold` : kind);

function saturation(input: FigureInput): Figure {
  const members = family(input).filter(({ ratio }) => Number.isFinite(ratio));
  const line = (name: string, value: (ensemble: Ensemble) => number | null): Line => ({
    kind: "line",
    name,
    points: members.map(({ ratio, ensemble }) => [ratio, value(ensemble)]),
  });
  return {
    title: `Where the threshold stops growing: ${titleOf(input)}`,
    x: { label: "latent ratio D / N", log: true },
    y: { label: "alpha_max, lambda_s", log: true },
    series: [line("alpha_max", alphaMax), line("lambda_s", lambdaSaturation)],
    notes: notesOf(input),
  };
}

function signal(input: FigureInput): Figure {
  const { ensemble, lambdas, alphas } = input;
  const known = (alpha: number, lambda: number): number | null => {
    const star = lambdaStar(ensemble, alpha);
    const out = "saddle" in ensemble ? ensemble.saddle(lambda) === null : lambda > (ensemble.lambdaLimit ?? Number.POSITIVE_INFINITY);
    return out && !(star !== null && lambda > star) ? null : phi(ensemble, alpha, lambda);
  };
  const condensation = alphas.flatMap((alpha) => {
    const star = lambdaStar(ensemble, alpha);
    return star !== null && star > 0 && star <= (lambdas.at(-1) ?? 0) ? [{ x: star, y: star * ensemble.zetaPrime(star) }] : [];
  });
  const series: Series[] = [
    { kind: "line", name: "signal lambda s", points: lambdas.map((lambda) => [lambda, lambda * ensemble.signal]) },
    ...alphas.map(
      (alpha): Line => ({
        kind: "line",
        name: `noise, alpha ${short(alpha)}`,
        points: lambdas.map((lambda) => [lambda, known(alpha, lambda)]),
      }),
    ),
    ...(condensation.length > 0 ? [{ kind: "dots", name: "lambda_*(alpha)", points: condensation } as const] : []),
  ];
  return {
    title: `Signal and noise: ${titleOf(input)}`,
    x: { label: "inverse temperature lambda", include: [0] },
    y: { label: "log of the sum / N", include: [0] },
    series,
    notes: [...notesOf(input), "retrieved where the signal is above the noise; condensed beyond lambda_*"],
  };
}

function phase(input: FigureInput): Figure {
  const { ensemble, lambdas, alphas, kind, noise } = input;
  const thresholds = lambdas.map((lambda) => alpha1(ensemble, lambda));
  const everything = lambdas.map((lambda, j) =>
    kind === "gaussian" && noise === 0 ? gaussianAllPatterns(lambda).both : (thresholds[j] as number),
  );
  const stars = alphas.map((alpha) => lambdaStar(ensemble, alpha));
  const cells: Cells = {
    kind: "cells",
    categories: ["every pattern", "a typical pattern", "lost: many share", "lost: condensed"],
    x: lambdas,
    y: alphas,
    category: alphas.map((alpha, i) =>
      lambdas.map((lambda, j) => {
        if (alpha < (everything[j] as number) && kind !== "hidden-manifold" && noise === 0) return 0;
        if (alpha < (thresholds[j] as number)) return 1;
        const star = stars[i] ?? null;
        return star !== null && lambda > star ? 3 : 2;
      }),
    ),
  };
  const condensation: Line = {
    kind: "line",
    name: "lambda_*(alpha)",
    points: alphas.flatMap((alpha, i) => {
      const star = stars[i] ?? null;
      return star !== null && star >= (lambdas[0] ?? 0) && star <= (lambdas.at(-1) ?? 0) ? [[star, alpha] as const] : [];
    }),
  };
  return {
    title: `Phases: ${titleOf(input)}`,
    x: { label: "inverse temperature lambda" },
    y: { label: "alpha = log(P) / N" },
    series: [
      cells,
      { kind: "line", name: "alpha_1", points: lambdas.map((lambda, j) => [lambda, within(thresholds[j] as number, alphas)]) },
      condensation,
    ],
    notes: notesOf(input),
  };
}

/** Lines leave a phase diagram at its border. */
function within(value: number, range: readonly number[]): number | null {
  return value <= (range.at(-1) ?? 0) && value >= (range[0] ?? 0) ? value : null;
}

function basins(input: FigureInput): Figure {
  const label = input.kind === "binary" ? "1 - 2 p_c (p_c: share of flipped bits)" : "cos theta_c";
  return {
    title: `How close a query has to be: ${titleOf(input)}`,
    x: { label: "alpha = log(P) / N", include: [0] },
    y: { label, include: [0, 1] },
    series: input.lambdas.map(
      (lambda): Line => ({
        kind: "line",
        name: `lambda = ${short(lambda)}`,
        points: input.alphas.map((alpha) => [alpha, basin(input.ensemble, alpha, lambda)]),
      }),
    ),
    notes: notesOf(input),
  };
}

/** I(e) = Sigma(lambda) at e = zeta'(lambda): the rate at which patterns with overlap e are met. All members of a family have the same mean overlap (and so the same mean distance). */
function rate(input: FigureInput): Figure {
  const { ensemble } = input;
  // zeta'(0), for a manifold (E sigma)^2 whatever D / N is.
  const mean =
    "activation" in ensemble
      ? (ensemble.activation.mean * ensemble.activation.mean * ensemble.signal) / ensemble.activation.square
      : ensemble.zetaPrime(1e-9);
  return {
    title: `Patterns of overlap e are e^{-N I(e)} of all: ${titleOf(input)}`,
    x: { label: "overlap per entry e = x . xi / N", include: [0] },
    y: { label: "rate I(e)", include: [0] },
    series: [...family(input).map(rateLine), { kind: "dots", name: "mean overlap, every D/N", points: [{ x: mean, y: 0 }] }],
    notes: [
      ...notesOf(input),
      `mean overlap ${short(mean, 6)} per entry for every D / N, so the mean squared distance of two patterns is the same: ${short(2 * (ensemble.signal - mean), 6)} N`,
    ],
  };

  function rateLine({ name, ensemble }: { readonly name: string; readonly ensemble: Ensemble }): Line {
    const top = lambdaSaturation(ensemble) ?? input.lambdas.at(-1) ?? 1;
    const points = Array.from({ length: 61 }, (_, i): [number, number] => {
      const lambda = i === 0 ? 1e-6 : (top * i) / 60;
      const e = ensemble.zetaPrime(lambda);
      return [e, Math.max(0, lambda * e - ensemble.zeta(lambda))];
    });
    return { kind: "line", name, points };
  }
}
