/** The claims on circuits: each refuses functions that are wrong in one way. */
import { describe, expect, it } from "vitest";
import { buildGraph, compile, depthCircuit, gateAt, retrieve } from "../../src/circuits/index.ts";
import { circuitDepth, circuitDepthClaim } from "../../src/claims/circuit-depth.ts";
import { circuitEquality, circuitEqualityClaim } from "../../src/claims/circuit-equality.ts";
import { circuitNetworks, circuitNetworksClaim } from "../../src/claims/circuit-networks.ts";
import { circuitPrecision, circuitPrecisionClaim } from "../../src/claims/circuit-precision.ts";
import { circuitUniform, circuitUniformClaim } from "../../src/claims/circuit-uniform.ts";
import { type Claim, type ClaimContext, claims } from "../../src/claims/index.ts";

const context = (seed: number): ClaimContext => ({ seed, progress: () => {} });

it("all of them are in the list that is run (claims.test.ts runs them for two seeds)", () => {
  for (const claim of [circuitDepth, circuitEquality, circuitUniform, circuitPrecision, circuitNetworks]) expect(claims).toContain(claim);
});

describe("refuse", () => {
  const wrong: [string, Claim][] = [
    ["a compiler that has one layer more", circuitDepthClaim((network) => compile(network, { outputs: "bits" }))],
    [
      "a circuit with one threshold too high",
      circuitEqualityClaim((network) => {
        const compiled = compile(network);
        const k = compiled.circuit.kind.indexOf(1);
        return { ...compiled, circuit: { ...compiled.circuit, bound: compiled.circuit.bound.map((t, i) => (i === k ? t + 1 : t)) } };
      }),
    ],
    ["a compiler with another beta", circuitEqualityClaim((network) => compile({ ...network, table: network.table.map((e) => e >> 1) }))],
    ["graphs with bits as outputs, one layer more", circuitNetworksClaim((steps) => buildGraph(steps, "bits"))],
    ["one update too few", circuitNetworksClaim(buildGraph, (name, n, layers) => depthCircuit(name, n, layers - 1))],
    [
      "a mark that is always set",
      circuitNetworksClaim(buildGraph, (name, n, layers) => {
        const made = depthCircuit(name, n, layers);
        // The pair of node 0 and the last one: the ends of the path.
        const at = (made.circuit.outputs[n - 1] as number) - made.circuit.inputs;
        return { ...made, circuit: { ...made.circuit, bound: made.circuit.bound.map((t, i) => (i === at ? -1e9 : t)) } };
      }),
    ],
    ["a generator that takes the gate before", circuitUniformClaim((family, index) => gateAt(family, Math.max(0, index - 1)))],
    ["a retrieval that drops the last three bits", circuitPrecisionClaim((network, query) => retrieve(network, query).map((x) => x & ~7))],
  ];
  it.each(wrong)("%s", async (_, claim) => {
    const outcome = await claim.run(context(1));
    expect(outcome.passed, outcome.measured).toBe(false);
  });
});
