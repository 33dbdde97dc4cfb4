/**
 * @file The vocabulary of the family as plain data: what a memory is made from, what can be asked of a recall, what comes back. The same names serve the
 * library, the command and the JSON. A model is one choice on each axis of  y = post( V^T sep( beta * sim(q, X) | support ) );  docs/models/README.md lists them.
 */
import type { Matrix, MatrixLike } from "../core/matrix.ts";

/** How a query is compared with a pattern. l2 is -1/2 |q - x|^2; kernel is (W q) . (W x) with the r x d matrix `kernel`. */
export type Similarity = "dot" | "l2" | "cosine" | "centered-cosine" | "kernel";
/** How logits become weights. */
export type Separation = "softmax" | "softmax1" | "sparsemax" | "entmax" | "normmax" | "k-subset" | "epanechnikov";
/** Which patterns a query may see. */
export type Support = "all" | "top-k" | "window" | "random" | "mask";
/** What is done to a state after every evaluation. */
export type Post = "identity" | "l2norm" | "layernorm" | "sign";

/** Presets: exact members of the family. See docs/models. */
export type Model =
  | "gaussian"
  | "dense"
  | "masked"
  | "sparsemax"
  | "entmax"
  | "normmax"
  | "softmax1"
  | "k-subset"
  | "top-k"
  | "window"
  | "random-masked"
  | "linear"
  | "random-features"
  | "epanechnikov"
  | "kernel-regression"
  | "hebbian"
  | "polynomial"
  | "exponential";

/** Options of createMemory. M patterns of dimension d; every field has a default. */
export interface MemoryOptions {
  /** Preset; the axes below override it. Default "gaussian". */
  readonly model?: Model;
  readonly similarity?: Similarity;
  readonly separation?: Separation;
  readonly support?: Support;
  readonly post?: Post;
  /** Inverse temperature, above 0 and finite. Without it, from the data (see adviseBeta). */
  readonly beta?: number;
  /** entmax: at least 1 (1 is softmax), default 1.5; normmax: above 1, default 2. */
  readonly alpha?: number;
  /** top-k and k-subset: whole, at least 1, larger than M acts as M; default 8. */
  readonly k?: number;
  /** window: whole, at least 0: query row i sees pattern rows j with |i - j| <= window; default 5. */
  readonly window?: number;
  /** random: share of patterns kept for each query, in (0, 1]; default 0.5. */
  readonly keep?: number;
  /** random masks and random features: whole, at least 0; default 1. */
  readonly seed?: number;
  /** random-features: number of features, whole, at least 1; default 256 (orthogonal blocks). */
  readonly features?: number;
  /** random-features: the features x d matrix of frequencies instead of drawing one. */
  readonly featureMatrix?: MatrixLike;
  /** polynomial: whole, at least 1; default 3. */
  readonly degree?: number;
  /** kernel-regression: ridge, at least 0; default 0.1. */
  readonly lambda?: number;
  /** similarity "kernel": the r x d matrix W. */
  readonly kernel?: MatrixLike;
  /** support "mask": M entries (one mask for every query) or B x M entries (one row a query); 0 or false hides a pattern. */
  readonly supportMask?:
    | ArrayLike<number | boolean>
    | { readonly data: ArrayLike<number | boolean>; readonly rows: number; readonly columns: number };
  /** M x dv matrix read by the last evaluation (hetero-association); default: the patterns themselves. */
  readonly values?: MatrixLike;
  /** M labels: recall then sums the weights by label (`vote`). */
  readonly labels?: ArrayLike<string | number>;
  /** Evaluations of the operator (default 1), or "converge" (the default of the binary memories). */
  readonly steps?: number | "converge";
  /** converge: stop when |change of q| <= tolerance * max(1, |q|); default 1e-6. */
  readonly tolerance?: number;
  /** converge: at most so many evaluations; default 100. */
  readonly maxSteps?: number;
  /**
   * "int8" and "f16" keep a copy of the keys in one or two bytes a number beside the f32 patterns: scans for one to three queries read a quarter or half of the memory, and what they
   * find is weighed exactly, so the answer is that of "f32", the default. They pay where the answer is sharp or the support is top-k; "f16" where so many scores lie close together that
   * one byte cannot tell them apart.
   */
  readonly storage?: "f32" | "f16" | "int8";
  /** Threads to compute with at most, 1 ... 64; default 1. The same bits for every number. More than one needs Node (elsewhere one is used). */
  readonly threads?: number;
  /** Kernel build: "plain" gives the same bits on every engine; "relaxed" fuses multiply-add (E_UNSUPPORTED where the engine cannot); "auto", the default, takes the faster of those there are; "wide" (after `await enableWide()`, Node 24 and later) is the fastest, and as "auto" where it is not there. */
  readonly build?: "auto" | "plain" | "relaxed" | "wide";
}

