/**
 * @file One layer of a network with explicit weights, as data: what is retrieved from what. The answer of query i is  o_i = sum_k softmax_k(beta q_i . key_k) value_k,  and the next
 * state is 1 where o_ij >= threshold. This file runs a layer on the kernels of the package (dense retrieval, f32 answers); exact-retrieval.ts and rounded-retrieval.ts run the same
 * data in unlimited and in chosen precision.
 */
import { createMemory } from "../memory/create.ts";

/** Whole numbers 0, 1, ..., row-major; small ones, so that f32 holds them exactly. */
export interface WholeMatrix {
  readonly data: Uint16Array;
  readonly rows: number;
  readonly columns: number;
}

/** A layer. Scores q . key are whole numbers 0 ... largestScore. */
export interface Retrieval {
  /** B x d: one query a row. */
  readonly queries: WholeMatrix;
  /** M x d: the stored patterns. */
  readonly keys: WholeMatrix;
  /** M x dv of 0 and 1: what is read. */
  readonly values: WholeMatrix;
  /** e^beta, above 1. A whole number makes exact arithmetic possible. */
  readonly base: number;
  readonly largestScore: number;
  /** An entry of the next state is 1 if the answer is at least numerator / denominator * base^-power. */
  readonly threshold: { readonly numerator: number; readonly denominator: number; readonly power: number };
}

/** Threshold as a double; 0 where it is below the smallest double, and then every answer passes. */
export function thresholdOf({ base, threshold }: Retrieval): number {
  return (threshold.numerator / threshold.denominator) * base ** -threshold.power;
}

/**
 * The next state, B x dv of 0 and 1, computed by createMemory(keys, { model: "dense", beta, values }).recall(queries). Answers are f32 and weights below 2^-44 / M of the leader's
 * are left out (docs/numerics.md), so this is exact for layers whose threshold lies far above both.
 * @throws HopfieldError E_LIMIT when the memory does not fit.
 */
export function retrieveByKernel(layer: Retrieval): WholeMatrix {
  const { queries, keys, values } = layer;
  const memory = createMemory(plain(keys), { model: "dense", beta: Math.log(layer.base), values: plain(values) });
  const { states } = memory.recall(plain(queries));
  memory.free();
  const bar = thresholdOf(layer);
  return { data: Uint16Array.from(states.data, (x) => (x >= bar ? 1 : 0)), rows: queries.rows, columns: values.columns };
}

function plain({ data, rows, columns }: WholeMatrix): { data: Float32Array; rows: number; columns: number } {
  return { data: Float32Array.from(data), rows, columns };
}

/** Scores q_i . key_k, B x M, exactly. */
export function scoresOf({ queries, keys }: Retrieval): Int32Array {
  const out = new Int32Array(queries.rows * keys.rows);
  const d = keys.columns;
  // Keys are sparse or dense 0/1 rows: their nonzero entries are listed once.
  const lists = Array.from({ length: keys.rows }, (_, k) => {
    const list: number[] = [];
    for (let c = 0; c < d; c++) if (keys.data[k * d + c] !== 0) list.push(c);
    return Int32Array.from(list);
  });
  for (let i = 0; i < queries.rows; i++) {
    for (let k = 0; k < keys.rows; k++) {
      let sum = 0;
      for (const c of lists[k] ?? []) sum += (queries.data[i * d + c] as number) * (keys.data[k * d + c] as number);
      out[i * keys.rows + k] = sum;
    }
  }
  return out;
}
