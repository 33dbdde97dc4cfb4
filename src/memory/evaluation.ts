/**
 * @file What one evaluation of the operator gives for B queries, and what it may be asked for. Two ways compute it: streaming (stream.ts) for softmax over many
 * patterns, score rows (rows.ts) for everything else; evaluate.ts chooses.
 */

export interface Evaluation {
  /** B x columns answers. */
  readonly y: Float32Array;
  readonly columns: number;
  /** Index of the heaviest pattern, lowest of equals; with no weight at all (an empty ball) the nearest. */
  readonly top: Int32Array;
  /** Its weight, and the sum of all other weights, never formed as a difference. */
  readonly weight: Float64Array;
  readonly rest: Float64Array;
  /** Sum of squared weights. */
  readonly squares: Float64Array;
  /** s_top - best other s in the support; NaN when there is no other. */
  readonly margin: Float64Array;
  /** Patterns with a weight above 0 where the separation or the support makes that exact, else -1. */
  readonly count: Int32Array;
  /** Patterns that the support lets the query see. */
  readonly visible: Int32Array;
}

export function emptyEvaluation(queries: number, columns: number): Evaluation {
  return {
    y: new Float32Array(queries * columns),
    columns,
    top: new Int32Array(queries),
    weight: new Float64Array(queries),
    rest: new Float64Array(queries),
    squares: new Float64Array(queries),
    margin: new Float64Array(queries).fill(Number.NaN),
    count: new Int32Array(queries).fill(-1),
    visible: new Int32Array(queries),
  };
}

/** Known entries of the cues: weights in [0, 1], one row for all (`shared`) or one a query. */
export interface Known {
  readonly weights: Float32Array;
  readonly shared: boolean;
}

/** Weights of one query, for callers that want more than the sums. Views are valid during the call only. `similarities` are exact. */
export type Visit = (row: number, indices: Int32Array, weights: Float64Array, similarities: Float64Array, count: number) => void;

export interface Request {
  /** B x d queries in the pattern space; missing entries hold 0. */
  readonly queries: Float32Array;
  readonly count: number;
  /** Row of each query in the caller's batch: masks and windows depend on it. */
  readonly rows: Int32Array;
  /** Position of each query for the window, in the same order as `rows`; null: the row itself. */
  readonly positions: Float64Array | null;
  readonly known: Known | null;
  /** Read the values (true) or the patterns themselves (false). */
  readonly readValues: boolean;
  readonly visit?: Visit;
  /** Visit every visible pattern, however light. */
  readonly visitAll?: boolean;
  /** false: models that reach their answer without the weights (linear, random-features) need not compute them; top is then -1. */
  readonly summary?: boolean;
  /** Filled with Omega*(beta s) of each query's logits, f64; asking for it weighs every row exactly. */
  readonly conjugates?: Float64Array;
}
