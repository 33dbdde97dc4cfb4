/**
 * @file Three networks that decide connectivity, as explicit weights. The state is the n x n matrix of 0 and 1 that marks who is known to reach whom; it starts with the edges and
 * the diagonal, and one update is one retrieval (docs/depth/constructions.md has the proofs).
 *   square  queries: state rows; stored: the n one-hot positions; read: state rows.            marks distance <= 2^L after L updates
 *   cube    queries: state rows; stored: the state rows themselves and a null; read: state rows. marks distance <= 3^L
 *   linear  queries: state rows; stored: the n one-hot positions; read: the edges, fixed.      marks distance <= L + 1
 */
import { checkGraph, type Graph } from "./graph.ts";
import type { Retrieval, WholeMatrix } from "./retrieval.ts";

export type Construction = "square" | "cube" | "linear";
export const constructions: readonly Construction[] = ["square", "cube", "linear"];

/** The start: 1 on the diagonal and on edges, n x n. @throws HopfieldError as checkGraph. */
export function startState(graph: Graph): WholeMatrix {
  const n = checkGraph("startState", graph).nodes;
  const data = new Uint16Array(n * n);
  for (let i = 0; i < n; i++) data[i * n + i] = 1;
  for (const [a, b] of graph.edges) {
    data[a * n + b] = 1;
    data[b * n + a] = 1;
  }
  return { data, rows: n, columns: n };
}

/** The layer that takes `state` to the next one; `start` is the state before the first update. */
export function layerOf(construction: Construction, state: WholeMatrix, start: WholeMatrix): Retrieval {
  return construction === "cube" ? cubeLayer(state) : squareLayer(state, construction === "square" ? state : start);
}

/** Distance that L updates reach: 2^L, 3^L, L + 1. Infinity where that is beyond doubles. */
export function reach(construction: Construction, layers: number): number {
  return construction === "square" ? 2 ** layers : construction === "cube" ? 3 ** layers : layers + 1;
}

/** Softmax over the row of the query itself: weight on the marked positions, e^-beta <= 1 / (4 n^2) on the others. */
function squareLayer(state: WholeMatrix, values: WholeMatrix): Retrieval {
  const n = state.rows;
  return {
    queries: state,
    keys: identity(n),
    values,
    base: 4 * n * n,
    largestScore: 1,
    threshold: { numerator: 1, denominator: 2 * n, power: 0 },
  };
}

/** Scores count common marks; the null pattern scores n whatever the query is, and reads nothing. */
function cubeLayer(state: WholeMatrix): Retrieval {
  const n = state.rows;
  const queries = widen(state, n, 1);
  const keys = widen(state, n + 1, 0);
  keys.data[n * (n + 1) + n] = n;
  const values = { data: new Uint16Array((n + 1) * n), rows: n + 1, columns: n };
  values.data.set(state.data);
  return { queries, keys, values, base: n * (n + 1) + 1, largestScore: n, threshold: { numerator: 1, denominator: n + 1, power: n - 1 } };
}

/** `state` with one more column, which holds `fill` beside every row of the state, and zero rows below up to `rows`. */
function widen(state: WholeMatrix, rows: number, fill: number): WholeMatrix {
  const { columns } = state;
  const data = new Uint16Array(rows * (columns + 1));
  for (let i = 0; i < state.rows; i++) {
    data.set(state.data.subarray(i * columns, (i + 1) * columns), i * (columns + 1));
    data[i * (columns + 1) + columns] = fill;
  }
  return { data, rows, columns: columns + 1 };
}

function identity(n: number): WholeMatrix {
  const data = new Uint16Array(n * n);
  for (let i = 0; i < n; i++) data[i * n + i] = 1;
  return { data, rows: n, columns: n };
}
