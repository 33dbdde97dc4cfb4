/** @file From the last state of a network to an answer: about one pair, or about the whole graph. */
import type { WholeMatrix } from "./retrieval.ts";

/** all: marks themselves; count: "more than half of the row is marked", which decides graphs that are promised to be whole or parted in halves. */
export type ReadOut = "all" | "count";
export const readOuts: readonly ReadOut[] = ["all", "count"];

function marks(state: WholeMatrix, row: number): number {
  let sum = 0;
  for (let j = 0; j < state.columns; j++) sum += state.data[row * state.columns + j] as number;
  return sum;
}

/** Whether source and target are said to be connected. all: the mark (source, target); count: the row of source has more than n / 2 marks. */
export function pairAnswer(state: WholeMatrix, source: number, target: number, readOut: ReadOut): boolean {
  return readOut === "all" ? state.data[source * state.columns + target] !== 0 : 2 * marks(state, source) > state.columns;
}

/** Whether the graph is said to be in one piece. all: every pair is marked; count: every row has more than n / 2 marks. */
export function graphAnswer(state: WholeMatrix, readOut: ReadOut): boolean {
  if (readOut === "all") return state.data.every((mark) => mark !== 0);
  for (let i = 0; i < state.rows; i++) if (2 * marks(state, i) <= state.columns) return false;
  return true;
}
