/** L squarings as a circuit: depth 2 L, n^3 + n^2 gates each, and the pairs within distance 2^L. */
import { expect, it } from "vitest";
import { countGates, depthOf } from "../../src/circuits/circuit.ts";
import { evaluate } from "../../src/circuits/evaluate.ts";
import { reachabilityCircuit } from "../../src/circuits/reachability.ts";
import { randomStream, uniform } from "../../src/core/random.ts";

/** Distances by letting each node's reach grow one edge at a time. */
function within(n: number, edges: ReadonlySet<number>, distance: number): number[] {
  return Array.from({ length: n * n }, (_, at) => {
    let reached = new Set([Math.floor(at / n)]);
    for (let step = 0; step < distance; step++) {
      reached = new Set(
        [...reached].flatMap((i) => [i, ...Array.from({ length: n }, (_node, j) => j).filter((j) => edges.has(i * n + j))]),
      );
    }
    return reached.has(at % n) ? 1 : 0;
  });
}

it.each([1, 2, 3])("%i layers", (layers) => {
  const random = randomStream(1, layers);
  for (const n of [2, 5, 9]) {
    const circuit = reachabilityCircuit(n, layers);
    expect([depthOf(circuit), countGates(circuit)]).toEqual([2 * layers, layers * (n ** 3 + n ** 2)]);
    for (let t = 0; t < 8; t++) {
      const edges = new Set<number>();
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < i; j++) {
          // The first graph is a path: the longest distances there are.
          if (t === 0 ? i === j + 1 : uniform(random) < 1.2 / n) edges.add(i * n + j).add(j * n + i);
        }
      }
      const bits = Array.from({ length: n * n }, (_, at) => (edges.has(at) || at % (n + 1) === 0 ? 1 : 0));
      expect(Array.from(evaluate(circuit, bits))).toEqual(within(n, edges, 2 ** layers));
    }
  }
});
