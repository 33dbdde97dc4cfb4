/** @file Runs a construction on a graph, layer after layer, in the arithmetic that is asked for, and keeps every state. */
import { HopfieldError } from "../core/errors.ts";
import { checkChoice, checkNumber } from "../core/options.ts";
import { type Construction, constructions, layerOf, startState } from "./constructions.ts";
import { retrieveExactly } from "./exact-retrieval.ts";
import type { Graph } from "./graph.ts";
import { type Retrieval, retrieveByKernel, type WholeMatrix } from "./retrieval.ts";
import { type Precision, retrieveRounded } from "./rounded-retrieval.ts";

/** "kernel": createMemory of this package; "exact": unlimited precision; or a limited precision. */
export type Arithmetic = "kernel" | "exact" | Precision;

export interface NetworkOptions {
  readonly construction: Construction;
  /** Updates, whole, at least 0; "converge": until a state repeats. */
  readonly layers: number | "converge";
  /** Default: "kernel" for square and linear, "exact" for cube, whose weights no fixed format holds. */
  readonly arithmetic?: Arithmetic;
}

/** Largest graph a network is run on: one update costs n^3 operations. */
export const largestNetwork = 1024;

/**
 * States 0, 1, ... of the network on `graph`, one by one: entry s * n + t of `data` is 1 where t is marked as reached from s. Ends early when a state repeats the one before; that
 * repeat is left out, and all later states are equal to the last.
 * @throws HopfieldError as checkGraph; E_RANGE (options); E_LIMIT (more than 1024 nodes).
 */
export function* networkStates(graph: Graph, { construction, layers, arithmetic }: NetworkOptions): Generator<WholeMatrix, void> {
  const where = "networkStates";
  checkChoice(where, "construction", construction, constructions);
  if (layers !== "converge") checkNumber(where, 'layers (or "converge")', layers, { whole: true, atLeast: 0 });
  const start = startState(graph);
  if (graph.nodes > largestNetwork) {
    throw new HopfieldError("E_LIMIT", `${where}: a network is run on at most ${largestNetwork} nodes, got ${graph.nodes}`);
  }
  const retrieve = retriever(arithmetic ?? (construction === "cube" ? "exact" : "kernel"));
  let state = start;
  yield state;
  // Limited precision can go round in circles; no exact run loses a mark, so it repeats a state within n updates.
  const last = layers === "converge" ? graph.nodes : layers;
  for (let layer = 0; layer < last; layer++) {
    const next = retrieve(layerOf(construction, state, start));
    if (next.data.every((x, i) => x === state.data[i])) return;
    state = next;
    yield state;
  }
}

/** The state after all layers. @throws HopfieldError as networkStates. */
export function runNetwork(graph: Graph, options: NetworkOptions): WholeMatrix {
  let last = startState(graph);
  for (const state of networkStates(graph, options)) last = state;
  return last;
}

function retriever(arithmetic: Arithmetic): (layer: Retrieval) => WholeMatrix {
  if (arithmetic === "kernel") return retrieveByKernel;
  if (arithmetic === "exact") return retrieveExactly;
  return (layer) => retrieveRounded(layer, arithmetic);
}
