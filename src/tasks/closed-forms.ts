/** @file Accuracy of the three constructions in closed form, from their reach r after L layers (docs/depth/accuracy.md derives each). */
import { type Construction, reach } from "./constructions.ts";
import type { ReadOut } from "./read-outs.ts";

export interface ClosedFormQuestion {
  readonly task: "cycles" | "paths";
  readonly construction: Construction;
  readonly decision: "pair" | "graph";
  readonly readOut: ReadOut;
  /** Nodes of the graph. */
  readonly nodes: number;
  readonly layers: number;
}

/**
 * Expected share of right answers when connected and unconnected questions are equally frequent. Marks are never wrong, so unconnected questions are always answered rightly; what
 * varies is the share of connected ones.
 *   cycles, pair, all    min(2 r, n - 1) / (n - 1) of the ordered pairs on one cycle are within r
 *   cycles, graph, all   1 if r >= n / 2, else 0;  paths, either decision, all: 1 if r >= n - 1, else 0
 *   count                the row that decides has min(2 r + 1, n) marks on a cycle and min(r + 1, n) at the end of a path, and is right if that is more than n / 2
 */
export function predictedAccuracy({ task, construction, decision, readOut, nodes: n, layers }: ClosedFormQuestion): number {
  const r = reach(construction, layers);
  const share = (): number => {
    if (readOut === "count") return Number(2 * Math.min(task === "cycles" ? 2 * r + 1 : r + 1, n) > n);
    if (task === "paths") return Number(r >= n - 1);
    return decision === "pair" ? Math.min(2 * r, n - 1) / (n - 1) : Number(2 * r >= n);
  };
  return 0.5 + share() / 2;
}
