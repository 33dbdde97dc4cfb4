/**
 * @file The options of the Hopfield modules, checked once and turned into settings. They are those of hopfield-layers (Ramsauer et al., arXiv 2008.02217) that do what they say, with the
 * separations and supports of the model family in place of softmax alone.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkChoice, checkNames, checkNumber } from "../core/options.ts";
import { type ActivationName, activationNames } from "./activations.ts";
import { checkRate } from "./dropout.ts";

export type LayerSeparation = "softmax" | "softmax1" | "sparsemax" | "entmax" | "normmax" | "k-subset" | "linear" | "random-features";
export const layerSeparations: readonly LayerSeparation[] = [
  "softmax",
  "softmax1",
  "sparsemax",
  "entmax",
  "normmax",
  "k-subset",
  "linear",
  "random-features",
];
export type LayerSupport = "all" | "top-k" | "window" | "random";
export type StepGradient = "unrolled" | "implicit" | "one-step";

export interface NormEps {
  readonly state: number;
  readonly stored: number;
  readonly projection: number;
  readonly hidden: number;
}

export interface AssociationOptions {
  /** Columns of the state patterns; of stored patterns and projections the same unless given. */
  readonly stateSize: number;
  readonly storedSize?: number;
  readonly projectionSize?: number;
  /** Default 1. */
  readonly heads?: number;
  /** Columns of the association space of one head; default stateSize / heads, which must then be whole. */
  readonly hidden?: number;
  /** Columns of the values of one head; default `hidden`. */
  readonly pattern?: number;
  /** Columns of the result; default stateSize. */
  readonly output?: number;
  /** Inverse temperature; default 1 / sqrt(hidden). */
  readonly beta?: number;
  /** A beta for each head, learned from there on. Default false. */
  readonly learnBeta?: boolean;
  readonly separation?: LayerSeparation;
  /** entmax 1 ... (default 1.5) or "learned": 1 + logistic(a) for each head, a from 0; normmax above 1 (default 2). */
  readonly alpha?: number | "learned";
  readonly support?: LayerSupport;
  /** k-subset, top-k: whole, at least 1, default 8. */
  readonly k?: number;
  /** State row i sees stored rows i - window ... i + window of its bag; whole, at least 0, default 5. */
  readonly window?: number;
  /** random: each stored row is kept with this probability in (0, 1], default 0.5, drawn for (maskSeed, state row, stored row). */
  readonly keep?: number;
  readonly maskSeed?: number;
  /** random-features: how many; default 64. */
  readonly features?: number;
  /** Updates of the state before the result is read: at most so many, or null until the association rests. Default 0. */
  readonly steps?: number | null;
  /** A head stops when no bag's association moved by more than this (Frobenius). Default 1e-4. */
  readonly tolerance?: number;
  /** How gradients go through the updates. Default "unrolled". */
  readonly gradient?: StepGradient;
  /** Layer norm of the inputs, default true each; with learned gain and shift unless `affine` is false. */
  readonly normalizeState?: boolean;
  readonly normalizeStored?: boolean;
  readonly normalizeProjection?: boolean;
  readonly affine?: boolean;
  /** Layer norm of queries and keys in the association space, before the first step. Default false. */
  readonly normalizeHidden?: boolean;
  readonly hiddenAffine?: boolean;
  /** Added to the variance in the layer norms; one number, or one for each. Default 1e-5. */
  readonly eps?: number | Partial<NormEps>;
  /** No projection of this role: the input is used by every head and must have `hidden` (projection: `pattern`) columns. */
  readonly staticState?: boolean;
  readonly staticStored?: boolean;
  readonly staticProjection?: boolean;
  /** Values go through the projection of the stored patterns before their own: W_V (W_K y) (equation 10 of the paper). Default false. */
  readonly connected?: boolean;
  /** Queries and keys share their projection: the similarity is the learned kernel <W u, W v>. Default false. */
  readonly tied?: boolean;
  /** Of association weights, in training. Default 0. */
  readonly dropout?: number;
  /** Biases of the projections. Default true. */
  readonly bias?: boolean;
  /** A linear map of all heads to the result. Default true. */
  readonly outputProjection?: boolean;
  /** After the output. Default "none". */
  readonly activation?: "none" | ActivationName;
  /** Standard deviation of fresh projections. Default 0.02 (as upstream); "scaled": sqrt(1 / in). */
  readonly deviation?: number | "scaled";
}

