/**
 * @file The family as a table: every preset is a choice on the axes, and every value is checked here once. `resolve` turns the caller's options into settings in
 * which nothing is optional any more.
 */
import { HopfieldError } from "../core/errors.ts";
import { type Matrix, toMatrix } from "../core/matrix.ts";
import { checkChoice, checkNames, checkNumber } from "../core/options.ts";
import type { Build } from "../kernels/builds.ts";
import { engineRuns } from "../kernels/load.ts";
import { type ByteMatrix, toByteMatrix } from "./byte-matrix.ts";
import type { MemoryOptions, Model, Post, Separation, Similarity, Support } from "./types.ts";

/** How a model is computed: by the general operator, or as a model of its own. */
export type Procedure = "operator" | "linear" | "random-features" | "kernel-regression" | "binary";

interface Preset {
  readonly procedure: Procedure;
  readonly similarity: Similarity | null;
  readonly separation: Separation | null;
  readonly support: Support | null;
}

const operator = (similarity: Similarity, separation: Separation, support: Support = "all"): Preset => ({
  procedure: "operator",
  similarity,
  separation,
  support,
});
const own = (procedure: Procedure, similarity: Similarity | null = null): Preset => ({
  procedure,
  similarity,
  separation: null,
  support: null,
});

export const presets: Readonly<Record<Model, Preset>> = {
  gaussian: operator("l2", "softmax"),
  dense: operator("dot", "softmax"),
  masked: operator("dot", "softmax", "mask"),
  sparsemax: operator("dot", "sparsemax"),
  entmax: operator("dot", "entmax"),
  normmax: operator("dot", "normmax"),
  softmax1: operator("dot", "softmax1"),
  "k-subset": operator("dot", "k-subset"),
  "top-k": operator("dot", "softmax", "top-k"),
  window: operator("dot", "softmax", "window"),
  "random-masked": operator("dot", "softmax", "random"),
  linear: own("linear"),
  "random-features": own("random-features"),
  epanechnikov: operator("l2", "epanechnikov"),
  "kernel-regression": own("kernel-regression", "dot"),
  hebbian: own("binary"),
  polynomial: own("binary"),
  exponential: own("binary"),
};

export const models = Object.keys(presets) as readonly Model[];
export const similarities: readonly Similarity[] = ["dot", "l2", "cosine", "centered-cosine", "kernel"];
export const separationNames: readonly Separation[] = ["softmax", "softmax1", "sparsemax", "entmax", "normmax", "k-subset", "epanechnikov"];
export const supports: readonly Support[] = ["all", "top-k", "window", "random", "mask"];
export const posts: readonly Post[] = ["identity", "l2norm", "layernorm", "sign"];

/** The axes and numbers of one memory, complete and checked. */
export interface Settings {
  readonly model: Model;
  readonly procedure: Procedure;
  readonly similarity: Similarity | null;
  readonly separation: Separation | null;
  readonly support: Support | null;
  readonly post: Post;
  readonly beta: number | null;
  readonly alpha: number;
  readonly k: number;
  readonly window: number;
  readonly keep: number;
  readonly seed: number;
  readonly features: number;
  readonly featureMatrix: Matrix | null;
  readonly degree: number;
  readonly lambda: number;
  readonly kernel: Matrix | null;
  readonly supportMask: ByteMatrix | null;
  readonly steps: number | "converge";
  readonly tolerance: number;
  readonly maxSteps: number;
  readonly build: Build;
  readonly threads: number;
  readonly storage: "f32" | "f16" | "int8";
}

const optionNames: readonly (keyof MemoryOptions)[] = [
  "model",
  "similarity",
  "separation",
  "support",
  "post",
  "beta",
  "alpha",
  "k",
  "window",
  "keep",
  "seed",
  "features",
  "featureMatrix",
  "degree",
  "lambda",
  "kernel",
  "supportMask",
  "values",
  "labels",
  "steps",
  "tolerance",
  "maxSteps",
  "storage",
  "threads",
  "build",
];

/**
 * @param rows M and @param columns d of the patterns, for the shapes of masks and matrices.
 * @throws HopfieldError E_RANGE (unknown name or value), E_UNSUPPORTED (an axis that makes no sense for the model), E_SHAPE.
 */
