/**
 * @file The smallest graphs on which a network of L layers errs. An error is a pair of graphs on the same nodes that the network cannot tell apart at source and target: in `whole` they are
 * connected, in `parted` they are not, and the answer is the same. Found by search; minimised by taking nodes and edges away and by merging neighbours while the error stays.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import type { GraphPair } from "./band-graphs.ts";
import { degrees, type Graph } from "./graph.ts";
import { type NetworkOptions, runNetwork } from "./run-network.ts";
import { components } from "./union-find.ts";

export type SearchOptions = Pick<NetworkOptions, "construction" | "arithmetic"> & {
  readonly layers: number;
  /** Ask for the same degree at every node of both graphs: then nothing that reads degrees tells them apart either. Default false. */
  readonly sameDegrees?: boolean;
};

/** Graphs of 7 nodes are 2^21: too many to run a network on each. */
const largestSearch = 6;

/** Whether the network gives the same answer on both graphs of the pair, which has two. */
export function isError({ whole, parted, source, target }: GraphPair, options: SearchOptions): boolean {
  const said = (graph: Graph): boolean => runNetwork(graph, options).data[source * graph.nodes + target] !== 0;
  const truth = (graph: Graph): boolean => {
    const labels = components(graph);
    return labels[source] === labels[target];
  };
  return truth(whole) && !truth(parted) && said(whole) === said(parted);
}

/**
 * The error on the fewest nodes, and among those the fewest edges of `whole`, by running the network on every graph of 2, 3, ... `largest` nodes; null if there is none. Source is node 0
 * and target node 1, which loses nothing, since names mean nothing to the network.
 * @throws HopfieldError E_RANGE unless `largest` is 2 to 6.
 */
export function smallestError(largest: number, options: SearchOptions): GraphPair | null {
  checkNumber("smallestError", "largest", largest, { whole: true, atLeast: 2, atMost: largestSearch });
  const [source, target] = [0, 1];
  for (let nodes = 2; nodes <= largest; nodes++) {
    const wholes: Graph[] = [];
    const parteds = new Map<string, Graph>();
    const keyOf = (graph: Graph, said: boolean): string => `${said} ${options.sameDegrees ? degrees(graph).join() : ""}`;
    for (const graph of everyGraph(nodes)) {
      const labels = components(graph);
      if (labels[source] === labels[target]) wholes.push(graph);
      else {
        const said = runNetwork(graph, options).data[source * nodes + target] !== 0;
        const key = keyOf(graph, said);
        if (!parteds.has(key)) parteds.set(key, graph);
      }
    }
    for (const whole of wholes) {
      const parted = parteds.get(keyOf(whole, runNetwork(whole, options).data[source * nodes + target] !== 0));
      if (parted) return { whole, parted, source, target };
    }
  }
  return null;
}

/** All graphs on these nodes, those with few edges first. */
function everyGraph(nodes: number): Graph[] {
  const all = Array.from({ length: nodes * nodes }, (_, i) => [Math.floor(i / nodes), i % nodes] as const).filter(([a, b]) => a < b);
  const graphs = Array.from({ length: 2 ** all.length }, (_, mask) => ({ nodes, edges: all.filter((_, e) => (mask >> e) & 1) }));
  return graphs.sort((a, b) => a.edges.length - b.edges.length);
}

/**
 * Takes nodes away, merges neighbours, then takes edges away, in both graphs, as long as the pair stays an error (and keeps equal degrees, where they are asked for). What is left is
 * minimal: no single step of these can be taken.
 * @throws HopfieldError E_RANGE when the pair is no error to begin with.
 */
export function minimiseError(pair: GraphPair, options: SearchOptions): GraphPair {
  const keeps = (candidate: GraphPair): boolean =>
    isError(candidate, options) && (!options.sameDegrees || degrees(candidate.whole).join() === degrees(candidate.parted).join());
  if (!keeps(pair)) throw new HopfieldError("E_RANGE", "minimiseError: the network tells these two graphs apart, or their degrees differ");
  let current = pair;
  for (let changed = true; changed; ) {
    changed = false;
    for (const candidate of smallerPairs(current)) {
      if (!keeps(candidate)) continue;
      current = candidate;
      changed = true;
      break;
    }
  }
  return current;
}

/** Every pair with one node less, by removal or merged into a neighbour; then with one edge less in both graphs; then in one. */
function* smallerPairs({ whole, parted, source, target }: GraphPair): Generator<GraphPair, void> {
  const rename = (node: number, into: number | null) => {
    const moved = (other: number): number => {
      const place = other === node ? (into ?? -1) : other;
      return place > node ? place - 1 : place;
    };
    return { whole: mapNodes(whole, moved), parted: mapNodes(parted, moved), source: moved(source), target: moved(target) };
  };
  const inner = Array.from({ length: whole.nodes }, (_, node) => node).filter((node) => node !== source && node !== target);
  for (const node of inner) yield rename(node, null);
  for (const node of inner) {
    for (const [a, b] of whole.edges) if (a === node || b === node) yield rename(node, a === node ? b : a);
  }
  const lessOne = (graph: Graph): Graph[] =>
    graph.edges.map((_, e) => ({ nodes: graph.nodes, edges: graph.edges.filter((_, i) => i !== e) }));
  const partedLess = lessOne(parted);
  for (const fewer of lessOne(whole)) {
    for (const other of partedLess) yield { whole: fewer, parted: other, source, target };
    yield { whole: fewer, parted, source, target };
  }
  for (const other of partedLess) yield { whole, parted: other, source, target };
}

/** One node less; edges that lose an end (-1), become loops or are there already vanish. */
function mapNodes({ nodes, edges }: Graph, moved: (node: number) => number): Graph {
  const kept = new Map<string, readonly [number, number]>();
  for (const [a, b] of edges) {
    const [x, y] = [Math.min(moved(a), moved(b)), Math.max(moved(a), moved(b))];
    if (x >= 0 && x !== y) kept.set(`${x} ${y}`, [x, y]);
  }
  return { nodes: nodes - 1, edges: [...kept.values()] };
}