/** Options of one recall of B queries. */
export interface RecallOptions {
  /** Which entries of the cue are known: weights in [0, 1] (or booleans), d of them for all queries or B x d. 1 is known, 0 missing. */
  readonly known?:
    | ArrayLike<number | boolean>
    | { readonly data: ArrayLike<number | boolean>; readonly rows: number; readonly columns: number };
  /** "nan": NaN entries of a query are missing. */
  readonly missing?: "nan";
  /** Put known entries (weight > 0) back after every step that returns to the pattern space; default false. */
  readonly clamp?: boolean;
  /** Also give the energy of the last state in the pattern space; one more pass. Default false. */
  readonly energy?: boolean;
  /** Also give the best so many patterns with their weights; whole, at least 0. Default 0. */
  readonly alternatives?: number;
  /** Also give every state and its energy; default false. */
  readonly trace?: boolean;
  /** Abstain (`vote.label` null) when the winning label's weight is below this, in [0, 1]; needs `labels`. Default 0. */
  readonly minimumWeight?: number;
  /** window: the position of each query in the order of the patterns; default: its row. */
  readonly positions?: ArrayLike<number>;
  /**
   * linear and random-features reach their answer without ever weighing a single pattern; top, weight, support and margin cost B x M more. false leaves them out: top -1,
   * weight and support 0. Default true.
   */
  readonly summary?: boolean;
  /** Called with the queries done and their number, now and then. The batch is then computed in parts, which agree with the whole to the f32 tolerance. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Override of the memory's own. */
  readonly steps?: number | "converge";
  readonly tolerance?: number;
  readonly maxSteps?: number;
}

/** single: one pattern has at least 90 % of the weight; global: the weight lies on more than half of more than two patterns; none: the model has no such notion. */
export type FixedPointLabel = "single" | "metastable" | "global" | "none";

/** What one query came to. top, weight, support, margin, label and bound are of the last evaluation. */
export interface RecallResult {
  /** Evaluations done (binary memories: sweeps). */
  readonly steps: number;
  /** Whether the iteration settled; null when the number of steps was fixed. */
  readonly converged: boolean | null;
  /** Energy of the last state in the pattern space; null without `energy: true` and for models that have none. */
  readonly energy: number | null;
  readonly label: FixedPointLabel;
  /** Index of the pattern with the largest weight; the lowest of equals. */
  readonly top: number;
  /** Its weight. */
  readonly weight: number;
  /** Patterns that carry the answer: those with a weight above 0 (sparse members), else the participation ratio (sum p)^2 / sum p^2, rounded. */
  readonly support: number;
  /** Similarity of the top pattern less the best other in the support; null when there is no other. */
  readonly margin: number | null;
  /** Certificate: |y - x_top| (with values |y - v_top|) is at most this, true for the f32 numbers returned; null where none is known. */
  readonly bound: number | null;
  /** The best patterns, heaviest first, when `alternatives` asked for them. */
  readonly alternatives?: ReadonlyArray<{ readonly index: number; readonly weight: number }>;
  /** The label with the largest sum of weights, when the memory has labels; label null means abstained. */
  readonly vote?: { readonly label: string | number | null; readonly weight: number };
}

export interface Recall {
  /** B x d (or B x dv with values): the answers. */
  readonly states: Matrix;
  readonly results: readonly RecallResult[];
  /** With `trace`: states of steps 0 ... n, each B x d, and energies of each (NaN where null); a query that stopped earlier repeats its last state. */
  readonly trace?: { readonly states: readonly Matrix[]; readonly energies: readonly Float64Array[] };
}

/** Patterns stored under one model. Made by createMemory. */
export interface Memory {
  readonly model: Model;
  readonly similarity: Similarity | null;
  readonly separation: Separation | null;
  readonly support: Support | null;
  readonly post: Post;
  /** M, d, and the width of the answers. */
  readonly patterns: number;
  readonly dimension: number;
  readonly valueDimension: number;
  /** The inverse temperature in use; from the data when none was given (computed on first use); null for the binary memories. */
  readonly beta: number | null;
  /** "advised" when beta came from the data. */
  readonly betaSource: "given" | "advised" | "none";
  /** Which kernels compute: a wasm build, or JavaScript in f64 (binary memories and kernel regression). */
  readonly kernel: "plain" | "relaxed" | "wide" | "js";
  /** Threads it computes with at most: what was asked for where the engine has threads, else 1. */
  readonly threads: number;
  /** Completes B cues. Synchronous. @throws HopfieldError E_SHAPE, E_NONFINITE, E_RANGE, E_UNSUPPORTED. */
  recall(queries: MatrixLike, options?: RecallOptions): Recall;
  /** Energies of B complete states, f64; null where the model has none. */
  energy(states: MatrixLike): (number | null)[];
  /** B x M weights of one evaluation: the only call that builds this matrix. Accepts known, missing and positions. */
  weights(queries: MatrixLike, options?: Pick<RecallOptions, "known" | "missing" | "positions">): Matrix;
  /** Appends rows (with values and labels where the memory has them); returns the index of the first. */
  add(rows: MatrixLike, extra?: { readonly values?: MatrixLike; readonly labels?: ArrayLike<string | number> }): number;
  /** Removes patterns by index; the rest keep their order. Returns how many were removed. */
  remove(indices: ArrayLike<number>): number;
  /** A copy of stored pattern i. */
  pattern(index: number): Float32Array;
  /** Gives the memory's buffers up; every later call throws. */
  free(): void;
}

/** An inverse temperature from the data. */
export interface BetaAdvice {
  readonly beta: number;
  /** Smallest gap found: squared distance for l2, twice the separation otherwise; null when no two patterns differ (then beta is 1). */
  readonly gap: number | null;
  /** Patterns looked at. */
  readonly sampled: number;
}