export function resolve(options: MemoryOptions, rows: number, columns: number): Settings {
  const where = "createMemory";
  checkNames(where, options, optionNames);
  const model = options.model === undefined ? "gaussian" : checkChoice(where, "model", options.model, models);
  const preset = presets[model];
  const axis = <T extends string>(name: "similarity" | "separation" | "support", allowed: readonly T[], fallback: T | null): T | null => {
    const value = options[name];
    if (value === undefined) return fallback;
    const chosen = checkChoice(where, name, value, allowed);
    const free =
      preset.procedure === "operator" ||
      (preset.procedure === "kernel-regression" && name === "similarity" && (chosen === "dot" || chosen === "l2"));
    if (!free && chosen !== fallback)
      throw new HopfieldError("E_UNSUPPORTED", `${where}: model "${model}" has no ${name} to choose, got "${chosen}"`);
    return chosen;
  };
  const similarity = axis("similarity", similarities, preset.similarity);
  const separation = axis("separation", separationNames, preset.separation);
  const support = axis("support", supports, preset.support);
  const post = options.post === undefined ? "identity" : checkChoice(where, "post", options.post, posts);
  if (preset.procedure === "binary" && post !== "identity")
    throw new HopfieldError("E_UNSUPPORTED", `${where}: model "${model}" takes no post, got "${post}"`);
  if (separation === "epanechnikov" && similarity !== "l2") {
    throw new HopfieldError(
      "E_UNSUPPORTED",
      `${where}: separation "epanechnikov" is a ball around the query and needs similarity "l2", got "${similarity}"`,
    );
  }
  const whole = (
    name: "k" | "window" | "seed" | "features" | "degree" | "maxSteps",
    fallback: number,
    atLeast: number,
    atMost?: number,
  ): number =>
    options[name] === undefined
      ? fallback
      : checkNumber(where, name, options[name], { whole: true, atLeast, ...(atMost === undefined ? {} : { atMost }) });
  const beta = options.beta === undefined ? null : checkNumber(where, "beta", options.beta, { above: 0 });
  if (beta !== null && preset.procedure === "binary") throw new HopfieldError("E_UNSUPPORTED", `${where}: model "${model}" has no beta`);
  const alpha =
    separation === "normmax"
      ? options.alpha === undefined
        ? 2
        : checkNumber(where, "alpha (normmax)", options.alpha, { above: 1 })
      : options.alpha === undefined
        ? 1.5
        : checkNumber(where, "alpha", options.alpha, { atLeast: 1 });
  if (options.threads !== undefined) checkNumber(where, "threads", options.threads, { whole: true, atLeast: 1, atMost: 64 });
  if (options.storage !== undefined) checkChoice(where, "storage", options.storage, ["f32", "f16", "int8"]);
  return {
    model,
    procedure: preset.procedure,
    similarity,
    separation,
    support,
    post,
    beta,
    alpha,
    k: whole("k", 8, 1),
    window: whole("window", 5, 0),
    keep: options.keep === undefined ? 0.5 : checkNumber(where, "keep", options.keep, { above: 0, atMost: 1 }),
    seed: whole("seed", 1, 0, Number.MAX_SAFE_INTEGER),
    features: whole("features", 256, 1, 2 ** 20),
    featureMatrix: featureMatrixOf(options, model, columns),
    degree: whole("degree", 3, 1, 64),
    lambda: options.lambda === undefined ? 0.1 : checkNumber(where, "lambda", options.lambda, { atLeast: 0 }),
    kernel: kernelOf(options, similarity, columns),
    supportMask: supportMaskOf(options, support, rows),
    steps: stepsOf(where, options.steps, preset.procedure === "binary" ? "converge" : 1),
    tolerance: options.tolerance === undefined ? 1e-6 : checkNumber(where, "tolerance", options.tolerance, { atLeast: 0 }),
    maxSteps: whole("maxSteps", 100, 1),
    build: buildOf(where, options.build),
    threads: options.threads ?? 1,
    storage: options.storage ?? "f32",
  };
}

/** "auto" takes the relaxed build where the engine has it; "wide" is as "auto" until it was enabled. */
function buildOf(where: string, asked: unknown): Build {
  const build = asked === undefined ? "auto" : checkChoice(where, "build", asked, ["auto", "plain", "relaxed", "wide"]);
  if (build === "plain" || (build === "wide" && engineRuns("wide"))) return build;
  if (engineRuns("relaxed")) return "relaxed";
  if (build !== "relaxed") return "plain";
  throw new HopfieldError(
    "E_UNSUPPORTED",
    `${where}: build "relaxed" needs relaxed SIMD, which this engine lacks (Node 22 and Chrome 114 have it); leave build out`,
  );
}

export function stepsOf(where: string, steps: unknown, fallback: number | "converge"): number | "converge" {
  if (steps === undefined) return fallback;
  return steps === "converge" ? steps : checkNumber(where, 'steps (or "converge")', steps, { whole: true, atLeast: 1 });
}

function kernelOf(options: MemoryOptions, similarity: Similarity | null, columns: number): Matrix | null {
  if (similarity !== "kernel") {
    if (options.kernel !== undefined)
      throw new HopfieldError("E_UNSUPPORTED", `createMemory: kernel needs similarity "kernel", got "${similarity}"`);
    return null;
  }
  if (options.kernel === undefined)
    throw new HopfieldError("E_RANGE", 'createMemory: similarity "kernel" needs the option kernel, the r x d matrix W');
  const kernel = toMatrix(options.kernel, "createMemory: kernel");
  if (kernel.columns !== columns)
    throw new HopfieldError("E_SHAPE", `createMemory: kernel has ${kernel.columns} columns, the patterns have ${columns}`);
  return kernel;
}

function featureMatrixOf(options: MemoryOptions, model: Model, columns: number): Matrix | null {
  if (options.featureMatrix === undefined) return null;
  if (model !== "random-features")
    throw new HopfieldError("E_UNSUPPORTED", `createMemory: featureMatrix needs model "random-features", got "${model}"`);
  const matrix = toMatrix(options.featureMatrix, "createMemory: featureMatrix");
  if (matrix.columns !== columns)
    throw new HopfieldError("E_SHAPE", `createMemory: featureMatrix has ${matrix.columns} columns, the patterns have ${columns}`);
  return matrix;
}

function supportMaskOf(options: MemoryOptions, support: Support | null, rows: number): ByteMatrix | null {
  if (support !== "mask") {
    if (options.supportMask !== undefined)
      throw new HopfieldError("E_UNSUPPORTED", `createMemory: supportMask needs support "mask", got "${support}"`);
    return null;
  }
  if (options.supportMask === undefined) throw new HopfieldError("E_RANGE", 'createMemory: support "mask" needs the option supportMask');
  return toByteMatrix(options.supportMask, rows, "createMemory: supportMask");
}
