/** @file Theorems S and C as computations: what L updates of explicit weights mark, against distances found by spreading from each node, and where limited precision ends. */
import { randomStream, uniform, uniformInteger } from "../core/random.ts";
import { type Arithmetic, bandPair, type Graph, independentEdges, networkStates, path } from "../tasks/index.ts";
import type { Claim } from "./types.ts";

/** Distances of all pairs, by widening the set of nodes reached one edge at a time; Infinity where there is no path. */
function distances({ nodes, edges }: Graph): number[] {
  const out = new Array<number>(nodes * nodes).fill(Number.POSITIVE_INFINITY);
  for (let source = 0; source < nodes; source++) {
    const reached = new Set([source]);
    out[source * nodes + source] = 0;
    for (let d = 1; d < nodes; d++) {
      const fresh = edges.flatMap(([a, b]) => [
        ...(reached.has(a) && !reached.has(b) ? [b] : []),
        ...(reached.has(b) && !reached.has(a) ? [a] : []),
      ]);
      for (const node of fresh) {
        reached.add(node);
        out[source * nodes + node] = d;
      }
    }
  }
  return out;
}

const radii = { square: (L: number) => 2 ** L, cube: (L: number) => 3 ** L, linear: (L: number) => L + 1 } as const;
const graphs = 24;

/** @param run the function under examination. */
export function reachClaim(run: typeof networkStates = networkStates): Claim {
  /** Whether the first update of cube on the path of n nodes comes out as exact arithmetic has it: 1 where the distance is at most 3. */
  const cubeWorks = (n: number, arithmetic: Arithmetic): boolean => {
    const states = Array.from(run(path(n), { construction: "cube", layers: 1, arithmetic }));
    return states.at(-1)?.data.every((mark, i) => mark === Number(Math.abs((i % n) - Math.floor(i / n)) <= 3)) === true;
  };
  return {
    id: "depth-reach",
    title: "L updates of dense retrieval with explicit weights mark exactly the pairs within distance 2^L, 3^L or L + 1",
    source:
      "docs/depth/constructions.md, theorems S and C (2^L in logarithmic, 3^L in polynomial precision); 3^L as Ye, Fu, Jia, Sharan, arXiv 2510.19753; precision: docs/depth/precision.md",
    expected:
      "no wrong mark on random graphs and paths, every layer; the first update of cube fails on a path from n = 9 (this package's kernels), 19 (singles), 85 (doubles), and not below",
    tolerance: "none: marks are 0 or 1",
    seconds: 1,
    run({ seed, progress }) {
      const random = randomStream(seed, 0xd001);
      const wrong = { square: 0, cube: 0, linear: 0 };
      let marks = 0;
      for (let g = 0; g < graphs; g++) {
        progress(g, graphs + 1);
        const n = 8 + uniformInteger(random, 17);
        const graph =
          g === 0
            ? path(33)
            : g % 2 === 0
              ? independentEdges(random, n, (3 * uniform(random)) / n)
              : bandPair(random, { nodes: n, diameter: 4 + uniformInteger(random, n - 6) }).whole;
        const d = distances(graph);
        for (const construction of ["square", "cube", "linear"] as const) {
          let layer = 0;
          for (const { data } of run(graph, { construction, layers: "converge" })) {
            const radius = radii[construction](layer++);
            data.forEach((mark, i) => {
              if (mark !== Number((d[i] as number) <= radius)) wrong[construction]++;
            });
            marks += data.length;
          }
          // The last state must hold everything that can be reached.
          if (d.some((x) => Number.isFinite(x) && x > radii[construction](layer - 1))) wrong[construction]++;
        }
      }
      const single: Arithmetic = { format: "single", subtractMaximum: true };
      const double: Arithmetic = { format: "double", subtractMaximum: true };
      const edges = [
        [8, "kernel", true],
        [9, "kernel", false],
        [18, single, true],
        [19, single, false],
        [84, double, true],
        [85, double, false],
        [85, "exact", true],
      ] as const;
      const asExpected = edges.filter(([n, arithmetic, works]) => cubeWorks(n, arithmetic) === works).length;
      return {
        measured: `${wrong.square} + ${wrong.cube} + ${wrong.linear} wrong marks (square, cube, linear) of ${marks}; ${asExpected} of ${edges.length} limits of precision as expected`,
        passed: wrong.square + wrong.cube + wrong.linear === 0 && marks > 10_000 && asExpected === edges.length,
        figures: { ...wrong, marks, asExpected },
      };
    },
  };
}

export const depthReach: Claim = reachClaim();
