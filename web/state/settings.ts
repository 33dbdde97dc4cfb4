/** @file The model axes of the page as data: the choices, which of them a model has, and the options for the package. */
import type { MemoryOptions, Model, Post, Separation, Similarity, Support } from "modern-hopfield";
import { pixelCount, side } from "../patterns/pen.ts";

/** null on an axis: as the model says; beta null: from the data. */
export interface Settings {
  readonly model: Model;
  readonly similarity: Similarity | null;
  readonly separation: Separation | null;
  readonly support: Support | null;
  readonly post: Post | null;
  readonly beta: number | null;
  readonly alpha: number;
  readonly k: number;
  readonly window: number;
  readonly keep: number;
  readonly seed: number;
  readonly features: number;
  readonly degree: number;
  readonly lambda: number;
  readonly clamp: boolean;
  /** Support "mask": the labels that may answer; empty means all of them. */
  readonly allowed: readonly string[];
}

export const defaultSettings: Settings = {
  model: "gaussian",
  similarity: null,
  separation: null,
  support: null,
  post: null,
  beta: null,
  alpha: 1.5,
  k: 8,
  window: 5,
  keep: 0.5,
  seed: 1,
  features: 256,
  degree: 3,
  lambda: 0.1,
  clamp: false,
  allowed: [],
};

/** Every model with its own axes: similarity, separation, support; null where it has none to choose. */
export const modelAxes: Readonly<Record<Model, readonly [Similarity | null, Separation | null, Support | null]>> = {
  gaussian: ["l2", "softmax", "all"],
  dense: ["dot", "softmax", "all"],
  masked: ["dot", "softmax", "mask"],
  sparsemax: ["dot", "sparsemax", "all"],
  entmax: ["dot", "entmax", "all"],
  normmax: ["dot", "normmax", "all"],
  softmax1: ["dot", "softmax1", "all"],
  "k-subset": ["dot", "k-subset", "all"],
  "top-k": ["dot", "softmax", "top-k"],
  window: ["dot", "softmax", "window"],
  "random-masked": ["dot", "softmax", "random"],
  linear: [null, null, null],
  "random-features": [null, null, null],
  epanechnikov: ["l2", "epanechnikov", "all"],
  "kernel-regression": ["dot", null, null],
  hebbian: [null, null, null],
  polynomial: [null, null, null],
  exponential: [null, null, null],
};

export const modelNames = Object.keys(modelAxes) as readonly Model[];
export const similarities: readonly Similarity[] = ["dot", "l2", "cosine", "centered-cosine", "kernel"];
export const separations: readonly Separation[] = ["softmax", "softmax1", "sparsemax", "entmax", "normmax", "k-subset", "epanechnikov"];
export const supports: readonly Support[] = ["all", "top-k", "window", "random", "mask"];
export const posts: readonly Post[] = ["identity", "l2norm", "layernorm", "sign"];

export const isBinary = (model: Model): boolean => model === "hebbian" || model === "polynomial" || model === "exponential";
export const hasAxes = (model: Model): boolean => modelAxes[model][2] !== null;

/** The axes in force: what was chosen, else the model's own. */
export function axesOf(settings: Settings): { similarity: Similarity | null; separation: Separation | null; support: Support | null } {
  const [similarity, separation, support] = modelAxes[settings.model];
  return {
    similarity: similarity && (settings.similarity ?? similarity),
    separation: separation && (settings.separation ?? separation),
    support: support && (settings.support ?? support),
  };
}

/** Which numbers the settings depend on; the others are not shown. */
export function numbersOf(settings: Settings): readonly ("alpha" | "k" | "window" | "keep" | "seed" | "features" | "degree" | "lambda")[] {
  const { separation, support } = axesOf(settings);
  const { model } = settings;
  return [
    ...(separation === "entmax" || separation === "normmax" ? (["alpha"] as const) : []),
    ...(separation === "k-subset" || support === "top-k" ? (["k"] as const) : []),
    ...(support === "window" ? (["window"] as const) : []),
    ...(support === "random" ? (["keep", "seed"] as const) : []),
    ...(model === "random-features" ? (["features", "seed"] as const) : []),
    ...(model === "polynomial" ? (["degree"] as const) : []),
    ...(model === "kernel-regression" ? (["lambda"] as const) : []),
  ];
}

/** Whether the model can be told which entries are missing; the others get blank paper for them. */
export function takesMissing(settings: Settings): boolean {
  return hasAxes(settings.model) && axesOf(settings).similarity !== "kernel";
}

/** W of similarity "kernel" on this page: averages of 2 x 2 blocks, so that a shift by a pixel costs little. 196 x 784. */
export function blockAverages(): { data: Float32Array; rows: number; columns: number } {
  const half = side / 2;
  const data = new Float32Array(half * half * pixelCount);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const block = Math.floor(row / 2) * half + Math.floor(column / 2);
      data[block * pixelCount + row * side + column] = 0.5;
    }
  }
  return { data, rows: half * half, columns: pixelCount };
}

/** Options for createMemory. `labels` are those of the stored patterns, for masks. */
export function optionsOf(settings: Settings, labels: readonly string[], dimension: number): MemoryOptions {
  const { model, beta, allowed } = settings;
  const { similarity, separation, support } = axesOf(settings);
  const numbers = Object.fromEntries(numbersOf(settings).map((name) => [name, settings[name]]));
  const shown = allowed.filter((label) => labels.includes(label));
  return {
    model,
    ...(similarity !== null ? { similarity } : {}),
    ...(separation !== null ? { separation } : {}),
    ...(support !== null ? { support } : {}),
    ...(settings.post !== null && !isBinary(model) ? { post: settings.post } : {}),
    ...(beta !== null && !isBinary(model) ? { beta } : {}),
    ...numbers,
    ...(support === "mask" ? { supportMask: labels.map((label) => shown.length === 0 || shown.includes(label)) } : {}),
    ...(similarity === "kernel" && dimension === pixelCount ? { kernel: blockAverages() } : {}),
  };
}
