/** @file Explanations of the capacity panel. */
import type { ParameterName } from "../capacity/state.ts";
import type { Explanation } from "./controls.ts";

export const capacityExplanations = {
  alpha: {
    title: "α₁(λ)",
    what: "Store P = e^(αN) random patterns of N numbers and ask with one of them. Below α₁ the right pattern has nearly all of the weight, above it the crowd of wrong ones wins. It is a statement about N growing without bound: a limit, not a promise about one memory.",
    formula: "α₁(λ) = sup over 0 ≤ l ≤ λ of [ l s − ζ(l) ],  ζ(λ) = lim (1/N) log E exp(λ x·ξ)",
    paper:
      "Lucibello and Mézard, The Exponential Capacity of Dense Associative Memories, arXiv 2304.14964; the random energy model of Derrida, Phys. Rev. B 24, 1981",
  },
  lambda: {
    title: "λ, inverse temperature",
    what: "How sharply the memory decides, the β of the other panels for the dot product. From λ_s on the curve is flat: the noise is carried by the few nearest wrong patterns, and sharpening cannot help.",
    formula: "ζ′(λ_s) = s",
  },
  simulation: {
    title: "Simulation",
    what: "Each point is made of many random problems: patterns are added one after another until the wrong ones outweigh the right one, at P*. The point is the median of log(P*)/n with a 95 % interval. At finite n it lies off the curve by about 1/n, and above the plateau by log(n)/(2n) more.",
    formula: "α* = log(P*) / n",
  },
  reach: { title: "Axis", what: "How far the curves are drawn, at 60 values of λ." },
  simulated: {
    title: "Kinds that are simulated",
    what: "Random patterns of these kinds can be drawn here. Binary, spherical, Gaussian and linear ones by the law of their overlaps, so that any number of them costs the same; other manifolds one by one, which limits N.",
  },
  size: { title: "N", what: "Numbers in a pattern. Theory is the limit of large N; small ones show how far off it is." },
  instances: { title: "Problems", what: "How many random problems make a point. The interval shrinks with the root of their number." },
  noise: { title: "Noise on the query", what: "Variance of normal noise on every entry of the query.", formula: "x = ξ + √τ η" },
  activation: {
    title: "Activation",
    what: "How hidden numbers become pattern entries.",
    formula: "ξ = σ(F z / √D)",
    paper: "Hidden manifold model, arXiv 2503.09518",
  },
  ratio: {
    title: "D / N",
    what: "Hidden dimension over visible dimension. Small: patterns lie on a thin manifold and resemble each other. At infinity their entries are independent.",
    paper: "arXiv 2503.09518",
  },
  activity: { title: "Activity", what: "Share of entries that are 1." },
  bias: { title: "Bias", what: "Mean of the entries ±1." },
  states: { title: "States", what: "Number of states of a site, coded as the corners of a simplex." },
  centre: { title: "Common part", what: "Share of a pattern's squared length that is common to its whole cluster." },
} as const satisfies Readonly<
  Record<ParameterName | "alpha" | "lambda" | "simulation" | "reach" | "simulated" | "size" | "instances", Explanation>
>;
