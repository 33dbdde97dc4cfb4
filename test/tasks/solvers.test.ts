/** Exact solvers against definitions, generators against what they promise, bad input. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HopfieldError } from "../../src/core/errors.ts";
import { randomStream } from "../../src/core/random.ts";
import {
  allDistances,
  bandPair,
  canonicalBrackets,
  checkGraph,
  checkTree,
  components,
  connected,
  cutPath,
  deepForkPair,
  degrees,
  diameter,
  distancesFrom,
  formatBrackets,
  type Graph,
  groupOrder,
  independentEdges,
  inverse,
  isConnected,
  isomorphic,
  numberOf,
  oneCycle,
  parseBrackets,
  path,
  permutation,
  product,
  randomTree,
  randomWord,
  relabel,
  shuffleTree,
  treeDegrees,
  twoCycles,
  wordProduct,
} from "../../src/tasks/index.ts";
import { graphs, trees } from "./arbitraries.ts";
import { floydWarshall, isomorphicByMatching } from "./definitions.ts";

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return "none";
  } catch (error) {
    return error instanceof HopfieldError ? error.code : "other";
  }
};

describe("connectivity", () => {
  it("union-find and breadth-first search agree with Floyd and Warshall", () => {
    fc.assert(
      fc.property(graphs(14), (graph) => {
        const d = floydWarshall(graph);
        const labels = components(graph);
        const all = allDistances(graph);
        for (let i = 0; i < graph.nodes; i++) {
          expect(Array.from(distancesFrom(graph, i))).toEqual((d[i] as number[]).map((x) => (x === Infinity ? -1 : x)));
          for (let j = 0; j < graph.nodes; j++) {
            const joined = d[i]?.[j] !== Infinity;
            expect(labels[i] === labels[j]).toBe(joined);
            expect(connected(graph, i, j)).toBe(joined);
            expect(all[i * graph.nodes + j]).toBe(joined ? d[i]?.[j] : -1);
          }
        }
        expect(isConnected(graph)).toBe(d.flat().every((x) => x !== Infinity));
        expect(diameter(graph)).toBe(Math.max(...d.flat().filter((x) => x !== Infinity)));
      }),
      { numRuns: 60 },
    );
  });

  it("relabelling keeps distances", () => {
    fc.assert(
      fc.property(graphs(9), fc.nat(1000), (graph, shift) => {
        const names = Array.from({ length: graph.nodes }, (_, i) => (i + shift) % graph.nodes).reverse();
        const other = relabel(graph, names);
        const [a, b] = [allDistances(graph), allDistances(other)];
        for (let i = 0; i < graph.nodes; i++)
          for (let j = 0; j < graph.nodes; j++)
            expect(b[(names[i] as number) * graph.nodes + (names[j] as number)]).toBe(a[i * graph.nodes + j]);
      }),
      { numRuns: 30 },
    );
  });

  it("cycles and paths are what they are called", () => {
    for (const n of [6, 8, 14]) {
      expect([degrees(oneCycle(n)), degrees(twoCycles(n))]).toEqual([new Array(n).fill(2), new Array(n).fill(2)]);
      expect([isConnected(oneCycle(n)), new Set(components(twoCycles(n))).size]).toEqual([true, 2]);
      expect([diameter(oneCycle(n)), diameter(twoCycles(n))]).toEqual([n / 2, Math.floor(n / 4)]);
    }
    for (const n of [2, 5, 8]) {
      expect([diameter(path(n)), isConnected(path(n))]).toEqual([n - 1, true]);
      expect(cutPath(n).edges.length).toBe(n - 2);
      expect(components(cutPath(n)).filter((label) => label === 0).length).toBe(Math.floor(n / 2));
    }
  });
});

describe("bands: the diameter is the one asked for and degrees tell nothing", () => {
  it("whole graph: diameter exactly D; parted: same degrees node by node, source and target apart", () => {
    fc.assert(
      fc.property(
        fc.nat(10_000),
        fc.integer({ min: 4, max: 20 }),
        fc.integer({ min: 3, max: 12 }),
        fc.constantFrom(0, 0.3, 1),
        (seed, D, more, density) => {
          const pair = bandPair(randomStream(seed), { nodes: D + more, diameter: D, density });
          for (const graph of [pair.whole, pair.parted]) checkGraph("test", graph);
          expect([isConnected(pair.whole), diameter(pair.whole)]).toEqual([true, D]);
          expect(degrees(pair.parted)).toEqual(degrees(pair.whole));
          expect(new Set(components(pair.parted)).size).toBe(2);
          expect(connected(pair.parted, pair.source, pair.target)).toBe(false);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("independent edges are the trap they are kept to show: nobody isolated means connected nearly always", () => {
    const random = randomStream(1);
    let [right, small] = [0, 0];
    for (let t = 0; t < 200; t++) {
      const graph = independentEdges(random, 64, (Math.log(64) + 2 * (t / 200) - 1) / 64);
      if (degrees(graph).every((d) => d > 0) === isConnected(graph)) right++;
      if (diameter(graph) <= 8) small++;
    }
    // Expected .99; 5 standard deviations of 200 draws at .99 are .035.
    expect(right / 200).toBeGreaterThan(0.95);
    expect(small / 200).toBeGreaterThan(0.8);
  });
});

describe("trees", () => {
  it("canonical strings and numbered names agree with matching by backtracking", () => {
    fc.assert(
      fc.property(trees(7), trees(7), (a, b) => {
        const truth = isomorphicByMatching(a, b);
        expect(isomorphic(a, b)).toBe(truth);
        expect(canonicalBrackets(a) === canonicalBrackets(b)).toBe(truth);
      }),
      { numRuns: 300 },
    );
  });

  it("a shuffled tree is isomorphic; brackets and parent lists hold the same tree", () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 40 }), (seed, n) => {
        const random = randomStream(seed);
        const tree = randomTree(random, n);
        const other = shuffleTree(random, tree);
        expect(isomorphic(tree, other)).toBe(true);
        expect(isomorphic(parseBrackets(formatBrackets(other)), tree)).toBe(true);
        expect(formatBrackets(parseBrackets(formatBrackets(other)))).toBe(formatBrackets(other));
      }),
      { numRuns: 60 },
    );
  });

  it("the deep-fork pair: equal degrees, not isomorphic, same up to depth n - 4", () => {
    for (const n of [5, 6, 8, 33]) {
      const { fork, spur } = deepForkPair(n);
      const sorted = (tree: number[]): number[] => treeDegrees(tree).sort();
      expect([checkTree("test", fork).length, checkTree("test", spur).length]).toEqual([n, n]);
      expect(sorted(fork)).toEqual(sorted(spur));
      expect(isomorphic(fork, spur)).toBe(false);
      const depths = (tree: number[]): number[] => {
        const out: number[] = [];
        for (const parent of tree) out.push(parent < 0 ? 0 : (out[parent] as number) + 1);
        const counts = new Array(n).fill(0);
        for (const d of out) counts[d]++;
        return counts;
      };
      expect(depths(fork).findIndex((count, d) => count !== depths(spur)[d])).toBe(n - 3);
    }
  });
});

describe("S5", () => {
  it("is a group of 120 elements, and a word's product composes the images one point at a time", () => {
    for (let a = 0; a < groupOrder; a++) {
      expect(numberOf(permutation(a))).toBe(a);
      expect([product(a, inverse(a)), product(inverse(a), a), product(0, a), product(a, 0)]).toEqual([0, 0, a, a]);
    }
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 30 }), (seed, length) => {
        const word = randomWord(randomStream(seed), length);
        const images = [0, 1, 2, 3, 4].map((x) => word.reduce((point, letter) => permutation(letter)[point] as number, x));
        expect(permutation(wordProduct(word))).toEqual(images);
        const cut = length >> 1;
        expect(product(wordProduct(word.slice(0, cut)), wordProduct(word.slice(cut)))).toBe(wordProduct(word));
      }),
    );
  });
});

describe("bad input", () => {
  it.each<[string, () => unknown, string]>([
    ["no graph", () => checkGraph("t", null as unknown as Graph), "E_SHAPE"],
    ["no nodes", () => components({ nodes: 0, edges: [] }), "E_RANGE"],
    ["half a node", () => components({ nodes: 2.5, edges: [] }), "E_RANGE"],
    ["too many nodes", () => components({ nodes: 5000, edges: [] }), "E_LIMIT"],
    ["an edge of three", () => components({ nodes: 3, edges: [[0, 1, 2]] as unknown as [number, number][] }), "E_SHAPE"],
    ["a node that is not there", () => components({ nodes: 3, edges: [[0, 3]] }), "E_RANGE"],
    ["a loop", () => components({ nodes: 3, edges: [[1, 1]] }), "E_RANGE"],
    [
      "an edge twice",
      () =>
        components({
          nodes: 3,
          edges: [
            [0, 1],
            [1, 0],
          ],
        }),
      "E_RANGE",
    ],
    ["a source that is not there", () => connected({ nodes: 3, edges: [] }, 3, 0), "E_RANGE"],
    ["an odd cycle", () => oneCycle(7), "E_RANGE"],
    ["a small cycle", () => twoCycles(4), "E_RANGE"],
    ["a short path", () => path(1), "E_RANGE"],
    ["a band without room", () => bandPair(randomStream(1), { nodes: 6, diameter: 4 }), "E_RANGE"],
    ["a band too short", () => bandPair(randomStream(1), { nodes: 9, diameter: 3 }), "E_RANGE"],
    ["a probability above 1", () => independentEdges(randomStream(1), 4, 1.5), "E_RANGE"],
    ["names that repeat", () => relabel(path(3), [0, 0, 1]), "E_RANGE"],
    ["no tree", () => checkTree("t", []), "E_SHAPE"],
    ["two roots", () => isomorphic([-1, -1], [-1, 0]), "E_RANGE"],
    ["no root", () => isomorphic([1, 0], [-1, 0]), "E_RANGE"],
    ["a circle", () => canonicalBrackets([-1, 2, 1]), "E_RANGE"],
    ["a parent that is not there", () => canonicalBrackets([-1, 7]), "E_RANGE"],
    ["an unclosed bracket", () => parseBrackets("(()"), "E_FORMAT"],
    ["a bracket never opened", () => parseBrackets("())"), "E_FORMAT"],
    ["two trees", () => parseBrackets("()()"), "E_FORMAT"],
    ["a letter", () => parseBrackets("(a)"), "E_FORMAT"],
    ["nothing", () => parseBrackets(""), "E_FORMAT"],
    ["a fork too small", () => deepForkPair(4), "E_RANGE"],
    ["images that repeat", () => numberOf([0, 0, 1, 2, 3]), "E_RANGE"],
    ["a letter that is no element", () => wordProduct([120]), "E_RANGE"],
    ["an empty word", () => randomWord(randomStream(1), 0), "E_RANGE"],
  ])("%s", (_, work, code) => {
    expect(codeOf(work)).toBe(code);
  });
});
