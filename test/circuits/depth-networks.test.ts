/** The networks for connectivity as circuits: depth, size in closed form, and every mark of every layer equal to the same network run in exact arithmetic, and to distances. */
import { describe, expect, it } from "vitest";
import { checkReach } from "../../src/circuits/check-reach.ts";
import { countGates, depthOf } from "../../src/circuits/circuit.ts";
import { depthBase, depthCircuit, depthNetworks, depthOfUpdate, depthReach } from "../../src/circuits/depth-networks.ts";
import { evaluate } from "../../src/circuits/evaluate.ts";
import { measure } from "../../src/circuits/measure.ts";
import { verifyCircuit } from "../../src/circuits/verify.ts";
import { randomStream } from "../../src/core/random.ts";
import { layerOf, startState } from "../../src/tasks/constructions.ts";
import { retrieveExactly } from "../../src/tasks/exact-retrieval.ts";
import { independentEdges } from "../../src/tasks/index.ts";

/** Gates of one update, constants counted: products of the state with the values and a gate for each pair; cube as derived in docs/circuits/graph.md. */
const perUpdate = {
  square: (n: number) => n ** 3 + n ** 2,
  linear: (n: number) => n ** 3 + n ** 2,
  cube: (n: number) => ((n * (n - 1)) / 2) * n + ((n * (n + 1)) / 2) * n + n ** 2 * (n * (n + 1) + 2 * (2 * n) + 2 * n + 2),
};

describe.each(depthNetworks)("%s", (network) => {
  it.each([2, 3, 6, 9])("n = %i: one memory in exact arithmetic after the other, on random graphs and a path", (n) => {
    const random = randomStream(3, n);
    for (const layers of network === "cube" && n > 6 ? [1, 2] : [1, 2, 3]) {
      const { circuit, gatesUnpruned } = depthCircuit(network, n, layers);
      verifyCircuit(circuit);
      expect(depthOf(circuit)).toBe(layers * depthOfUpdate(network));
      expect(gatesUnpruned).toBe(layers * perUpdate[network](n));
      for (let t = 0; t < 6; t++) {
        const edges =
          t === 0 ? Array.from({ length: n - 1 }, (_, i): [number, number] => [i, i + 1]) : independentEdges(random, n, 1.3 / n).edges;
        const start = startState({ nodes: n, edges });
        let state = start;
        for (let layer = 0; layer < layers; layer++) state = retrieveExactly(layerOf(network, state, start));
        expect(Array.from(evaluate(circuit, start.data))).toEqual(Array.from(state.data));
      }
      expect(checkReach(circuit, n, depthReach(network, layers), 40, 1)).toEqual({ checked: 40, mismatches: 0 });
    }
  });

  it("a threshold + 1 is noticed", () => {
    const { circuit } = depthCircuit(network, 5, 1);
    const at = circuit.kind.lastIndexOf(1);
    const mutant = { ...circuit, bound: circuit.bound.map((bound, k) => (k === at ? bound + 2 * depthBase(network, 5) * 5 : bound)) };
    expect(checkReach(mutant, 5, depthReach(network, 1), 100, 1).mismatches).toBeGreaterThan(0);
  });

  it.each<[string, number, number]>([
    ["one node", 1, 1],
    ["too many nodes", 101, 1],
    ["no layer", 4, 0],
  ])("%s", (_, n, layers) => expect(() => depthCircuit(network, n, layers)).toThrow(expect.objectContaining({ code: "E_RANGE" })));
});

it("weights of square are those of the theorem: e^beta = 4 n^2, threshold 1 / (2 n)", () => {
  // 2 n (4 n^2 - 1), on the product of the state with the values.
  expect(measure(depthCircuit("square", 6, 1).circuit).maxWeight).toBe(12 * 143);
  expect(countGates(depthCircuit("square", 6, 2).circuit)).toBe(2 * (216 + 36));
});