const known: readonly (keyof AssociationOptions)[] = [
  "stateSize",
  "storedSize",
  "projectionSize",
  "heads",
  "hidden",
  "pattern",
  "output",
  "beta",
  "learnBeta",
  "separation",
  "alpha",
  "support",
  "k",
  "window",
  "keep",
  "maskSeed",
  "features",
  "steps",
  "tolerance",
  "gradient",
  "normalizeState",
  "normalizeStored",
  "normalizeProjection",
  "affine",
  "normalizeHidden",
  "hiddenAffine",
  "eps",
  "staticState",
  "staticStored",
  "staticProjection",
  "connected",
  "tied",
  "dropout",
  "bias",
  "outputProjection",
  "activation",
  "deviation",
];

export type Settings = Required<Omit<AssociationOptions, "alpha" | "deviation" | "eps">> & {
  readonly alpha: number;
  readonly eps: NormEps;
  readonly learnAlpha: boolean;
  /** Number of the separation in the kernels; -1: weights are ratios of feature products. */
  readonly kind: number;
  readonly deviation: number | "scaled";
};

const kinds: Readonly<Record<LayerSeparation, number>> = {
  softmax: 0,
  softmax1: 1,
  sparsemax: 2,
  entmax: 3,
  normmax: 4,
  "k-subset": 5,
  linear: -1,
  "random-features": -1,
};

/** @throws HopfieldError E_RANGE (values, unknown names), E_UNSUPPORTED (combinations without a meaning). */
export function settingsOf(where: string, options: AssociationOptions): Settings {
  checkNames(where, options, known);
  const count = (name: string, value: unknown, atLeast = 1): number => checkNumber(where, name, value, { atLeast, whole: true });
  const stateSize = count("stateSize", options.stateSize);
  const heads = count("heads", options.heads ?? 1);
  const hidden = count("hidden", options.hidden ?? stateSize / heads);
  const separation = checkChoice(where, "separation", options.separation ?? "softmax", layerSeparations);
  const support = checkChoice(where, "support", options.support ?? "all", ["all", "top-k", "window", "random"]);
  const learnAlpha = options.alpha === "learned";
  if (learnAlpha && separation !== "entmax") throw new HopfieldError("E_UNSUPPORTED", `${where}: alpha is learned with entmax only`);
  const alpha = learnAlpha
    ? 1.5
    : checkNumber(
        where,
        "alpha",
        options.alpha ?? (separation === "normmax" ? 2 : 1.5),
        separation === "normmax" ? { above: 1 } : { atLeast: 1 },
      );
  const steps = options.steps === null ? null : count("steps", options.steps ?? 0, 0);
  const kind = kinds[separation];
  if (kind < 0 && steps !== 0) throw new HopfieldError("E_UNSUPPORTED", `${where}: ${separation} has no update of states; steps must be 0`);
  if (kind < 0 && support === "top-k")
    throw new HopfieldError("E_UNSUPPORTED", `${where}: ${separation} has no logits to take the largest of`);
  const settings: Settings = {
    stateSize,
    storedSize: count("storedSize", options.storedSize ?? stateSize),
    projectionSize: count("projectionSize", options.projectionSize ?? options.storedSize ?? stateSize),
    heads,
    hidden,
    pattern: count("pattern", options.pattern ?? hidden),
    output: count("output", options.output ?? stateSize),
    beta: checkNumber(where, "beta", options.beta ?? 1 / Math.sqrt(hidden), { above: 0 }),
    learnBeta: options.learnBeta ?? false,
    separation,
    kind,
    alpha,
    learnAlpha,
    support,
    k: count("k", options.k ?? 8),
    window: count("window", options.window ?? 5, 0),
    keep: checkNumber(where, "keep", options.keep ?? 0.5, { above: 0, atMost: 1 }),
    maskSeed: checkNumber(where, "maskSeed", options.maskSeed ?? 1, { atLeast: 0, atMost: Number.MAX_SAFE_INTEGER, whole: true }),
    features: count("features", options.features ?? 64),
    steps,
    tolerance: checkNumber(where, "tolerance", options.tolerance ?? 1e-4, { atLeast: 0 }),
    gradient: checkChoice(where, "gradient", options.gradient ?? "unrolled", ["unrolled", "implicit", "one-step"]),
    normalizeState: options.normalizeState ?? true,
    normalizeStored: options.normalizeStored ?? true,
    normalizeProjection: options.normalizeProjection ?? true,
    affine: options.affine ?? true,
    normalizeHidden: options.normalizeHidden ?? false,
    hiddenAffine: options.hiddenAffine ?? false,
    eps: epsOf(where, options.eps ?? 1e-5),
    staticState: options.staticState ?? false,
    staticStored: options.staticStored ?? false,
    staticProjection: options.staticProjection ?? false,
    connected: options.connected ?? false,
    tied: options.tied ?? false,
    dropout: checkRate(where, options.dropout ?? 0),
    bias: options.bias ?? true,
    outputProjection: options.outputProjection ?? true,
    activation: checkChoice(where, "activation", options.activation ?? "none", ["none", ...activationNames]),
    deviation: options.deviation === "scaled" ? "scaled" : checkNumber(where, "deviation", options.deviation ?? 0.02, { above: 0 }),
  };
  checkTogether(where, settings);
  return settings;
}

