/** @file Undirected simple graphs as plain data, their checks, and what is read off them directly. */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";

/** Nodes 0 ... nodes - 1; each edge joins two different nodes and is listed once, in either direction. */
export interface Graph {
  readonly nodes: number;
  readonly edges: readonly (readonly [number, number])[];
}

/** Largest graph that is accepted: states of the networks are nodes x nodes numbers. */
export const largestGraph = 4096;

/**
 * @param where function or file the graph came to, for messages.
 * @throws HopfieldError E_SHAPE (not a graph), E_RANGE (a node that is not there, a loop, an edge listed twice), E_LIMIT (more than 4096 nodes). Returns the graph.
 */
export function checkGraph(where: string, graph: Graph): Graph {
  if (graph === null || typeof graph !== "object" || !Array.isArray(graph.edges)) {
    throw new HopfieldError("E_SHAPE", `${where}: expected a graph { nodes, edges }, got ${graph === null ? "null" : typeof graph}`);
  }
  checkNumber(where, "nodes", graph.nodes, { whole: true, atLeast: 1 });
  if (graph.nodes > largestGraph) {
    throw new HopfieldError("E_LIMIT", `${where}: a graph may have at most ${largestGraph} nodes, got ${graph.nodes}`);
  }
  const seen = new Set<number>();
  graph.edges.forEach((edge: unknown, i) => {
    if (!Array.isArray(edge) || edge.length !== 2)
      throw new HopfieldError("E_SHAPE", `${where}: edge ${i} is not a pair of nodes`, { edge: i });
    const [a, b] = edge as [number, number];
    for (const node of [a, b]) {
      if (!Number.isInteger(node) || node < 0 || node >= graph.nodes) {
        throw new HopfieldError("E_RANGE", `${where}: edge ${i} names node ${node}, the nodes are 0 to ${graph.nodes - 1}`, { edge: i });
      }
    }
    if (a === b) throw new HopfieldError("E_RANGE", `${where}: edge ${i} joins node ${a} with itself`, { edge: i });
    const key = Math.min(a, b) * graph.nodes + Math.max(a, b);
    if (seen.has(key)) throw new HopfieldError("E_RANGE", `${where}: edge ${i} (${a}, ${b}) is listed twice`, { edge: i });
    seen.add(key);
  });
  return graph;
}

/** @throws HopfieldError E_RANGE unless `node` is a node of `graph`, which it then returns. */
export function checkNode(where: string, name: string, graph: Graph, node: number): number {
  return checkNumber(where, name, node, { whole: true, atLeast: 0, atMost: graph.nodes - 1 });
}

/** For every node the nodes it is joined with. */
export function neighbours(graph: Graph): number[][] {
  const lists: number[][] = Array.from({ length: graph.nodes }, () => []);
  for (const [a, b] of graph.edges) {
    lists[a]?.push(b);
    lists[b]?.push(a);
  }
  return lists;
}

/** Number of edges at every node. */
export function degrees(graph: Graph): number[] {
  return neighbours(graph).map((list) => list.length);
}

/** The same graph with node i called names[i]; `names` is a permutation of 0 ... nodes - 1. */
export function relabel(graph: Graph, names: readonly number[]): Graph {
  const sorted = [...names].sort((a, b) => a - b);
  if (sorted.length !== graph.nodes || sorted.some((name, i) => name !== i)) {
    throw new HopfieldError("E_RANGE", `relabel: names must be a permutation of 0 to ${graph.nodes - 1}`);
  }
  return { nodes: graph.nodes, edges: graph.edges.map(([a, b]) => [names[a] as number, names[b] as number] as const) };
}
