/** @file Distances by breadth-first search: the second, independent solver of connectivity, and what the networks' reach is compared with. */
import { checkGraph, checkNode, type Graph, neighbours } from "./graph.ts";

/** Edges on a shortest path from `source` to every node; -1 where there is none. @throws HopfieldError as checkGraph; E_RANGE. */
export function distancesFrom(graph: Graph, source: number): Int32Array {
  checkGraph("distancesFrom", graph);
  return search(neighbours(graph), checkNode("distancesFrom", "source", graph, source));
}

/** Distances of all pairs, nodes x nodes, row-major; -1 where there is no path. @throws HopfieldError as checkGraph. */
export function allDistances(graph: Graph): Int32Array {
  checkGraph("allDistances", graph);
  const lists = neighbours(graph);
  const out = new Int32Array(graph.nodes * graph.nodes);
  for (let i = 0; i < graph.nodes; i++) out.set(search(lists, i), i * graph.nodes);
  return out;
}

/** Largest distance between two nodes of one component. @throws HopfieldError as checkGraph. */
export function diameter(graph: Graph): number {
  return allDistances(graph).reduce((largest, distance) => Math.max(largest, distance), 0);
}

function search(lists: readonly (readonly number[])[], source: number): Int32Array {
  const distance = new Int32Array(lists.length).fill(-1);
  distance[source] = 0;
  const queue = [source];
  for (let at = 0; at < queue.length; at++) {
    const node = queue[at] as number;
    for (const next of lists[node] ?? []) {
      if (distance[next] !== -1) continue;
      distance[next] = (distance[node] as number) + 1;
      queue.push(next);
    }
  }
  return distance;
}
