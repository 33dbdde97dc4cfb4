/**
 * @file Connectivity where local evidence is worthless: one n-cycle against two n/2-cycles (every node has degree 2, so whatever reads degrees is at chance), and a path
 * against the same path without its middle edge.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import type { Graph } from "./graph.ts";

function cycleEdges(first: number, length: number): [number, number][] {
  return Array.from({ length }, (_, i) => [first + i, first + ((i + 1) % length)]);
}

/** @throws HopfieldError E_RANGE unless n is even and at least 6 (two cycles of fewer than 3 nodes do not exist). */
function checkCycle(where: string, n: number): number {
  checkNumber(where, "n", n, { whole: true, atLeast: 6 });
  if (n % 2 !== 0) throw new HopfieldError("E_RANGE", `${where}: n must be even, for two cycles of n / 2 nodes, got ${n}`);
  return n / 2;
}

/** One cycle through n nodes. @throws HopfieldError E_RANGE unless n is even and at least 6. */
export function oneCycle(n: number): Graph {
  checkCycle("oneCycle", n);
  return { nodes: n, edges: cycleEdges(0, n) };
}

/** Two cycles of n / 2 nodes each: 0 ... n/2 - 1 and n/2 ... n - 1. @throws HopfieldError E_RANGE unless n is even and at least 6. */
export function twoCycles(n: number): Graph {
  const half = checkCycle("twoCycles", n);
  return { nodes: n, edges: [...cycleEdges(0, half), ...cycleEdges(half, half)] };
}

/** The path 0 - 1 - ... - (n - 1). @throws HopfieldError E_RANGE unless n is at least 2. */
export function path(n: number): Graph {
  checkNumber("path", "n", n, { whole: true, atLeast: 2 });
  return { nodes: n, edges: Array.from({ length: n - 1 }, (_, i) => [i, i + 1] as const) };
}

/** The path without its middle edge (floor(n/2) - 1, floor(n/2)): the component of node 0 has floor(n/2) nodes. @throws HopfieldError E_RANGE unless n >= 2. */
export function cutPath(n: number): Graph {
  const { nodes, edges } = path(n);
  return { nodes, edges: edges.filter(([a]) => a !== Math.floor(n / 2) - 1) };
}
