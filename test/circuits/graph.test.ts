/** Layers written as graphs of primitives: depth, and equality with an interpreter that shares no code, on every input or on random ones. */
import { describe, expect, it } from "vitest";
import { checkGraph, inputNumbers } from "../../src/circuits/check-graph.ts";
import { countGates, depthOf } from "../../src/circuits/circuit.ts";
import { compile } from "../../src/circuits/compile.ts";
import { evaluate } from "../../src/circuits/evaluate.ts";
import { buildGraph, compileGraph, type GraphStep } from "../../src/circuits/graph.ts";
import { runGraph as meaning } from "../../src/circuits/graph-meaning.ts";
import { type GraphNetwork, graphNetworks, networkGraph } from "../../src/circuits/graph-networks.ts";
import { multiHeadGraph } from "../../src/circuits/multi-head.ts";
import { createNetwork } from "../../src/circuits/network.ts";
import { randomIntegers, randomPatterns } from "../../src/circuits/quantise.ts";
import { verifyCircuit } from "../../src/circuits/verify.ts";
import { randomStream, uniformInteger } from "../../src/core/random.ts";
import { runGraph } from "./graph-reference.ts";
import { bitsOfCode, bothWays, drawPatterns, matrixOf } from "./problems.ts";
import { numbersOf } from "./reference.ts";

/** The number of different answers, after every compared vector was equal. */
function compare(steps: readonly GraphStep[], vectors = 300): number {
  const circuit = compileGraph(steps);
  verifyCircuit(circuit);
  const bits = steps.find((step) => step.op === "input")?.bits ?? 0;
  const all = circuit.inputs <= 9;
  const answers = new Set<string>();
  const random = randomStream(5);
  for (let t = 0; t < (all ? 2 ** circuit.inputs : vectors); t++) {
    const input = all ? bitsOfCode(t, circuit.inputs) : Array.from({ length: circuit.inputs }, () => uniformInteger(random, 2));
    const expected = runGraph(steps, numbersOf(input, bits, circuit.inputs / bits));
    expect(Array.from(evaluate(circuit, input))).toEqual(expected.map((x) => x + 0));
    answers.add(expected.join());
  }
  return answers.size;
}

const keys = randomIntegers(5, 3, -4, 3, 1);
const values = randomIntegers(5, 2, -7, 7, 2);
const table = [9, 5, 3, 1];
const scored: GraphStep[] = [
  { op: "input", count: 3, bits: 3 },
  { op: "matrix", from: 0, weights: keys },
  { op: "quantise", from: 1, unit: 6, offset: 48, low: 0, high: 15, rounding: "floor" },
];

describe("one update is the graph matrix, quantise, softmax, average", () => {
  it("compiles to the circuit of the retrieval: the same depth and function", () => {
    const { compiled } = bothWays(drawPatterns(3, 3, 3, "random"), { bits: 3, beta: 0.5 });
    const { network } = compiled;
    const X = matrixOf(drawPatterns(3, 3, 3, "random"));
    const steps: GraphStep[] = [
      { op: "input", count: 3, bits: 3 },
      { op: "matrix", from: 0, weights: X },
      { op: "quantise", from: 1, unit: network.unit, offset: network.S, low: 0, high: 7, rounding: "floor" },
      { op: "softmax", from: 2, table: Array.from(network.table) },
      { op: "average", from: 3, values: X },
    ];
    const circuit = compileGraph(steps);
    expect(depthOf(circuit)).toBe(4);
    const original = compile(network).circuit;
    for (let code = 0; code < 512; code++) expect(evaluate(circuit, bitsOfCode(code, 9))).toEqual(evaluate(original, bitsOfCode(code, 9)));
  });
});

