/** Depth, counts and limits of the compiled networks, and equality with the reference on random vectors where not every input can be tried. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countGates, depthOf } from "../../src/circuits/circuit.ts";
import { closedBound } from "../../src/circuits/closed-bounds.ts";
import { compile } from "../../src/circuits/compile.ts";
import { evaluate } from "../../src/circuits/evaluate.ts";
import { flatten } from "../../src/circuits/expand.ts";
import { evaluateLevels, prepareLevels } from "../../src/circuits/levels.ts";
import { measure } from "../../src/circuits/measure.ts";
import { createNetwork, type NetworkOptions } from "../../src/circuits/network.ts";
import { quantisePatterns, randomIntegers, randomPatterns } from "../../src/circuits/quantise.ts";
import { retrieve } from "../../src/circuits/retrieve.ts";
import { randomStream, uniformInteger } from "../../src/core/random.ts";
import { bothWays, matrixOf } from "./problems.ts";
import { numbersOf, referenceRetriever, roundHalfEven } from "./reference.ts";

const networkOf = (n: number, d: number, p: number, options: Partial<NetworkOptions> = {}, seed = 1) =>
  createNetwork(randomPatterns(n, d, p, seed), { bits: p, ...options });

const randomBits = (count: number, seed: number): Uint8Array => {
  const random = randomStream(seed, 99);
  return Uint8Array.from({ length: count }, () => uniformInteger(random, 2));
};

describe("depth does not depend on the number of patterns", () => {
  const counts = [2, 3, 4, 5, 8, 16, 31, 64, 128, 256];
  it.each(counts)("n = %i: 4 with fixed patterns, 7 with patterns as inputs, 4 L and 7 L with L updates", (n) => {
    expect(depthOf(compile(networkOf(n, 4, 4)).circuit)).toBe(4);
    expect(depthOf(compile(networkOf(n, 4, 4, { beta: 0.5 })).circuit)).toBe(4);
    expect(depthOf(compile(networkOf(n, 3, 3, { memory: "input" })).circuit)).toBe(7);
    expect(depthOf(compile(networkOf(n, 4, 3, { layers: 5 })).circuit)).toBe(20);
    if (n <= 31) expect(depthOf(compile(networkOf(n, 3, 3, { memory: "input", layers: 2 })).circuit)).toBe(14);
  });

  it("every n from 2 to 256", () => {
    for (let n = 2; n <= 256; n++) {
      expect([n, depthOf(compile(networkOf(n, 4, 3, { beta: 1 }, n)).circuit)]).toEqual([n, 4]);
      expect([n, depthOf(compile(networkOf(n, 1, 2, { memory: "input" })).circuit)]).toEqual([n, 7]);
    }
  });

  it("bits as outputs cost one layer", () => {
    expect(depthOf(compile(networkOf(8, 4, 4), { outputs: "bits" }).circuit)).toBe(5);
    expect(depthOf(compile(networkOf(8, 4, 4, { memory: "input" }), { outputs: "bits" }).circuit)).toBe(8);
  });

  it("equal rows, or beta 0, have constant outputs: depth 0", () => {
    const row = [3, -8, 7, 0];
    const equal = compile(createNetwork(matrixOf([row, row, row]), { bits: 4 }));
    expect(measure(equal.circuit)).toEqual({ depth: 0, gates: 0, wires: 0, maxWeight: 0, majorityEdges: 0 });
    expect(Array.from(evaluate(equal.circuit, randomBits(16, 1)))).toEqual(row);
    expect(depthOf(compile(networkOf(8, 4, 4, { beta: 0 })).circuit)).toBe(0);
  });
});

describe("counts", () => {
  /** Gates of an independent construction for d = 8 at the default beta, one draw each (docs/circuits/construction.md): medians over draws may lie at most 5 % above. */
  const independent: readonly (readonly [number, number, number])[] = [
    [2, 4, 127],
    [4, 4, 183],
    [8, 4, 242],
    [16, 4, 350],
    [32, 4, 540],
    [64, 4, 942],
    [8, 5, 485],
    [8, 6, 1013],
    [8, 8, 4284],
    [64, 5, 2009],
    [64, 6, 4141],
  ];
  it.each(independent)("n = %i, d = 8, p = %i: at most the closed bound, median at most 5 %% above %i", (n, p, count) => {
    const gates = Array.from({ length: 9 }, (_, seed) => {
      const network = networkOf(n, 8, p, {}, seed + 1);
      const { circuit, gatesUnpruned } = compile(network);
      const F = 2 ** p;
      expect(gatesUnpruned).toBe(n * (F - 1) + (F - 1) + n * Math.min(F - 1, network.tableSupport + 1) + 8 * (2 ** p - 1));
      expect(countGates(circuit)).toBeLessThanOrEqual(gatesUnpruned);
      return countGates(circuit);
    }).sort((a, b) => a - b);
    expect(gates[4]).toBeLessThanOrEqual(1.05 * count);
  });

  it.each([2, 8, 32])("patterns as inputs, n = %i: at most the closed bound", (n) => {
    const [d, p, F] = [4, 4, 16];
    const network = networkOf(n, d, p, { memory: "input" });
    const { circuit } = compile(network);
    const bound = 2 * n * d * p * p + n * (F - 1) + (F - 1) + n * (network.tableSupport + 1) + n * p + d * (2 ** p - 1);
    expect(countGates(circuit)).toBeLessThanOrEqual(bound);
    expect(closedBound(network)).toBeLessThanOrEqual(bound);
  });

  it("layers add the same again, and `measure` counts what `flatten` writes out", () => {
    const one = compile(networkOf(8, 8, 4)).circuit;
    const counts = [1, 2, 3, 4].map((layers) => countGates(compile(networkOf(8, 8, 4, { layers })).circuit));
    expect(counts[0]).toBe(countGates(one));
    expect((counts[3] as number) - (counts[2] as number)).toBe((counts[2] as number) - (counts[1] as number));
    for (const circuit of [one, compile(networkOf(5, 3, 3, { memory: "input", layers: 2 })).circuit]) {
      const flat = flatten(circuit);
      const gates = countGates(flat);
      const weights = Array.from(flat.weight.subarray(0, flat.start[gates])).map(Math.abs);
      expect(measure(circuit)).toEqual({
        depth: depthOf(flat),
        gates,
        wires: weights.length,
        maxWeight: Math.max(...weights),
        majorityEdges: weights.reduce((a, b) => a + b, 0),
      });
    }
  });
});

