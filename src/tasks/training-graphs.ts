/**
 * @file Graphs to train on, alike but for one thing, the diameter. One component has at least half of the nodes; the others are alone, or in every tenth graph a small component of their
 * own. within: components are low trees of diameter at most 2^L, which L layers of squaring can decide, or in half of the graphs of at most 2 (2^L + 1) nodes a path of length 2^L, on which every pair has few
 * witnesses; beyond: the large one is a chain-like tree of diameter above 2^L, which they cannot.
 * That most outsiders have no edge is what makes the degree rule tempting: it is right about every pair but those of the small component.
 */
import { checkChoice, checkNumber } from "../core/options.ts";
import { type RandomStream, uniform, uniformInteger } from "../core/random.ts";
import { diameter } from "./distances.ts";
import type { Graph } from "./graph.ts";

export type Family = "within" | "beyond";
export const families: readonly Family[] = ["within", "beyond"];

const secondComponent = 0.1;

/**
 * @param layers L >= 1. @param nodes within: at least 2^L; beyond: at least 2^(L + 2), so that a chain-like component of half the nodes can be longer than 2^L.
 * @throws HopfieldError E_RANGE.
 */
export function trainingGraph(random: RandomStream, family: Family, layers: number, nodes: number): Graph {
  checkChoice("trainingGraph", "family", family, families);
  checkNumber("trainingGraph", "layers", layers, { whole: true, atLeast: 1, atMost: 8 });
  const capacity = 2 ** layers;
  checkNumber("trainingGraph", "nodes", nodes, { whole: true, atLeast: family === "within" ? capacity : 4 * capacity, atMost: 1024 });
  for (;;) {
    const large = Math.ceil(nodes / 2) + uniformInteger(random, Math.floor(nodes / 2) + (family === "within" ? 1 : 0));
    const chain = family === "within" && nodes <= 2 * (capacity + 1) && uniform(random) < 0.5;
    const edges = chain
      ? path(Math.min(nodes, capacity + 1))
      : family === "within"
        ? lowTree(random, 0, large, capacity / 2)
        : chainTree(random, 0, large);
    if (!chain && uniform(random) < secondComponent) edges.push(...lowTree(random, large, nodes - large, capacity / 2));
    const graph = { nodes, edges };
    // A low tree is always within; a chain-like one that came out too short is drawn again.
    if (diameter(graph) <= capacity === (family === "within")) return graph;
  }
}

/** Each node hangs on a uniform one of the nodes before it that is less than `height` below the root. */
function lowTree(random: RandomStream, first: number, size: number, height: number): [number, number][] {
  const depth = [0];
  const edges: [number, number][] = [];
  for (let i = 1; i < size; i++) {
    const open = depth.flatMap((d, node) => (d < height ? [node] : []));
    const parent = open[uniformInteger(random, open.length)] as number;
    depth.push((depth[parent] as number) + 1);
    edges.push([first + i, first + parent]);
  }
  return edges;
}

function path(size: number): [number, number][] {
  return Array.from({ length: size - 1 }, (_, i) => [i, i + 1]);
}

/** Each node hangs on the one before it, or on the one or two before that. */
function chainTree(random: RandomStream, first: number, size: number): [number, number][] {
  const reach = 1 + uniformInteger(random, 2);
  return Array.from({ length: size - 1 }, (_, i) => [first + i + 1, first + i - uniformInteger(random, Math.min(i + 1, reach))]);
}
