/** @file Connectivity, exactly: disjoint sets with path halving and union by size (Tarjan, J. ACM 22, 1975). */
import { checkGraph, checkNode, type Graph } from "./graph.ts";

/** For every node the smallest node of its component. @throws HopfieldError as checkGraph. */
export function components(graph: Graph): Int32Array {
  checkGraph("components", graph);
  const parent = Int32Array.from({ length: graph.nodes }, (_, i) => i);
  const size = new Int32Array(graph.nodes).fill(1);
  const find = (start: number): number => {
    let node = start;
    while (parent[node] !== node) {
      parent[node] = parent[parent[node] as number] as number;
      node = parent[node] as number;
    }
    return node;
  };
  for (const [a, b] of graph.edges) {
    const [x, y] = [find(a), find(b)];
    if (x === y) continue;
    const [small, large] = (size[x] as number) < (size[y] as number) ? [x, y] : [y, x];
    parent[small] = large;
    size[large] = (size[large] as number) + (size[small] as number);
  }
  const smallest = new Int32Array(graph.nodes).fill(-1);
  return Int32Array.from({ length: graph.nodes }, (_, i) => {
    const root = find(i);
    if (smallest[root] === -1) smallest[root] = i;
    return smallest[root] as number;
  });
}

/** Whether a path joins `source` and `target`. @throws HopfieldError as checkGraph; E_RANGE for a node that is not there. */
export function connected(graph: Graph, source: number, target: number): boolean {
  const labels = components(graph);
  return labels[checkNode("connected", "source", graph, source)] === labels[checkNode("connected", "target", graph, target)];
}

/** Whether the graph is in one piece. */
export function isConnected(graph: Graph): boolean {
  return components(graph).every((label) => label === 0);
}