describe("equal to the reference", () => {
  const W = { data: Int32Array.of(1, 0, -1, 0, 1, 1, -1, 0, 1), rows: 3, columns: 3 };
  it.each<[string, number, number, number, Partial<NetworkOptions>]>([
    ["fixed", 16, 8, 5, {}],
    ["fixed, three updates", 8, 4, 4, { layers: 3, beta: 0.7 }],
    ["input", 5, 3, 4, { memory: "input", beta: 0.5 }],
    ["input, two updates", 3, 2, 3, { memory: "input", layers: 2, beta: 0.4 }],
    ["kernel", 6, 3, 4, { kernel: W, beta: 0.5 }],
    ["kernel, patterns as inputs, two updates", 4, 3, 3, { kernel: W, memory: "input", layers: 2, beta: 0.3 }],
    ["kernel of another height", 6, 3, 4, { kernel: randomIntegers(5, 3, -1, 1, 3), beta: 0.3 }],
    ["p = 2", 7, 5, 2, { beta: 0.3 }],
    ["p = 10", 5, 3, 10, { beta: 0.9 }],
    ["one entry", 9, 1, 5, { beta: 1 }],
    ["n = 64, d = 16, p = 6", 64, 16, 6, { beta: 0.5 }],
  ])("%s", (_, n, d, p, options) => {
    const rows = Array.from({ length: n }, (_, i) => Array.from(randomPatterns(n, d, p, 5).data.subarray(i * d, (i + 1) * d)));
    const { compiled, reference } = bothWays(rows, { bits: p, ...options });
    const { circuit, network } = compiled;
    const program = prepareLevels(circuit);
    const distinct = new Set<string>();
    for (let t = 0; t < 150; t++) {
      const bits = randomBits(circuit.inputs, t);
      const query = numbersOf(bits, p, d);
      const stored = options.memory === "input" ? Array.from({ length: n }, (_, i) => numbersOf(bits, p, d, d * p * (i + 1))) : rows;
      const expected = referenceRetriever({ ...reference, X: stored })(query).join();
      distinct.add(expected);
      expect(evaluate(circuit, bits).join()).toBe(expected);
      expect(evaluateLevels(program, bits).join()).toBe(expected);
      expect(retrieve(network, options.memory === "input" ? [...query, ...stored.flat()] : query).join()).toBe(expected);
    }
    expect(distinct.size).toBeGreaterThan(2);
  });

  it("any small network (property)", () => {
    const problem = fc.record({
      n: fc.integer({ min: 2, max: 6 }),
      d: fc.integer({ min: 1, max: 4 }),
      p: fc.integer({ min: 2, max: 5 }),
      beta: fc.double({ min: 0, max: 4, noNaN: true }),
      layers: fc.integer({ min: 1, max: 3 }),
      memory: fc.constantFrom("fixed" as const, "input" as const),
      seed: fc.integer({ min: 0, max: 1e6 }),
    });
    fc.assert(
      fc.property(problem, ({ n, d, p, beta, layers, memory, seed }) => {
        const rows = Array.from({ length: n }, (_, i) => Array.from(randomPatterns(n, d, p, seed).data.subarray(i * d, (i + 1) * d)));
        const { compiled, reference } = bothWays(rows, { bits: p, beta, layers, memory });
        const bits = randomBits(compiled.circuit.inputs, seed);
        const stored = memory === "input" ? Array.from({ length: n }, (_, i) => numbersOf(bits, p, d, d * p * (i + 1))) : rows;
        expect(evaluate(compiled.circuit, bits).join()).toBe(referenceRetriever({ ...reference, X: stored })(numbersOf(bits, p, d)).join());
        const bound = memory === "fixed" ? 4 : 7;
        expect(depthOf(compiled.circuit)).toBeLessThanOrEqual(bound * layers);
        expect(countGates(compiled.circuit)).toBeLessThanOrEqual(compiled.gatesUnpruned);
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});

describe("when the depth is exactly 4 (docs/circuits/construction.md)", () => {
  it("two different rows, and a table that falls to 0 within the differences that ranges allow (property)", () => {
    const problem = fc.record({
      n: fc.integer({ min: 2, max: 9 }),
      d: fc.integer({ min: 1, max: 4 }),
      p: fc.integer({ min: 2, max: 5 }),
      beta: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 1, noNaN: true }), fc.double({ min: 2, max: 40, noNaN: true })),
      seed: fc.integer({ min: 0, max: 1e6 }),
    });
    let [met, less] = [0, 0];
    fc.assert(
      fc.property(problem, ({ n, d, p, beta, seed }) => {
        const { data } = randomPatterns(n, d, p, seed);
        const network = createNetwork({ data, rows: n, columns: d }, { bits: p, beta });
        const { S, unit, qm, tableSupport } = network;
        const rows = Array.from({ length: n }, (_, i) => Array.from(data.subarray(i * d, (i + 1) * d)));
        const size = (row: number[], of: (x: number) => number): number => row.reduce((sum, x) => sum + of(x), 0);
        const lowest = rows.map((row) => Math.floor((S - size(row, Math.abs) * qm + size(row, (x) => Math.max(0, -x))) / unit));
        const highest = rows.map((row) => Math.floor((S + size(row, Math.abs) * qm - size(row, (x) => Math.max(0, x))) / unit));
        const depth = depthOf(compile(network).circuit);
        const differ = rows.some((row) => row.join() !== rows[0]?.join());
        if (differ && tableSupport + 1 <= Math.max(...highest) - Math.max(...lowest)) {
          met++;
          expect(depth).toBe(4);
        } else if (depth < 4) less++;
        if (!differ || beta === 0) expect(depth).toBe(0);
      }),
      { numRuns: 300, seed: 1 },
    );
    // Both cases come up.
    expect(met).toBeGreaterThan(50);
    expect(less).toBeGreaterThan(2);
  });
});

describe("numbers and refusals", () => {
  it("patterns are rounded half away from zero", () => {
    expect(Array.from(quantisePatterns([1, 0.5, -0.5, -1, 0, 0.49], 2, 3, 2).data)).toEqual([1, 1, -1, -1, 0, 0]);
    expect(Array.from(quantisePatterns([0, 0], 2, 1, 4).data)).toEqual([0, 0]);
    expect(() => quantisePatterns([0, Number.NaN], 2, 1, 4)).toThrow(/E_NONFINITE|entry 1 is NaN/);
  });

  it("a quotient at a half goes to the even neighbour", () => {
    expect([1n, 3n, 5n, -1n, -3n, -5n].map((x) => Number(roundHalfEven(x, 2n)))).toEqual([0, 2, 2, 0, -2, -2]);
  });

  const two = matrixOf([
    [0, 1],
    [1, 0],
  ]);
  it.each<[string, () => unknown, string, RegExp]>([
    ["one pattern", () => createNetwork(matrixOf([[1, 2]]), { bits: 4 }), "E_RANGE", /at least 2, got 1/],
    ["p = 1", () => createNetwork(two, { bits: 1 }), "E_RANGE", /at least 2, at most 10, got 1/],
    ["p = 11", () => createNetwork(two, { bits: 11 }), "E_RANGE", /got 11/],
    ["beta below 0", () => createNetwork(two, { bits: 4, beta: -1 }), "E_RANGE", /beta/],
    ["infinite beta", () => createNetwork(two, { bits: 4, beta: Number.POSITIVE_INFINITY }), "E_RANGE", /beta/],
    ["an entry outside", () => createNetwork(matrixOf([[8], [0]]), { bits: 4 }), "E_RANGE", /pattern 0, entry 0 is 8/],
    ["a kernel of another width", () => createNetwork(two, { bits: 4, kernel: randomIntegers(2, 3, -1, 1, 1) }), "E_SHAPE", /kernel has 3/],
    ["an unknown option", () => createNetwork(two, { bits: 4, layer: 2 } as never), "E_RANGE", /did you mean "layers"/],
    [
      "a kernel that is too large",
      () => createNetwork(two, { bits: 10, kernel: randomIntegers(2, 2, 40000, 40000, 1) }),
      "E_LIMIT",
      /W\^T W/,
    ],
    ["too many gates", () => compile(networkOf(100_000, 1, 10)), "E_LIMIT", /at most/],
    ["too many wires to write out", () => flatten(compile(networkOf(64, 16, 6)).circuit, 1000), "E_LIMIT", /1000 wires/],
    ["a query of another length", () => retrieve(networkOf(2, 2, 2), [1]), "E_SHAPE", /expected 2 numbers/],
    ["a query outside the range", () => retrieve(networkOf(2, 2, 2), [0, 2]), "E_RANGE", /number 1 is 2; 2 bits hold -2 ... 1/],
    ["bits of another length", () => evaluate(compile(networkOf(2, 2, 2)).circuit, [1]), "E_SHAPE", /4 inputs, got 1/],
  ])("%s", (_, work, code, message) => {
    expect(work).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});