describe("steps", () => {
  it.each<[string, number, GraphStep[]]>([
    ["softmax and average", 4, [...scored, { op: "softmax", from: 2, table }, { op: "average", from: 3, values }]],
    ["top-k, k = 1", 5, [...scored, { op: "top-k", from: 2, table, k: 1 }, { op: "average", from: 3, values }]],
    ["top-k, k = 2", 5, [...scored, { op: "top-k", from: 2, table, k: 2 }, { op: "average", from: 3, values }]],
    ["sparsemax, width 4", 5, [...scored, { op: "sparsemax", from: 2, width: 4, values }]],
    [
      "sparsemax, width 1: the largest alone, or the mean of equals; no products",
      4,
      [...scored, { op: "sparsemax", from: 2, width: 1, values }],
    ],
    ["sparsemax, width 9", 5, [...scored, { op: "sparsemax", from: 2, width: 9, values }]],
    [
      "entmax, alpha = 1.5, the threshold on half levels",
      4,
      [
        ...scored,
        { op: "entmax", from: 2, grid: 2, power: [0, 1, 4, 9, 16, 25, 36, 49, 64], total: 64 },
        { op: "average", from: 3, values },
      ],
    ],
    [
      "entmax, alpha = 4/3: third powers",
      4,
      [...scored, { op: "entmax", from: 2, grid: 1, power: [0, 1, 8, 27, 64], total: 64 }, { op: "average", from: 3, values }],
    ],
    ["table: any function of a number", 1, [...scored, { op: "table", from: 2, low: 2, values: [5, -3, 9, 0, 1, 7, 7, 2, -8] }]],
    ["ReLU", 1, [...scored.slice(0, 2), { op: "relu", from: 1, high: 20 }]],
    ["threshold", 1, [...scored.slice(0, 2), { op: "threshold", from: 1, at: 5 }]],
    ["nearest, ties to even", 1, [...scored.slice(0, 2), { op: "quantise", from: 1, unit: 2, low: -9, high: 9, rounding: "even" }]],
    ["normalise", 3, [...scored.slice(0, 1), { op: "normalise", from: 0, scale: 7, low: -8, high: 7 }]],
    [
      "add: a residual connection around an update",
      4,
      [
        ...scored,
        { op: "softmax", from: 2, table },
        { op: "average", from: 3, values: randomIntegers(5, 3, -7, 7, 3) },
        { op: "add", from: [0, 4] },
      ],
    ],
  ])("%s: depth %i", (_, depth, steps) => {
    expect(depthOf(compileGraph(steps))).toBe(depth);
    expect(compare(steps)).toBeGreaterThan(2);
  });
});

describe("networks that are no Hopfield network compile the same way", () => {
  it("attention over tokens that are all inputs: products, scores, softmax, products, average", () => {
    const tokens: GraphStep[] = Array.from({ length: 4 }, () => ({ op: "input", count: 2, bits: 3 }));
    const steps: GraphStep[] = [
      ...tokens,
      { op: "scores", from: 0, vectors: [0, 1, 2, 3] },
      { op: "quantise", from: 4, unit: 4, offset: 32, low: 0, high: 15, rounding: "floor" },
      { op: "softmax", from: 5, table },
      { op: "mix", from: 6, vectors: [0, 1, 2, 3] },
    ];
    // Products 1, scores 2, maximum 3, differences 4, thermometers of the weights 5, products 6, quotients 7.
    expect(depthOf(compileGraph(steps))).toBe(7);
    expect(compare(steps)).toBeGreaterThan(20);
  });

  it("pooling: a constant query weighs inputs", () => {
    const steps: GraphStep[] = [
      ...Array.from({ length: 3 }, (): GraphStep => ({ op: "input", count: 2, bits: 3 })),
      { op: "join", from: [0, 1, 2] },
      {
        op: "matrix",
        from: 3,
        weights: matrixOf([
          [2, -1, 0, 0, 0, 0],
          [0, 0, 2, -1, 0, 0],
          [0, 0, 0, 0, 2, -1],
        ]),
      },
      { op: "quantise", from: 4, unit: 2, offset: 12, low: 0, high: 12, rounding: "floor" },
      { op: "softmax", from: 5, table },
      { op: "mix", from: 6, vectors: [0, 1, 2] },
    ];
    expect(depthOf(compileGraph(steps))).toBe(6);
    expect(compare(steps)).toBeGreaterThan(20);
  });

  it("a feed-forward block with ReLU, residual and normalisation", () => {
    const steps: GraphStep[] = [
      { op: "input", count: 3, bits: 3 },
      { op: "matrix", from: 0, weights: randomIntegers(4, 3, -2, 2, 4) },
      { op: "relu", from: 1, high: 12 },
      { op: "matrix", from: 2, weights: randomIntegers(3, 4, -1, 1, 5) },
      { op: "add", from: [0, 3] },
      { op: "normalise", from: 4, scale: 6, low: -8, high: 7 },
    ];
    expect(depthOf(compileGraph(steps))).toBe(4);
    expect(compare(steps)).toBeGreaterThan(10);
  });

  it("multi-head layer with projections: depth 5 for every number of patterns", () => {
    for (const n of [2, 6, 20]) {
      const steps = multiHeadGraph({
        bits: 3,
        patterns: randomIntegers(n, 4, -3, 3, 6),
        heads: [0, 1].map((h) => ({
          query: randomIntegers(3, 2, -1, 1, 7, h),
          key: randomIntegers(4, 2, -1, 1, 8, h),
          value: randomIntegers(4, 2, -1, 1, 9, h),
        })),
        output: randomIntegers(4, 3, -2, 2, 10),
        unit: 6,
        levels: 16,
        table,
        outputUnit: 3,
      });
      expect(depthOf(compileGraph(steps))).toBe(5);
      expect(compare(steps)).toBeGreaterThan(5);
    }
  });
});

