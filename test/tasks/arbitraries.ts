/** Random graphs and trees for properties. */
import fc from "fast-check";
import type { Graph } from "../../src/tasks/index.ts";

/** Simple graphs of 1 to `largest` nodes, from empty to complete. */
export const graphs = (largest: number): fc.Arbitrary<Graph> =>
  fc.record({ nodes: fc.integer({ min: 1, max: largest }), density: fc.constantFrom(5, 15, 30, 60, 100) }).chain(({ nodes, density }) =>
    fc
      .array(fc.integer({ min: 0, max: 99 }), { minLength: (nodes * (nodes - 1)) / 2, maxLength: (nodes * (nodes - 1)) / 2 })
      .map((draws) => {
        const edges: [number, number][] = [];
        let at = 0;
        for (let a = 0; a < nodes; a++) for (let b = a + 1; b < nodes; b++) if ((draws[at++] as number) < density) edges.push([a, b]);
        return { nodes, edges };
      }),
  );

/** Parent lists of 1 to `largest` nodes, root first. */
export const trees = (largest: number): fc.Arbitrary<number[]> =>
  fc.array(fc.nat(1000), { minLength: 0, maxLength: largest - 1 }).map((draws) => [-1, ...draws.map((draw, i) => draw % (i + 1))]);