function epsOf(where: string, given: number | Partial<NormEps>): NormEps {
  if (typeof given === "object") checkNames(`${where}: eps`, given, ["state", "stored", "projection", "hidden"]);
  const of = (name: keyof NormEps): number =>
    checkNumber(where, "eps", typeof given === "object" ? (given[name] ?? 1e-5) : given, { above: 0 });
  return { state: of("state"), stored: of("stored"), projection: of("projection"), hidden: of("hidden") };
}

function checkTogether(where: string, s: Settings): void {
  const sizes: readonly (readonly [boolean, string, number, string, number])[] = [
    [s.staticState, "stateSize", s.stateSize, "hidden", s.hidden],
    [s.staticStored, "storedSize", s.storedSize, "hidden", s.hidden],
    [s.staticProjection && !(s.connected && !s.staticStored), "projectionSize", s.projectionSize, "pattern", s.pattern],
    [s.connected, "hidden", s.hidden, "pattern", s.pattern],
    [s.connected, "storedSize", s.storedSize, "projectionSize", s.projectionSize],
    [s.tied, "stateSize", s.stateSize, "storedSize", s.storedSize],
  ];
  for (const [applies, name, size, other, expected] of sizes) {
    if (applies && size !== expected)
      throw new HopfieldError("E_RANGE", `${where}: ${name} is ${size}, ${other} is ${expected}; these options need them equal`);
  }
  if (s.tied && (s.staticState || s.staticStored)) throw new HopfieldError("E_UNSUPPORTED", `${where}: tied projections cannot be static`);
  if (s.gradient === "implicit" && s.support === "top-k") {
    throw new HopfieldError("E_UNSUPPORTED", `${where}: the implicit gradient needs a fixed support; top-k changes with the state`);
  }
  if (s.gradient === "implicit" && s.steps === 0)
    throw new HopfieldError("E_UNSUPPORTED", `${where}: the implicit gradient needs steps that reach a fixed point`);
}
