/** @file The table of gradient cases: every option of the modules drawn by case number, refused combinations left out. */
import type { AssociationOptions } from "../../src/layers/association-options.ts";
import { settingsOf } from "../../src/layers/association-options.ts";
import { uniforms } from "../oracle/index.ts";

export const axes = {
  module: ["association", "pooling", "lookup"],
  separation: [
    "softmax",
    "softmax1",
    "sparsemax",
    "entmax",
    "entmax-learned",
    "entmax-3",
    "normmax",
    "normmax-5",
    "k-subset",
    "linear",
    "random-features",
  ],
  support: ["all", "top-k", "window", "random"],
  heads: [1, 2],
  steps: [0, 2],
  gradient: ["unrolled", "one-step"],
  norms: ["all", "plain", "none", "hidden"],
  still: ["none", "state", "stored", "projection", "all"],
  values: ["own", "connected", "tied"],
  bias: [true, false],
  beta: ["fixed", "learned"],
  output: ["projection", "none"],
  activation: ["none", "relu", "tanh"],
} as const;

export type Choice = { [K in keyof typeof axes]: (typeof axes)[K][number] };

export interface Case {
  readonly number: number;
  readonly choice: Choice;
  readonly options: AssociationOptions;
}

const size = 4;

export function optionsOf(choice: Choice): AssociationOptions {
  const whole = ["k-subset", "random-features"].includes(choice.separation);
  const [separation, variant] = (whole ? [choice.separation, undefined] : choice.separation.split("-")) as [string, string | undefined];
  const normal = choice.norms === "all" || choice.norms === "hidden";
  const still = (role: string): boolean => choice.still === role || choice.still === "all";
  return {
    stateSize: size,
    heads: choice.heads,
    // Static roles need as many columns as a head has.
    hidden: choice.still === "none" ? 3 : size,
    pattern:
      choice.values === "connected"
        ? choice.still === "none"
          ? 3
          : size
        : choice.still === "projection" || choice.still === "all"
          ? size
          : 2,
    output: 3,
    beta: 0.9,
    learnBeta: choice.beta === "learned",
    separation: separation as NonNullable<AssociationOptions["separation"]>,
    ...(variant === "learned" ? { alpha: "learned" as const } : variant === "3" || variant === "5" ? { alpha: Number(variant) } : {}),
    support: choice.support,
    k: 2,
    window: 1,
    keep: 0.6,
    maskSeed: 11,
    features: 6,
    steps: choice.steps,
    tolerance: 0,
    gradient: choice.gradient,
    normalizeState: normal || choice.norms === "plain",
    normalizeStored: normal || choice.norms === "plain",
    normalizeProjection: normal,
    affine: choice.norms !== "plain",
    normalizeHidden: choice.norms === "hidden",
    hiddenAffine: choice.norms === "hidden",
    eps: { state: 0.02, stored: 0.01, hidden: 0.005 },
    staticState: still("state"),
    staticStored: still("stored"),
    staticProjection: still("projection"),
    connected: choice.values === "connected",
    tied: choice.values === "tied",
    bias: choice.bias,
    outputProjection: choice.output === "projection",
    activation: choice.activation,
    deviation: 0.6,
  };
}

/** The first `count` choices that the modules accept. */
export function cases(count: number): Case[] {
  const uniform = uniforms(20261124);
  const found: Case[] = [];
  for (let number = 0; found.length < count; number++) {
    const choice = Object.fromEntries(
      Object.entries(axes).map(([name, values]) => [name, values[Math.floor(uniform() * values.length)]]),
    ) as unknown as Choice;
    try {
      const options = optionsOf(choice);
      settingsOf("case", options);
      if (choice.module === "lookup" && choice.support === "window") continue;
      found.push({ number, choice, options });
    } catch {
      // An unsupported combination; errors.test.ts looks at those.
    }
  }
  return found;
}