describe("networks by name", () => {
  const depths: Record<GraphNetwork, number> = {
    softmax: 4,
    "top-k": 5,
    sparsemax: 5,
    entmax: 4,
    "relu-features": 5,
    "random-features": 2,
    "multi-head": 5,
    attention: 7,
    pooling: 6,
    "feed-forward": 5,
  };
  it.each(graphNetworks.flatMap((name) => [4, 7].map((n) => [name, n] as const)))(
    "%s, n = %i: the depth does not depend on n",
    (name, n) => {
      const network = createNetwork(randomPatterns(n, 3, 4, 1), { bits: 4, beta: 0.5 });
      const steps = networkGraph(name, network, 1);
      const { circuit, gatesUnpruned } = buildGraph(steps, "numbers");
      expect(depthOf(circuit)).toBe(depths[name]);
      expect(countGates(circuit)).toBeLessThanOrEqual(gatesUnpruned);
      expect(compare(steps, 100)).toBeGreaterThan(1);
      // The meaning in src, against which the command checks, is the meaning written here.
      expect(checkGraph(steps, circuit, 200, 3)).toEqual({ checked: 200, mismatches: 0 });
      const bits = compileGraph(steps, { outputs: "bits" });
      expect(depthOf(bits)).toBe((depths[name] ?? 0) + 1);
      const random = randomStream(7);
      for (let t = 0; t < 30; t++) {
        const input = Uint8Array.from({ length: circuit.inputs }, () => uniformInteger(random, 2));
        const expected = runGraph(steps, inputNumbers(steps, input));
        expect(meaning(steps, inputNumbers(steps, input))).toEqual(expected);
        expect(numbersOf(Array.from(evaluate(bits, input)), bits.outputs.length / expected.length, expected.length)).toEqual(expected);
      }
    },
  );

  it("the check refuses a mutant", () => {
    const steps = networkGraph("entmax", createNetwork(randomPatterns(4, 2, 3, 1), { bits: 3, beta: 0.5 }), 1);
    const circuit = compileGraph(steps);
    // The first gate is a score: one level less for one key.
    const at = circuit.kind.indexOf(1);
    const mutant = { ...circuit, bound: circuit.bound.map((bound, k) => (k === at ? bound + 6 : bound)) };
    expect(checkGraph(steps, mutant, "exhaustive", 1).mismatches).toBeGreaterThan(0);
    expect(() =>
      checkGraph(networkGraph("attention", createNetwork(randomPatterns(4, 2, 3, 1), { bits: 3 }), 1), circuit, "exhaustive", 1),
    ).toThrow(expect.objectContaining({ code: "E_LIMIT" }));
  });
});

describe("what is no graph", () => {
  it.each<[string, GraphStep[], string]>([
    ["nothing", [], "E_RANGE"],
    ["a step that comes later", [{ op: "relu", from: 1, high: 3 }], "E_RANGE"],
    ["a matrix of another width", [...scored.slice(0, 1), { op: "matrix", from: 0, weights: randomIntegers(2, 2, 0, 1, 1) }], "E_SHAPE"],
    ["values of another length", [...scored, { op: "average", from: 2, values: randomIntegers(4, 2, 0, 1, 1) }], "E_SHAPE"],
    ["an empty table", [...scored, { op: "softmax", from: 2, table: [] }], "E_RANGE"],
    ["a table that begins with 0", [...scored, { op: "softmax", from: 2, table: [0, 1] }], "E_RANGE"],
    ["a power that falls", [...scored, { op: "entmax", from: 2, grid: 1, power: [0, 4, 3], total: 2 }], "E_RANGE"],
    ["powers below the total", [...scored, { op: "entmax", from: 2, grid: 1, power: [0, 1], total: 2 }], "E_RANGE"],
    ["an empty table of values", [...scored, { op: "table", from: 2, low: 0, values: [] }], "E_RANGE"],
    ["k = 0", [...scored, { op: "top-k", from: 2, table, k: 0 }], "E_RANGE"],
    ["add of different lengths", [...scored, { op: "add", from: [0, 1] }], "E_SHAPE"],
    ["no bits", [{ op: "input", count: 1, bits: 1 }], "E_RANGE"],
    ["a range turned round", [...scored.slice(0, 2), { op: "quantise", from: 1, unit: 1, low: 2, high: 1, rounding: "floor" }], "E_RANGE"],
  ])("%s", (_, steps, code) => expect(() => compileGraph(steps)).toThrow(expect.objectContaining({ code })));
});
