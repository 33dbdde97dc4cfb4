/**
 * @file Random graphs of a chosen diameter, in pairs that no function of the degrees can tell apart.
 *
 * A band has layers 0 ... D with a spine h_0 - ... - h_D; every other node lies in a layer 1 ... D - 1 and hangs on the spine node of its layer; further random edges join nodes
 * of the same or of neighbouring layers. Edges never skip a layer, so the ends are at distance D, and the spine keeps everybody within D (docs/depth/tasks.md proves it).
 * Across one cut c | c + 1 exactly two edges run: h_c - h_{c+1} and b - b', where b hangs on h_{c-1} and b' on h_{c+2}. Exchanging them for h_c - b and h_{c+1} - b' leaves the
 * degree of every single node as it is and parts the graph at the cut.
 */
import { checkNumber } from "../core/options.ts";
import { type RandomStream, sampleWithoutReplacement, uniform, uniformInteger } from "../core/random.ts";
import type { Graph } from "./graph.ts";

export interface BandOptions {
  /** At least diameter + 3. */
  readonly nodes: number;
  /** Largest distance in the connected graph, at least 4. */
  readonly diameter: number;
  /** Probability of each further edge within a layer or between neighbours; in [0, 1], default 0.3. */
  readonly density?: number;
}

/** Two graphs on the same nodes with the same degrees, node by node: in `whole` a path joins source and target, in `parted` there is none. */
export interface GraphPair {
  readonly whole: Graph;
  readonly parted: Graph;
  readonly source: number;
  readonly target: number;
}

/** @throws HopfieldError E_RANGE for nodes, diameter or density out of range. */
export function bandPair(random: RandomStream, { nodes, diameter, density = 0.3 }: BandOptions): GraphPair {
  const where = "bandPair";
  checkNumber(where, "diameter", diameter, { whole: true, atLeast: 4 });
  checkNumber(where, "nodes", nodes, { whole: true, atLeast: diameter + 3, atMost: 4096 });
  checkNumber(where, "density", density, { atLeast: 0, atMost: 1 });
  const cut = 1 + uniformInteger(random, diameter - 2);
  const layer = Array.from({ length: diameter + 1 }, (_, i) => i);
  const [b, other] = [diameter + 1, diameter + 2];
  layer.push(cut, cut + 1);
  const shared: [number, number][] = [];
  for (let i = 0; i < diameter; i++) if (i !== cut) shared.push([i, i + 1]);
  shared.push([b, cut - 1], [other, cut + 2]);
  while (layer.length < nodes) {
    const level = 1 + uniformInteger(random, diameter - 1);
    shared.push([layer.length, level]);
    layer.push(level);
  }
  const taken = new Set([...shared, [cut, b], [cut + 1, other]].map(([x = 0, y = 0]) => pairKey(x, y, nodes)));
  for (let x = 0; x < nodes; x++) {
    for (let y = x + 1; y < nodes; y++) {
      const [low, high] = [layer[x] as number, layer[y] as number].sort((p, q) => p - q) as [number, number];
      if (high - low > 1 || (low === cut && high === cut + 1) || taken.has(pairKey(x, y, nodes))) continue;
      if (uniform(random) < density / Math.max(1, nodes / diameter)) shared.push([x, y]);
    }
  }
  const left = layer.flatMap((level, node) => (level <= cut ? [node] : []));
  const right = layer.flatMap((level, node) => (level > cut ? [node] : []));
  const names = sampleWithoutReplacement(random, nodes, nodes);
  const name = (node: number): number => names[node] as number;
  const build = (own: [number, number][]): Graph => ({ nodes, edges: [...shared, ...own].map(([x, y]) => [name(x), name(y)] as const) });
  return {
    whole: build([
      [cut, cut + 1],
      [b, other],
    ]),
    parted: build([
      [cut, b],
      [cut + 1, other],
    ]),
    source: name(left[uniformInteger(random, left.length)] as number),
    target: name(right[uniformInteger(random, right.length)] as number),
  };
}

function pairKey(x: number, y: number, nodes: number): number {
  return Math.min(x, y) * nodes + Math.max(x, y);
}

/**
 * Each pair of nodes joined with probability p, independently (Erdos and Renyi). Kept to show what not to test with: near the threshold p = ln n / n the graph is connected
 * almost exactly when no node is isolated, so a rule that reads degrees scores above 95 %, and diameters are so small that three squarings suffice.
 * @throws HopfieldError E_RANGE.
 */
export function independentEdges(random: RandomStream, nodes: number, p: number): Graph {
  checkNumber("independentEdges", "nodes", nodes, { whole: true, atLeast: 1, atMost: 4096 });
  checkNumber("independentEdges", "p", p, { atLeast: 0, atMost: 1 });
  const edges: [number, number][] = [];
  for (let a = 0; a < nodes; a++) for (let b = a + 1; b < nodes; b++) if (uniform(random) < p) edges.push([a, b]);
  return { nodes, edges };
}
